import { checksummed } from './address.js';
import { hex, isZero } from './bytes.js';
import { dayNumber, formatDay, formatMoment } from './calendar.js';
import { formatEuro, formatKwh, microEur } from './money.js';
import { CHANNELS } from './payout-tree.js';
import { bothDirections } from './report.js';
import { translator } from './texts.js';
import { CHECKS } from './verdict.js';

export const total = (values) => values.reduce((sum, value) => sum + value, 0);

/** Address of a wallet payee; the whole word where it is no address filled with zeros. */
const walletOf = (payee) => (isZero(payee.slice(0, 12)) ? checksummed(hex(payee.slice(12))) : hex(payee));

function stateText({ channel, state, block }, language, t) {
  if (state.paid) return t(`paid_${channel}`);
  if (state.reserved) return t('reserved');
  if (state.validAt > block.timestamp) return t('later', { from: formatMoment(state.validAt, language) });
  return t('open');
}

function payoutSentence({ leaf, distribution }, { state, block }, language, t) {
  const channel = CHANNELS[leaf.channel];
  const payee = t(`to_${channel}`, { payee: walletOf(leaf.payee) });
  const facts = { amount: leaf.amountMicroEur, payee, distribution };
  return t('confirmPayout', { ...facts, state: stateText({ channel, state, block }, language, t) });
}

const readingSentence = (receipt, language, t) =>
  t('confirmReading', {
    hours: receipt.injectedWh.length,
    date: formatDay(receipt.date, language),
    pod: receipt.pod,
    injected: formatKwh(total(receipt.injectedWh), language),
    withdrawn: formatKwh(total(receipt.withdrawnWh), language),
  });

function listSentence({ date, entries }, { state }, language, t) {
  const [injected, withdrawn] = bothDirections(state.hours).map((hours) => formatKwh(total(hours), language));
  return t('confirmList', { pods: entries.length, date: formatDay(date, language), injected, withdrawn });
}

/** The plain sentence of an outcome, which comes before everything else. */
function sentence(receipt, outcome, trust, language, t) {
  if (outcome.verdict === 'UNREACHABLE') return t('silent', { rpc: trust.rpc });
  if (outcome.verdict === 'DOES_NOT_MATCH') {
    return t('refuse', { reason: t(outcome.reason.key, outcome.reason.facts) });
  }
  if (receipt.kind === 'list') return listSentence(receipt, outcome, language, t);
  if (receipt.kind === 'reading') return readingSentence(receipt, language, t);
  return payoutSentence(receipt, outcome, language, t);
}

/** Whether an hour of one POD exceeds the hour of its whole configuration: then the reported total is wrong. */
export const exceedsTotal = ({ injectedWh, withdrawnWh }, hours) =>
  hours.some((hour, at) => injectedWh[at] > hour.injectedWh || withdrawnWh[at] > hour.withdrawnWh);

function notes(receipt, outcome, t) {
  if (outcome.verdict !== 'MATCHES') return [];
  if (receipt.kind === 'list') return [t('listNote')];
  if (receipt.kind === 'payout') return receipt.leaf.channel === CHANNELS.indexOf('BANK') ? [t('bankNote')] : [];
  return exceedsTotal(receipt, outcome.state.hours) ? [t('excessNote'), t('readingNote')] : [t('readingNote')];
}

/** Each check of the receipt's kind: passed, the first other one failed or without answer, the rest skipped. */
function checklist(receipt, { verdict, passed }, t) {
  const first = verdict === 'UNREACHABLE' ? 'unanswered' : 'failed';
  return CHECKS[receipt.kind].map((name, place) => {
    const state = place < passed.length ? 'passed' : place > passed.length ? 'skipped' : first;
    return { state, label: t(`check_${name}`), stateText: t(state) };
  });
}

const STATEMENT = ['community', 'member', 'from', 'to', 'entitlement_eur', 'previous_balance_eur', 'balance_eur'];

function statementValue(key, value, language) {
  const amount = key.endsWith('_eur') ? microEur(value) : null;
  if (amount !== null) return formatEuro(amount, language);
  const [day, hour] = value.split('T');
  const isMidnight = dayNumber(day) !== null && /^00:00/.test(hour);
  return isMidnight ? formatDay(day, language) : value.slice(0, 200);
}

/** What the issuer says beside the proof, as [label, value] pairs; texts only, cut at 200 letters. */
export function statementRows(receipt, language) {
  const t = translator(language);
  const statement = receipt.statement ?? {};
  return STATEMENT.filter((key) => Object.hasOwn(statement, key) && typeof statement[key] === 'string').map((key) => [
    t(key),
    statementValue(key, statement[key], language),
  ]);
}

/** Everything of an outcome that is shown, as plain texts in one language. */
export function present(receipt, outcome, trust, seconds, language) {
  const t = translator(language);
  const { block } = outcome;
  return {
    title: t(outcome.verdict),
    sentence: sentence(receipt, outcome, trust, language, t),
    cause: outcome.cause,
    notes: notes(receipt, outcome, t),
    checks: checklist(receipt, outcome, t),
    block: block ? t('block', { ...block, number: String(block.number), moment: formatMoment(block.timestamp, language), seconds }) : '',
  };
}

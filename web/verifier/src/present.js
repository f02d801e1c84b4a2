import { checksummed } from './address.js';
import { hex, isZero } from './bytes.js';
import { dayNumber, formatDay, formatMoment } from './calendar.js';
import { formatEuro, formatKwh, microEur } from './money.js';
import { CHANNELS, FIRST_SINGLE } from './payout-tree.js';
import { bothDirections } from './report.js';
import { translator } from './texts.js';
import { checksOf } from './verdict.js';

export const total = (values) => values.reduce((sum, value) => sum + value, 0);

/** Address of a wallet payee; the whole word where it is no address filled with zeros. */
const walletOf = (payee) => (isZero(payee.slice(0, 12)) ? checksummed(hex(payee.slice(12))) : hex(payee));

const openText = ({ validAt }, block, language, t) =>
  validAt > block.timestamp ? t('later', { from: formatMoment(validAt, language) }) : t('open');

/** What became of a leaf; that it was paid is said only where a log of the vault says so. */
function stateText({ channel, state, block }, language, t) {
  if (state.paid) return state.fate.kind === 'paid' ? t(`paid_${channel}`) : t(state.fate.kind, state.fate);
  return state.reserved ? t('reserved') : openText(state, block, language, t);
}

const placeText = ({ distribution }, t) => t(distribution < FIRST_SINGLE ? 'inDistribution' : 'inSingle', { distribution });

function payoutSentence(receipt, { state, block }, language, t) {
  const { leaf } = receipt;
  const channel = CHANNELS[leaf.channel];
  const payee = t(`to_${channel}`, { payee: walletOf(leaf.payee) });
  const facts = { amount: leaf.amountMicroEur, payee, place: placeText(receipt, t) };
  return t('confirmPayout', { ...facts, state: stateText({ channel, state, block }, language, t) });
}

const treeSentence = (tree, { state }, t) =>
  t('confirmTree', { count: tree.leaves.length, sum: state.sum, place: placeText(tree, t) });

const STATES = ['paid', 'moved', 'redirected', 'swept', 'untold', 'reserved', 'open'];

/** Counts and sums of a tree's leaves per channel and per state, as [label, count, sum] rows of texts. */
export function treeRows({ state, block }, language) {
  const t = translator(language);
  const labels = { open: openText(state, block, language, t) };
  const row = (group, name) => [labels[name] ?? t(`sum_${name}`), String(group[name].count), formatEuro(group[name].sum, language)];
  const rows = (group, names) => names.filter((name) => group[name]).map((name) => row(group, name));
  return [...rows(state.channels, CHANNELS), ...rows(state.states, STATES)];
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
  if (!state.hours.length) return t('confirmHiddenList', { pods: entries.length, date: formatDay(date, language) });
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
  if (receipt.kind === 'tree') return treeSentence(receipt, outcome, t);
  return payoutSentence(receipt, outcome, language, t);
}

/** Whether an hour of one POD exceeds the hour of its whole configuration: then the reported total is wrong. */
export const exceedsTotal = ({ injectedWh, withdrawnWh }, hours) =>
  hours.some((hour, at) => injectedWh[at] > hour.injectedWh || withdrawnWh[at] > hour.withdrawnWh);

function payoutNotes({ leaf }, { fate }, t) {
  const bank = CHANNELS[leaf.channel] === 'BANK' ? [t('bankNote')] : [];
  return fate?.kind === 'untold' ? [t('untoldNote'), ...bank] : bank;
}

function notes(receipt, outcome, t) {
  if (outcome.verdict !== 'MATCHES') return [];
  if (receipt.kind === 'tree') return outcome.state.states.untold ? [t('treeNote'), t('untoldNote')] : [t('treeNote')];
  if (receipt.kind === 'payout') return payoutNotes(receipt, outcome.state, t);
  const { hidden, opened } = outcome.state;
  const secrecy = hidden ? [t(opened ? 'openedNote' : 'hiddenNote')] : [];
  if (receipt.kind === 'list') return [...secrecy, t('listNote')];
  const excess = exceedsTotal(receipt, outcome.state.hours) ? [t('excessNote')] : [];
  return [...excess, ...secrecy, t('readingNote')];
}

/** Each check of the receipt's kind: passed, the first other one failed or without answer, the rest skipped. */
function checklist(receipt, { verdict, passed }, t) {
  const first = verdict === 'UNREACHABLE' ? 'unanswered' : 'failed';
  return checksOf(receipt).map((name, place) => {
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

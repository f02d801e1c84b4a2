import { hoursChart, hoursTable } from './chart.js';
import { byId, el, svg } from './dom.js';
import { present, statementRows, treeRows } from './present.js';
import { bothDirections } from './report.js';
import { translator } from './texts.js';

/** Shapes that differ without colour: circle with tick, octagon with cross, dashed circle with question mark. */
const SYMBOLS = {
  MATCHES: ['M24 3a21 21 0 1 0 0 42a21 21 0 1 0 0-42z', 'M14 25l7 7 13-15'],
  DOES_NOT_MATCH: ['M16 4h16l12 12v16l-12 12h-16l-12-12v-16z', 'M17 17l14 14M31 17l-14 14'],
  UNREACHABLE: ['M24 3a21 21 0 0 1 21 21M24 45a21 21 0 0 1-21-21M39 39a21 21 0 0 1-6 4M9 9a21 21 0 0 1 6-4', 'M18 19a6 6 0 1 1 6 7v3M24 35v.5'],
  UNREADABLE: ['M11 3h18l9 9v33h-27z', 'M18 22l12 12M30 22l-12 12'],
};

const RAW_LETTERS = 32_768;

const symbol = (verdict) =>
  svg('svg', { viewBox: '0 0 48 48', 'aria-hidden': 'true' }, ...SYMBOLS[verdict].map((d) => svg('path', { d })));

/** Shows one verdict in words, symbol and colour. */
function showVerdict(verdict, title, ...paragraphs) {
  const card = el('div', { class: verdict }, symbol(verdict), el('h2', {}, title), ...paragraphs);
  byId('verdict').replaceChildren(card);
  byId('verdict').dataset.verdict = verdict;
}

const paragraph = (text, className) => (text ? [el('p', className ? { class: className } : {}, text)] : []);

const MARKS = { passed: '✓', failed: '✕', unanswered: '?', skipped: '–' };

const check = ({ state, label, stateText }) =>
  el('li', { class: state }, el('b', { 'aria-hidden': 'true' }, MARKS[state]), el('span', {}, label, el('span', { class: 'sr' }, `: ${stateText}`)));

const card = (...children) => el('section', { class: 'card' }, ...children);

const fold = (title, ...children) => el('details', { class: 'card' }, el('summary', {}, el('b', {}, title)), ...children);

const checksCard = (view, t) =>
  card(
    el('h3', {}, t('checksTitle')),
    el('ul', { class: 'checks' }, ...view.checks.map(check)),
    ...paragraph(view.block, 'hint'),
  );

function statementCard(receipt, language, t) {
  const rows = statementRows(receipt, language);
  if (!rows.length) return [];
  const entries = rows.flatMap(([label, value]) => [el('dt', {}, label), el('dd', {}, value)]);
  return [card(el('h3', {}, t('statementTitle')), el('p', { class: 'hint' }, t('statementHint')), el('dl', {}, ...entries))];
}

/** How many leaves of a tree, and how much, per channel and per state. */
function treeCard(receipt, outcome, language, t) {
  if (receipt.kind !== 'tree' || !outcome.state) return [];
  const head = el('tr', {}, ...['treeTitle', 'count', 'sum'].map((key) => el('th', { scope: 'col' }, t(key))));
  const rows = treeRows(outcome, language).map(([label, ...values]) =>
    el('tr', {}, el('th', { scope: 'row' }, label), ...values.map((value) => el('td', {}, value))),
  );
  return [card(el('div', { class: 'scroll', tabindex: '0' }, el('table', {}, el('thead', {}, head), el('tbody', {}, ...rows))))];
}

/** Chart and table of a list's totals, which only the register gives. */
function totalsCards({ hours }, language, t) {
  const [injectedWh, withdrawnWh] = bothDirections(hours);
  const totals = { injectedWh, withdrawnWh };
  return [card(hoursChart(totals, language, t)), fold(t('hoursTitle'), hoursTable(totals, [], t))];
}

/** Chart and table of a reading; they belong to the register only where it confirmed them. */
function hoursCards(receipt, { state }, language, t) {
  if (receipt.kind === 'list' && state?.hours.length) return totalsCards(state, language, t);
  if (receipt.kind !== 'reading') return [];
  const origin = state ? [] : [el('h3', {}, t('statementTitle'))];
  const table = hoursTable(receipt, state?.hours ?? [], t);
  return [card(...origin, hoursChart(receipt, language, t)), fold(t('hoursTitle'), table)];
}

/** A list of thousands of PODs would hold the page up; its file is at hand anyway. */
const shown = (text) => (text.length > RAW_LETTERS ? `${text.slice(0, RAW_LETTERS)}…` : text);

/** Draws the outcome of a verification; `text` is the receipt as given. */
export function showOutcome({ receipt, text, outcome, trust, seconds }, language) {
  const t = translator(language);
  const view = present(receipt, outcome, trust, seconds.toLocaleString(language, { maximumFractionDigits: 2 }), language);
  const small = [view.cause, ...view.notes].flatMap((note) => paragraph(note, 'small'));
  showVerdict(outcome.verdict, view.title, ...paragraph(view.sentence), ...small);
  byId('details').replaceChildren(
    ...treeCard(receipt, outcome, language, t),
    ...hoursCards(receipt, outcome, language, t),
    checksCard(view, t),
    ...statementCard(receipt, language, t),
    fold(t('rawTitle'), el('pre', { tabindex: '0' }, shown(text))),
  );
}

/** Draws why a text is no receipt, or that the page itself failed; neither is a verdict on the ledger. */
export function showUnreadable(key, facts, language) {
  const t = translator(language);
  showVerdict('UNREADABLE', t('UNREADABLE'), ...paragraph(t(key, facts)));
  byId('details').replaceChildren();
}

export function clearResult(message = '') {
  byId('verdict').replaceChildren(...paragraph(message, 'card'));
  delete byId('verdict').dataset.verdict;
  byId('details').replaceChildren();
}

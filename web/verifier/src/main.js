import { byId } from './dom.js';
import { MAX_TREE_LETTERS, readReceipt } from './receipt.js';
import { clearResult, showOutcome, showUnreadable } from './result.js';
import { nodeAt } from './rpc.js';
import { translator } from './texts.js';
import { TRUST_KEYS } from './trust.js';
import { buildTrustForm, fillFromToml, forgetTrust, keepTrust, markDefects, recallTrust, soundTrust, trustInForm } from './trust-form.js';
import { foreignReceipt, verify } from './verdict.js';

let language = 'it';
let t = translator(language);
/** Draws the present result again, for another language. */
let redraw = () => {};
/** Number of the newest run; the answer of an older one is dropped. */
let run = 0;

const short = (text) => (text.length > 14 ? `${text.slice(0, 8)}…${text.slice(-4)}` : text);

function show(draw) {
  redraw = draw;
  draw();
}

/** Whatever stood there was about other input. */
function reset() {
  run += 1;
  show(() => clearResult());
  markDefects('', t);
  warnOfForeign();
  showTrustLine();
}

function showTrustLine() {
  const { rpc, chain_id, vault, ledger } = trustInForm();
  const parts = [rpc, chain_id && `chain ${chain_id}`, vault && `vault ${short(vault)}`, ledger && `ledger ${short(ledger)}`];
  byId('trust-line').textContent = parts.filter(Boolean).join(' · ');
}

/** Says at once, before any node is asked, that the receipt names another chain or contract. */
function warnOfForeign() {
  const { receipt } = readReceipt(byId('receipt').value);
  const foreign = receipt && foreignReceipt(receipt, soundTrust());
  byId('receipt-note').textContent = foreign ? t('foreignNote', { reason: t(foreign.key, foreign.facts) }) : '';
}

/** Whether the form says enough to check a receipt of this kind; otherwise the wrong fields are marked. */
function trustSuffices(kind) {
  const defects = markDefects(kind, t);
  if (!defects.length) return true;
  byId('trust').open = true;
  byId(defects[0]).focus();
  return false;
}

function goToVerdict() {
  byId('verdict').focus({ preventScroll: true });
  byId('verdict').scrollIntoView();
}

/** Says how far a large tree is, in whole tenths, and lets the page draw it. */
function progressOf(mine) {
  let tenths = 0;
  return async (part) => {
    const reached = Math.floor(10 * part);
    if (mine !== run || reached <= tenths) return;
    tenths = reached;
    show(() => clearResult(t('progress', { percent: 10 * reached })));
    await new Promise((resolve) => setTimeout(resolve));
  };
}

async function check(receipt, text) {
  const trust = trustInForm();
  keepTrust(trust);
  byId('trust').open = false;
  const mine = (run += 1);
  show(() => clearResult(t('checking')));
  byId('receipt-note').textContent = '';
  const start = performance.now();
  const outcome = await verify(receipt, trust, nodeAt(trust.rpc), progressOf(mine));
  const seconds = (performance.now() - start) / 1000;
  if (mine !== run) return;
  show(() => showOutcome({ receipt, text, outcome, trust, seconds }, language));
  goToVerdict();
}

async function submit() {
  const text = byId('receipt').value;
  const { receipt, defect } = readReceipt(text);
  if (defect) showDefect(defect);
  else if (trustSuffices(receipt.kind)) await check(receipt, text);
}

function showDefect({ key, facts }) {
  run += 1;
  show(() => showUnreadable('unreadable', { reason: t(key, facts) }, language));
  goToVerdict();
}

/** A fault of this page must never look like a verdict, nor like nothing. */
const guarded = (action) => async (event) => {
  try {
    await action(event);
  } catch (error) {
    show(() => showUnreadable('crashed', { cause: error.message }, language));
  }
};

async function takeReceipt(file) {
  if (!file) return;
  if (file.size > MAX_TREE_LETTERS) {
    byId('receipt').value = '';
    reset();
    showDefect({ key: 'tooLong' });
    return;
  }
  byId('receipt').value = await file.text();
  reset();
  await submit();
}

function takeTrust(toml) {
  const filled = fillFromToml(toml);
  byId('trust-bad').textContent = filled || !toml.trim() ? '' : t('trustNothing');
  if (filled) byId('trust-text').value = '';
  reset();
}

function speak(next) {
  language = next;
  t = translator(language);
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-t]')) element.textContent = t(element.dataset.t);
  if (!byId('verdict').textContent) warnOfForeign();
  redraw();
}

function listen(id, event, action) {
  byId(id).addEventListener(event, guarded(action));
}

function listenToTrust() {
  for (const key of TRUST_KEYS) listen(key, 'input', reset);
  listen('trust-text', 'input', () => takeTrust(byId('trust-text').value));
  listen('trust-file', 'change', async (event) => takeTrust((await event.target.files[0]?.text()) ?? ''));
  listen('trust-clear', 'click', () => {
    forgetTrust();
    reset();
  });
}

function listenToReceipt() {
  listen('receipt', 'input', reset);
  listen('receipt-file', 'change', (event) => takeReceipt(event.target.files[0]));
  listen('form', 'submit', (event) => {
    event.preventDefault();
    return submit();
  });
}

/** A file dropped anywhere is the receipt; without this the browser would leave the page for it. */
function listenToDrops() {
  const mark = (over) => byId('drop').classList.toggle('over', over);
  addEventListener('dragover', (event) => {
    event.preventDefault();
    mark(true);
  });
  addEventListener('dragleave', () => mark(false));
  addEventListener('drop', guarded((event) => {
    event.preventDefault();
    mark(false);
    return takeReceipt(event.dataTransfer.files[0]);
  }));
}

buildTrustForm();
recallTrust();
speak('it');
listenToTrust();
listenToReceipt();
listenToDrops();
listen('language', 'click', () => speak(language === 'it' ? 'en' : 'it'));
reset();
byId('trust').open = !soundTrust().rpc;

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { present, statementRows, treeRows } from '../../web/verifier/src/present.js';
import { hex } from '../../web/verifier/src/bytes.js';
import { reportId } from '../../web/verifier/src/report.js';
import { TEXTS } from '../../web/verifier/src/texts.js';
import { verify } from '../../web/verifier/src/verdict.js';
import { chainState, dayList, fakeNode, hiddenTotals, logOf, parsed, payoutReceipt, payoutTree, readingReceipt, TRUST } from './world.mjs';

async function shown(object, state = {}, language = 'it') {
  const receipt = parsed(object);
  return present(receipt, await verify(receipt, TRUST, fakeNode(chainState(state))), TRUST, '0,01', language);
}

test('texts: both languages have the same keys and the same facts in each', () => {
  assert.deepEqual(Object.keys(TEXTS.en), Object.keys(TEXTS.it));
  const facts = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [key, text] of Object.entries(TEXTS.it)) assert.deepEqual(facts(TEXTS.en[key]), facts(text), key);
});

const STATES = [
  [0, { paid: true }, /pagati \(distribuzione 1\)\.$/],
  [0, { paid: false }, /da pagare \(/],
  [1, { paid: false, reserved: true }, /riservati per il bonifico/],
  [1, { paid: true }, /conferma del tesoriere/],
  [2, { paid: true }, /accreditati al fondo/],
];
for (const [index, state, expected] of STATES) {
  test(`present: leaf ${index} with ${Object.keys(state)} says ${expected}`, async () => {
    const { sentence, title } = await shown(payoutReceipt(index), state);
    assert.equal(title, 'Corrisponde');
    assert.match(sentence, expected);
  });
}

test('present: a leaf that cannot be paid yet says from when', async () => {
  const { sentence } = await shown(payoutReceipt(), { paid: false, validAt: 4_000_000_000 });
  assert.match(sentence, /da pagare dal 2 ottobre 2096/);
});

const SINGLE = 2 ** 31 + 7;
const REPLACED = [
  [logOf('LeafMoved(uint32,uint32,uint32)', [1, 0, SINGLE]), /non pagati qui ma spostati al pagamento singolo 2147483655, .* nel blocco 12 \(/],
  [logOf('LeafRedirected(uint32,uint32,uint32,bytes32)', [1, 0, SINGLE], [1]), /non pagati qui ma reindirizzati al pagamento singolo 2147483655/],
  [logOf('LeavesSwept(uint32,uint32,uint256,uint64)', [1], [0, 1, 5]), /non pagati ma versati al fondo sociale/],
];
for (const [log, expected] of REPLACED) {
  test(`present: a replaced leaf claims no payment but says ${expected}`, async () => {
    const { sentence } = await shown(payoutReceipt(0), { logs: [log] });
    assert.match(sentence, expected);
    assert.doesNotMatch(sentence, /, pagati/);
  });
}

test('present: where no log tells, neither payment nor replacement is claimed', async () => {
  const { sentence, notes } = await shown(payoutReceipt(0), { logs: [] });
  assert.match(sentence, /pagati o sostituiti: questo nodo non dice quale/);
  assert.match(notes[0], /non distingue un pagamento/);
});

test('present: a tree says that it is complete, and shows channels and states', async () => {
  const tree = parsed(payoutTree());
  const outcome = await verify(tree, TRUST, fakeNode(chainState({ paid: false })));
  assert.match(present(tree, outcome, TRUST, '0,01', 'en').sentence, /these 3 payouts are all there are, €1,012.39 together.*distribution 1/);
  assert.deepEqual(treeRows(outcome, 'en'), [
    ['For wallets', '1', '€12.34'],
    ['By bank transfer', '1', '€0.05'],
    ['For the social fund', '1', '€1,000.00'],
    ['to be paid', '3', '€1,012.39'],
  ]);
});

test('present: hidden totals are said to be hidden, or opened since', async () => {
  const file = hiddenTotals(readingReceipt());
  const report = hex(reportId(parsed(file).report));
  assert.match((await shown(file, { report })).notes[0], /la catena non ha controllato la regola/);
  assert.match((await shown(file, { report, opened: true })).notes[0], /la catena ha controllato la regola/);
  const { opening, ...list } = hiddenTotals(dayList());
  assert.ok(opening);
  const { sentence } = await shown(list, { list: hex(reportId(parsed(list).report)) });
  assert.match(sentence, /nulla è stato confrontato con la loro somma/);
});

test('present: the sentence names the amount and the wallet', async () => {
  const { sentence } = await shown(payoutReceipt());
  assert.match(sentence, /12,34\s€ per il portafoglio 0x(ab){20}/i);
});

test('present: a wallet payee that is no plain address is shown whole', async () => {
  const receipt = parsed(payoutReceipt());
  receipt.leaf.payee = receipt.leaf.payee.with(0, 1);
  const outcome = await verify(parsed(payoutReceipt()), TRUST, fakeNode(chainState()));
  assert.match(present(receipt, outcome, TRUST, '0,01', 'it').sentence, /0x01(00){11}(ab){20}/);
});

test('present: nothing is confirmed in words when the verdict is another', async () => {
  for (const state of [{ chainId: '0x1' }, { depth: 3 }, { code: '0x' }]) {
    const view = await shown(payoutReceipt(), state);
    assert.equal(view.title, 'Non corrisponde');
    assert.doesNotMatch(view.sentence, /Il registro conferma/);
    assert.deepEqual(view.notes, []);
  }
});

test('present: names the block of the answers', async () => {
  const { block } = await shown(payoutReceipt());
  assert.match(block, /al blocco 16 del 23 luglio 2024.*0x(b1){32}/);
});

test('present: the first check that is not passed has failed, the rest were not made', async () => {
  const { checks } = await shown(payoutReceipt(), { depth: 3 });
  assert.deepEqual(checks.map(({ state }) => state), [...Array(5).fill('passed'), 'failed', 'skipped']);
});

test('present: a reading beyond its configuration total is pointed out', async () => {
  assert.equal((await shown(readingReceipt())).notes.length, 1);
  const receipt = parsed(readingReceipt());
  const outcome = await verify(receipt, TRUST, fakeNode(chainState()));
  outcome.state.hours[8].injectedWh = 1;
  assert.equal(present(receipt, outcome, TRUST, '0,01', 'it').notes.length, 2);
});

test('statementRows: midnight in Italy is shown as the day, anything else as it stands', () => {
  const statement = { from: '2024-07-01T00:00+02:00', to: '2024-08-01T12:00+02:00' };
  assert.deepEqual(statementRows({ statement }, 'it'), [
    ['Dal', '1 luglio 2024'],
    ['Fino al (escluso)', '2024-08-01T12:00+02:00'],
  ]);
});

test('statementRows: texts only, known keys only, cut at 200 letters', () => {
  const statement = { member: 'M'.repeat(500), from: 3, __proto__: { to: 'x' }, other: 'y', balance_eur: '1234.500000' };
  assert.deepEqual(statementRows({ statement }, 'it'), [
    ['Socio', 'M'.repeat(200)],
    ['Saldo dopo il pagamento', '1.234,50\u00a0€'],
  ]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { present, statementRows } from '../../web/verifier/src/present.js';
import { TEXTS } from '../../web/verifier/src/texts.js';
import { verify } from '../../web/verifier/src/verdict.js';
import { chainState, fakeNode, parsed, payoutReceipt, readingReceipt, TRUST } from './world.mjs';

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
  [0, { paid: false, validAt: 4_000_000_000n }, /da pagare dal 2 ottobre 2096/],
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
  for (const state of [{ chainId: '0x1' }, { funded: 1n }, { code: '0x' }]) {
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
  const { checks } = await shown(payoutReceipt(), { funded: 1n });
  assert.deepEqual(checks.map(({ state }) => state), [...Array(6).fill('passed'), 'failed', 'skipped']);
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

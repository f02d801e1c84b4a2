import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readReceipt } from '../../web/verifier/src/receipt.js';
import { dayList, hiddenTotals, payoutReceipt, payoutTree, readingReceipt } from './world.mjs';

const defectOf = (object) => readReceipt(typeof object === 'string' ? object : JSON.stringify(object)).defect;

/** The object with the value at a dotted path replaced, or removed where it is undefined. */
function changed(object, path, value) {
  const copy = structuredClone(object);
  const keys = path.split('.');
  const last = keys.pop();
  const parent = keys.reduce((at, key) => at[key], copy);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

test('readReceipt: a payout becomes bigint amounts and bytes', () => {
  const { receipt } = readReceipt(JSON.stringify(payoutReceipt()));
  assert.equal(receipt.leaf.amountMicroEur, 12_340_000n);
  assert.equal(receipt.leaf.payee.length, 32);
  assert.equal(receipt.proof.length, 2);
});

test('readReceipt: a byte order mark and a missing statement do no harm', () => {
  const receipt = changed(payoutReceipt(), 'statement', undefined);
  assert.ok(readReceipt('\uFEFF' + JSON.stringify(receipt)).receipt);
});

test('readReceipt: what is not proved may hold anything', () => {
  const receipt = { ...payoutReceipt(), statement: [1.5, null], more: { deep: [-1e9] } };
  assert.ok(readReceipt(JSON.stringify(receipt)).receipt);
});

for (const text of ['', '{', 'null', '3', '[]', '"condivisa/payout/2"', '{"kind":', '[[[[', 'x'.repeat(300_000), '['.repeat(200_000)]) {
  test(`readReceipt: ${text.slice(0, 12)} (${text.length}) is a defect, not an exception`, () => assert.ok(defectOf(text)));
}

for (const kind of ['condivisa/payout/1', '__proto__', 'constructor', 1, null, ['condivisa/payout/2']]) {
  test(`readReceipt: kind ${JSON.stringify(kind)} is another kind`, () =>
    assert.equal(defectOf(changed(payoutReceipt(), 'kind', kind)).key, 'otherKind'));
}

const PAYOUT = 'chain_id vault distribution index leaf leaf.channel leaf.payee leaf.owner leaf.amount_eur proof proof.1.hash proof.0.sum_eur';
const REPORT = 'report report.predecessor report.root report.roster report.pods report.blinding report.hours';
const READING = `chain_id ledger configuration pod day salt blinding injected_wh withdrawn_wh position proof ${REPORT}`;
const TREE = 'chain_id vault distribution total_eur leaves leaves.0.channel leaves.1.payee leaves.2.owner leaves.0.amount_eur leaves.1.hash';
const LIST = `chain_id ledger configuration day entries entries.1.id entries.2.commitment ${REPORT}`;

for (const [make, paths] of [[payoutReceipt, PAYOUT], [payoutTree, TREE], [readingReceipt, READING], [dayList, LIST]]) {
  for (const path of paths.split(' ')) {
    test(`readReceipt: without ${path} it names the field`, () =>
      assert.deepEqual(defectOf(changed(make(), path, undefined)), { key: 'missing', facts: { field: path } }));
    for (const value of [null, true, -1, 2 ** 53, 'zz', '0x1', [], {}]) {
      test(`readReceipt: ${path} = ${JSON.stringify(value)} is read or refused by name`, () => {
        const { receipt, defect } = readReceipt(JSON.stringify(changed(make(), path, value)));
        assert.ok(receipt || defect.facts.field.startsWith(path));
      });
    }
  }
}

const BAD = [
  ['leaf.amount_eur', 12.34, 'badForm'],
  ['leaf.amount_eur', '012.340000', 'badForm'],
  ['leaf.amount_eur', 12, 'badForm'],
  ['leaf.amount_eur', '12.34', 'badForm'],
  ['leaf.amount_eur', '18446744073709.551616', 'badForm'],
  ['proof.0.sum_eur', '-0.000001', 'badForm'],
  ['leaf.payee', '0x' + 'a'.repeat(63), 'badForm'],
  ['leaf.payee', '0x' + 'a'.repeat(66), 'badForm'],
  ['leaf.owner', '0x' + 'g'.repeat(40), 'badForm'],
  ['leaf.channel', 'CASH', 'badForm'],
  ['leaf.channel', 0, 'badForm'],
  ['index', 2 ** 32, 'badForm'],
  ['index', '0', 'badForm'],
  ['proof', Array(33).fill({ hash: '0x' + '00'.repeat(32), sum_eur: '0.000000' }), 'badForm'],
  ['leaf', [], 'badForm'],
];
for (const [path, value, key] of BAD) {
  test(`readReceipt: payout ${path} = ${JSON.stringify(value).slice(0, 40)} → ${key}`, () =>
    assert.equal(defectOf(changed(payoutReceipt(), path, value)).key, key));
}

test('readReceipt: a list may be longer than any receipt, and has an end', () => {
  const [entry] = dayList().entries;
  const { receipt } = readReceipt(JSON.stringify({ ...dayList(), entries: Array(2_000).fill(entry) }));
  assert.equal(receipt.entries.length, 2_000);
  assert.equal(defectOf({ ...dayList(), entries: Array(65_537).fill(0) }).key, 'badForm');
  assert.equal(defectOf({ ...payoutReceipt(), statement: 'x'.repeat(300_000) }).key, 'tooLong');
});

test('readReceipt: a tree has at most 65,536 leaves', () => {
  const [leaf] = payoutTree().leaves;
  assert.equal(readReceipt(JSON.stringify({ ...payoutTree(), leaves: Array(3_000).fill(leaf) })).receipt.leaves.length, 3_000);
  assert.equal(defectOf({ ...payoutTree(), leaves: Array(65_537).fill(0) }).key, 'badForm');
  assert.equal(defectOf(' '.repeat(384 * 65_536 + 1)).key, 'tooLong');
});

for (const [opening, defect] of [[null, 'opening'], [{}, 'opening.salt'], [{ salt: '0x12' }, 'opening.salt']]) {
  test(`readReceipt: an opening ${JSON.stringify(opening)} is refused by name`, () =>
    assert.equal(defectOf({ ...hiddenTotals(dayList()), opening }).facts.field, defect));
}

test('readReceipt: a commitment has 33 bytes', () => {
  for (const commitment of ['0x02', '0x02' + 'ab'.repeat(31), '0x04' + 'ab'.repeat(64)]) {
    const defect = defectOf({ ...dayList(), entries: [{ id: '0x' + '01'.repeat(32), commitment }] });
    assert.deepEqual(defect, { key: 'badForm', facts: { field: 'entries.0.commitment' } });
  }
});

const BAD_READING = [
  ['injected_wh', Array(22).fill(0), 'badForm'],
  ['injected_wh', Array(26).fill(0), 'badForm'],
  ['withdrawn_wh', Array(25).fill(0), 'badForm'],
  ['injected_wh.3', 2 ** 32, 'badForm'],
  ['injected_wh.3', -1, 'badForm'],
  ['injected_wh.3', 0.5, 'badForm'],
  ['pod', 'IT001E0000000001X', 'badForm'],
  ['pod', 'ITÀ', 'badForm'],
  ['pod', '', 'badForm'],
  ['day', '2024-02-30', 'badForm'],
  ['report.hours', '0xabc', 'badForm'],
];
for (const [path, value, key] of BAD_READING) {
  test(`readReceipt: reading ${path} = ${JSON.stringify(value).slice(0, 40)} → ${key}`, () =>
    assert.equal(defectOf(changed(readingReceipt(), path, value)).key, key));
}

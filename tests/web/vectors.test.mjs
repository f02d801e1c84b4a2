// The page against the vectors that Python and Solidity also satisfy (tests/vectors/).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bytes, hex } from '../../web/verifier/src/bytes.js';
import { microEur } from '../../web/verifier/src/money.js';
import { CHANNELS, fits, nodeHash, rootOf } from '../../web/verifier/src/payout-tree.js';
import { commitment, readingsRoot } from '../../web/verifier/src/readings-tree.js';
import { hoursOf, reportId } from '../../web/verifier/src/report.js';

const vectors = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
const payouts = vectors('payout_trees');
const readings = vectors('readings_trees');
const messages = vectors('messages');

const leafOf = ({ channel, payee, owner, amount_eur }) => ({
  channel: CHANNELS.indexOf(channel),
  payee: bytes(payee),
  owner: bytes(owner),
  amountMicroEur: microEur(amount_eur),
});
const proofOf = (proof) => proof.map(({ hash, sum_eur }) => ({ hash: bytes(hash), sum: microEur(sum_eur) }));

for (const { name, root, total_eur, depth, leaves, proofs } of payouts.trees) {
  test(`payout tree ${name}: every path of one leaf ends in root and sum`, () => {
    const single = proofs.filter(({ height }) => height === 0);
    assert.ok(single.length > 0);
    for (const { start, proof } of single) {
      assert.equal(proof.length, depth);
      const top = rootOf(start, leafOf(leaves[start]), proofOf(proof));
      assert.deepEqual([hex(top.hash), top.sum], [root, microEur(total_eur)]);
    }
  });

  test(`payout tree ${name}: the whole tree built here has the same root`, () => {
    const nothing = { hash: new Uint8Array(32), sum: 0n };
    let level = Array.from({ length: 2 ** depth }, (_, at) => (leaves[at] ? rootOf(at, leafOf(leaves[at]), []) : nothing));
    while (level.length > 1) {
      level = level.flatMap((left, at) => {
        const right = level[at + 1];
        return at % 2 ? [] : [{ hash: nodeHash(left, right), sum: left.sum + right.sum }];
      });
    }
    assert.deepEqual([hex(level[0].hash), level[0].sum], [root, microEur(total_eur)]);
  });
}

for (const { name, index, leaf, proof, root, total_eur } of payouts.refused) {
  test(`payout tree, refused: ${name}`, () => {
    const top = fits(index, proof.length) ? rootOf(index, leafOf(leaf), proofOf(proof)) : null;
    assert.ok(!top || hex(top.hash) !== root || top.sum !== microEur(total_eur));
  });
}

for (const vector of readings.commitments) {
  test(`commitment of a day of ${vector.injected_wh.length} hours`, () => {
    const { salt, day, pod, injected_wh: injectedWh, withdrawn_wh: withdrawnWh } = vector;
    assert.equal(hex(commitment({ salt: bytes(salt), day, pod, injectedWh, withdrawnWh })), vector.commitment);
  });
}

for (const { size, root, commitments, proofs } of readings.trees) {
  test(`readings tree of ${size}: every path ends in the root`, () => {
    assert.ok(proofs.length > 0);
    for (const { position, proof } of proofs) {
      assert.equal(hex(readingsRoot(position, bytes(commitments[position]), proof.map(bytes))), root);
    }
  });
}

test('report id: the EIP-712 struct hash of every report of the batches', () => {
  const reports = messages.batches.flatMap((batch) => batch.reports);
  assert.ok(reports.length > 2);
  for (const { day, predecessor, root, hours, id } of reports) {
    assert.equal(hex(reportId({ day, predecessor: bytes(predecessor), root: bytes(root), hours: bytes(hours) })), id);
  }
});

test('hoursOf: reads back 40-bit hours, beyond the range of bit operations', () => {
  const [{ hours }] = messages.batches[0].reports;
  const first = hoursOf({ hours: bytes(hours) })[0];
  assert.deepEqual(first, { injectedWh: parseInt(hours.slice(2, 12), 16), withdrawnWh: parseInt(hours.slice(12, 22), 16) });
  assert.ok(first.injectedWh > 2 ** 32);
  assert.deepEqual(hoursOf({ hours: new Uint8Array(11) }), []);
});

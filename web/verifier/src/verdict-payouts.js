import { isZero } from './bytes.js';
import { fatesOf, UNTOLD } from './fates.js';
import { demand, equal } from './mismatch.js';
import { buildTree, CHANNELS, FIRST_SINGLE, fits, isPayable, leafHash, rootOf, sealOf } from './payout-tree.js';

/** Checks that root and sum at `top` and the depth are what the vault keeps; returns the time of first payment. */
async function checkRoot({ distribution }, top, depth, vault, passed) {
  const kept = await vault.distribution(distribution);
  demand(kept, 'foreignContract');
  demand(kept.validAt, 'noDistribution', { distribution });
  demand(!isZero(kept.seal), distribution < FIRST_SINGLE ? 'cancelled' : 'refusedSingle', { distribution });
  demand(equal(sealOf(top), kept.seal) && depth === kept.depth, 'rootDiffers', { distribution, sum: top.sum });
  passed('root');
  return kept.validAt;
}

/** Checks that the path of a payout receipt ends in what the vault funded; returns what became of the leaf. */
export async function checkPayout(receipt, { vault }, passed) {
  const { distribution, index, leaf, proof } = receipt;
  demand(fits(index, proof.length), 'indexOutside', { index, places: 2 ** proof.length });
  const top = rootOf(index, leaf, proof);
  demand(top, 'sumOverflow');
  passed('path');
  const validAt = await checkRoot(receipt, top, proof.length, vault, passed);
  const statuses = await vault.statuses(distribution, [index]);
  demand(statuses, 'foreignContract');
  const [status] = statuses;
  const fates = status.paid ? await fatesOf(vault, distribution, index) : null;
  passed('status');
  return { ...status, validAt, fate: fates && (fates.get(index) ?? UNTOLD) };
}

/** Checks each leaf of a published tree and hashes it, pausing for `progress(part)`. */
async function hashLeaves(leaves, progress) {
  const nodes = [];
  for (const [index, leaf] of leaves.entries()) {
    demand(isPayable(leaf), 'neverPayable', { index });
    const hash = leafHash(index, leaf);
    demand(equal(hash, leaf.told), 'leafDiffers', { index });
    nodes.push({ hash, sum: leaf.amountMicroEur });
    if (index % 500 === 499) await progress(index / leaves.length / 2);
  }
  return nodes;
}

/** Sums {count, sum} of leaves under the names that `nameOf(index)` gives them. */
function summed(leaves, nameOf) {
  const sums = {};
  leaves.forEach(({ amountMicroEur }, index) => {
    const { count = 0, sum = 0n } = sums[nameOf(index)] ?? {};
    sums[nameOf(index)] = { count: count + 1, sum: sum + amountMicroEur };
  });
  return sums;
}

const nameOf = ({ paid, reserved }, fate) => {
  if (paid) return (fate ?? UNTOLD).kind;
  return reserved ? 'reserved' : 'open';
};

/** Checks that the leaves of a published tree are all that the vault funded; returns counts per channel and state. */
export async function checkTree(tree, { vault }, passed, progress) {
  const { distribution, leaves, totalMicroEur } = tree;
  const nodes = await hashLeaves(leaves, progress);
  passed('leaves');
  const sum = leaves.reduce((all, { amountMicroEur }) => all + amountMicroEur, 0n);
  demand(sum === totalMicroEur, 'totalDiffers', { found: sum, expected: totalMicroEur });
  passed('total');
  const { top, depth } = buildTree(nodes);
  const validAt = await checkRoot(tree, top, depth, vault, passed);
  const statuses = await vault.statuses(distribution, [...leaves.keys()], (part) => progress(0.5 + part / 2));
  demand(statuses, 'foreignContract');
  const fates = statuses.some(({ paid }) => paid) ? await fatesOf(vault, distribution) : new Map();
  passed('status');
  return {
    validAt,
    sum,
    channels: summed(leaves, (index) => CHANNELS[leaves[index].channel]),
    states: summed(leaves, (index) => nameOf(statuses[index], fates.get(index))),
  };
}

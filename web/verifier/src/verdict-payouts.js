import { isZero } from './bytes.js';
import { fatesOf, UNTOLD } from './fates.js';
import { demand, equal } from './mismatch.js';
import { buildTree, CHANNELS, FIRST_SINGLE, fits, isPayable, leafHash, rootHash, rootOf } from './payout-tree.js';

/** In the place of a cancelled distribution's hash. */
const isCancelled = (stored) => isZero(stored.slice(0, 31)) && stored[31] === 1;

/** Checks that root and sum at `top`, depth and time are what the vault keeps the hash of. */
async function checkRoot({ distribution, validAt }, top, depth, vault, passed) {
  const stored = await vault.distribution(distribution);
  demand(stored, 'foreignContract');
  demand(!isZero(stored), 'noDistribution', { distribution });
  demand(!isCancelled(stored), distribution < FIRST_SINGLE ? 'cancelled' : 'refusedSingle', { distribution });
  demand(equal(rootHash(top, depth, validAt), stored), 'rootDiffers', { distribution, sum: top.sum });
  passed('root');
}

/** Checks that the path of a payout receipt ends in what the vault funded; returns what became of the leaf. */
export async function checkPayout(receipt, { vault }, passed) {
  const { distribution, validAt, index, leaf, proof } = receipt;
  demand(fits(index, proof.length), 'indexOutside', { index, places: 2 ** proof.length });
  const top = rootOf(index, leaf, proof);
  demand(top, 'sumOverflow');
  passed('path');
  await checkRoot(receipt, top, proof.length, vault, passed);
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
  const { distribution, validAt, leaves, totalMicroEur } = tree;
  const nodes = await hashLeaves(leaves, progress);
  passed('leaves');
  const sum = leaves.reduce((all, { amountMicroEur }) => all + amountMicroEur, 0n);
  demand(sum === totalMicroEur, 'totalDiffers', { found: sum, expected: totalMicroEur });
  passed('total');
  const { top, depth } = buildTree(nodes);
  await checkRoot(tree, top, depth, vault, passed);
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

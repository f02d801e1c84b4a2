import { isZero, keccak, U64_MAX, uint } from './bytes.js';

/** Channels of a leaf in the order of the contract's enum. */
export const CHANNELS = ['WALLET', 'BANK', 'SOCIAL'];

/** Distributions from here on are single payouts. */
export const FIRST_SINGLE = 2 ** 31;

export const SEAL_BYTES = 26;

const CENT_MICRO_EUR = 10_000n;

/** Whether the vault can pay a leaf through its channel: whole cents, and no field that the channel does not have. */
export function isPayable({ channel, payee, owner, amountMicroEur }) {
  if (amountMicroEur % CENT_MICRO_EUR) return false;
  if (CHANNELS[channel] === 'BANK') return true;
  const used = CHANNELS[channel] === 'WALLET' ? 12 : 32;
  return isZero(owner) && isZero(payee.slice(0, used));
}

/** Hash of a leaf: 0x00 ‖ uint32 index ‖ uint8 channel ‖ payee(32) ‖ owner(20) ‖ uint64 micro-euro. */
export const leafHash = (index, leaf) =>
  keccak(uint(0, 1), uint(index, 4), uint(leaf.channel, 1), leaf.payee, leaf.owner, uint(leaf.amountMicroEur, 8));

/** Hash of an inner node: 0x01 ‖ left hash ‖ left sum ‖ right hash ‖ right sum. */
export const nodeHash = (left, right) =>
  keccak(uint(1, 1), left.hash, uint(left.sum, 8), right.hash, uint(right.sum, 8));

/** Whether a tree whose paths have `depth` siblings has a place `index`. */
export const fits = (index, depth) => BigInt(index) < 1n << BigInt(depth);

/**
 * Root {hash, sum in micro-euro} that `leaf` at `index` and its siblings, bottom-up, lead to;
 * null when a sum on the way exceeds u64, which no honest tree does.
 */
export function rootOf(index, leaf, proof) {
  let node = { hash: leafHash(index, leaf), sum: leaf.amountMicroEur };
  let position = BigInt(index);
  for (const sibling of proof) {
    const [left, right] = position & 1n ? [sibling, node] : [node, sibling];
    const sum = left.sum + right.sum;
    if (sum > U64_MAX) return null;
    node = { hash: nodeHash(left, right), sum };
    position >>= 1n;
  }
  return node;
}

/** Root {hash, sum} and depth of the smallest perfect tree over nodes, filled up with zeros; zeros without nodes. */
export function buildTree(nodes) {
  const nothing = { hash: new Uint8Array(32), sum: 0n };
  const depth = Math.ceil(Math.log2(nodes.length || 1));
  let level = [...nodes, ...Array(2 ** depth - nodes.length).fill(nothing)];
  while (level.length > 1) {
    level = level.flatMap((left, at) => {
      const right = level[at + 1];
      return at % 2 ? [] : [{ hash: nodeHash(left, right), sum: left.sum + right.sum }];
    });
  }
  return { top: level[0], depth };
}

/** What the vault keeps of a distribution's root and promised sum: 26 bytes of their hash. */
export const sealOf = (top) => keccak(top.hash, uint(top.sum, 32)).slice(0, SEAL_BYTES);

import { keccak, U64_MAX, uint } from './bytes.js';

/** Channels of a leaf in the order of the contract's enum. */
export const CHANNELS = ['WALLET', 'BANK', 'SOCIAL'];

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

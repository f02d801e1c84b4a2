import { keccak, uint } from './bytes.js';

const ZERO = new Uint8Array(32);

/** Hash of an inner node: 0x03 ‖ left ‖ right. */
const nodeHash = (left, right) => keccak(uint(3, 1), left, right);

/** Root that a leaf at `position` and its siblings, bottom-up, lead to. */
export function rootOfPath(position, leaf, proof) {
  let node = leaf;
  let place = BigInt(position);
  for (const sibling of proof) {
    const [left, right] = place & 1n ? [sibling, node] : [node, sibling];
    node = nodeHash(left, right);
    place >>= 1n;
  }
  return node;
}

/** Root of the tree over leaves, padded with zeros to a power of two; zeros without leaves. */
export function rootOfLeaves(leaves) {
  let level = leaves.length ? leaves : [ZERO];
  const size = 2 ** Math.ceil(Math.log2(level.length));
  level = [...level, ...Array(size - level.length).fill(ZERO)];
  while (level.length > 1) {
    level = level.flatMap((left, at) => (at % 2 ? [] : [nodeHash(left, level[at + 1])]));
  }
  return level[0];
}

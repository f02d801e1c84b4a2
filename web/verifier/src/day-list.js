import { ascii, hex, keccak, uint } from './bytes.js';
import { monthNumber } from './calendar.js';
import { rootOfLeaves } from './hash-tree.js';

/** Bytes that a POD code occupies in a pseudonym, filled with NUL on the right. */
export const POD_BYTES = 16;

/** Id of a POD in the lists of a month: 0x02 ‖ salt(32) ‖ uint32 month ‖ pod(16). */
export const pseudonym = (salt, day, pod) =>
  keccak(uint(2, 1), salt, uint(monthNumber(day), 4), ascii(pod.padEnd(POD_BYTES, '\0')));

/** Leaf of an entry: 0x04 ‖ id(32) ‖ commitment(33). */
export const entryLeaf = ({ id, commitment }) => keccak(uint(4, 1), id, commitment);

/** Root over the entries of a list. */
export const listRoot = (entries) => rootOfLeaves(entries.map(entryLeaf));

/** Root over the ids alone; leaf = 0x05 ‖ id(32). */
export const rosterRoot = (entries) => rootOfLeaves(entries.map(({ id }) => keccak(uint(5, 1), id)));

/** Whether the ids rise strictly: then no entry stands twice, and a set of entries has one list. */
export const isAscending = (entries) => entries.every(({ id }, at) => !at || hex(entries[at - 1].id) < hex(id));

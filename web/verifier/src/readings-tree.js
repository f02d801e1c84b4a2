import { ascii, join, keccak, uint } from './bytes.js';

/** Bytes that a POD code occupies in a commitment, filled with NUL on the right. */
export const POD_BYTES = 16;

const words = (wattHours) => join(...wattHours.map((wh) => uint(wh, 4)));

/**
 * Commitment to the readings of one POD and day:
 * 0x02 ‖ salt(32) ‖ uint32 day ‖ pod(16) ‖ uint8 n ‖ n × uint32 injected Wh ‖ n × uint32 withdrawn Wh.
 */
export const commitment = (reading) =>
  keccak(
    uint(2, 1), reading.salt, uint(reading.day, 4), ascii(reading.pod.padEnd(POD_BYTES, '\0')),
    uint(reading.injectedWh.length, 1), words(reading.injectedWh), words(reading.withdrawnWh),
  );

/** Root that a commitment at `position` and its siblings, bottom-up, lead to; node = 0x03 ‖ left ‖ right. */
export function readingsRoot(position, start, proof) {
  let node = start;
  let place = BigInt(position);
  for (const sibling of proof) {
    const [left, right] = place & 1n ? [sibling, node] : [node, sibling];
    node = keccak(uint(3, 1), left, right);
    place >>= 1n;
  }
  return node;
}

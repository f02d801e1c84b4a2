import { ascii, keccak, uint } from './bytes.js';

/** EIP-712 type of a day's report; its struct hash is the report's id on the ledger. */
const TYPE = 'DayReport(uint32 day,bytes32 predecessor,bytes32 root,bytes hours)';

/** Bytes of one civil hour in `hours`: uint40 injected Wh ‖ uint40 withdrawn Wh. */
const HOUR_BYTES = 10;

export const reportId = (report) =>
  keccak(keccak(ascii(TYPE)), uint(report.day, 32), report.predecessor, report.root, keccak(report.hours));

const uint40 = (data, offset) => data.slice(offset, offset + 5).reduce((sum, byte) => sum * 256 + byte, 0);

/** The configuration's hours [{injectedWh, withdrawnWh}] of a report, [] where the length is not whole hours. */
export function hoursOf(report) {
  const count = report.hours.length / HOUR_BYTES;
  if (!Number.isInteger(count)) return [];
  return Array.from({ length: count }, (_, hour) => ({
    injectedWh: uint40(report.hours, hour * HOUR_BYTES),
    withdrawnWh: uint40(report.hours, hour * HOUR_BYTES + 5),
  }));
}

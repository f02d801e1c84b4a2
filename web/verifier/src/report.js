import { ascii, keccak, uint } from './bytes.js';

/** EIP-712 type of a day's report; its struct hash is the report's id on the ledger. */
const TYPE = 'DayReport(uint32 day,bytes32 predecessor,bytes32 root,bytes32 roster,uint32 pods,bytes32 blinding,bytes hours)';

/** Bytes of one civil hour in `hours`: uint40 injected Wh ‖ uint40 withdrawn Wh. */
export const HOUR_BYTES = 10;

export const reportId = ({ day, predecessor, root, roster, pods, blinding, hours }) =>
  keccak(keccak(ascii(TYPE)), uint(day, 32), predecessor, root, roster, uint(pods, 32), blinding, keccak(hours));

const uint40 = (data, offset) => data.slice(offset, offset + 5).reduce((sum, byte) => sum * 256 + byte, 0);

/** Two lists of Wh, injected and withdrawn, of a report's hours. */
export const bothDirections = (hours) => [hours.map(({ injectedWh }) => injectedWh), hours.map(({ withdrawnWh }) => withdrawnWh)];

const HOUR_COUNTS = [23, 24, 25];

/** Whether a report names only a hash of its hour totals. */
export const isHidden = (report) => report.hours.length === 32;

/** The hours [{injectedWh, withdrawnWh}] of totals as a report has them, [] where the length is not that of a day. */
export function hoursOf(totals) {
  const count = totals.length / HOUR_BYTES;
  if (!HOUR_COUNTS.includes(count)) return [];
  return Array.from({ length: count }, (_, hour) => ({
    injectedWh: uint40(totals, hour * HOUR_BYTES),
    withdrawnWh: uint40(totals, hour * HOUR_BYTES + 5),
  }));
}

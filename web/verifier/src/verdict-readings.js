import { isZero, keccak } from './bytes.js';
import { dayHours } from './calendar.js';
import { entryLeaf, isAscending, listRoot, pseudonym, rosterRoot } from './day-list.js';
import { rootOfPath } from './hash-tree.js';
import { demand, equal } from './mismatch.js';
import { fits } from './payout-tree.js';
import { addUp, commit, totalPoint } from './pedersen.js';
import { bothDirections, HOUR_BYTES, hoursOf, isHidden, reportId } from './report.js';

/**
 * Checks that the ledger accepted the report that the file names, from here on its fields are the chain's, and for a
 * configuration of the trusted vault's community: anyone may register another one at the ledger.
 */
async function checkReport({ report, configuration }, ledger, vault, passed) {
  const accepted = await ledger.report(configuration, report.day);
  demand(accepted, 'foreignContract');
  demand(!isZero(accepted), 'noReport');
  demand(equal(reportId(report), accepted), 'reportDiffers');
  passed('report');
  const [owner, own] = await Promise.all([ledger.communityOf(configuration), vault.community()]);
  demand(owner && own, 'foreignContract');
  demand(equal(owner, own), 'communityDiffers');
  passed('community');
}

/** Whether a report hides its totals, and whether the chain has seen them since. */
async function secrecy({ report, configuration }, ledger) {
  if (!isHidden(report)) return { hidden: false, opened: false };
  const opened = await ledger.opened(configuration, report.day);
  demand(opened, 'foreignContract');
  return { hidden: true, opened: !isZero(opened) };
}

/**
 * Checks that the readings open an entry of the list that the day's report names; returns the report's hours, none
 * where it hides them.
 */
export async function checkReading(receipt, { ledger, vault }, passed) {
  const { report, position, proof, pod, salt, blinding, injectedWh, withdrawnWh } = receipt;
  demand(fits(position, proof.length), 'indexOutside', { index: position, places: 2 ** proof.length });
  // A commitment does not tell a missing hour from one of 0 Wh: the report does or, where it hides them, the calendar.
  const hours = isHidden(report) ? dayHours(report.day) : report.hours.length / HOUR_BYTES;
  demand(injectedWh.length === hours, 'hoursDiffer');
  const commitment = commit(blinding, injectedWh, withdrawnWh);
  demand(commitment, 'readingsDiffer');
  const leaf = entryLeaf({ id: pseudonym(salt, report.day, pod), commitment });
  demand(equal(rootOfPath(position, leaf, proof), report.root), 'readingsDiffer');
  passed('commitment');
  await checkReport(receipt, ledger, vault, passed);
  return { hours: hoursOf(report.hours), ...(await secrecy(receipt, ledger)) };
}

/** The totals' bytes and the blindings' sum: the report's or, where it hides them, those of the file's opening. */
function totalsOf({ report, opening }, passed) {
  if (!opening) return isHidden(report) ? null : report;
  demand(isHidden(report) && equal(keccak(opening.salt, opening.hours), report.hours), 'openingDiffers');
  demand(opening.hours.length === dayHours(report.day) * HOUR_BYTES, 'openingDiffers');
  passed('opening');
  return opening;
}

/** Checks that the entries are those of the day's report and add up to its totals; returns the totals' hours. */
export async function checkList(list, { ledger, vault }, passed) {
  const { report, entries } = list;
  await checkReport(list, ledger, vault, passed);
  demand(entries.length === report.pods, 'sizeDiffers', { found: entries.length, expected: report.pods });
  demand(isAscending(entries), 'notAscending');
  demand(equal(rosterRoot(entries), report.roster), 'rosterDiffers');
  passed('roster');
  demand(equal(listRoot(entries), report.root), 'entriesDiffer');
  passed('entries');
  const totals = totalsOf(list, passed);
  if (!totals) return { hours: [], ...(await secrecy(list, ledger)) };
  const hours = hoursOf(totals.hours);
  const total = hours.length && totalPoint(totals.blinding, ...bothDirections(hours));
  const sum = addUp(entries.map(({ commitment }) => commitment));
  demand(total && sum?.equals(total), 'totalsDiffer');
  passed('totals');
  return { hours, ...(await secrecy(list, ledger)) };
}

import { hex, isZero } from './bytes.js';
import { entryLeaf, isAscending, listRoot, pseudonym, rosterRoot } from './day-list.js';
import { rootOfPath } from './hash-tree.js';
import { chainIdOf, contractAt, latestBlock } from './ledger.js';
import { fits, rootOf } from './payout-tree.js';
import { addUp, commit, totalPoint } from './pedersen.js';
import { bothDirections, HOUR_BYTES, hoursOf, reportId } from './report.js';
import { Unreachable } from './rpc.js';
import { CONTRACT_OF } from './trust.js';

/** Checks of each kind of receipt, in the order in which they are made. */
export const CHECKS = {
  payout: ['node', 'chain', 'names', 'code', 'path', 'root', 'sum', 'status'],
  reading: ['node', 'chain', 'names', 'code', 'commitment', 'report'],
  list: ['node', 'chain', 'names', 'code', 'report', 'roster', 'entries', 'totals'],
};

/** The first reason why a receipt does not match; `facts` fill the sentence, a bigint is micro-euro. */
class Mismatch extends Error {
  constructor(key, facts = {}) {
    super(key);
    this.reason = { key, facts };
  }
}

function demand(condition, key, facts) {
  if (!condition) throw new Mismatch(key, facts);
}

const equal = (one, other) => hex(one) === hex(other);

/** Why the receipt speaks of another chain or contract than the trusted one; null where it does not. */
export function foreignReceipt(receipt, trust) {
  if (trust.chain_id && receipt.chainId !== trust.chain_id) {
    return { key: 'receiptChain', facts: { found: receipt.chainId, expected: trust.chain_id } };
  }
  const contract = trust[CONTRACT_OF[receipt.kind]];
  if (contract && receipt.contract !== contract.toLowerCase()) {
    return { key: 'receiptContract', facts: { found: receipt.contract, expected: contract } };
  }
  return null;
}

/** Checks that the tree of a payout receipt ends in what the vault funded; returns the leaf's state. */
async function checkPayout(receipt, vault, passed) {
  const { distribution, index, leaf, proof } = receipt;
  demand(fits(index, proof.length), 'indexOutside', { index, places: 2 ** proof.length });
  const top = rootOf(index, leaf, proof);
  demand(top, 'sumOverflow');
  passed('path');
  const [funded, status] = await Promise.all([vault.distribution(distribution), vault.status(distribution, index)]);
  demand(funded, 'foreignContract');
  demand(!isZero(funded.root), 'noDistribution', { distribution });
  demand(equal(top.hash, funded.root) && BigInt(proof.length) === funded.depth, 'rootDiffers');
  passed('root');
  demand(top.sum === funded.funded, 'sumDiffers', { found: top.sum, expected: funded.funded });
  passed('sum');
  demand(status, 'foreignContract');
  passed('status');
  return { ...status, validAt: Number(funded.validAt) };
}

/** Checks that the ledger accepted the report that the file names; from here on its fields are the chain's. */
async function checkReport({ report, configuration }, ledger, passed) {
  const accepted = await ledger.report(configuration, report.day);
  demand(accepted, 'foreignContract');
  demand(!isZero(accepted), 'noReport');
  demand(equal(reportId(report), accepted), 'reportDiffers');
  passed('report');
}

/** Checks that the readings open an entry of the list that the day's report names; returns the report's hours. */
async function checkReading(receipt, ledger, passed) {
  const { report, position, proof, pod, salt, blinding, injectedWh, withdrawnWh } = receipt;
  demand(fits(position, proof.length), 'indexOutside', { index: position, places: 2 ** proof.length });
  // A commitment does not tell a missing hour from one of 0 Wh: the report does.
  demand(injectedWh.length * HOUR_BYTES === report.hours.length, 'hoursDiffer');
  const commitment = commit(blinding, injectedWh, withdrawnWh);
  demand(commitment, 'readingsDiffer');
  const leaf = entryLeaf({ id: pseudonym(salt, report.day, pod), commitment });
  demand(equal(rootOfPath(position, leaf, proof), report.root), 'readingsDiffer');
  passed('commitment');
  await checkReport(receipt, ledger, passed);
  return { hours: hoursOf(report) };
}

/** Checks that the entries are those of the day's report and add up to its totals; returns the report's hours. */
async function checkList(list, ledger, passed) {
  const { report, entries } = list;
  await checkReport(list, ledger, passed);
  demand(entries.length === report.pods, 'sizeDiffers', { found: entries.length, expected: report.pods });
  demand(isAscending(entries), 'notAscending');
  demand(equal(rosterRoot(entries), report.roster), 'rosterDiffers');
  passed('roster');
  demand(equal(listRoot(entries), report.root), 'entriesDiffer');
  passed('entries');
  const hours = hoursOf(report);
  const total = hours.length && totalPoint(report.blinding, ...bothDirections(hours));
  const sum = addUp(entries.map(({ commitment }) => commitment));
  demand(total && sum?.equals(total), 'totalsDiffer');
  passed('totals');
  return { hours };
}

const CHECK_OF = { payout: checkPayout, reading: checkReading, list: checkList };

async function check(receipt, trust, ask, outcome) {
  const passed = (name) => outcome.passed.push(name);
  const [chainId, block] = await Promise.all([chainIdOf(ask), latestBlock(ask)]);
  outcome.block = block;
  passed('node');
  demand(chainId === trust.chain_id, 'nodeChain', { found: chainId, expected: trust.chain_id });
  passed('chain');
  const foreign = foreignReceipt(receipt, trust);
  demand(!foreign, foreign?.key, foreign?.facts);
  passed('names');
  const contract = contractAt(receipt.contract, block, ask);
  demand(await contract.hasCode(), 'noCode', { found: receipt.contract });
  passed('code');
  return CHECK_OF[receipt.kind](receipt, contract, passed);
}

/**
 * Verdict on a receipt (see receipt.js) against a trusted chain and contract (see trust.js), asking a node by
 * `ask(method, params)`: {verdict: MATCHES | DOES_NOT_MATCH | UNREACHABLE, passed: names of the checks that
 * passed, block or null, reason why not or null, cause of silence in the node's words, state: what the register
 * says, or null}. Never throws for bad data.
 */
export async function verify(receipt, trust, ask) {
  const outcome = { verdict: 'MATCHES', passed: [], block: null, reason: null, cause: '', state: null };
  try {
    outcome.state = await check(receipt, trust, ask, outcome);
  } catch (error) {
    if (error instanceof Mismatch) return { ...outcome, verdict: 'DOES_NOT_MATCH', reason: error.reason };
    if (!(error instanceof Unreachable)) throw error;
    return { ...outcome, verdict: 'UNREACHABLE', cause: error.message };
  }
  return outcome;
}

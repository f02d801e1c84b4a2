import { chainIdOf, contractAt, latestBlock } from './ledger.js';
import { demand, Mismatch } from './mismatch.js';
import { isHidden } from './report.js';
import { Unreachable } from './rpc.js';
import { CONTRACT_OF } from './trust.js';
import { checkPayout, checkTree } from './verdict-payouts.js';
import { checkList, checkReading } from './verdict-readings.js';

const OF_KIND = {
  payout: ['path', 'root', 'status'],
  tree: ['leaves', 'total', 'root', 'status'],
  reading: ['commitment', 'report', 'community'],
  list: ['report', 'community', 'roster', 'entries'],
};

/** What is checked last in a list: totals, unless the report hides them and the file does not open them. */
function ofTotals({ kind, report, opening }) {
  if (kind !== 'list') return [];
  return opening ? ['opening', 'totals'] : isHidden(report) ? [] : ['totals'];
}

/** Names of the checks of a file (see receipt.js), in the order in which they are made. */
export const checksOf = (file) => ['node', 'chain', 'names', 'code', ...OF_KIND[file.kind], ...ofTotals(file)];

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

const CHECK_OF = { payout: checkPayout, tree: checkTree, reading: checkReading, list: checkList };

async function check(receipt, trust, ask, outcome, progress) {
  const passed = (name) => outcome.passed.push(name);
  const [chainId, block] = await Promise.all([chainIdOf(ask), latestBlock(ask)]);
  outcome.block = block;
  passed('node');
  demand(chainId === trust.chain_id, 'nodeChain', { found: chainId, expected: trust.chain_id });
  passed('chain');
  const foreign = foreignReceipt(receipt, trust);
  demand(!foreign, foreign?.key, foreign?.facts);
  passed('names');
  const [ledger, vault] = [trust.ledger, trust.vault].map((address) => contractAt(address.toLowerCase(), block, ask));
  const contracts = { ledger, vault };
  demand(await contracts[CONTRACT_OF[receipt.kind]].hasCode(), 'noCode', { found: receipt.contract });
  passed('code');
  return CHECK_OF[receipt.kind](receipt, contracts, passed, progress);
}

/**
 * Verdict on a receipt (see receipt.js) against a trusted chain and contract (see trust.js), asking a node by
 * `ask(method, params)`: {verdict: MATCHES | DOES_NOT_MATCH | UNREACHABLE, passed: names of the checks that
 * passed, block or null, reason why not or null, cause of silence in the node's words, state: what the register
 * says, or null}. Never throws for bad data. A tree is waited for by `progress(part)`, from 0 to 1.
 */
export async function verify(receipt, trust, ask, progress = () => {}) {
  const outcome = { verdict: 'MATCHES', passed: [], block: null, reason: null, cause: '', state: null };
  try {
    outcome.state = await check(receipt, trust, ask, outcome, progress);
  } catch (error) {
    if (error instanceof Mismatch) return { ...outcome, verdict: 'DOES_NOT_MATCH', reason: error.reason };
    if (!(error instanceof Unreachable)) throw error;
    return { ...outcome, verdict: 'UNREACHABLE', cause: error.message };
  }
  return outcome;
}

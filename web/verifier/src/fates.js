import { ascii, hex, keccak, uint } from './bytes.js';
import { Unreachable } from './rpc.js';

const topic = (signature) => hex(keccak(ascii(signature)));

/** Logs of one leaf: topics are distribution and index, and the single payout in its place. */
const LEAF_EVENTS = {
  [topic('LeafClaimed(uint32,uint32,uint64)')]: 'paid',
  [topic('BankConfirmed(uint32,uint32,bytes32,uint64)')]: 'paid',
  [topic('LeafMoved(uint32,uint32,uint32)')]: 'moved',
  [topic('LeafRedirected(uint32,uint32,uint32,bytes32)')]: 'redirected',
};

/** Logs of a batch: data begins with its first index and a bitmap. */
const BATCH_EVENTS = {
  [topic('BatchPaid(uint32,uint32,uint256,uint256,uint64,uint64)')]: 'paid',
  [topic('LeavesSwept(uint32,uint32,uint256,uint64)')]: 'swept',
};

const LEAVES_PER_BATCH = 256;

/** The fate of a leaf that counts as paid where no log tells why. */
export const UNTOLD = { kind: 'untold' };

const word = (value) => hex(uint(value, 32));

const about = (kind, { transactionHash, blockNumber }) => ({ kind, transaction: String(transactionHash), block: Number(blockNumber) });

function readLeafLog(log, fates) {
  const [name, , index, single] = log.topics;
  const kind = LEAF_EVENTS[name];
  const replaced = kind === 'moved' || kind === 'redirected';
  fates.set(Number(index), { ...about(kind, log), ...(replaced && { single: Number(single) }) });
}

function readBatchLog(log, fates) {
  const kind = BATCH_EVENTS[log.topics[0]];
  const start = Number(BigInt(log.data.slice(0, 66)));
  const leaves = BigInt('0x' + log.data.slice(66, 130));
  for (let bit = 0; bit < LEAVES_PER_BATCH; bit += 1) {
    if ((leaves >> BigInt(bit)) & 1n) fates.set(start + bit, about(kind, log));
  }
}

/**
 * What the vault's logs tell of a distribution's leaves that count as paid, or of one: a Map from index to {kind,
 * transaction, block, single}. The vault's bit does not tell payment from replacement; many nodes keep no old logs,
 * and then the map is empty.
 */
export async function fatesOf(vault, distribution, index) {
  const fates = new Map();
  const ofOne = index === undefined ? [] : [word(index)];
  try {
    const ofLeaves = await vault.logs([Object.keys(LEAF_EVENTS), word(distribution), ...ofOne]);
    ofLeaves.forEach((log) => readLeafLog(log, fates));
    const ofBatches = await vault.logs([Object.keys(BATCH_EVENTS), word(distribution)]);
    ofBatches.forEach((log) => readBatchLog(log, fates));
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof TypeError || error instanceof SyntaxError)) throw error;
    return new Map();
  }
  return fates;
}

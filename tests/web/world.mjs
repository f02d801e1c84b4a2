// A small vault and ledger as a fake node knows them, with receipts that match; a test states only what differs.
import { ascii, bytes, hex, join, keccak, uint } from '../../web/verifier/src/bytes.js';
import { entryLeaf, listRoot, pseudonym, rosterRoot } from '../../web/verifier/src/day-list.js';
import { rootOfPath } from '../../web/verifier/src/hash-tree.js';
import { buildTree, leafHash, nodeHash, sealOf } from '../../web/verifier/src/payout-tree.js';
import { commit } from '../../web/verifier/src/pedersen.js';
import { readReceipt } from '../../web/verifier/src/receipt.js';
import { reportId } from '../../web/verifier/src/report.js';
import { Reverted } from '../../web/verifier/src/rpc.js';

export const VAULT = '0x' + '5a'.repeat(20);
export const LEDGER = '0x' + '1e'.repeat(20);
export const TRUST = { rpc: 'http://127.0.0.1:8545', chain_id: '31337', vault: VAULT, ledger: LEDGER };

const word = (value) => '0x' + BigInt(value).toString(16).padStart(64, '0');
const euro = (amount) => `${amount / 1_000_000n}.${String(amount % 1_000_000n).padStart(6, '0')}`;

const AMOUNTS = [12_340_000n, 50_000n, 1_000_000_000n];

function leafOf(index) {
  const channel = ['WALLET', 'BANK', 'SOCIAL'][index % 3];
  const payee = { WALLET: word('0x' + 'ab'.repeat(20)), BANK: '0x' + 'cd'.repeat(32), SOCIAL: word(0) }[channel];
  return { channel, payee, owner: '0x' + '00'.repeat(20), amount_eur: euro(AMOUNTS[index]) };
}

const parsedLeaf = (index) => ({
  channel: index % 3,
  payee: bytes(leafOf(index).payee),
  owner: new Uint8Array(20),
  amountMicroEur: AMOUNTS[index],
});

const nothing = { hash: new Uint8Array(32), sum: 0n };
const bottom = [...AMOUNTS.map((sum, index) => ({ hash: leafHash(index, parsedLeaf(index)), sum })), nothing];
const above = [0, 2].map((place) => ({
  hash: nodeHash(bottom[place], bottom[place + 1]),
  sum: bottom[place].sum + bottom[place + 1].sum,
}));

const VALID_AT = 1_720_000_000;

/** Receipt of leaf 0, 1 or 2 (wallet, bank, social) of distribution 1, as its JSON object. */
export function payoutReceipt(index = 0) {
  const path = [bottom[index ^ 1], above[(index >> 1) ^ 1]];
  return {
    kind: 'condivisa/payout/2',
    chain_id: 31337,
    vault: VAULT,
    distribution: 1,
    index,
    leaf: leafOf(index),
    proof: path.map(({ hash, sum }) => ({ hash: hex(hash), sum_eur: euro(sum) })),
    statement: { community: 'Prova', member: 'M07', balance_eur: '0.004000' },
  };
}

/** All three leaves of distribution 1, as the published tree's JSON object. */
export function payoutTree() {
  return {
    kind: 'condivisa/payout-tree/1',
    chain_id: 31337,
    vault: VAULT,
    distribution: 1,
    total_eur: euro(AMOUNTS.reduce((all, amount) => all + amount)),
    leaves: AMOUNTS.map((_, index) => ({ ...leafOf(index), hash: hex(bottom[index].hash) })),
  };
}

const injected = Array.from({ length: 24 }, (_, hour) => (hour > 6 && hour < 19 ? 100 * hour : 0));
const withdrawn = Array.from({ length: 24 }, (_, hour) => 300 + hour);
const hours = hex(join(...injected.flatMap((wh, hour) => [uint(wh * 3, 5), uint(withdrawn[hour] * 5, 5)])));

/** 2024-07-01 as days since 1970-01-01. */
const DAY = 19_905;

/** Receipt of one POD's 2024-07-01, as its JSON object. */
export function readingReceipt() {
  const receipt = {
    kind: 'condivisa/reading/2',
    chain_id: 31337,
    ledger: LEDGER,
    configuration: '0x' + '77'.repeat(32),
    pod: 'IT001E00000001',
    day: '2024-07-01',
    salt: '0x' + '31'.repeat(32),
    blinding: '0x' + '32'.repeat(32),
    injected_wh: injected,
    withdrawn_wh: withdrawn,
    position: 2,
    proof: ['0x' + '41'.repeat(32), '0x' + '42'.repeat(32)],
    report: { predecessor: word(0), root: word(0), roster: word(5), pods: 3, blinding: word(6), hours },
  };
  const { salt, blinding, proof } = readReceipt(JSON.stringify(receipt)).receipt;
  const leaf = entryLeaf({ id: pseudonym(salt, DAY, receipt.pod), commitment: commit(blinding, injected, withdrawn) });
  receipt.report.root = hex(rootOfPath(2, leaf, proof));
  return receipt;
}

/** The list of three PODs on 2024-07-02, as its JSON object; `more` is added to the first total. */
export function dayList(more = 0) {
  const entries = [1, 2, 3].map((number) => ({
    id: bytes(word(number)),
    commitment: commit(bytes(word(100 * number)), injected.map((wh) => wh * number), withdrawn),
  }));
  const totals = injected.flatMap((wh, hour) => [uint(wh * 6 + (hour ? 0 : more), 5), uint(withdrawn[hour] * 3, 5)]);
  return {
    kind: 'condivisa/readings-list/1',
    chain_id: 31337,
    ledger: LEDGER,
    configuration: '0x' + '77'.repeat(32),
    day: '2024-07-02',
    report: {
      predecessor: word(0),
      root: hex(listRoot(entries)),
      roster: hex(rosterRoot(entries)),
      pods: 3,
      blinding: word(600),
      hours: hex(join(...totals)),
    },
    entries: entries.map(({ id, commitment }) => ({ id: hex(id), commitment: hex(commitment) })),
  };
}

/** A reading or a list whose report hides its totals, and what opens them. */
export function hiddenTotals(file, salt = '0x' + '51'.repeat(32)) {
  const { hours, blinding } = file.report;
  const report = { ...file.report, hours: hex(keccak(bytes(salt), bytes(hours))), blinding: word(0) };
  return { ...file, report, opening: { salt, hours, blinding } };
}

/** A log of the vault, in block 12. */
export const logOf = (signature, topics, data = []) => ({
  topics: [hex(keccak(ascii(signature))), ...topics.map(word)],
  data: body(data),
  transactionHash: '0x' + '7a'.repeat(32),
  blockNumber: '0xc',
});

/** The log of a push that paid the leaves of a bitmap of distribution 1. */
export const pushed = (leaves) => logOf('BatchPaid(uint32,uint32,uint256,uint256,uint64,uint64)', [1], [0, leaves, 0, 0, 0]);

/** What the vault answers for a distribution: seal, depth and time of first payment, a word each. */
export const keptOf = (top, depth, validAt) => hex(sealOf(top)) + '00'.repeat(6) + word(depth).slice(2) + word(validAt).slice(2);

/** State of the chain for `fakeNode`; a test overrides single entries. */
export function chainState(changes = {}) {
  const { root = buildTree(bottom.slice(0, 3)).top, validAt = VALID_AT, depth = 2 } = changes;
  return {
    chainId: '0x7a69',
    code: '0x6001',
    kept: keptOf(root, depth, validAt),
    paid: true,
    reserved: false,
    opened: false,
    owner: word(6),
    community: word(6),
    logs: [pushed(0b111)],
    report: hex(reportId(readReceipt(JSON.stringify(readingReceipt())).receipt.report)),
    list: hex(reportId(readReceipt(JSON.stringify(dayList())).receipt.report)),
    ...changes,
  };
}

const body = (words) => '0x' + words.map((value) => word(value).slice(2)).join('');

/** Selectors computed by eth_utils, written down so that the page's own computation is checked. */
export const SELECTORS = { distributionOf: '0xc40af24d', statusOf: '0xa5832cc3', reportOf: '0x810d8f9b', communityOf: '0x20bd486a', community: '0xdc1fb5a5', isOpened: '0x964127b3' };

/** An `ask` over a chain state; records its calls and reverts where the state says `reverts`. */
export function fakeNode(state, calls = []) {
  const { configuration } = readingReceipt();
  const answers = {
    [SELECTORS.distributionOf + body([1]).slice(2)]: () => state.kept.slice(2).match(/.{64}/g).map((digits) => '0x' + digits),
    [SELECTORS.reportOf + body([configuration, DAY]).slice(2)]: () => [state.report],
    [SELECTORS.reportOf + body([configuration, DAY + 1]).slice(2)]: () => [state.list],
  };
  const answer = (data) => {
    if (data.startsWith(SELECTORS.statusOf + body([1]).slice(2))) return [Number(state.paid), Number(state.reserved)];
    if (data.startsWith(SELECTORS.communityOf)) return [state.owner];
    if (data.startsWith(SELECTORS.distributionOf)) return answers[data]?.() ?? [0, 0, 0];
    if (data === SELECTORS.community) return [state.community];
    if (data.startsWith(SELECTORS.isOpened)) return [Number(state.opened)];
    return answers[data]?.() ?? [0];
  };
  return async (method, params) => {
    calls.push([method, params]);
    if (method === 'eth_chainId') return state.chainId;
    if (method === 'eth_getBlockByNumber') return { number: '0x10', hash: '0x' + 'b1'.repeat(32), timestamp: '0x669fd180' };
    if (method === 'eth_getCode') return state.code;
    if (method === 'eth_getLogs') return state.logs.filter(({ topics }) => params[0].topics[0].includes(topics[0]));
    if (state.reverts) throw new Reverted('execution reverted');
    return state.returns ?? body(answer(params[0].data));
  };
}

/** The parsed receipt of a JSON object; fails the test where it is unreadable. */
export function parsed(object) {
  const { receipt, defect } = readReceipt(JSON.stringify(object));
  if (defect) throw new Error(JSON.stringify(defect));
  return receipt;
}

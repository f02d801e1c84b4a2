import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Unreachable } from '../../web/verifier/src/rpc.js';
import { hex } from '../../web/verifier/src/bytes.js';
import { reportId } from '../../web/verifier/src/report.js';
import { CHECKS, foreignReceipt, verify } from '../../web/verifier/src/verdict.js';
import { chainState, dayList, fakeNode, parsed, payoutReceipt, readingReceipt, TRUST } from './world.mjs';

const judge = (receipt, { trust = TRUST, state = {}, ask } = {}) =>
  verify(parsed(receipt), trust, ask ?? fakeNode(chainState(state)));

for (const receipt of [payoutReceipt(0), payoutReceipt(1), payoutReceipt(2), readingReceipt(), dayList()]) {
  test(`verify: an honest receipt matches (${receipt.kind} ${receipt.index ?? ''})`, async () => {
    const outcome = await judge(receipt);
    assert.equal(outcome.verdict, 'MATCHES');
    assert.deepEqual(outcome.passed, CHECKS[parsed(receipt).kind]);
    assert.equal(outcome.block.number, 16n);
  });
}

test('verify: all calls are made at one block, to the trusted contract', async () => {
  const calls = [];
  await judge(payoutReceipt(), { ask: fakeNode(chainState(), calls) });
  const reads = calls.filter(([method]) => ['eth_call', 'eth_getCode'].includes(method));
  assert.equal(reads.length, 3);
  for (const [method, [target, block]] of reads) {
    assert.equal(block, '0x10');
    assert.equal(method === 'eth_call' ? target.to : target, TRUST.vault);
  }
});

test('verify: the state of the payment comes from the register', async () => {
  const { state } = await judge(payoutReceipt(), { state: { paid: false, reserved: true, validAt: 9n } });
  assert.deepEqual(state, { paid: false, reserved: true, validAt: 9 });
});

/** Every altered byte or figure of a receipt that still reads as a receipt. */
function* alterations(receipt, path = []) {
  for (const [key, value] of Object.entries(receipt)) {
    const at = [...path, key];
    if (key === 'statement' || key === 'kind') continue;
    if (typeof value === 'object') yield* alterations(value, at);
    else if (typeof value === 'number') yield [at, value ^ 1];
    else if (value.startsWith('0x')) {
      for (const place of [2, value.length - 1]) yield [at, value.slice(0, place) + (value[place] === '0' ? '1' : '0') + value.slice(place + 1)];
    } else if (/^\d+\.\d{6}$/.test(value)) yield [at, value.slice(0, -1) + '1'];
    else if (key === 'channel') yield [at, value === 'BANK' ? 'WALLET' : 'BANK'];
    else if (key === 'day') yield [at, value === '2024-07-02' ? '2024-07-01' : '2024-07-02'];
    else yield [at, value.slice(0, -1) + 'Z'];
  }
}

function altered(receipt, path, value) {
  const copy = structuredClone(receipt);
  path.slice(0, -1).reduce((at, key) => at[key], copy)[path.at(-1)] = value;
  return copy;
}

for (const receipt of [payoutReceipt(0), payoutReceipt(1), payoutReceipt(2), readingReceipt(), dayList()]) {
  test(`verify: whatever is altered in ${receipt.kind} ${receipt.index ?? ''} does not match`, async () => {
    let count = 0;
    for (const [path, value] of alterations(receipt)) {
      const { verdict } = await judge(altered(receipt, path, value));
      assert.equal(verdict, 'DOES_NOT_MATCH', `${path.join('.')} = ${value}`);
      count += 1;
    }
    assert.ok(count > 15);
  });
}

/** The readings with an hour of 0 Wh more, which no commitment shows. */
function oneHourMore(receipt) {
  return { ...receipt, injected_wh: [...receipt.injected_wh, 0], withdrawn_wh: [...receipt.withdrawn_wh, 0] };
}

const withFirst = (changes) => dayList().entries.map((entry, at) => (at ? entry : { ...entry, ...changes }));
const idOf = (file) => hex(reportId(parsed(file).report));

const DIFFERENCES = [
  ['nodeChain', payoutReceipt(), { state: { chainId: '0x1' } }],
  ['receiptChain', { ...payoutReceipt(), chain_id: 1 }],
  ['receiptContract', { ...payoutReceipt(), vault: '0x' + '5b'.repeat(20) }],
  ['receiptContract', { ...readingReceipt(), ledger: TRUST.vault }],
  ['noCode', payoutReceipt(), { state: { code: '0x' } }],
  ['foreignContract', payoutReceipt(), { state: { reverts: true } }],
  ['foreignContract', payoutReceipt(), { state: { returns: '0x' } }],
  ['foreignContract', readingReceipt(), { state: { returns: '0x' + '00'.repeat(31) } }],
  ['indexOutside', { ...payoutReceipt(), index: 4 }],
  ['indexOutside', { ...readingReceipt(), position: 4 }],
  ['noDistribution', payoutReceipt(), { state: { root: '0x' + '00'.repeat(32), funded: 0n } }],
  ['rootDiffers', payoutReceipt(), { state: { root: '0x' + '11'.repeat(32) } }],
  ['rootDiffers', payoutReceipt(), { state: { depth: 3n } }],
  ['sumDiffers', payoutReceipt(), { state: { funded: 1n } }],
  ['readingsDiffer', { ...readingReceipt(), pod: 'IT001E00000002' }],
  ['readingsDiffer', { ...readingReceipt(), blinding: '0x' + '00'.repeat(32) }],
  ['readingsDiffer', { ...readingReceipt(), blinding: '0x' + 'ff'.repeat(32) }],
  ['hoursDiffer', oneHourMore(readingReceipt())],
  ['sizeDiffers', { ...dayList(), entries: dayList().entries.slice(1) }],
  ['notAscending', { ...dayList(), entries: dayList().entries.reverse() }],
  ['notAscending', { ...dayList(), entries: [0, 0, 2].map((at) => dayList().entries[at]) }],
  ['rosterDiffers', { ...dayList(), entries: withFirst({ id: '0x' + '00'.repeat(32) }) }],
  ['entriesDiffer', { ...dayList(), entries: withFirst({ commitment: dayList().entries[1].commitment }) }],
  ['totalsDiffer', dayList(1), { state: { list: idOf(dayList(1)) } }],
  ['noReport', dayList(), { state: { list: '0x' + '00'.repeat(32) } }],
  ['reportDiffers', dayList(), { state: { list: '0x' + '11'.repeat(32) } }],
  ['noReport', readingReceipt(), { state: { report: '0x' + '00'.repeat(32) } }],
  ['reportDiffers', readingReceipt(), { state: { report: '0x' + '11'.repeat(32) } }],
];
for (const [reason, receipt, world] of DIFFERENCES) {
  test(`verify: ${reason} (${receipt.kind})`, async () => {
    const outcome = await judge(receipt, world);
    assert.deepEqual([outcome.verdict, outcome.reason.key], ['DOES_NOT_MATCH', reason]);
  });
}

test('verify: sums that exceed u64 do not match, and nothing overflows', async () => {
  const receipt = payoutReceipt();
  receipt.proof[1].sum_eur = '18446744073709.551615';
  assert.equal((await judge(receipt)).reason.key, 'sumOverflow');
});

test('verify: a proof over the whole depth of u32 indices is computed', async () => {
  const receipt = { ...payoutReceipt(), index: 2 ** 32 - 1 };
  receipt.proof = Array(32).fill({ hash: '0x' + '00'.repeat(32), sum_eur: '0.000000' });
  assert.equal((await judge(receipt)).reason.key, 'rootDiffers');
});

test('verify: the trusted address may be written with a checksum', async () => {
  const vault = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
  const outcome = await judge({ ...payoutReceipt(), vault: vault.toLowerCase() }, { trust: { ...TRUST, vault } });
  assert.equal(outcome.verdict, 'MATCHES');
});

const METHODS = ['eth_chainId', 'eth_getBlockByNumber', 'eth_getCode', 'eth_call'];
for (const broken of METHODS) {
  test(`verify: no answer to ${broken} is no verdict on the receipt`, async () => {
    const node = fakeNode(chainState());
    const ask = async (method, params) => {
      if (method === broken) throw new Unreachable('down');
      return node(method, params);
    };
    for (const receipt of [payoutReceipt(), readingReceipt(), dayList()]) {
      assert.equal((await judge(receipt, { ask })).verdict, 'UNREACHABLE');
    }
  });
}

for (const nonsense of [{}, 7, 'x', '0x', true, []]) {
  test(`verify: a node that answers ${JSON.stringify(nonsense)} to everything never confirms nor throws`, async () => {
    assert.equal((await judge(payoutReceipt(), { ask: async () => nonsense })).verdict, 'UNREACHABLE');
  });
}

test('verify: a dead node outranks a receipt that names another vault', async () => {
  const ask = async () => {
    throw new Unreachable('down');
  };
  const outcome = await judge({ ...payoutReceipt(), vault: '0x' + '5b'.repeat(20) }, { ask });
  assert.equal(outcome.verdict, 'UNREACHABLE');
});

test('foreignReceipt: is known without a node, and says nothing where the trust is still empty', () => {
  assert.equal(foreignReceipt(parsed({ ...payoutReceipt(), chain_id: 2 }), TRUST).key, 'receiptChain');
  assert.equal(foreignReceipt(parsed(payoutReceipt()), { rpc: '', chain_id: '', vault: '', ledger: '' }), null);
});

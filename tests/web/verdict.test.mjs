import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Unreachable } from '../../web/verifier/src/rpc.js';
import { hex } from '../../web/verifier/src/bytes.js';
import { reportId } from '../../web/verifier/src/report.js';
import { checksOf, foreignReceipt, verify } from '../../web/verifier/src/verdict.js';
import { chainState, dayList, fakeNode, hiddenTotals, logOf, parsed, payoutReceipt, payoutTree, readingReceipt, TRUST } from './world.mjs';

const judge = (receipt, { trust = TRUST, state = {}, ask } = {}) =>
  verify(parsed(receipt), trust, ask ?? fakeNode(chainState(state)));

for (const receipt of [payoutReceipt(0), payoutReceipt(1), payoutReceipt(2), payoutTree(), readingReceipt(), dayList()]) {
  test(`verify: an honest receipt matches (${receipt.kind} ${receipt.index ?? ''})`, async () => {
    const outcome = await judge(receipt);
    assert.equal(outcome.verdict, 'MATCHES');
    assert.deepEqual(outcome.passed, checksOf(parsed(receipt)));
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
  const { state } = await judge(payoutReceipt(), { state: { paid: false, reserved: true, validAt: 9 } });
  assert.deepEqual(state, { paid: false, reserved: true, validAt: 9, fate: null });
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

for (const receipt of [payoutReceipt(0), payoutReceipt(1), payoutReceipt(2), payoutTree(), readingReceipt(), dayList()]) {
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
  ['noDistribution', payoutReceipt(), { state: { kept: '0x' + '00'.repeat(96) } }],
  ['cancelled', payoutReceipt(), { state: { kept: '0x' + '00'.repeat(95) + '01' } }],
  ['rootDiffers', payoutReceipt(), { state: { kept: '0x' + '11'.repeat(32) + '00'.repeat(31) + '02' + '00'.repeat(31) + '01' } }],
  ['rootDiffers', payoutReceipt(), { state: { depth: 3 } }],
  ['rootDiffers', payoutTree(), { state: { depth: 3 } }],
  ['foreignContract', payoutReceipt(), { state: { validAt: 2 ** 40 } }],
  ['cancelled', payoutTree(), { state: { kept: '0x' + '00'.repeat(95) + '01' } }],
  ['leafDiffers', { ...payoutTree(), leaves: payoutTree().leaves.slice(1) }],
  ['leafDiffers', { ...payoutTree(), leaves: payoutTree().leaves.reverse() }],
  ['totalDiffers', { ...payoutTree(), leaves: payoutTree().leaves.slice(0, 2) }],
  ['totalDiffers', { ...payoutTree(), total_eur: '0.000000' }],
  ['neverPayable', { ...payoutTree(), leaves: [{ ...payoutTree().leaves[0], owner: '0x' + '11'.repeat(20) }] }],
  ['noDistribution', { ...payoutTree(), distribution: 2 }],
  ['communityDiffers', readingReceipt(), { state: { owner: '0x' + '00'.repeat(32) } }],
  ['communityDiffers', dayList(), { state: { community: '0x' + '12'.repeat(32) } }],
  ['openingDiffers', { ...dayList(), opening: hiddenTotals(dayList()).opening }],
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

const hiddenList = (opening = {}) => {
  const file = hiddenTotals(dayList());
  return [{ ...file, opening: { ...file.opening, ...opening } }, { list: idOf(file) }];
};

test('verify: hidden totals that the file opens add up, and whether the chain has seen them is told', async () => {
  const [file, state] = hiddenList();
  for (const opened of [false, true]) {
    const outcome = await judge(file, { state: { ...state, opened } });
    assert.deepEqual([outcome.verdict, outcome.state.hidden, outcome.state.opened], ['MATCHES', true, opened]);
    assert.deepEqual(outcome.passed.slice(-2), ['opening', 'totals']);
    assert.equal(outcome.state.hours.length, 24);
  }
});

test('verify: hidden totals that the file does not open are not compared', async () => {
  const [{ opening, ...file }, state] = hiddenList();
  const outcome = await judge(file, { state });
  assert.deepEqual([outcome.verdict, outcome.passed.at(-1), outcome.state.hours.length], ['MATCHES', 'entries', 0]);
  assert.ok(opening);
});

for (const [change, reason] of [
  [{ salt: '0x' + '52'.repeat(32) }, 'openingDiffers'],
  [{ hours: '0x' }, 'openingDiffers'],
  [{ blinding: '0x' + '00'.repeat(31) + '01' }, 'totalsDiffer'],
  [{ blinding: '0x' + 'ff'.repeat(32) }, 'totalsDiffer'],
]) {
  test(`verify: an opening with another ${Object.keys(change)} does not match`, async () => {
    const [file, state] = hiddenList(change);
    assert.equal((await judge(file, { state })).reason.key, reason);
  });
}

test('verify: a reading whose totals are hidden is still proved, and its hours are those of the calendar', async () => {
  const file = hiddenTotals(readingReceipt());
  const outcome = await judge(file, { state: { report: idOf(file) } });
  assert.deepEqual([outcome.verdict, outcome.state.hidden, outcome.state.opened], ['MATCHES', true, false]);
  assert.equal((await judge(oneHourMore(file), { state: { report: idOf(file) } })).reason.key, 'hoursDiffer');
});

const MOVED = logOf('LeafMoved(uint32,uint32,uint32)', [1, 0, 2 ** 31 + 7]);
const FATES = [
  ['paid', [logOf('LeafClaimed(uint32,uint32,uint64)', [1, 0], [5])]],
  ['paid', [logOf('BankConfirmed(uint32,uint32,bytes32,uint64)', [1, 0], [5, 6])]],
  ['moved', [MOVED]],
  ['redirected', [logOf('LeafRedirected(uint32,uint32,uint32,bytes32)', [1, 0, 2 ** 31 + 7], [1])]],
  ['swept', [logOf('LeavesSwept(uint32,uint32,uint256,uint64)', [1], [0, 1, 5])]],
  ['untold', []],
  ['untold', [logOf('LeavesSwept(uint32,uint32,uint256,uint64)', [1], [0, 2, 5])]],
  ['untold', [{ ...MOVED, topics: MOVED.topics.slice(0, 1) }]],
  ['untold', [{ topics: [logOf('LeavesSwept(uint32,uint32,uint256,uint64)', []).topics[0]] }]],
];
for (const [kind, logs] of FATES) {
  test(`verify: a leaf that counts as paid is ${kind} by ${logs.length} logs`, async () => {
    const { verdict, state } = await judge(payoutReceipt(), { state: { logs } });
    assert.deepEqual([verdict, state.fate.kind], ['MATCHES', kind]);
    if (state.fate.single) assert.equal(state.fate.single, 2 ** 31 + 7);
  });
}

test('verify: a node that refuses logs takes nothing from the verdict', async () => {
  const node = fakeNode(chainState());
  const ask = async (method, params) => {
    if (method === 'eth_getLogs') throw new Unreachable('block range');
    return node(method, params);
  };
  assert.equal((await judge(payoutReceipt(), { ask })).state.fate.kind, 'untold');
  assert.deepEqual((await judge(payoutTree(), { ask })).state.states, { untold: { count: 3, sum: 1_012_390_000n } });
});

test('verify: a tree is counted per channel and per state', async () => {
  const { state } = await judge(payoutTree(), { state: { logs: [MOVED, logOf('LeafClaimed(uint32,uint32,uint64)', [1, 2], [5])] } });
  assert.deepEqual(Object.keys(state.channels), ['WALLET', 'BANK', 'SOCIAL']);
  assert.deepEqual(state.states, {
    moved: { count: 1, sum: 12_340_000n },
    untold: { count: 1, sum: 50_000n },
    paid: { count: 1, sum: 1_000_000_000n },
  });
});

test('verify: a tree without leaves is that of a distribution that promises nothing', async () => {
  const nothing = { ...payoutTree(), leaves: [], total_eur: '0.000000' };
  const state = { root: { hash: new Uint8Array(32), sum: 0n }, depth: 0 };
  assert.equal((await judge(nothing, { state })).verdict, 'MATCHES');
});

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
    for (const receipt of [payoutReceipt(), payoutTree(), readingReceipt(), dayList()]) {
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

// The page against the vectors that Python and Solidity also satisfy (tests/vectors/).
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checksummed } from '../../web/verifier/src/address.js';
import { ascii, bytes, hex, join, keccak, uint } from '../../web/verifier/src/bytes.js';
import { monthNumber } from '../../web/verifier/src/calendar.js';
import { entryLeaf, isAscending, listRoot, pseudonym, rosterRoot } from '../../web/verifier/src/day-list.js';
import { rootOfPath } from '../../web/verifier/src/hash-tree.js';
import { microEur } from '../../web/verifier/src/money.js';
import { buildTree, CHANNELS, fits, isPayable, leafHash, rootOf, sealOf } from '../../web/verifier/src/payout-tree.js';
import { addUp, commit, generator, totalPoint } from '../../web/verifier/src/pedersen.js';
import { readReceipt } from '../../web/verifier/src/receipt.js';
import { bothDirections, hoursOf, reportId } from '../../web/verifier/src/report.js';
import { verify } from '../../web/verifier/src/verdict.js';
import { getPublicKey, verify as verifySignature } from '../../web/node_modules/@noble/secp256k1/index.js';
import { SELECTORS } from './world.mjs';

const vectors = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}.json`, import.meta.url), 'utf8'));
const payouts = vectors('payout_trees');
const published = vectors('readings_lists');
const messages = vectors('messages');

const leafOf = ({ channel, payee, owner, amount_eur }) => ({
  channel: CHANNELS.indexOf(channel),
  payee: bytes(payee),
  owner: bytes(owner),
  amountMicroEur: microEur(amount_eur),
});
const proofOf = (proof) => proof.map(({ hash, sum_eur }) => ({ hash: bytes(hash), sum: microEur(sum_eur) }));

for (const { name, root, total_eur, depth, leaves, proofs, seal } of payouts.trees) {
  test(`payout tree ${name}: every path of one leaf ends in root and sum`, () => {
    const single = proofs.filter(({ height }) => height === 0);
    assert.ok(single.length > 0);
    for (const { start, proof } of single) {
      assert.equal(proof.length, depth);
      const top = rootOf(start, leafOf(leaves[start]), proofOf(proof));
      assert.deepEqual([hex(top.hash), top.sum], [root, microEur(total_eur)]);
    }
  });

  test(`payout tree ${name}: the whole tree built here has the same root`, () => {
    const nodes = leaves.map(leafOf).map((leaf, at) => ({ hash: leafHash(at, leaf), sum: leaf.amountMicroEur }));
    const built = buildTree(nodes);
    assert.deepEqual([hex(built.top.hash), built.top.sum, built.depth], [root, microEur(total_eur), depth]);
    assert.equal(hex(sealOf(built.top)), seal);
    assert.ok(leaves.every((leaf) => isPayable(leafOf(leaf))));
  });
}

for (const { name, index, leaf, proof, root, total_eur } of payouts.refused) {
  test(`payout tree, refused: ${name}`, () => {
    const top = fits(index, proof.length) ? rootOf(index, leafOf(leaf), proofOf(proof)) : null;
    assert.ok(!top || hex(top.hash) !== root || top.sum !== microEur(total_eur));
  });
}

/** The outcome of a published tree where the vault answers every question about it with `kept`. */
async function judgeTree(file, kept) {
  const { vault, chain_id } = file;
  const trust = { rpc: 'http://127.0.0.1:8545', chain_id: String(chain_id), vault, ledger: '' };
  const answers = {
    eth_chainId: '0x' + chain_id.toString(16),
    eth_getBlockByNumber: { number: '0x10', hash: '0x' + 'b1'.repeat(32), timestamp: '0x669fd180' },
    eth_getCode: '0x6001',
    eth_getLogs: [],
  };
  const open = '0x' + '00'.repeat(64);
  const ask = async (method, params) => answers[method] ?? (params[0].data.length === 2 + 8 + 64 ? kept : open);
  return verify(readReceipt(JSON.stringify(file)).receipt, trust, ask);
}

for (const { kept, file } of vectors('payout_tree_files').accepted) {
  test(`payout tree file of ${file.leaves.length} leaves: matches`, async () => {
    const { verdict, state } = await judgeTree(file, kept);
    assert.deepEqual([verdict, state.sum], ['MATCHES', microEur(file.total_eur)]);
  });
}

for (const { name, reason, place, kept, file } of vectors('payout_tree_files').refused) {
  test(`payout tree file, refused: ${name}`, async () => {
    const outcome = await judgeTree(file, kept);
    assert.deepEqual([outcome.verdict, outcome.reason.key], ['DOES_NOT_MATCH', reason]);
    if (place !== null) assert.equal(outcome.reason.facts.index, place);
  });
}

test('generators: hashed to the same points, from the public seed alone', () => {
  assert.equal(published.generators.length, 50);
  for (const { direction, hour, point } of published.generators) assert.equal(generator(direction, hour).toHex(), point.slice(2));
});

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const hmac = (algorithm, key, ...parts) => createHmac(algorithm, bytes(key)).update(join(...parts)).digest();

for (const vector of published.openings) {
  const { key, day, month, pod, predecessor, injected_wh: injected, withdrawn_wh: withdrawn } = vector;

  test(`opening of a day of ${injected.length} hours: id and commitment`, () => {
    assert.equal(monthNumber(day), month);
    assert.equal(hex(pseudonym(bytes(vector.salt), day, pod)), vector.id);
    assert.equal(hex(commit(bytes(vector.blinding), injected, withdrawn)), vector.commitment);
  });

  test(`opening of a day of ${injected.length} hours: salt and blinding derive from the key that can be erased`, () => {
    assert.equal(hex(hmac('sha256', key, ascii('condivisa/pseudonym'), uint(month, 4))), vector.salt);
    const hours = [uint(injected.length, 1), ...[...injected, ...withdrawn].map((wh) => uint(wh, 4))];
    const digest = hmac('sha512', key, ascii('condivisa/blinding'), uint(day, 4), bytes(predecessor), ...hours);
    assert.equal(hex(uint(1n + (BigInt(hex(digest)) % (ORDER - 1n)), 32)), vector.blinding);
  });
}

const entriesOf = ({ entries }) => entries.map(([id, commitment]) => ({ id: bytes(id), commitment: bytes(commitment) }));

/** The first check that a list fails, '' where it fails none. */
function firstFailure(list) {
  const entries = entriesOf(list);
  if (entries.length !== list.pods) return 'size';
  if (!isAscending(entries)) return 'order';
  if (hex(rosterRoot(entries)) !== list.roster) return 'roster';
  if (hex(listRoot(entries)) !== list.root) return 'entries';
  const total = totalPoint(bytes(list.blinding), ...bothDirections(hoursOf(bytes(list.hours))));
  return total && addUp(entries.map(({ commitment }) => commitment))?.equals(total) ? '' : 'totals';
}

for (const list of published.lists) {
  test(`list of ${list.name}: adds up to its totals, and every path ends in the root`, () => {
    assert.equal(firstFailure(list), '');
    for (const { position, proof } of list.proofs) {
      assert.equal(hex(rootOfPath(position, entryLeaf(entriesOf(list)[position]), proof.map(bytes))), list.root);
    }
  });
}

for (const list of published.refused) {
  test(`list, refused by its ${list.reason}: ${list.name}`, () => assert.equal(firstFailure(list), list.reason));
}

/** The outcome of a published list where the ledger holds the report `accepted` of its day. */
async function judgeList({ file, accepted, opened }) {
  const { ledger, chain_id, configuration, day } = file;
  const trust = { rpc: 'http://127.0.0.1:8545', chain_id: String(chain_id), vault: '0x' + '5a'.repeat(20), ledger };
  const answers = {
    eth_chainId: '0x' + chain_id.toString(16),
    eth_getBlockByNumber: { number: '0x10', hash: '0x' + 'b1'.repeat(32), timestamp: '0x669fd180' },
    eth_getCode: '0x6001',
  };
  const number = (Date.parse(day) / 86_400_000).toString(16).padStart(64, '0');
  const asked = configuration.slice(2) + number;
  const words = {
    [SELECTORS.reportOf + asked]: accepted,
    [SELECTORS.isOpened + asked]: '0x' + String(Number(opened)).padStart(64, '0'),
  };
  const community = '0x' + '66'.repeat(32);
  const ask = async (method, params) => answers[method] ?? words[params[0].data] ?? community;
  return verify(readReceipt(JSON.stringify(file)).receipt, trust, ask);
}

const sumOf = (hours, way) => hours.reduce((sum, hour) => sum + hour[way], 0);

for (const vector of vectors('readings_list_files').accepted) {
  test(`list file: ${vector.name} matches`, async () => {
    const { verdict, state } = await judgeList(vector);
    assert.deepEqual([verdict, state.opened], ['MATCHES', vector.opened]);
    const sums = state.hours.length ? [sumOf(state.hours, 'injectedWh'), sumOf(state.hours, 'withdrawnWh')] : null;
    assert.deepEqual(sums, vector.wh);
  });
}

for (const vector of vectors('readings_list_files').refused) {
  test(`list file, refused: ${vector.name}`, async () => {
    const { verdict, reason } = await judgeList(vector);
    assert.deepEqual([verdict, reason.key], ['DOES_NOT_MATCH', vector.reason]);
  });
}

test('report id: the EIP-712 struct hash of every report of the batches', () => {
  const reports = messages.batches.flatMap((batch) => batch.reports);
  assert.ok(reports.length > 2);
  for (const { id, day, pods, ...hashes } of reports) {
    const octets = Object.fromEntries(Object.entries(hashes).map(([name, text]) => [name, bytes(text)]));
    assert.equal(hex(reportId({ day, pods, ...octets })), id);
  }
});

test('hoursOf: reads back 40-bit hours, beyond the range of bit operations', () => {
  const [{ hours }] = messages.batches[0].reports;
  const first = hoursOf(bytes(hours))[0];
  assert.deepEqual(first, { injectedWh: parseInt(hours.slice(2, 12), 16), withdrawnWh: parseInt(hours.slice(12, 22), 16) });
  assert.ok(first.injectedWh > 2 ** 32);
  assert.deepEqual(hoursOf(new Uint8Array(11)), []);
});

/** Hash of a struct as EIP-712 defines it, from the types that a wallet is shown; of one level of structs. */
function structHash(types, name, value) {
  const declared = (type) => `${type}(${types[type].map((member) => `${member.type} ${member.name}`).join(',')})`;
  const inner = types[name].map(({ type }) => type).filter((type) => type in types);
  const fields = types[name].map(({ name: field, type }) => {
    if (type in types) return structHash(types, type, value[field]);
    return type === 'string' ? keccak(ascii(value[field])) : uint(BigInt(value[field]), 32);
  });
  return keccak(keccak(ascii([name, ...inner.sort()].map(declared).join(''))), ...fields);
}

for (const name of ['move', 'move_to_bank']) {
  test(`${name}: what a wallet is shown is what the owner signed`, () => {
    const { typed_data: shown, digest, signatures: [{ key, signer, signature }] } = messages[name];
    const domain = structHash(shown.types, 'EIP712Domain', shown.domain);
    assert.equal(hex(domain), messages.vault.separator);
    const computed = keccak(uint(0x1901, 2), domain, structHash(shown.types, shown.primaryType, shown.message));
    assert.equal(hex(computed), digest);
    const publicKey = getPublicKey(bytes(key), false);
    assert.equal(checksummed(hex(keccak(publicKey.slice(1)).slice(12))), signer);
    assert.ok(verifySignature(bytes(signature).slice(0, 64), computed, publicKey, { prehash: false }));
  });
}

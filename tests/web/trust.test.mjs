import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checksummed, isAddress } from '../../web/verifier/src/address.js';
import { readTrust, trustDefects } from '../../web/verifier/src/trust.js';
import { TRUST } from './world.mjs';

test('readTrust: takes the four keys and passes over the rest', () => {
  const toml = [
    '# verbale del 3 maggio', 'chain_id = 31_337', 'rpc = "http://127.0.0.1:8545" # casa',
    `vault = '${TRUST.vault}'`, `ledger="${TRUST.ledger}"`, 'other = "x"', '[table]', 'rpc "missing"',
  ].join('\r\n');
  assert.deepEqual(readTrust(toml), TRUST);
});

test('readTrust: a text without such lines gives nothing', () => assert.deepEqual(readTrust('{"chain_id": 1}\nrpc'), {}));

test('checksummed: the examples of EIP-55', () => {
  for (const address of ['0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359', '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB']) {
    assert.equal(checksummed(address.toLowerCase()), address);
  }
});

test('isAddress: checks the checksum of EIP-55 where letters are mixed', () => {
  assert.ok(isAddress('0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'));
  assert.ok(isAddress('0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed'));
  assert.ok(!isAddress('0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD'));
  assert.ok(!isAddress('0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae'));
});

test('trustDefects: a payout needs the vault, a reading the ledger', () => {
  assert.deepEqual(trustDefects(TRUST, 'payout'), []);
  assert.deepEqual(trustDefects({ ...TRUST, ledger: '' }, 'payout'), []);
  assert.deepEqual(trustDefects({ ...TRUST, ledger: '' }, 'reading'), ['ledger']);
  assert.deepEqual(trustDefects({}, 'payout'), ['rpc', 'chain_id', 'vault']);
});

for (const rpc of ['ftp://a', 'javascript:alert(1)', 'http://', 'http://user@host', '//host', 'localhost:8545']) {
  test(`trustDefects: ${rpc} is no node`, () => assert.deepEqual(trustDefects({ ...TRUST, rpc }, 'payout'), ['rpc']));
}

for (const chain_id of ['0', '01', '1.0', '-1', '0x1', 'one']) {
  test(`trustDefects: ${chain_id} is no chain`, () => assert.deepEqual(trustDefects({ ...TRUST, chain_id }, 'payout'), ['chain_id']));
}

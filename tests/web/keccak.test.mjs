import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { ascii, bytes, hex, isZero, keccak, uint } from '../../web/verifier/src/bytes.js';

const { keccak_256 } = createRequire(new URL('../../web/package.json', import.meta.url))('@noble/hashes/sha3');

test('keccak: known answers', () => {
  assert.equal(hex(keccak()), '0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
  assert.equal(hex(keccak(ascii('abc'))), '0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45');
});

test('keccak: the own sponge agrees with the whole of noble at every length around its rate', () => {
  for (let length = 0; length < 420; length += 1) {
    const message = Uint8Array.from({ length }, (_, at) => (at * 131 + length) & 255);
    assert.equal(hex(keccak(message)), hex(keccak_256(message)), `length ${length}`);
  }
});

test('keccak: parts are joined', () => assert.equal(hex(keccak(ascii('a'), ascii(''), ascii('bc'))), hex(keccak(ascii('abc')))));

test('bytes, hex, uint, isZero: fixed width, big-endian', () => {
  assert.equal(hex(uint(258, 4)), '0x00000102');
  assert.equal(hex(uint((1n << 64n) - 1n, 8)), '0xffffffffffffffff');
  assert.equal(hex(uint(0, 1)), '0x00');
  assert.deepEqual([...bytes('0x00fF10')], [0, 255, 16]);
  assert.deepEqual([isZero(bytes('0x0000')), isZero(bytes('0x0001'))], [true, false]);
});

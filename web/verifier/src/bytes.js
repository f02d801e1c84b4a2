import { keccakP } from '@noble/hashes/sha3';

/** Largest amount that fits the u64 fields of the tree. */
export const U64_MAX = (1n << 64n) - 1n;

/** Bytes that Keccak-256 takes in at a time. */
const RATE = 136;

/** Bytes of an even number of hexadecimal digits, with or without 0x. */
export function bytes(text) {
  const start = text.startsWith('0x') ? 2 : 0;
  const data = new Uint8Array((text.length - start) >> 1);
  for (let at = 0; at < data.length; at += 1) data[at] = parseInt(text.slice(start + 2 * at, start + 2 * at + 2), 16);
  return data;
}

export const hex = (data) => '0x' + Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');

export const ascii = (text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

/** `value` (number or bigint, not negative, below 256^size) as `size` bytes, big-endian. */
export function uint(value, size) {
  const data = new Uint8Array(size);
  let rest = BigInt(value);
  for (let at = size - 1; rest; at -= 1) {
    data[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return data;
}

/** The parts, bytes or lists of small numbers, side by side. */
export function join(...parts) {
  const joined = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export const isZero = (data) => !data.some((byte) => byte);

/**
 * Keccak-256 over the concatenated parts: the padding of Ethereum (0x01), not that of NIST SHA-3. The permutation
 * is noble's; its 32-bit lanes lie little-endian in memory, as on every machine that has a browser.
 */
export function keccak(...parts) {
  const message = join(...parts);
  const padded = new Uint8Array(RATE * (Math.floor(message.length / RATE) + 1));
  padded.set(message);
  padded[message.length] ^= 0x01;
  padded[padded.length - 1] ^= 0x80;
  const lanes = new Uint32Array(50);
  const state = new Uint8Array(lanes.buffer);
  for (let start = 0; start < padded.length; start += RATE) {
    for (let at = 0; at < RATE; at += 1) state[at] ^= padded[start + at];
    keccakP(lanes);
  }
  return state.slice(0, 32);
}

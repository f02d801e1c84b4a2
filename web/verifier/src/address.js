import { ascii, hex, keccak } from './bytes.js';

/** The address with the checksum of EIP-55 in the case of its letters, as wallets show it. */
export function checksummed(address) {
  const lower = address.slice(2).toLowerCase();
  const digest = hex(keccak(ascii(lower))).slice(2);
  return '0x' + [...lower].map((letter, place) => (digest[place] > '7' ? letter.toUpperCase() : letter)).join('');
}

/** Whether an address has 20 bytes and, where its letters are of both cases, the right checksum. */
export function isAddress(text) {
  if (!/^0x[0-9a-f]{40}$/i.test(text)) return false;
  const letters = text.slice(2);
  const oneCase = letters === letters.toLowerCase() || letters === letters.toUpperCase();
  return oneCase || text === checksummed(text);
}

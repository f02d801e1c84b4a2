import { isAddress } from './address.js';

/** What the verifier trusts, in the words of trust.toml; none of it ever comes from a receipt. */
export const TRUST_KEYS = ['rpc', 'chain_id', 'vault', 'ledger'];

/** Contract that a receipt of each kind is checked against. */
export const CONTRACT_OF = { payout: 'vault', tree: 'vault', reading: 'ledger', list: 'ledger' };

/** A report is of the community that the vault serves, so no kind does without the vault. */
const needsOf = (kind) => ['rpc', 'chain_id', 'vault', CONTRACT_OF[kind]];

const isUrl = (text) => /^https?:\/\/[^\s@]+$/.test(text) && URL.canParse(text);

const ACCEPTS = { rpc: isUrl, chain_id: (text) => /^[1-9]\d{0,18}$/.test(text), vault: isAddress, ledger: isAddress };

/** Whether a [key, value] of a trust is of the right form. */
export const isTrustworthy = ([key, value]) => typeof value === 'string' && Object.hasOwn(ACCEPTS, key) && ACCEPTS[key](value);

/** Keys of `trust` (strings) that are wrong, or empty though a receipt of this `kind` needs them. */
export function trustDefects(trust, kind) {
  const needed = needsOf(kind);
  return TRUST_KEYS.filter((key) => (trust[key] ? !isTrustworthy([key, trust[key]]) : needed.includes(key)));
}

/** The trust keys of a trust.toml: flat `key = value` lines with quoted strings or integers; others are passed over. */
export function readTrust(toml) {
  const trust = {};
  for (const line of toml.split(/\r?\n/)) {
    const parts = /^\s*(\w+)\s*=\s*(?:"([^"\\]*)"|'([^']*)'|(\d[\d_]*))\s*(?:#.*)?$/.exec(line);
    if (parts && TRUST_KEYS.includes(parts[1])) trust[parts[1]] = parts[2] ?? parts[3] ?? parts[4].replaceAll('_', '');
  }
  return trust;
}

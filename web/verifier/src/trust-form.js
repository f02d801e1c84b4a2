import { byId, el } from './dom.js';
import { isTrustworthy, readTrust, TRUST_KEYS, trustDefects } from './trust.js';

const STORED = 'condivisa/trust';

/** One labelled field with its hint and the place of its error; `data-t` names the texts. */
const field = (key) =>
  el(
    'div', {},
    el('label', { for: key, 'data-t': key }),
    el('input', { id: key, autocomplete: 'off', spellcheck: 'false', 'aria-describedby': `${key}-hint ${key}-bad` }),
    el('p', { class: 'hint', id: `${key}-hint`, ...(key !== 'chain_id' && { 'data-t': `${key}Hint` }) }),
    el('p', { class: 'bad', id: `${key}-bad` }),
  );

export const buildTrustForm = () => byId('fields').append(...TRUST_KEYS.map(field));

/** The trust as written in the form; surrounding blanks do not count. */
export const trustInForm = () => Object.fromEntries(TRUST_KEYS.map((key) => [key, byId(key).value.trim()]));

/** The same without the entries that are no trust at all. */
export const soundTrust = () => Object.fromEntries(Object.entries(trustInForm()).filter(isTrustworthy));

const write = (trust) => TRUST_KEYS.forEach((key) => (byId(key).value = trust[key] ?? ''));

/** Keeps the trust for the next visit; a browser may forbid it for local files, and then the form is filled in again. */
export function keepTrust(trust) {
  try {
    localStorage.setItem(STORED, JSON.stringify(trust));
  } catch {
    /* no memory */
  }
}

/** Fills the form from the last visit; a damaged memory counts as none. */
export function recallTrust() {
  try {
    const stored = JSON.parse(localStorage.getItem(STORED));
    if (Object.entries(stored).every(isTrustworthy)) write(stored);
  } catch {
    /* no memory */
  }
}

/** Fills the form from the text of a trust.toml; false where it has none of its lines. */
export function fillFromToml(toml) {
  const trust = readTrust(toml);
  if (!Object.keys(trust).length) return false;
  write({ ...trustInForm(), ...trust });
  return true;
}

/** Says in words which fields are wrong for a receipt of this kind; returns their keys. */
export function markDefects(kind, t) {
  const defects = kind ? trustDefects(trustInForm(), kind) : [];
  for (const key of TRUST_KEYS) {
    const wrong = defects.includes(key);
    byId(`${key}-bad`).textContent = wrong ? t(`bad_${key}`) : '';
    byId(key).setAttribute('aria-invalid', wrong);
  }
  return defects;
}

/** Empties form and memory. */
export function forgetTrust() {
  write({});
  keepTrust({});
}

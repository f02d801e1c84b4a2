import { formatEuro } from './money.js';
import en from './texts.en.js';
import it from './texts.it.js';

export const TEXTS = { it, en };

/** A translator: (key, facts) → sentence; a bigint fact is an amount in micro-euro. */
export function translator(language) {
  const show = (value) => (typeof value === 'bigint' ? formatEuro(value, language) : String(value));
  return (key, facts = {}) => TEXTS[language][key].replace(/\{(\w+)\}/g, (_, name) => show(facts[name]));
}

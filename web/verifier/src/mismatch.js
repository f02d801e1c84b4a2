import { hex } from './bytes.js';

/** The first reason why a file does not match; `facts` fill the sentence, a bigint is micro-euro. */
export class Mismatch extends Error {
  constructor(key, facts = {}) {
    super(key);
    this.reason = { key, facts };
  }
}

export function demand(condition, key, facts) {
  if (!condition) throw new Mismatch(key, facts);
}

export const equal = (one, other) => hex(one) === hex(other);

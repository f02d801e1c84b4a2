import { bytes, hex, U64_MAX } from './bytes.js';
import { dayNumber } from './calendar.js';
import { POD_BYTES } from './day-list.js';
import { microEur } from './money.js';
import { CHANNELS } from './payout-tree.js';
import { POINT_BYTES } from './pedersen.js';

const U32_MAX = 2 ** 32 - 1;
const MAX_LETTERS = 262_144;
const MAX_PODS = 65_536;
const MAX_LIST_LETTERS = 256 * MAX_PODS;
const MAX_LEAVES = 65_536;
/** A letter of these files has one byte, so no file that is longer is read at all. */
export const MAX_TREE_LETTERS = 384 * MAX_LEAVES;
/** An index is u32, so no honest path is longer. */
const MAX_DEPTH = 32;

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A defect of the receipt's text: a reason of the dictionary and the field that it concerns. */
class Unreadable extends Error {
  constructor(reason, field = '') {
    super(reason);
    this.defect = { key: reason, facts: { field } };
  }
}

/** Checked access to the entries of one JSON object or list; `path` names it in messages. */
class Fields {
  constructor(value, path = '') {
    this.value = value;
    this.path = path;
  }

  name(key) {
    return this.path ? `${this.path}.${key}` : key;
  }

  raw(key) {
    if (!Object.hasOwn(this.value, key)) throw new Unreadable('missing', this.name(key));
    return this.value[key];
  }

  demand(key, accepted) {
    if (!accepted) throw new Unreadable('badForm', this.name(key));
  }

  text(key, pattern = /^/) {
    const value = this.raw(key);
    this.demand(key, typeof value === 'string' && pattern.test(value));
    return value;
  }

  integer(key, max = U32_MAX) {
    const value = this.raw(key);
    this.demand(key, Number.isSafeInteger(value) && value >= 0 && value <= max);
    return value;
  }

  bytes(key, length) {
    const value = this.raw(key);
    const wellFormed = typeof value === 'string' && /^0x([0-9a-f]{2})*$/i.test(value);
    this.demand(key, wellFormed && (length === undefined || value.length === 2 + 2 * length));
    return bytes(value);
  }

  amount(key) {
    const value = this.raw(key);
    const amount = typeof value === 'string' ? microEur(value) : null;
    this.demand(key, amount !== null && amount <= U64_MAX);
    return amount;
  }

  /** Entries of a list, each read by `read(list, position)`. */
  list(key, maxLength, read) {
    const value = this.raw(key);
    this.demand(key, Array.isArray(value) && value.length <= maxLength);
    const list = new Fields(value, this.name(key));
    return value.map((_, position) => read(list, position));
  }

  object(key) {
    const value = this.raw(key);
    this.demand(key, isObject(value));
    return new Fields(value, this.name(key));
  }
}

const address = (fields, key) => hex(fields.bytes(key, 20));

function readLeaf(fields) {
  const channel = CHANNELS.indexOf(fields.raw('channel'));
  fields.demand('channel', channel >= 0);
  return {
    channel,
    payee: fields.bytes('payee', 32),
    owner: fields.bytes('owner', 20),
    amountMicroEur: fields.amount('amount_eur'),
  };
}

function readNode(list, position) {
  const node = list.object(position);
  return { hash: node.bytes('hash', 32), sum: node.amount('sum_eur') };
}

/** What a payout and a tree have in common. */
const readDistribution = (fields) => ({
  chainId: String(fields.integer('chain_id', Number.MAX_SAFE_INTEGER)),
  contract: address(fields, 'vault'),
  distribution: fields.integer('distribution'),
});

function readPayout(fields) {
  return {
    kind: 'payout',
    ...readDistribution(fields),
    index: fields.integer('index'),
    leaf: readLeaf(fields.object('leaf')),
    proof: fields.list('proof', MAX_DEPTH, readNode),
    statement: isObject(fields.value.statement) ? fields.value.statement : {},
  };
}

function readTreeLeaf(list, position) {
  const leaf = list.object(position);
  return { ...readLeaf(leaf), told: leaf.bytes('hash', 32) };
}

const readTree = (fields) => ({
  kind: 'tree',
  ...readDistribution(fields),
  totalMicroEur: fields.amount('total_eur'),
  leaves: fields.list('leaves', MAX_LEAVES, readTreeLeaf),
});

function readHours(fields, key) {
  const hours = fields.list(key, 25, (list, position) => list.integer(position));
  fields.demand(key, hours.length >= 23);
  return hours;
}

function readDay(fields) {
  const day = dayNumber(fields.text('day'));
  fields.demand('day', day !== null);
  return day;
}

function readReport(fields) {
  const report = fields.object('report');
  return {
    day: readDay(fields),
    predecessor: report.bytes('predecessor', 32),
    root: report.bytes('root', 32),
    roster: report.bytes('roster', 32),
    pods: report.integer('pods'),
    blinding: report.bytes('blinding', 32),
    hours: report.bytes('hours'),
  };
}

/** What a reading and a list have in common. */
const readPlace = (fields) => ({
  chainId: String(fields.integer('chain_id', Number.MAX_SAFE_INTEGER)),
  contract: address(fields, 'ledger'),
  configuration: fields.bytes('configuration', 32),
  report: readReport(fields),
  date: fields.text('day'),
});

function readReading(fields) {
  const injectedWh = readHours(fields, 'injected_wh');
  const withdrawnWh = readHours(fields, 'withdrawn_wh');
  fields.demand('withdrawn_wh', withdrawnWh.length === injectedWh.length);
  return {
    kind: 'reading',
    ...readPlace(fields),
    pod: fields.text('pod', new RegExp(`^[!-~]{1,${POD_BYTES}}$`)),
    salt: fields.bytes('salt', 32),
    blinding: fields.bytes('blinding', 32),
    injectedWh,
    withdrawnWh,
    position: fields.integer('position'),
    proof: fields.list('proof', MAX_DEPTH, (list, position) => list.bytes(position, 32)),
  };
}

function readEntry(list, position) {
  const entry = list.object(position);
  return { id: entry.bytes('id', 32), commitment: entry.bytes('commitment', POINT_BYTES) };
}

/** What shows the hidden totals of a report; null where the file does not. */
function readOpening(fields) {
  if (!Object.hasOwn(fields.value, 'opening')) return null;
  const opening = fields.object('opening');
  return { salt: opening.bytes('salt', 32), hours: opening.bytes('hours'), blinding: opening.bytes('blinding', 32) };
}

const readList = (fields) => ({
  kind: 'list',
  ...readPlace(fields),
  entries: fields.list('entries', MAX_PODS, readEntry),
  opening: readOpening(fields),
});

/** How each kind is read, and how many letters it may have. */
const KINDS = {
  'condivisa/payout/2': [readPayout, MAX_LETTERS],
  'condivisa/payout-tree/1': [readTree, MAX_TREE_LETTERS],
  'condivisa/reading/2': [readReading, MAX_LETTERS],
  'condivisa/readings-list/1': [readList, MAX_LIST_LETTERS],
};

/**
 * Reviver that spoils numbers not written as integers: JSON.parse would read 1.0 and 1e3 as integers, which
 * `condivisa verify` refuses. Browsers before 2025 do not show the source; there they stay integers.
 */
const exactNumber = (_, value, context) => (typeof value === 'number' && /[.eE]/.test(context?.source ?? '') ? NaN : value);

function parse(text) {
  if (text.length > MAX_TREE_LETTERS) throw new Unreadable('tooLong');
  let value;
  try {
    value = JSON.parse(text, exactNumber);
  } catch {
    throw new Unreadable('notJson');
  }
  if (!isObject(value)) throw new Unreadable('notJson');
  return value;
}

function read(text) {
  const fields = new Fields(parse(text));
  const kind = fields.raw('kind');
  if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) throw new Unreadable('otherKind', 'kind');
  const [reader, mostLetters] = KINDS[kind];
  if (text.length > mostLetters) throw new Unreadable('tooLong');
  return reader(fields);
}

/** {receipt} with amounts as bigint and hashes as bytes, or {defect: {key, facts}} naming the first bad field. */
export function readReceipt(text) {
  try {
    return { receipt: read(text.replace(/^\uFEFF/, '')) };
  } catch (error) {
    if (error instanceof Unreadable) return { defect: error.defect };
    throw error;
  }
}

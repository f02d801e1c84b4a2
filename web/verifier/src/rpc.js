const TIMEOUT_MS = 10_000;
/** Questions in one request; public nodes take no more. */
const BATCH_MAX = 100;

/** The node gave no usable answer; says nothing about the receipt. */
export class Unreachable extends Error {}

/** The node ran the call and the contract refused it. */
export class Reverted extends Error {}

/** Geth, Besu, Nethermind, Erigon and anvil word a revert differently; code 3 is the common one. */
const isRevert = ({ code, message }) => code === 3 || /revert|invalid opcode|invalid jump|VM execution/i.test(message);

async function exchange(url, timeoutMs, body) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      cache: 'no-store',
      credentials: 'omit',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return await response.json();
  } catch (error) {
    throw new Unreachable(error.message);
  }
}

function resultOf(answer, method) {
  if (answer?.error) {
    const { code, message } = answer.error;
    const Failure = method === 'eth_call' && isRevert({ code, message: String(message) }) ? Reverted : Unreachable;
    throw new Failure(String(message ?? code));
  }
  if (answer?.result == null) throw new Unreachable(`${method}: –`);
  return answer.result;
}

/**
 * A function (method, params) → result that asks the node at `url`; throws Unreachable or Reverted. Its `batch(method,
 * list of params)` asks several questions in one request, null where the node takes no batches.
 */
export function nodeAt(url, timeoutMs = TIMEOUT_MS) {
  const question = (id, method, params) => ({ jsonrpc: '2.0', id, method, params });
  let id = 0;
  const ask = async (method, params = []) => {
    id += 1;
    return resultOf(await exchange(url, timeoutMs, question(id, method, params)), method);
  };
  ask.batch = async (method, each) => {
    const answers = await exchange(url, timeoutMs, each.map((params, at) => question(at, method, params)));
    if (!Array.isArray(answers)) return null;
    const byId = new Map(answers.map((answer) => [answer?.id, answer]));
    return each.map((_, at) => resultOf(byId.get(at), method));
  };
  return ask;
}

/** Results of one method for a list of params, in few requests where the node takes batches; reports its progress. */
export async function askEach(ask, method, each, progress) {
  const results = [];
  for (let start = 0; start < each.length; start += BATCH_MAX) {
    const part = each.slice(start, start + BATCH_MAX);
    const found = part.length > 1 && (await ask.batch?.(method, part));
    results.push(...(found || (await Promise.all(part.map((params) => ask(method, params))))));
    await progress(results.length / each.length);
  }
  return results;
}

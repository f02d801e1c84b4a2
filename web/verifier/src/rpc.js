const TIMEOUT_MS = 10_000;

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

/** A function (method, params) → result that asks the node at `url`; throws Unreachable or Reverted. */
export function nodeAt(url, timeoutMs = TIMEOUT_MS) {
  let id = 0;
  return async (method, params = []) => {
    id += 1;
    return resultOf(await exchange(url, timeoutMs, { jsonrpc: '2.0', id, method, params }), method);
  };
}

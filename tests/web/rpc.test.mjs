import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { nodeAt, Reverted, Unreachable } from '../../web/verifier/src/rpc.js';

/** Runs `body` with the address of a server that answers by `handler(request, response)`. */
async function withServer(handler, body) {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    await body(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const says = (text, status = 200) => (_, response) => response.writeHead(status).end(text);
const fails = (handler, Failure, method = 'eth_call') =>
  withServer(handler, (url) => assert.rejects(nodeAt(url, 2_000)(method), Failure));

test('nodeAt: posts JSON-RPC and gives the result', async () => {
  const handler = async (request, response) => {
    const body = JSON.parse(await new Response(request).text());
    response.end(JSON.stringify({ jsonrpc: '2.0', id: body.id, result: [request.method, body.method, body.params] }));
  };
  await withServer(handler, async (url) => assert.deepEqual(await nodeAt(url)('m', [1]), ['POST', 'm', [1]]));
});

test('nodeAt: a node that never answers, or never ends its answer, is unreachable', async () => {
  for (const handler of [() => {}, (_, response) => response.write('{"result":')]) {
    await withServer(handler, (url) => assert.rejects(nodeAt(url, 50)('eth_chainId'), Unreachable));
  }
});

for (const text of ['', '<html></html>', 'null', '[]', '7', '{}', '{"result":null}', '{"error":{}}', '{"error":"no"}']) {
  test(`nodeAt: ${text || 'nothing'} is no answer`, () => fails(says(text), Unreachable));
}

test('nodeAt: a refused call is the contract’s answer, in the words of any client and with any HTTP status', async () => {
  const messages = ['execution reverted', 'Execution reverted: no', 'invalid opcode: INVALID', 'VM execution error.'];
  for (const message of messages) await fails(says(JSON.stringify({ error: { code: -32000, message } }), 400), Reverted);
  await fails(says('{"error":{"code":3,"message":"x"}}'), Reverted);
});

test('nodeAt: other errors, and reverts of other methods, are no answer', async () => {
  await fails(says('{"error":{"code":-32005,"message":"rate limit"}}'), Unreachable);
  await fails(says('{"error":{"code":3,"message":"reverted"}}'), Unreachable, 'eth_getCode');
});

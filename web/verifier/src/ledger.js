import { ascii, bytes, hex, isZero, join, keccak, uint } from './bytes.js';
import { askEach, Reverted, Unreachable } from './rpc.js';

/** The text where it has the form of `pattern`; anything else means that this is no node. */
function expect(pattern, text) {
  if (typeof text !== 'string' || !pattern.test(text)) throw new Unreachable(`? ${JSON.stringify(text)?.slice(0, 60)}`);
  return text;
}

const quantity = (text) => BigInt(expect(/^0x[0-9a-f]{1,64}$/i, text));

const octets = (text) => expect(/^0x([0-9a-f]{2})*$/i, text);

export const chainIdOf = async (ask) => quantity(await ask('eth_chainId')).toString();

/** The newest block {number, hash, timestamp}; everything else is asked as of its number. */
export async function latestBlock(ask) {
  const block = await ask('eth_getBlockByNumber', ['latest', false]);
  return { number: quantity(block.number), hash: expect(/^0x/, block.hash), timestamp: Number(quantity(block.timestamp)) };
}

/** Views of the contract at `address` as of `block`, each null where the contract does not answer in that shape. */
export function contractAt(address, block, ask) {
  const at = '0x' + block.number.toString(16);

  /** `count` 32-byte words returned by `signature` for each list of static arguments, or null. */
  async function words(signature, each, count, progress = () => {}) {
    const selector = keccak(ascii(signature)).slice(0, 4);
    const calls = each.map((args) => [{ to: address, data: hex(join(selector, ...args)) }, at]);
    try {
      const results = (await askEach(ask, 'eth_call', calls, progress)).map(octets);
      if (results.some((result) => result.length !== 2 + 64 * count)) return null;
      return results.map((result) => Array.from({ length: count }, (_, word) => bytes(result.slice(2 + 64 * word, 66 + 64 * word))));
    } catch (error) {
      if (error instanceof Reverted) return null;
      throw error;
    }
  }

  const word = async (signature, args) => (await words(signature, [args], 1))?.[0][0] ?? null;

  return {
    hasCode: async () => octets(await ask('eth_getCode', [address, at])) !== '0x',

    /** {seal of 26 bytes, depth, validAt in seconds since 1970}; zeros where there is no such distribution. */
    async distribution(number) {
      const [stored] = (await words('distributionOf(uint32)', [[uint(number, 32)]], 3)) ?? [];
      if (!stored) return null;
      const [seal, depth, validAt] = [stored[0].slice(0, 26), ...stored.slice(1).map((value) => BigInt(hex(value)))];
      return validAt < 1n << 40n ? { seal, depth: Number(depth), validAt: Number(validAt) } : null;
    },

    async statuses(number, indexes, progress) {
      const each = indexes.map((index) => [uint(number, 32), uint(index, 32)]);
      const answers = await words('statusOf(uint32,uint32)', each, 2, progress);
      return answers && answers.map(([paid, reserved]) => ({ paid: !isZero(paid), reserved: !isZero(reserved) }));
    },

    logs: (topics) => ask('eth_getLogs', [{ address, fromBlock: '0x0', toBlock: at, topics }]),

    report: (configuration, day) => word('reportOf(bytes32,uint32)', [configuration, uint(day, 32)]),

    communityOf: (configuration) => word('communityOf(bytes32)', [configuration]),

    community: () => word('community()', []),

    opened: (configuration, day) => word('isOpened(bytes32,uint32)', [configuration, uint(day, 32)]),
  };
}

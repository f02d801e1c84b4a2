import { ascii, bytes, hex, join, keccak, uint } from './bytes.js';
import { Reverted, Unreachable } from './rpc.js';

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

  /** `count` 32-byte words returned by `signature` for static arguments, or null. */
  async function words(signature, args, count) {
    const data = hex(join(keccak(ascii(signature)).slice(0, 4), ...args));
    try {
      const result = octets(await ask('eth_call', [{ to: address, data }, at]));
      if (result.length !== 2 + 64 * count) return null;
      return Array.from({ length: count }, (_, word) => '0x' + result.slice(2 + 64 * word, 66 + 64 * word));
    } catch (error) {
      if (error instanceof Reverted) return null;
      throw error;
    }
  }

  return {
    hasCode: async () => octets(await ask('eth_getCode', [address, at])) !== '0x',

    async distribution(number) {
      const answer = await words('distributionOf(uint32)', [uint(number, 32)], 5);
      if (!answer) return null;
      const [, funded, paid, validAt, depth] = answer.map(BigInt);
      return { root: bytes(answer[0]), funded, paid, validAt, depth };
    },

    async status(number, index) {
      const answer = await words('statusOf(uint32,uint32)', [uint(number, 32), uint(index, 32)], 2);
      return answer && { paid: BigInt(answer[0]) > 0n, reserved: BigInt(answer[1]) > 0n };
    },

    async report(configuration, day) {
      const answer = await words('reportOf(bytes32,uint32)', [configuration, uint(day, 32)], 1);
      return answer && bytes(answer[0]);
    },
  };
}

import { sha256 } from '@noble/hashes/sha2';
import { Point } from '@noble/secp256k1';
import { ascii, hex, join } from './bytes.js';

/** Bytes of a point: 0x02 or 0x03 for an even or odd y, then x. */
export const POINT_BYTES = 33;

const SEED = ascii('condivisa/pedersen/1');

/** The point of these bytes; null where they are those of none. */
function pointOf(bytes) {
  try {
    return Point.fromBytes(bytes);
  } catch {
    return null;
  }
}

/**
 * The point that carries hour `hour` of direction 0 (injected) or 1 (withdrawn): the first with even y whose x is
 * SHA-256(seed ‖ direction ‖ hour ‖ counter), so that nobody knows which multiple of another it is.
 */
export function generator(direction, hour) {
  for (let counter = 0; ; counter += 1) {
    const x = sha256(join(SEED, [direction, hour, counter]));
    const point = pointOf(join([2], x));
    if (point) return point;
  }
}

/** Whether 32 bytes are a number below the order of the curve. */
const isScalar = (bytes) => BigInt(hex(bytes)) < Point.CURVE().n;

/** A number times a point; zero gives the point at infinity. */
const times = (number, point) => (number ? point.multiplyUnsafe(number) : Point.ZERO);

/** blinding · G + Σ Wh · generator, the point at infinity where all is zero; null where the blinding is no scalar. */
export function totalPoint(blinding, injectedWh, withdrawnWh) {
  if (!isScalar(blinding)) return null;
  return [injectedWh, withdrawnWh].reduce(
    (sum, hours, direction) => hours.reduce((all, wh, hour) => all.add(times(BigInt(wh), generator(direction, hour))), sum),
    times(BigInt(hex(blinding)), Point.BASE),
  );
}

/** Commitment (33 bytes) to the hours of a POD's day; null where the blinding hides nothing, or the sum is no point. */
export function commit(blinding, injectedWh, withdrawnWh) {
  const point = BigInt(hex(blinding)) && totalPoint(blinding, injectedWh, withdrawnWh);
  return point && !point.is0() ? point.toBytes() : null;
}

/** Sum of commitments (33 bytes each), the point at infinity of none; null where one is no point, or they cancel. */
export function addUp(commitments) {
  const points = commitments.map(pointOf);
  if (points.includes(null)) return null;
  const sum = points.reduce((all, point) => all.add(point), Point.ZERO);
  return points.length && sum.is0() ? null : sum;
}

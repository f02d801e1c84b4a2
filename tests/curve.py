"""secp256k1 from its definition (SEC 2), in affine integers: slow, short, and without the project's code.

A point is (x, y); None is the point at infinity.
"""

import functools
import hashlib

P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
Point = tuple[int, int] | None
G: Point = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)


def add(one: Point, other: Point) -> Point:
    """Sum of two points."""
    if one is None or other is None:
        return one or other
    if one[0] == other[0]:
        if (one[1] + other[1]) % P == 0:
            return None
        slope = 3 * one[0] ** 2 * pow(2 * one[1], -1, P)
    else:
        slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    x = (slope**2 - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def multiply(number: int, point: Point) -> Point:
    """A multiple of a point, for numbers from 0."""
    result: Point = None
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def even_point(x: int) -> Point:
    """The point with this x and an even y; None where there is none."""
    square = (x**3 + 7) % P
    y = pow(square, (P + 1) // 4, P)
    if x >= P or y * y % P != square:
        return None
    return x, y if y % 2 == 0 else P - y


def encode(point: Point) -> bytes:
    """33 bytes; the point at infinity has none."""
    assert point is not None
    return bytes([2 + point[1] % 2]) + point[0].to_bytes(32, "big")


@functools.cache
def generator(direction: int, hour: int) -> Point:
    """By try and increment, as docs/decisions/0004 spells it."""
    for counter in range(256):
        seed = b"condivisa/pedersen/1" + bytes([direction, hour, counter])
        point = even_point(int.from_bytes(hashlib.sha256(seed).digest(), "big"))
        if point is not None:
            return point
    raise AssertionError


def commitment(blinding: int, injected_wh: list[int], withdrawn_wh: list[int]) -> bytes:
    """Commitment to a day, or the point that a list must add up to."""
    result = multiply(blinding, G)
    for direction, hours in enumerate((injected_wh, withdrawn_wh)):
        for hour, wh in enumerate(hours):
            result = add(result, multiply(wh, generator(direction, hour)))
    return encode(result)

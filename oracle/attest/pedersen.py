"""Pedersen vector commitments to the hours of a day, on secp256k1.

A commitment is blinding * G + sum of Wh * V over directions and hours: G is the curve's base point, V the
generator of the direction and hour. Commitments add up: their sum commits to the sums of the hours and of the
blindings. Nobody knows which multiple of another a generator is, because each is hashed from a public seed;
who knew it could open a commitment to other hours.
"""

import functools
import hashlib
from collections.abc import Iterator, Sequence
from enum import IntEnum

from coincurve import PublicKey

from oracle.attest.hours import HOUR_COUNTS

POINT_BYTES = 33
SCALAR_BYTES = 32
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
HOUR_MAX_WH = 2**32 - 1

_SEED = b"condivisa/pedersen/1"
_EVEN = b"\x02"
_BYTE_VALUES = 256


class Direction(IntEnum):
    """The first byte after a generator's seed."""

    INJECTED = 0
    WITHDRAWN = 1


def generator(direction: Direction, hour: int) -> bytes:
    """The point that carries one direction's hour, counted from 0 at the day's start; 33 bytes.

    The first point with even y whose x is SHA-256(seed, direction, hour, counter), counter 0, 1, 2, …
    """
    return _generator(direction, hour).format()


def commit(blinding: bytes, injected_wh: Sequence[int], withdrawn_wh: Sequence[int]) -> bytes:
    """Commitment to one POD's day, a compressed point of 33 bytes.

    Raises ValueError unless the blinding is a number from 1 to the order less one, both directions have the
    same 23, 24 or 25 hours, and every hour has 32 bits; and when the sum is no point (the point at infinity).
    """
    _require_hours(injected_wh, withdrawn_wh)
    if len(blinding) != SCALAR_BYTES:
        raise ValueError(f"a blinding has {SCALAR_BYTES} bytes, got {len(blinding)}")
    points = [PublicKey.from_secret(blinding)]
    for direction, hours in zip(Direction, (injected_wh, withdrawn_wh), strict=True):
        for hour, wh in enumerate(hours):
            if wh:
                points += _table(direction, hour).parts(wh)
    return PublicKey.combine_keys(points).format()


def add_up(commitments: Sequence[bytes]) -> bytes | None:
    """Sum of commitments; None of no commitment.

    Raises ValueError when one of them is not the 33 bytes of a point, or when they cancel each other.
    """
    if not commitments:
        return None
    return PublicKey.combine_keys([_point(commitment) for commitment in commitments]).format()


def total_point(blinding_sum: bytes, injected_wh: Sequence[int], withdrawn_wh: Sequence[int]) -> bytes | None:
    """The point that commitments with these sums must add up to; None when everything is zero.

    Raises ValueError unless the blinding sum is 32 bytes below the order, and when the sum is no point.
    """
    number = int.from_bytes(blinding_sum, "big")
    if len(blinding_sum) != SCALAR_BYTES or number >= ORDER:
        raise ValueError("a sum of blindings is a number of 32 bytes below the order of the curve")
    points = [PublicKey.from_secret(blinding_sum)] if number else []
    for direction, hours in zip(Direction, (injected_wh, withdrawn_wh), strict=True):
        for hour, wh in enumerate(hours):
            if wh:
                points.append(_generator(direction, hour).multiply(wh.to_bytes(SCALAR_BYTES, "big")))
    return PublicKey.combine_keys(points).format() if points else None


def add_blindings(blindings: Sequence[bytes]) -> bytes:
    """Sum of blindings modulo the order, 32 bytes; zero of none."""
    total = sum(int.from_bytes(blinding, "big") for blinding in blindings) % ORDER
    return total.to_bytes(SCALAR_BYTES, "big")


class _Table:
    """Multiples of one generator by bytes at their positions: a value is a sum of one entry per byte.

    Windows are made when a value first needs them; most homes stay below 65,536 Wh, that is two windows.
    """

    def __init__(self, point: PublicKey) -> None:
        self._base = point
        self._windows: list[list[PublicKey]] = []

    def parts(self, value: int) -> Iterator[PublicKey]:
        """Points whose sum is value * generator, one for each byte that is not zero."""
        position = 0
        while value:
            if position == len(self._windows):
                self._extend()
            if byte := value & 0xFF:
                yield self._windows[position][byte - 1]
            value >>= 8
            position += 1

    def _extend(self) -> None:
        window = [self._base]
        while len(window) < _BYTE_VALUES - 1:
            window.append(PublicKey.combine_keys([window[-1], self._base]))
        self._base = PublicKey.combine_keys([window[-1], self._base])
        self._windows.append(window)


@functools.cache
def _table(direction: Direction, hour: int) -> _Table:
    return _Table(_generator(direction, hour))


@functools.cache
def _generator(direction: Direction, hour: int) -> PublicKey:
    for counter in range(_BYTE_VALUES):
        x = hashlib.sha256(_SEED + bytes([direction, hour, counter])).digest()
        try:
            return PublicKey(_EVEN + x)
        except ValueError:
            continue  # half of all x belong to no point
    raise AssertionError(f"no point for direction {direction}, hour {hour}")


def _point(commitment: bytes) -> PublicKey:
    if len(commitment) != POINT_BYTES:
        raise ValueError(f"a point has {POINT_BYTES} bytes, got {len(commitment)}")
    return PublicKey(commitment)


def _require_hours(injected_wh: Sequence[int], withdrawn_wh: Sequence[int]) -> None:
    if len(injected_wh) not in HOUR_COUNTS or len(withdrawn_wh) != len(injected_wh):
        raise ValueError(
            f"a day has 23, 24 or 25 hours, got {len(injected_wh)} injected, {len(withdrawn_wh)} withdrawn"
        )
    for wh in (*injected_wh, *withdrawn_wh):
        if not 0 <= wh <= HOUR_MAX_WH:
            raise ValueError(f"an hour of a POD has 32 bits of Wh, got {wh}")

"""Ids made where the row is made: UUIDv7 (RFC 9562), so that rows sort by their time of birth."""

import os
import threading
import time
from uuid import UUID

_NANOSECONDS_PER_TICK = 1_000_000 // 4096  # method 3 of RFC 9562, 6.2: 12 bits below the millisecond
_guard = threading.Lock()
_last_tick = 0


def _next_tick() -> int:
    """Ticks of 1/4096 ms since 1970, strictly increasing within this process."""
    global _last_tick
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    tick = (milliseconds << 12) | min(rest // _NANOSECONDS_PER_TICK, 4095)
    with _guard:
        _last_tick = max(tick, _last_tick + 1)
        return _last_tick


def uuid7() -> UUID:
    """A new UUIDv7; later calls of this process always give greater ids, even when the clock stands still.

    Layout: 48 bits of milliseconds, version 7, 12 bits of sub-millisecond ticks, variant, 62 random bits.
    """
    tick = _next_tick()
    random_bits = int.from_bytes(os.urandom(8), "big") & ((1 << 62) - 1)
    number = (tick >> 12) << 80 | 7 << 76 | (tick & 0xFFF) << 64 | 0b10 << 62 | random_bits
    return UUID(int=number)

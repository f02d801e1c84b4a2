"""Hour totals of a configuration's day, packed as the ledger reads them."""

from collections.abc import Sequence

HOUR_COUNTS = (23, 24, 25)
TOTAL_BYTES = 5
TOTAL_MAX_WH = 2**40 - 1
HOUR_BYTES = 2 * TOTAL_BYTES


def encode_hours(injected_wh: Sequence[int], withdrawn_wh: Sequence[int]) -> bytes:
    """Per civil hour uint40 injected and uint40 withdrawn Wh, big-endian.

    Raises ValueError unless both directions have the same 23, 24 or 25 hours and every total fits 40 bits.
    """
    if len(injected_wh) not in HOUR_COUNTS or len(withdrawn_wh) != len(injected_wh):
        raise ValueError(
            f"a day has 23, 24 or 25 hours, got {len(injected_wh)} injected, {len(withdrawn_wh)} withdrawn"
        )
    pairs = zip(injected_wh, withdrawn_wh, strict=True)
    return b"".join(_encode_total(total) for pair in pairs for total in pair)


def decode_hours(hours: bytes) -> tuple[list[int], list[int]]:
    """Injected and withdrawn Wh per hour. Raises ValueError on another length than 23, 24 or 25 hours."""
    if len(hours) % HOUR_BYTES or len(hours) // HOUR_BYTES not in HOUR_COUNTS:
        raise ValueError(f"a day has 23, 24 or 25 hours of {HOUR_BYTES} bytes, got {len(hours)} bytes")
    starts = range(0, len(hours), TOTAL_BYTES)
    totals = [int.from_bytes(hours[start : start + TOTAL_BYTES], "big") for start in starts]
    return totals[::2], totals[1::2]


def _encode_total(total_wh: int) -> bytes:
    total_wh = int(total_wh)
    if not 0 <= total_wh <= TOTAL_MAX_WH:
        raise ValueError(f"an hour's total has 40 bits of Wh, got {total_wh}")
    return total_wh.to_bytes(TOTAL_BYTES, "big")

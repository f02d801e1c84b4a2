"""Exact numbers of a settlement: decimals as scaled integers, half-up, largest remainder."""

import re
from collections.abc import Mapping
from fractions import Fraction

MICRO = 1_000_000
CENT_MICRO_EUR = 10_000
LONGEST = 200
_DECIMAL = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)


def scaled(value: object, decimals: int) -> int | None:
    """A decimal text, or a whole number, times 10^decimals; None where it is neither or has more decimals."""
    if isinstance(value, int) and not isinstance(value, bool):
        return int(value * 10**decimals)
    match = _DECIMAL.fullmatch(value) if isinstance(value, str) and len(value) <= LONGEST else None
    if match is None or len(match[3] or "") > decimals:
        return None
    units = int(match[2] + (match[3] or "").ljust(decimals, "0"))
    return -units if match[1] else units


def fixed(units: int, decimals: int) -> str:
    """12345, 2 → "123.45"."""
    sign, units = ("-", -units) if units < 0 else ("", units)
    return f"{sign}{units // 10**decimals}.{units % 10**decimals:0{decimals}d}"


def plain(units: int, decimals: int) -> str:
    """The same without trailing zeros: 12300, 2 → "123"."""
    return fixed(units, decimals).rstrip("0").rstrip(".")


def half_up(value: Fraction) -> int:
    """The nearest whole number of a non-negative value, halves upwards."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def exact_text(value: Fraction) -> str:
    """Half-up at the twelfth decimal, without trailing zeros."""
    return plain(half_up(value * 10**12), 12)


def apportion(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Whole parts of the total by largest remainder, ties to the lower name in UTF-8 order.

    Total weight 0 gives all zero.
    """
    whole = sum(weights.values())
    if not whole or not total:
        return dict.fromkeys(weights, 0)
    parts, remainders = {}, {}
    for name, weight in weights.items():
        parts[name], remainders[name] = divmod(total * weight, whole)
    left = total - sum(parts.values())
    if left:
        order = sorted(weights, key=lambda name: (-remainders[name], name.encode()))
        for name in order[:left]:
            parts[name] += 1
    return parts

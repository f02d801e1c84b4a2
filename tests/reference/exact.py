"""Exact numbers: rounding, text and division by largest remainder, with fractions only."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction


def by_bytes(text: str) -> bytes:
    return text.encode()


def half_up(value: Fraction, decimals: int) -> int:
    """The non-negative value in units of 10^-decimals, halves upwards."""
    return int((value * 10**decimals + Fraction(1, 2)).__floor__())


def decimal_text(units: int, decimals: int) -> str:
    """12345, 2 -> '123.45'."""
    return f"{units // 10**decimals}.{units % 10**decimals:0{decimals}d}"


def exact_text(value: Fraction) -> str:
    """Half-up at the twelfth decimal, without trailing zeros."""
    return decimal_text(half_up(value, 12), 12).rstrip("0").rstrip(".")


def divide(total: int, weights: Mapping[str, int | Fraction]) -> dict[str, int]:
    """Whole parts of the total by largest remainder; ties go to the lower id in byte order."""
    weight_sum = sum(weights.values())
    if weight_sum == 0:
        return dict.fromkeys(weights, 0)
    quotas = {name: Fraction(total) * weight / weight_sum for name, weight in weights.items()}
    parts = {name: quota.__floor__() for name, quota in quotas.items()}
    by_remainder = sorted(weights, key=lambda name: (parts[name] - quotas[name], by_bytes(name)))
    for name in by_remainder[: total - sum(parts.values())]:
        parts[name] += 1
    return parts

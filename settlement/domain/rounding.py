"""The only place that rounds or divides money; the direction is in each name."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from settlement.domain.case import Shares

BASIS_POINTS = 10_000
MICRO_EUR_PER_CENT = 10_000
MICRO_EUR_PER_EUR = 1_000_000


@dataclass(frozen=True, slots=True)
class Split:
    """A revenue in micro-euro, divided into three pools that add up to it."""

    producers_micro_eur: int
    social_micro_eur: int
    grid_micro_eur: int


def split_revenue(amount_micro_eur: int, shares: Shares) -> Split:
    """Social and grid are floored to the micro-euro; producers receive the rest, so rounding favours them."""
    social = amount_micro_eur * shares.social // BASIS_POINTS
    grid = amount_micro_eur * shares.grid // BASIS_POINTS
    return Split(amount_micro_eur - social - grid, social, grid)


def divide_largest_remainder(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Divide whole units by weight; the parts add up to the total.

    Each part is the floor of its exact quota; the units left over go one each to the largest fractional
    parts, ties to the lower id in UTF-8 byte order. Total weight 0 gives all zero.
    """
    weight_sum = sum(weights.values())
    if weight_sum == 0:
        return dict.fromkeys(weights, 0)
    quotas = {key: divmod(total * weight, weight_sum) for key, weight in weights.items()}
    parts = {key: quota for key, (quota, _) in quotas.items()}
    ranking = sorted(quotas, key=lambda key: (-quotas[key][1], key.encode()))
    for key in ranking[: total - sum(parts.values())]:
        parts[key] += 1
    return parts


def half_up(value: Fraction) -> int:
    """The nearest whole number, halves upwards."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def half_up_cents(amount_eur: Fraction) -> int:
    """Whole cents of an exact amount in euro, half a cent upwards."""
    return half_up(amount_eur * 100)


def floor_cents_micro_eur(amount_micro_eur: int) -> int:
    """The largest whole number of cents not above the amount, in micro-euro."""
    return amount_micro_eur // MICRO_EUR_PER_CENT * MICRO_EUR_PER_CENT


def scale_floor_cents_micro_eur(
    available_micro_eur: int, dues_micro_eur: Mapping[str, int]
) -> dict[str, int]:
    """Dues that are not negative as they are, or where they exceed what is available all scaled alike.

    A scaled due is floored to the cent, which favours the pool: together they never exceed what is available.
    """
    wanted = sum(dues_micro_eur.values())
    if wanted <= available_micro_eur:
        return dict(dues_micro_eur)
    return {
        key: floor_cents_micro_eur(available_micro_eur * due // wanted) for key, due in dues_micro_eur.items()
    }


def decimal_text(units: int, decimals: int) -> str:
    """A whole number of units of 10^-decimals as a decimal with all its places, e.g. (1234, 2) → "12.34"."""
    whole, fraction = divmod(abs(units), 10**decimals)
    sign = "-" if units < 0 else ""
    return f"{sign}{whole}.{fraction:0{decimals}d}" if decimals else f"{sign}{whole}"


def plain_text(units: int, decimals: int) -> str:
    """The same decimal without trailing zeros, e.g. (1200, 2) → "12"."""
    text = decimal_text(units, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def cents_text(cents: int) -> str:
    """Cents as euro with two decimals."""
    return decimal_text(cents, 2)


def micro_eur_text(amount_micro_eur: int) -> str:
    """Micro-euro as euro with six decimals."""
    return decimal_text(amount_micro_eur, 6)


def exact_eur_text(amount_eur: Fraction) -> str:
    """Euro half-up at the twelfth decimal, trailing zeros dropped."""
    return plain_text(half_up(amount_eur * 10**12), 12)

"""The premium of each plant, exactly: energy times rate, less the reduction for a capital grant."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import MICRO, Plant
from settlement.domain.division import INT64_MAX
from settlement.domain.rulesets import law
from settlement.domain.tariff import QUARTERS, RateArray

_WH_PER_MWH = 1_000_000
_LIMB_BITS = 32


@dataclass(slots=True)
class PremiumSums:
    """Sums of energy times four times the rate (Wh · µ€/MWh) of one plant.

    `full` runs over all energy that earns the premium, `reduced` over the part that carries the reduction.
    """

    full: int = 0
    reduced: int = 0

    def amount_eur(self, plant: Plant) -> Fraction:
        """Exact premium: Σ energy·rate − F · Σ reduced energy·rate, F = grant_pct / 80."""
        numerator, denominator = law().grant_reduction
        factor = Fraction(plant.grant_micro_pct * numerator, MICRO * denominator)
        return (self.full - factor * self.reduced) / (QUARTERS * MICRO * _WH_PER_MWH)


def weighted_sums(energy_wh: NDArray[np.int64], rates: RateArray) -> list[int]:
    """Σ energy · rate of each row of `energy_wh` (rows, hours) with `rates` (hours,), exactly.

    Both are non-negative. One 64-bit sum where a bound proves that it fits, two 32-bit limbs where only the
    products do, Python integers otherwise.
    """
    if not energy_wh.size:
        return [0] * len(energy_wh)
    product_max = max(1, int(energy_wh.max())) * int(rates.max())
    if product_max * energy_wh.shape[1] <= INT64_MAX:
        return [int(total) for total in energy_wh @ rates.astype(np.int64)]
    if product_max <= INT64_MAX:
        products = energy_wh * rates.astype(np.int64)
        high = (products >> _LIMB_BITS).sum(axis=1).tolist()
        low = (products & (2**_LIMB_BITS - 1)).sum(axis=1).tolist()
        return [(upper << _LIMB_BITS) + lower for upper, lower in zip(high, low, strict=True)]
    return [int(total) for total in (energy_wh.astype(object) * rates.astype(object)).sum(axis=1)]

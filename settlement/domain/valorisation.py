"""The valorisation of self-consumed energy (ARERA TIAD): shared energy times the transmission tariff."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from settlement.domain.hourly import exact_sum

_MICRO_EUR_WH_PER_EUR_MWH = 10**12


def shared_by_year_wh(
    shared_wh: Iterable[NDArray[np.int64]], years_of_hours: NDArray[np.int64]
) -> dict[int, int]:
    """Shared energy of all configurations in each Europe/Rome calendar year of the period."""
    totals = {int(year): 0 for year in np.unique(years_of_hours)}
    for hourly in shared_wh:
        for year in totals:
            totals[year] += exact_sum(hourly[years_of_hours == year])
    return totals


def valorisation_eur(
    shared_wh_by_year: Mapping[int, int], tras_e_micro_by_year: Mapping[int, int]
) -> Fraction:
    """Exact amount: each year's shared energy at that year's tariff."""
    exact = sum(energy * tras_e_micro_by_year[year] for year, energy in shared_wh_by_year.items())
    return Fraction(exact, _MICRO_EUR_WH_PER_EUR_MWH)

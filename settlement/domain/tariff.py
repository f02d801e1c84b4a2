"""The premium tariff by hour (DM 414/2023 All. 1): min(cap, base + max(0, reference - price)) + area term."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import Plant, PriceSeries, Source
from settlement.domain.eligibility import unit_powers_milliwatt
from settlement.domain.parameters import Parameters
from settlement.domain.rulesets import law

QUARTERS = 4
_INT64_SAFE = 2**60

RateArray = NDArray[np.int64] | NDArray[np.object_]


@dataclass(frozen=True, slots=True, order=True)
class TariffKey:
    """Plants of one class and area have one rate; area "" is any source but photovoltaic."""

    tariff_class: int
    area: str


def tariff_keys(plants: tuple[Plant, ...]) -> Mapping[str, TariffKey]:
    """Tariff key by plant id; the class follows the power of all plants of that POD and source."""
    powers = unit_powers_milliwatt(plants)
    return {
        plant.id: TariffKey(
            law().tariff_class(powers[plant.pod, plant.source]),
            law().regions[plant.region].area if plant.source is Source.PHOTOVOLTAIC else "",
        )
        for plant in plants
    }


def quarter_rates(key: TariffKey, prices: PriceSeries, parameters: Parameters) -> RateArray:
    """Four times the rate of each hour in micro-euro per MWh, shape (hours,), before any reduction.

    Four times, because an hour's price is the exact mean of four quarters. Python integers where an
    override is too large for 64 bits.
    """
    base, cap = (parameters.micro(f"class{key.tariff_class}_{part}_eur_per_mwh") for part in ("base", "cap"))
    area_term = parameters.micro(f"fc_{key.area}_eur_per_mwh") if key.area else 0
    reference = parameters.micro("price_reference_eur_per_mwh")
    price_sums = prices.quarter_micro_eur_per_mwh.reshape(-1, QUARTERS).sum(axis=1)
    if max(base, cap, area_term, reference) >= _INT64_SAFE // QUARTERS:
        price_sums = price_sums.astype(object)
    variable = np.maximum(0, QUARTERS * reference - price_sums)
    rates: RateArray = np.minimum(QUARTERS * cap, QUARTERS * base + variable) + QUARTERS * area_term
    return rates

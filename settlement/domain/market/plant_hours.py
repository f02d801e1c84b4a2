"""Hourly injection of every plant of a case: what the market services value."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from settlement.domain.calendar import hour_days
from settlement.domain.case import Case, Direction, Plant, PriceSeries
from settlement.domain.holdings import held_series
from settlement.domain.production import injected_wh, unit_of


@dataclass(frozen=True, slots=True, eq=False)
class PlantHours:
    """A plant's injection in each hour of the period (int64, shape (hours,)) and the prices of its zone."""

    plant: Plant
    injected_wh: NDArray[np.int64]
    prices: PriceSeries


def plant_hours(case: Case) -> Iterator[PlantHours]:
    """Every plant by configuration and id; a POD's injection is divided as in the settlement."""
    community = case.community
    days = hour_days(community.start, community.end)
    held, prices = held_series(case), {series.zone: series for series in case.prices}
    for configuration in community.configurations:
        pods = {row.code for row in community.pods if row.configuration == configuration.id}
        units = [unit_of(plant, community, days) for plant in community.plants if plant.pod in pods]
        energy = injected_wh(units, held.get((configuration.id, Direction.INJECTED), ()), 0, len(days))
        for unit, hourly in zip(units, energy, strict=True):
            yield PlantHours(unit.plant, hourly, prices[configuration.zone])

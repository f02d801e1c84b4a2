"""Synthetic withdrawal of a dwelling: refrigerator, standby, presence, meals, appliances, cooling.

Believable, not measured: low at night, a small rise in the morning, lunch at home, the Italian evening
peak between seven and eleven, more presence at weekends. Everything is whole watts per quarter-hour.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planning.grid import QUARTERS_PER_DAY, Grid
from planning.streams import Stream, between, chance, noise_per_mille, stream
from planning.weather import Weather

Watts = NDArray[np.int64]

FRIDGE_W = 90
FRIDGE_RUNS, FRIDGE_RESTS = 2, 3
WASHING_W = (1800, 1100, 250, 200, 350)
DISHWASHER_W = (250, 1650, 200, 1150, 250)
OVEN_W = (1500, 1100, 700)
HEATER_W = (1200, 1200, 600)
COOLING_FROM_DECI_C = 262
EV_W, EV_QUARTERS = 2200, 14


@dataclass(frozen=True, slots=True)
class Household:
    """Who lives there and with what. `contract_w` limits the meter, 10 % above as Italian meters allow."""

    residents: int
    daytime_presence: bool = False
    contract_w: int = 3000
    always_on_w: int = 70
    electric_water: bool = False
    cooling: bool = False
    electric_car: bool = False
    away: tuple[int, int] | None = None  # first and last civil day of an absence, positions in the grid


@dataclass(frozen=True, slots=True)
class Day:
    """What the curve of one day depends on, besides the household."""

    weekday: int
    temperature_deci_c: NDArray[np.int64]  # (96,)

    @property
    def is_weekend(self) -> bool:
        """Saturday or Sunday."""
        return self.weekday >= 5


def household_w(name: str, household: Household, grid: Grid, weather: Weather) -> Watts:
    """Mean power of each quarter-hour of the grid, shape (quarters,); the same for the same name."""
    source = stream(f"household/{name}")
    curve = np.empty(len(grid), dtype=np.int64)
    for position in range(len(grid.days)):
        here = grid.day == position
        temperature = np.zeros(QUARTERS_PER_DAY, dtype=np.int64)
        temperature[grid.quarter[here]] = weather.temperature_deci_c[here]
        day = Day(int(grid.weekday[here][0]), temperature)
        curve[here] = _day_w(source, household, day, _is_away(household, position))[grid.quarter[here]]
    return np.minimum(curve, household.contract_w * 11 // 10)


def _is_away(household: Household, position: int) -> bool:
    return household.away is not None and household.away[0] <= position <= household.away[1]


def _day_w(source: Stream, household: Household, day: Day, away: bool) -> Watts:
    """96 values. The draws are made in both cases, so that an absence does not change the other days."""
    base = _base(source, household)
    life = _presence(source, household, day) + _meals(source, household, day)
    appliances = _appliances(source, household, day) + _cooling(source, household, day)
    return base if away else base + life + appliances


def _base(source: Stream, household: Household) -> Watts:
    """Refrigerator cycling with its own phase, and what is never switched off."""
    period = FRIDGE_RUNS + FRIDGE_RESTS
    phase = between(source, 0, period - 1)
    runs = (np.arange(QUARTERS_PER_DAY) + phase) % period < FRIDGE_RUNS
    return household.always_on_w * noise_per_mille(source, QUARTERS_PER_DAY, 60) // 1000 + runs * FRIDGE_W


def _span(source: Stream, first: int, last: int, watts: int, wobble: int = 3, spread: int = 250) -> Watts:
    """A power from about quarter `first` to about `last`, noisy; quarters past midnight are cut."""
    begin = max(0, first + between(source, -wobble, wobble))
    end = min(QUARTERS_PER_DAY, last + between(source, -wobble, wobble))
    curve = np.zeros(QUARTERS_PER_DAY, dtype=np.int64)
    noise = noise_per_mille(source, QUARTERS_PER_DAY, spread)
    curve[begin:end] = (watts * noise // 1000)[begin:end]
    return curve


def _run(start: int, programme: tuple[int, ...]) -> Watts:
    """An appliance's programme from a quarter on, cut at midnight."""
    curve = np.zeros(QUARTERS_PER_DAY, dtype=np.int64)
    length = min(len(programme), QUARTERS_PER_DAY - start)
    curve[start : start + length] = programme[:length]
    return curve


def _presence(source: Stream, household: Household, day: Day) -> Watts:
    """Morning, daytime where someone is at home, evening lights and screens, late screens on Saturday."""
    size = household.residents
    wake = 32 if day.is_weekend else 26
    morning = _span(source, wake, wake + 6, 40 + 25 * size, wobble=5)
    at_home = household.daytime_presence or day.is_weekend
    daytime = _span(source, wake + 6, 74, 30 + 25 * size, wobble=8) if at_home else np.int64(0)
    bed = 96 if day.weekday in (4, 5) else 93
    evening = _span(source, 75, bed, 75 + 45 * size, wobble=6)
    return np.asarray(morning + daytime + evening, dtype=np.int64)


def _meals(source: Stream, household: Household, day: Day) -> Watts:
    """Coffee, lunch for those at home, dinner; now and then the oven at the weekend."""
    size = household.residents
    coffee = _run(between(source, 26, 33), (300,))
    at_home = household.daytime_presence or day.is_weekend
    lunch = _span(source, 48, 52, 90 + 40 * size, wobble=4) if at_home else np.int64(0)
    dinner = _span(source, 77, 82, 110 + 45 * size, wobble=6)
    oven = chance(source, 250 if day.is_weekend else 100)
    baked = _run(between(source, 44, 48) if day.is_weekend else between(source, 74, 78), OVEN_W)
    return np.asarray(coffee + lunch + dinner + baked * oven, dtype=np.int64)


def _appliances(source: Stream, household: Household, day: Day) -> Watts:
    """Washing machine, dishwasher, electric water heater, car."""
    size = household.residents
    washes = chance(source, min(900, 110 * size + (150 if day.is_weekend else 0)))
    wash_at = (
        between(source, 36, 60) if household.daytime_presence or day.is_weekend else between(source, 72, 84)
    )
    dishes = size > 2 and chance(source, 650)
    dish_at = between(source, 83, 88)
    curve = _run(wash_at, WASHING_W) * washes + _run(dish_at, DISHWASHER_W) * dishes
    if household.electric_water:
        curve = curve + _run(between(source, 24, 27), HEATER_W) + _run(between(source, 76, 80), HEATER_W[:2])
    if household.electric_car:
        curve = curve + _charging(source)
    return np.asarray(curve, dtype=np.int64)


def _charging(source: Stream) -> Watts:
    """Two or three evenings a week at the wall box, cut at midnight."""
    return _run(between(source, 78, 84), (EV_W,) * EV_QUARTERS) * chance(source, 350)


def _cooling(source: Stream, household: Household, day: Day) -> Watts:
    """A split unit from early afternoon to night, stronger the warmer it is outside."""
    wanted = between(source, 45, 62)
    if not household.cooling:
        return np.zeros(QUARTERS_PER_DAY, dtype=np.int64)
    excess = np.clip(day.temperature_deci_c - COOLING_FROM_DECI_C, 0, 80)
    curve = np.where(excess > 0, 220 + excess * 6, 0)
    quarters = np.arange(QUARTERS_PER_DAY)
    present = household.daytime_presence or day.is_weekend
    open_from = wanted if present else 70
    return np.where((quarters >= open_from) & (quarters < 94), curve, 0)

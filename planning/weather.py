"""A synthetic early-summer month: how clear the sky is and how warm the air, in whole numbers.

No measured weather enters. Kinds of day follow each other with some persistence, as fronts do; within a
day the sky wanders from quarter to quarter, and thunderstorms come in the afternoon, as they do below
the Alps.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from planning.grid import QUARTERS_PER_DAY, Grid
from planning.streams import Stream, between, chance, stream


class Sky(StrEnum):
    """Kinds of day."""

    CLEAR = "clear"
    BROKEN = "broken"
    OVERCAST = "overcast"
    STORM = "storm"


# Share of the clear sky's irradiance, per mille: lowest, highest, largest step from quarter to quarter.
CLEARNESS = {
    Sky.CLEAR: (930, 1000, 15),
    Sky.BROKEN: (480, 960, 160),
    Sky.OVERCAST: (180, 480, 60),
    Sky.STORM: (820, 980, 60),
}
STORM_CLEARNESS = (120, 380, 80)
# Chances in 100 of the next day's kind, in the order of Sky.
NEXT_SKY = {
    Sky.CLEAR: (60, 25, 4, 11),
    Sky.BROKEN: (38, 36, 12, 14),
    Sky.OVERCAST: (25, 40, 30, 5),
    Sky.STORM: (40, 35, 15, 10),
}
# Lowest and highest air temperature of a kind of day, tenths of a degree Celsius.
TEMPERATURE_RANGE = {
    Sky.CLEAR: (165, 305),
    Sky.BROKEN: (165, 275),
    Sky.OVERCAST: (160, 220),
    Sky.STORM: (180, 300),
}
# Hourly course between the day's lowest (0, before sunrise) and highest value (1000, mid-afternoon).
TEMPERATURE_COURSE = (
    300, 240, 190, 140, 80, 20, 0, 80, 220, 380, 530, 660,
    770, 860, 940, 990, 1000, 970, 900, 790, 670, 560, 460, 370,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Weather:
    """Shapes (quarters,): clearness in per mille of the clear sky, air temperature in tenths of °C."""

    skies: tuple[Sky, ...]
    clearness_per_mille: NDArray[np.int64]
    temperature_deci_c: NDArray[np.int64]


def synthetic_weather(grid: Grid, place: str) -> Weather:
    """The same weather for the same place and period, on every machine."""
    source = stream(f"weather/{place}/{grid.days[0].isoformat()}")
    skies = _skies(source, len(grid.days))
    clearness = np.array([_clearness_of_day(source, sky) for sky in skies])
    temperature = np.array([_temperature_of_day(source, sky) for sky in skies])
    return Weather(skies, clearness[grid.day, grid.quarter], temperature[grid.day, grid.quarter])


def _skies(source: Stream, count: int) -> tuple[Sky, ...]:
    """A chain of kinds of day."""
    kinds = list(Sky)
    skies = [Sky.CLEAR]
    while len(skies) < count:
        drawn = between(source, 1, 100)
        bounds = np.cumsum(NEXT_SKY[skies[-1]])
        skies.append(kinds[int(np.searchsorted(bounds, drawn))])
    return tuple(skies[:count])


def _clearness_of_day(source: Stream, sky: Sky) -> NDArray[np.int64]:
    """96 values; a storm takes four to ten quarters between 14:00 and 19:30."""
    values = _wander(source, *CLEARNESS[sky], QUARTERS_PER_DAY)
    if sky is Sky.STORM:
        first, length = between(source, 56, 68), between(source, 4, 10)
        values[first : first + length] = _wander(source, *STORM_CLEARNESS, length)
    return values


def _wander(source: Stream, lowest: int, highest: int, step: int, count: int) -> NDArray[np.int64]:
    """A walk that stays between its bounds."""
    values = np.empty(count, dtype=np.int64)
    value = between(source, lowest, highest)
    for index in range(count):
        value = min(highest, max(lowest, value + between(source, -step, step)))
        values[index] = value
    return values


def _temperature_of_day(source: Stream, sky: Sky) -> NDArray[np.int64]:
    """96 values, the hourly course joined by straight lines."""
    lowest, highest = TEMPERATURE_RANGE[sky]
    shift = between(source, -20, 20) + (15 if chance(source, 250) else 0)
    course = (*TEMPERATURE_COURSE, TEMPERATURE_COURSE[0])
    per_mille = [
        (course[hour] * (4 - part) + course[hour + 1] * part) // 4 for hour in range(24) for part in range(4)
    ]
    return shift + lowest + (np.array(per_mille, dtype=np.int64) * (highest - lowest)) // 1000

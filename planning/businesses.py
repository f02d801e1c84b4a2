"""Synthetic withdrawal of shops, offices and public buildings from their opening hours.

A timetable per weekday, a power when closed and when open, something that follows the heat, and noise.
Whole watts per quarter-hour.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from planning.grid import Grid
from planning.streams import noise_per_mille, stream
from planning.weather import Weather

Watts = NDArray[np.int64]
Spans = tuple[tuple[int, int], ...]  # half-open spans of quarters of the day

HEAT_FROM_DECI_C = 200


def hours(*spans: tuple[float, float]) -> Spans:
    """Opening hours as quarters: hours((8, 12.5)) is from 08:00 to 12:30."""
    return tuple((int(begin * 4), int(end * 4)) for begin, end in spans)


def week(workdays: Spans = (), saturday: Spans = (), sunday: Spans = ()) -> tuple[Spans, ...]:
    """Seven days from Monday on."""
    return (workdays,) * 5 + (saturday, sunday)


@dataclass(frozen=True, slots=True)
class Business:
    """A customer that follows a timetable.

    `extra` are further timetables with their own power (ovens, a kitchen, a lathe); `heat_w_per_c` is
    added per degree above 20 °C, day and night (`chilled`) or only when open (air conditioning).
    `closed_from` is the first civil day on which nobody comes (school holidays).
    """

    timetable: tuple[Spans, ...]
    closed_w: int
    open_w: int
    extra: tuple[tuple[tuple[Spans, ...], int], ...] = ()
    heat_w_per_c: int = 0
    chilled: bool = False
    closed_from: date | None = None
    exceptions: Mapping[date, Spans] = field(default_factory=dict)


def business_w(name: str, business: Business, grid: Grid, weather: Weather) -> Watts:
    """Mean power of each quarter-hour of the grid, shape (quarters,); the same for the same name."""
    source = stream(f"business/{name}")
    is_open = _open(business, business.timetable, grid)
    steady = np.where(is_open, business.open_w, business.closed_w)
    for timetable, watts in business.extra:
        steady = steady + np.where(_open(business, timetable, grid), watts, 0)
    heat = np.clip(weather.temperature_deci_c - HEAT_FROM_DECI_C, 0, None) * business.heat_w_per_c // 10
    cooled = heat if business.chilled else np.where(is_open, heat, 0)
    return np.asarray((steady + cooled) * noise_per_mille(source, len(grid), 80) // 1000, dtype=np.int64)


def lighting_w(name: str, dark: NDArray[np.bool_], full_w: int, grid: Grid) -> Watts:
    """Street lighting: full power from dusk to midnight, 60 % from midnight to five, full until dawn."""
    source = stream(f"lighting/{name}")
    dimmed = grid.quarter < 20
    watts = np.where(dimmed, full_w * 6 // 10, full_w)
    return np.where(dark, watts * noise_per_mille(source, len(grid), 10) // 1000, full_w // 200)


def _open(business: Business, timetable: tuple[Spans, ...], grid: Grid) -> NDArray[np.bool_]:
    """Whether each quarter lies in the timetable, exceptions first; shape (quarters,)."""
    result = np.zeros(len(grid), dtype=np.bool_)
    for position, day in enumerate(grid.days):
        here = grid.day == position
        closed = business.closed_from is not None and day >= business.closed_from
        usual = () if closed else timetable[day.weekday()]
        for begin, end in business.exceptions.get(day, usual):
            result |= here & (grid.quarter >= begin) & (grid.quarter < end)
    return result

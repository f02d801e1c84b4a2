"""Readings cut into civil days: the unit in which they arrive, are compared and are kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from settlement.domain.calendar import civil_days, day_start, hour_count
from settlement.domain.case import Direction, MeterSeries


@dataclass(frozen=True, slots=True, eq=False)
class DayVector:
    """One civil day of one POD and direction as it was known from `received_at` on.

    `wh` (int32) has 23, 24 or 25 values, or four times as many; `estimated` (bool) is alike, or None when
    every value is measured.
    """

    day: date
    resolution_minutes: int
    wh: NDArray[np.int32]
    estimated: NDArray[np.bool_] | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class DayGrid:
    """The civil days of a period of whole days, and where each begins, in hours from the period's start."""

    days: tuple[date, ...]
    edges: NDArray[np.int64]

    @classmethod
    def of(cls, start: datetime, end: datetime) -> "DayGrid":
        """Grid of [start, end); both must be the beginning of a Europe/Rome day."""
        days = tuple(civil_days(start, end))
        first_hours = [hour_count(start, day_start(day)) for day in days]
        return cls(days, np.array([*first_hours, hour_count(start, end)], dtype=np.int64))

    def interval_edges(self, resolution_minutes: int) -> NDArray[np.int64]:
        """Where each day begins, in intervals of that resolution; one more for the end."""
        return self.edges * (60 // resolution_minutes)

    def groups(self, wanted: NDArray[np.bool_]) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """The wanted days (mask) by their number of hours, as (hours, positions)."""
        lengths = np.diff(self.edges)
        for hours in (23, 24, 25):
            positions = np.flatnonzero((lengths == hours) & wanted)
            if positions.size:
                yield hours, positions

    def days_present(self, series: MeterSeries) -> NDArray[np.bool_]:
        """Mask of the days that the series has; a day is there as a whole or not at all."""
        firsts = self.interval_edges(series.resolution_minutes)[:-1]
        some = np.logical_or.reduceat(series.present, firsts)
        assert np.array_equal(some, np.logical_and.reduceat(series.present, firsts)), "a day is in parts"
        return some

    def days_differing(self, series: MeterSeries, known: dict[date, DayVector]) -> NDArray[np.bool_]:
        """Mask of the days on which the series says something else than `known`, or `known` nothing."""
        differs = np.ones(len(self.days), dtype=np.bool_)
        edges = self.interval_edges(series.resolution_minutes)
        for position, day in enumerate(self.days):
            vector = known.get(day)
            if vector is not None:
                differs[position] = not _same(series, slice(edges[position], edges[position + 1]), vector)
        return differs


def _same(series: MeterSeries, part: slice, vector: DayVector) -> bool:
    if series.resolution_minutes != vector.resolution_minutes:
        return False
    if not np.array_equal(series.wh[part], vector.wh):
        return False
    estimated = series.estimated[part]
    if vector.estimated is None:
        return not estimated.any()
    return np.array_equal(estimated, vector.estimated)


def join_days(
    pod: str, direction: Direction, grid: DayGrid, known: dict[date, DayVector], wanted: NDArray[np.bool_]
) -> MeterSeries:
    """The series of the wanted days (mask), each of which must be known.

    When any day is hourly the whole series is, quarter-hours summed: energy adds up, detail cannot be made.
    """
    vectors = {position: known[grid.days[position]] for position in np.flatnonzero(wanted).tolist()}
    hourly = any(vector.resolution_minutes == 60 for vector in vectors.values())
    resolution = 60 if hourly else 15
    edges = grid.interval_edges(resolution)
    length = int(edges[-1])
    wh = np.zeros(length, dtype=np.int32)
    present = np.zeros(length, dtype=np.bool_)
    estimated = np.zeros(length, dtype=np.bool_)
    for position, vector in vectors.items():
        part = slice(edges[position], edges[position + 1])
        present[part] = True
        sums = hourly and vector.resolution_minutes == 15
        wh[part] = vector.wh.reshape(-1, 4).sum(axis=1) if sums else vector.wh
        if vector.estimated is not None:
            estimated[part] = vector.estimated.reshape(-1, 4).any(axis=1) if sums else vector.estimated
    return MeterSeries(pod, direction, resolution, wh, present, estimated)

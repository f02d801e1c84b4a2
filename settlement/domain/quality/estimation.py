"""Estimates of a day that was not measured, by methods that have a name; integers throughout.

No public text says how a community estimates what the grid operator did not deliver: the methods are ours,
they are never applied by themselves, and statements name them. Both take measured days only, never estimates,
and match clock times: the hour that a day of 23 lacks is left out, the one that a day of 25 repeats is taken
twice. Days of 23 and 25 hours are no donors.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from settlement.domain.calendar import DAY, ROME, day_hours, day_start
from settlement.domain.case import Direction
from settlement.domain.day_vectors import DayVector

WEEK = timedelta(days=7)
WEEKS = 4
DONORS_LEAST = 2
"""One day alone would be a copy, not a mean."""
REACH_DAYS = 7
"""Neighbours farther away have another sun and other habits."""


class EstimateMethod(StrEnum):
    """SAME_WEEKDAY_MEAN: mean of the same weekday of the four weeks before, two of them at least.

    LINEAR_INTERPOLATION: between the nearest measured days before and after, at most a week away, each
    weighted by the distance of the other.
    """

    SAME_WEEKDAY_MEAN = "SAME_WEEKDAY_MEAN"
    LINEAR_INTERPOLATION = "LINEAR_INTERPOLATION"


@dataclass(frozen=True, slots=True, eq=False)
class DayEstimate:
    """The estimated values of a day, and the measured days that they come from."""

    day: date
    resolution_minutes: int
    wh: NDArray[np.int32]
    from_days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class RecordedEstimate:
    """An estimate that entered the readings: the version of a day received at `received_at`."""

    community_id: UUID
    pod: str
    direction: Direction
    day: date
    received_at: datetime
    method: EstimateMethod
    from_days: tuple[date, ...]
    actor: str
    reason: str


def estimate_day(method: EstimateMethod, day: date, known: Mapping[date, DayVector]) -> DayEstimate | None:
    """The day by that method from the known days of the same POD and direction; None without donors.

    Halves are rounded up.
    """
    measured = {donor: row for donor, row in known.items() if _gives(row) and donor != day}
    weights = _WEIGHTS[method](day, measured)
    if not weights:
        return None
    resolution = measured[min(weights, key=lambda donor: abs(donor - day))].resolution_minutes
    if any(measured[donor].resolution_minutes != resolution for donor in weights):
        return None
    total = sum(weights.values())
    sums = sum(
        (measured[donor].wh.astype(np.int64) * weight for donor, weight in weights.items()),
        start=np.zeros(24 * 60 // resolution, dtype=np.int64),
    )
    by_clock = (2 * sums + total) // (2 * total)
    wh = by_clock[_clock_positions(day, resolution)].astype(np.int32)
    return DayEstimate(day, resolution, wh, tuple(sorted(weights)))


def donor_days(days: list[date]) -> tuple[date, date]:
    """First and last day on which donors of these days may lie."""
    return min(days) - WEEKS * WEEK, max(days) + REACH_DAYS * DAY


def _gives(vector: DayVector) -> bool:
    return day_hours(vector.day) == 24 and (vector.estimated is None or not vector.estimated.any())


def _same_weekday(day: date, measured: Mapping[date, DayVector]) -> dict[date, int]:
    donors = [day - week * WEEK for week in range(1, WEEKS + 1) if day - week * WEEK in measured]
    return dict.fromkeys(donors, 1) if len(donors) >= DONORS_LEAST else {}


def _neighbours(day: date, measured: Mapping[date, DayVector]) -> dict[date, int]:
    reach = range(1, REACH_DAYS + 1)
    before = next((back for back in reach if day - back * DAY in measured), None)
    after = next((ahead for ahead in reach if day + ahead * DAY in measured), None)
    if before is None or after is None:
        return {}
    return {day - before * DAY: after, day + after * DAY: before}


_WEIGHTS = {
    EstimateMethod.SAME_WEEKDAY_MEAN: _same_weekday,
    EstimateMethod.LINEAR_INTERPOLATION: _neighbours,
}


def _clock_positions(day: date, resolution: int) -> list[int]:
    """For each interval of the day the position of its clock time in a day of 24 hours."""
    start, step = day_start(day), timedelta(minutes=resolution)
    clocks = [(start + index * step).astimezone(ROME) for index in range(day_hours(day) * 60 // resolution)]
    return [(clock.hour * 60 + clock.minute) // resolution for clock in clocks]

"""Which Europe/Rome days a run of intervals covers whole: only whole days enter the database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from settlement.domain.calendar import day_hours, day_number, day_of_number, day_start, rome_date, rome_text

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Partial:
    """A day of which some intervals are there; `edge` where it is the first or the last of the run."""

    day: date
    found: int
    wanted: int
    first_missing: int
    position: int
    edge: bool

    @property
    def instant(self) -> str:
        """When the first missing interval begins."""
        return rome_text(datetime.fromtimestamp(self.first_missing * 60, UTC))

    def __str__(self) -> str:
        return f"{self.day} has {self.found} of {self.wanted} intervals, the first missing is {self.instant}"


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """`whole` marks the intervals of whole days; days without any interval stand in `absent`."""

    whole: NDArray[np.bool_]
    days: tuple[date, ...]
    partial: tuple[Partial, ...]
    absent: tuple[date, ...]


def coverage(start: Ints, minutes: int) -> Coverage:
    """What the ascending starts (minutes since 1970, UTC) of intervals of so many minutes cover."""
    numbers = rome_days(start)
    days, first, count = np.unique(numbers, return_index=True, return_counts=True)
    wanted = np.array([day_hours(day_of_number(day)) * 60 // minutes for day in days.tolist()])
    partial = []
    for index in np.flatnonzero(count < wanted).tolist():
        day = day_of_number(int(days[index]))
        begin = int(day_start(day).timestamp()) // 60
        expected = begin + minutes * np.arange(wanted[index])
        rows = slice(int(first[index]), int(first[index] + count[index]))
        missing = int(np.setdiff1d(expected, start[rows])[0])
        edge = index in (0, len(days) - 1)
        partial.append(Partial(day, int(count[index]), int(wanted[index]), missing, int(first[index]), edge))
    whole_days = days[count == wanted]
    gaps = np.flatnonzero(np.diff(days) > 1)
    absent = [day for gap in gaps.tolist() for day in range(int(days[gap]) + 1, int(days[gap + 1]))]
    return Coverage(
        np.isin(numbers, whole_days),
        tuple(map(day_of_number, whole_days.tolist())),
        tuple(partial),
        tuple(map(day_of_number, absent)),
    )


def consecutive(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """First and last of each run of consecutive days, given ascending."""
    first = 0
    for index in range(1, len(days) + 1):
        if index == len(days) or (days[index] - days[index - 1]).days > 1:
            yield days[first], days[index - 1]
            first = index


def rome_days(start: Ints) -> Ints:
    """Europe/Rome day number of each start, given in minutes since 1970, UTC."""
    hours, inverse = np.unique(start // 60, return_inverse=True)
    moments = (datetime.fromtimestamp(hour * 3600, UTC) for hour in hours.tolist())
    numbers: Ints = np.array([day_number(rome_date(moment)) for moment in moments], dtype=np.int64)[inverse]
    return numbers

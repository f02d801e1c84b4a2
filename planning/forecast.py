"""Forecast of a community's injected and withdrawn energy: seasonal naive, and named so.

The forecast of an hour is the value of the same civil hour one week earlier, 168 hours on ordinary days.
It is the baseline that any better method has to beat; it knows no weather.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from settlement.domain import calendar
from settlement.domain.calendar import ROME
from settlement.domain.errors import ServiceError

METHOD = "seasonal_naive_168h"
SEASON = timedelta(days=7)
DAYS_MAX = 35

CivilHour = tuple[int, int]
"""Hour of the wall clock, and 1 for the second passage of an hour that the autumn change repeats."""


class HistoryMissing(ServiceError):  # noqa: N818 - the names of errors say what happened
    """The forecast needs days that the history lacks, wholly or in part."""

    code = "HISTORY_MISSING"

    def __init__(self, days: Sequence[date]) -> None:
        self.days = tuple(days)
        listed = ", ".join(day.isoformat() for day in self.days)
        super().__init__(f"the seasonal naive forecast needs all hours of {listed}")


@dataclass(frozen=True, slots=True, eq=False)
class EnergyHistory:
    """Hourly energy of consecutive civil days (Europe/Rome) from 00:00 of `first_day` on.

    `injected_wh`, `withdrawn_wh` (integers) and `present` (bool) have one element per hour, 23, 24 or 25
    a day, and one shape. Days need not be complete: `present` says which hours are known.
    """

    first_day: date
    days: int
    injected_wh: NDArray[np.int64]
    withdrawn_wh: NDArray[np.int64]
    present: NDArray[np.bool_]

    def __post_init__(self) -> None:
        expected = (self._offset(self.first_day + timedelta(days=self.days)),)
        for values in (self.injected_wh, self.withdrawn_wh, self.present):
            if values.shape != expected:
                raise ValueError(f"{self.days} days from {self.first_day} have {expected[0]} hours")

    @property
    def end_day(self) -> date:
        """The first day after the history."""
        return self.first_day + timedelta(days=self.days)

    def is_complete(self, day: date) -> bool:
        """Whether every hour of a day is known."""
        return self.first_day <= day < self.end_day and bool(self.present[self._slice(day)].all())

    def injected_of(self, day: date) -> NDArray[np.int64]:
        """Wh per hour of a day of the history."""
        return self.injected_wh[self._slice(day)]

    def withdrawn_of(self, day: date) -> NDArray[np.int64]:
        """Wh per hour of a day of the history."""
        return self.withdrawn_wh[self._slice(day)]

    def _slice(self, day: date) -> slice:
        return slice(self._offset(day), self._offset(day + timedelta(days=1)))

    def _offset(self, day: date) -> int:
        """Hours from the beginning of the history to 00:00 of a day."""
        return calendar.hour_count(calendar.day_start(self.first_day), calendar.day_start(day))


@dataclass(frozen=True, slots=True, eq=False)
class DayForecast:
    """Expected Wh per hour of a day, and the day whose values they are. All shapes (23, 24 or 25,)."""

    day: date
    taken_from: date
    starts: tuple[datetime, ...]
    injected_wh: NDArray[np.int64]
    withdrawn_wh: NDArray[np.int64]

    @property
    def shared_wh(self) -> NDArray[np.int64]:
        """min(injected, withdrawn) of each hour, as if both forecasts came true."""
        return np.minimum(self.injected_wh, self.withdrawn_wh)


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """A forecast with the name of its method."""

    method: str
    days: tuple[DayForecast, ...]


def seasonal_naive(history: EnergyHistory, first_day: date, days: int) -> Forecast:
    """Forecast `days` civil days (1 to 35) from `first_day` on.

    A day takes the values of the same weekday one week earlier; where that day is itself not yet in the
    history (more than a week ahead), of the latest same weekday before the history's end. Hours are
    matched by wall clock: an hour that the source day skips (spring) takes the hour before it, an hour
    that it lacks a second time (autumn) takes its only passage.

    Raises HistoryMissing naming every source day that is not completely known, ValueError for a number
    of days outside 1 to 35.
    """
    if not 1 <= days <= DAYS_MAX:
        raise ValueError(f"a forecast covers 1 to {DAYS_MAX} days, not {days}")
    targets = [first_day + timedelta(days=index) for index in range(days)]
    sources = [_source_day(history, target) for target in targets]
    missing = sorted({source for source in sources if not history.is_complete(source)})
    if missing:
        raise HistoryMissing(missing)
    pairs = zip(targets, sources, strict=True)
    return Forecast(METHOD, tuple(_day_forecast(history, target, source) for target, source in pairs))


def _source_day(history: EnergyHistory, target: date) -> date:
    """The same weekday at least one week earlier and before the history's end."""
    source = target - SEASON
    while source >= history.end_day:
        source -= SEASON
    return source


def _day_forecast(history: EnergyHistory, target: date, source: date) -> DayForecast:
    positions = list(_positions(target, source))
    return DayForecast(
        day=target,
        taken_from=source,
        starts=_starts(target),
        injected_wh=history.injected_of(source)[positions],
        withdrawn_wh=history.withdrawn_of(source)[positions],
    )


def _positions(target: date, source: date) -> Iterator[int]:
    """For each hour of the target day, the position of its source hour in the source day."""
    known = {hour: position for position, hour in enumerate(_civil_hours(source))}
    for hour, fold in _civil_hours(target):
        candidates = ((hour, fold), (hour, 0), (hour - 1, 0))
        yield next(known[candidate] for candidate in candidates if candidate in known)


def _civil_hours(day: date) -> list[CivilHour]:
    """Wall-clock hours of a day, in order."""
    return [(local.hour, local.fold) for local in (start.astimezone(ROME) for start in _starts(day))]


def _starts(day: date) -> tuple[datetime, ...]:
    """Start instants, in UTC, of the hours of a day."""
    return tuple(calendar.hours(calendar.day_start(day), calendar.day_start(day + timedelta(days=1))))

"""Injections that the plants behind the POD cannot make."""

from collections.abc import Iterator
from datetime import date

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import Direction, MeterSeries
from settlement.domain.quality.finding import Check, QualityFinding, Severity
from settlement.domain.quality.subject import Subject, found

ODD_PER_CENT = 110
"""Cold modules under a bright cloud edge exceed their power for minutes; not by a tenth over an hour."""
IMPOSSIBLE_PER_CENT = 200
"""Twice the power of all plants: no sun or wind does that. A battery behind the meter may add to the plant,
which is why less than that is odd and not impossible."""
MILLIWATT_PER_WATT = 1000
MINUTES_PER_HOUR = 60
SEVERAL_UNITS_TIMES = 300
"""From so many times the power on, a factor of a thousand (kWh taken for Wh) is the likelier explanation."""


def above_power(subject: Subject) -> Iterator[QualityFinding]:
    """Injected energy of an interval above power times its length: beyond a tenth odd, beyond twice held.

    Judged only on days with a plant in operation: an injection without any plant keeps a case from being
    settled anyway.
    """
    for series in subject.series:
        if series.direction is not Direction.INJECTED:
            continue
        limits = _limits_wh(subject, series)
        known = (limits > 0) & series.present
        wh = series.wh.astype(np.int64) * 100
        impossible = known & (wh > limits * IMPOSSIBLE_PER_CENT)
        blocked = np.isin(subject.day_positions(series), np.unique(subject.day_positions(series)[impossible]))
        odd = known & (wh > limits * ODD_PER_CENT) & ~blocked
        for mask, severity in ((impossible, Severity.BLOCKING), (odd, Severity.WARNING)):
            if mask.any():
                yield _finding(subject, series, limits, np.flatnonzero(mask), severity)


def _finding(
    subject: Subject,
    series: MeterSeries,
    limits: NDArray[np.int64],
    intervals: NDArray[np.int64],
    severity: Severity,
) -> QualityFinding:
    worst = int(intervals[np.argmax(series.wh[intervals])])
    wh, limit = int(series.wh[worst]), int(limits[worst])
    thousand = wh >= SEVERAL_UNITS_TIMES * limit
    guess = "; a factor of 1000: kWh taken for Wh?" if thousand else ""
    days = subject.days_of(series, intervals)
    sentence = (
        f"{len(intervals)} readings exceed what the plants behind it can make; the largest is {wh} Wh in "
        f"{series.resolution_minutes} minutes, their power gives {limit} Wh{guess}"
    )
    remedy = "check unit, multiplier of the meter and power of the plants; bring the file again, or release"
    return found(Check.ABOVE_POWER, severity, series, days, len(intervals), sentence, remedy)


def _limits_wh(subject: Subject, series: MeterSeries) -> NDArray[np.int64]:
    """What the plants in operation give at full power in each interval, in Wh rounded up."""
    plants = subject.plants_of(series.pod)

    def of_day(day: date) -> int:
        power = sum(plant.power_milliwatt for plant in plants if plant.entry_into_operation <= day)
        per_hour = MILLIWATT_PER_WATT * (MINUTES_PER_HOUR // series.resolution_minutes)
        return -(-power // per_hour)

    by_day = np.array([of_day(day) for day in subject.grid.days], dtype=np.int64)
    limits: NDArray[np.int64] = by_day[subject.day_positions(series)]
    return limits

"""The day of 25 hours, whose second 02:00 was filled in by somebody who had 24 values.

A day vector has as many hours as the day: one of 24 values never gets this far on a day of 23 or 25. What
can be seen is how the missing value was made: as zero, or as a copy of the hour before. What cannot be seen:
an hour left out of the day of 23 hours so that 23 remain, both hours of the 25-hour day in one and the other
shared out, and values moved by an hour.
"""

from collections.abc import Iterator

import numpy as np

from settlement.domain.case import MeterSeries
from settlement.domain.quality.finding import Check, QualityFinding, Severity
from settlement.domain.quality.subject import Subject, found

LONG_DAY_HOURS = 25
FIRST_TWO, SECOND_TWO, THREE = 2, 3, 4
"""Hours from midnight of that day: clocks show 02:00 twice, then 03:00."""
COPY_WH_LEAST = 20
"""Small steady loads are the same in two hours by themselves."""


def clock_change(subject: Subject) -> Iterator[QualityFinding]:
    """The repeated hour is zero between hours that are not, or the exact copy of the first."""
    edges = subject.grid.edges
    long_days = np.flatnonzero(np.diff(edges) == LONG_DAY_HOURS).tolist()
    for series in subject.series:
        per_hour = 60 // series.resolution_minutes
        for position in long_days:
            begin = int(edges[position]) * per_hour
            first, second, after = (
                series.wh[begin + hour * per_hour : begin + (hour + 1) * per_hour]
                for hour in (FIRST_TWO, SECOND_TWO, THREE)
            )
            if not series.present[begin : begin + (THREE + 1) * per_hour].all():
                continue
            # Neighbours that are small are no sign: so little is zero by itself now and then.
            steady = min(int(first.min()), int(after.min())) >= COPY_WH_LEAST
            if steady and not second.any():
                yield _finding(subject, series, position, "zero between hours that are not")
            elif steady and np.array_equal(first, second) and not np.array_equal(second, after):
                yield _finding(subject, series, position, "the exact copy of the hour before")


def _finding(subject: Subject, series: MeterSeries, position: int, how: str) -> QualityFinding:
    day = subject.grid.days[position]
    sentence = f"on {day}, which has 25 hours, the second 02:00 is {how}: was it measured?"
    remedy = "ask for the file with 25 hours; an invented hour is shared and paid like a measured one"
    count = 60 // series.resolution_minutes
    return found(Check.CLOCK_CHANGE, Severity.WARNING, series, (day,), count, sentence, remedy)

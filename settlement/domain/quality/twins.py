"""Readings that were seen before: of another POD, of the year before, or a thousand times as large."""

import hashlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import MeterSeries
from settlement.domain.day_vectors import DayVector
from settlement.domain.quality.finding import Check, QualityFinding, Severity
from settlement.domain.quality.subject import Subject, found

DISTINCT_LEAST = 10
"""So many different values make a day or a series its own: zeros and a few round figures recur by chance."""
KNOWN_DAYS_LEAST = 7
"""Days known from before that say what is usual."""
UNIT_TIMES = (300, 3000)
"""Between these, a change of the median day is a change of unit (1000) rather than of habit."""
UNIT_WH_LEAST = 100
"""A POD that usually has less per day may well take a thousand times as much one day."""


def same_as_other_pod(subject: Subject) -> Iterator[QualityFinding]:
    """Two PODs with the same value in every interval: one meter counted twice, by all appearance."""
    first_of: dict[tuple[object, ...], MeterSeries] = {}
    for series in subject.series:
        digest = hashlib.sha256(series.wh.tobytes() + series.present.tobytes()).digest()
        other = first_of.setdefault((series.direction, series.resolution_minutes, digest), series)
        if other is not series and _distinct(series.wh[series.present]) >= DISTINCT_LEAST:
            yield found(
                Check.SAME_AS_OTHER_POD,
                Severity.WARNING,
                series,
                tuple(day for day, _ in subject.parts(series)),
                int(series.present.sum()),
                f"every reading is the one of POD {other.pod}",
                "one meter stands under two PODs: ask the grid operator which of them it is",
            )


def same_as_year_before(subject: Subject) -> Iterator[QualityFinding]:
    """Days that are, to the Wh, the same dates of the year before: a file of the wrong year."""
    for series in subject.series:
        known = subject.year_before.get(series.key, {})
        days, count = [], 0
        for day, part in subject.parts(series) if known else ():
            # 29 February has no day a year before, nor does a day whose number of hours differs.
            before = known.get(day.replace(year=day.year - 1)) if (day.month, day.day) != (2, 29) else None
            values = series.wh[part]
            if before is None or not np.array_equal(before.wh, values):
                continue
            if _distinct(values) >= DISTINCT_LEAST:
                days.append(day)
                count += len(values)
        if days:
            yield found(
                Check.SAME_AS_YEAR_BEFORE,
                Severity.WARNING,
                series,
                tuple(days),
                count,
                f"{len(days)} days repeat the same dates of the year before, the first is {days[0]}",
                "the file is of another year, by all appearance: bring that of this year",
            )


def unit_changed(subject: Subject) -> Iterator[QualityFinding]:
    """A median day about a thousand times, or a thousandth of, the median day known from before."""
    for series in subject.series:
        before = _median([_day_wh(row) for row in subject.recent.get(series.key, {}).values()])
        if before is None:
            continue
        whole, sums = subject.day_sums(series)
        now = _median(sums[whole].tolist(), least=1)
        if now is None:
            continue
        small, large = sorted((before, now))
        least, most = UNIT_TIMES
        # What is less than a watt-hour cannot be said: a thousandth of a small day rounds away.
        if large < UNIT_WH_LEAST * least or not small * least <= large <= max(small, 1) * most:
            continue
        yield found(
            Check.UNIT_CHANGED,
            Severity.WARNING,
            series,
            tuple(day for day, _ in subject.parts(series)),
            int(series.present.sum()),
            f"the median day has {now} Wh where that of the weeks before has {before}: kWh and Wh confused?",
            "check the unit of the file; readings enter in Wh",
        )


def _distinct(wh: NDArray[np.int32]) -> int:
    return len(np.unique(wh[wh > 0]))


def _day_wh(vector: DayVector) -> int:
    return int(vector.wh.sum(dtype=np.int64))


def _median(energies: list[int], least: int = KNOWN_DAYS_LEAST) -> int | None:
    return sorted(energies)[len(energies) // 2] if len(energies) >= least else None

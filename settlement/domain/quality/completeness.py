"""Days that are absent, and days that are there in parts."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from settlement.domain.case import Direction, MeterSeries
from settlement.domain.quality.finding import Check, QualityFinding, Severity
from settlement.domain.quality.subject import Subject, found

ASK = "ask the grid operator for the days; until they arrive, an estimate by a named method can stand in"
USUAL_WH_LEAST = 500
"""A POD whose median day has less is hardly used: its days of nothing say nothing."""


def missing_days(subject: Subject) -> Iterator[QualityFinding]:
    """Days of validity without a reading: of a direction that the POD reports, or of the POD as a whole."""
    series = subject.by_key()
    nothing = np.zeros(len(subject.grid.days), dtype=np.bool_)
    for pod, valid in sorted(subject.valid.items()):
        produces = bool(subject.plants_of(pod))
        reported = [way for way in Direction if (pod, way) in series]
        needed = set(reported) | ({Direction.INJECTED} if produces else set())
        ways: list[Direction | None] = [*sorted(needed)]
        for way in ways or [None]:
            row = series.get((pod, way)) if way else None
            some = nothing if row is None else _days_begun(subject, row)
            absent = np.flatnonzero(valid & ~some)
            if absent.size:
                days = tuple(subject.grid.days[position] for position in absent.tolist())
                yield QualityFinding(
                    Check.MISSING_DAYS,
                    Severity.WARNING,
                    pod,
                    way,
                    days,
                    0,
                    f"POD {pod} {way or 'in both directions'}: {len(days)} of {int(valid.sum())} days have "
                    f"no reading, the first is {days[0]}",
                    ASK,
                )


def partial_days(subject: Subject) -> Iterator[QualityFinding]:
    """Days of which intervals are absent: such a day cannot be settled, nor kept as a day."""
    edges_of = subject.grid.interval_edges
    for series in subject.series:
        if series.present.all():
            continue
        firsts = edges_of(series.resolution_minutes)[:-1]
        whole = np.logical_and.reduceat(series.present, firsts)
        parts = np.flatnonzero(_days_begun(subject, series) & ~whole)
        if parts.size:
            days: tuple[date, ...] = tuple(subject.grid.days[position] for position in parts.tolist())
            inside = np.isin(subject.day_positions(series), parts)
            count = int((inside & ~series.present).sum())
            sentence = f"{count} readings are absent on {len(days)} days that are there otherwise"
            yield found(Check.PARTIAL_DAY, Severity.BLOCKING, series, days, count, sentence, ASK)


def zero_days(subject: Subject) -> Iterator[QualityFinding]:
    """Days on which nothing at all is withdrawn, where the median day has energy: missing written as zero?

    A note: a second home with its switch off, or a battery, does the same. Injections are not judged: snow
    and own use make days without any.
    """
    for series in subject.series:
        if series.direction is not Direction.WITHDRAWN:
            continue
        whole, sums = subject.day_sums(series)
        energies = np.sort(sums[whole])
        if not energies.size or energies[len(energies) // 2] < USUAL_WH_LEAST:
            continue
        zero = np.flatnonzero(whole & (sums == 0))
        if zero.size:
            days = tuple(subject.grid.days[position] for position in zero.tolist())
            count = int(np.isin(subject.day_positions(series), zero).sum())
            sentence = f"nothing is withdrawn on {len(days)} days: is something missing, written as zero?"
            yield found(Check.ZERO_DAYS, Severity.NOTE, series, days, count, sentence, ASK)


def _days_begun(subject: Subject, series: MeterSeries) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    firsts = subject.grid.interval_edges(series.resolution_minutes)[:-1]
    begun: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.logical_or.reduceat(series.present, firsts)
    return begun

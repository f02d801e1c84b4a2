"""Values that a working meter does not show: single spikes, and a register that stands still."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import MeterSeries
from settlement.domain.quality.finding import Check, QualityFinding, Severity
from settlement.domain.quality.subject import Subject, found

SPIKE_TIMES = 5
"""So many times the level that all but a two-hundredth of a POD's readings keep below: an oven or a charger
is in that level already, because it runs every week."""
SPIKE_PER_MILLE = 5
"""What may lie above the level: 4 hours of a month of 744."""
SPIKE_INTERVALS_LEAST = 14 * 23
"""Two weeks of hours: with fewer there is no distribution to compare with."""
SPIKE_LEVEL_LEAST_WH = 20
"""Below it a lamp is a spike."""
FROZEN_HOURS = 24
"""A civil day of one value to the Wh. Shorter runs occur: a fridge and a router at night."""
FROZEN_WH_LEAST = 20
"""Smaller steady loads round to the same Wh for days."""


def spikes(subject: Subject) -> Iterator[QualityFinding]:
    """Few readings far above all others of the same POD and direction."""
    for series in subject.series:
        wh = series.wh[series.present]
        if len(wh) < SPIKE_INTERVALS_LEAST:
            continue
        rank = len(wh) * (1000 - SPIKE_PER_MILLE) // 1000 - 1
        level = max(int(np.partition(wh, rank)[rank]), SPIKE_LEVEL_LEAST_WH)
        intervals = np.flatnonzero(series.present & (series.wh.astype(np.int64) > SPIKE_TIMES * level))
        if intervals.size:
            sentence = (
                f"{len(intervals)} readings stand above {SPIKE_TIMES} times the level of {level} Wh that "
                f"995 of 1000 keep; the largest is {int(series.wh[intervals].max())} Wh"
            )
            remedy = "ask the owner what ran; if nothing did, ask the grid operator"
            days = subject.days_of(series, intervals)
            yield found(Check.SPIKE, Severity.WARNING, series, days, len(intervals), sentence, remedy)


def frozen(subject: Subject) -> Iterator[QualityFinding]:
    """The same value, not zero, for a day or longer."""
    for series in subject.series:
        runs = _runs(series)
        if runs:
            intervals = np.concatenate([np.arange(first, end) for first, end in runs])
            first = runs[0][0]
            sentence = (
                f"the value stands still in {len(runs)} runs of {FROZEN_HOURS} hours or more, "
                f"{len(intervals)} readings in all; the first is {int(series.wh[first])} Wh"
            )
            remedy = "ask the grid operator whether the days were measured; a constant load explains it"
            days = subject.days_of(series, intervals)
            yield found(Check.FROZEN, Severity.WARNING, series, days, len(intervals), sentence, remedy)


def _runs(series: MeterSeries) -> list[tuple[int, int]]:
    """[first, end) of each run of one value that is long enough."""
    shown: NDArray[np.int32] = np.where(series.present, series.wh, np.int32(-1))
    starts = np.flatnonzero(np.diff(shown, prepend=-2))
    ends = np.append(starts[1:], len(shown))
    needed = FROZEN_HOURS * (60 // series.resolution_minutes)
    long = (ends - starts >= needed) & (shown[starts] >= FROZEN_WH_LEAST)
    return list(zip(starts[long].tolist(), ends[long].tolist(), strict=True))

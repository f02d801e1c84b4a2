"""Wall-clock labels of foreign files into UTC: the two days a year on which they lie.

Times are whole minutes since 1970, of the wall clock or of UTC. A label that the clock shows twice is taken
for the earlier hour at its first occurrence and for the later hour at its second; a label that the clock
never shows is an invented hour.
"""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock
MINUTE = timedelta(minutes=1)
YEARS = range(1990, 2101)
"""Years of readings and prices; anything else is a slip of the pen."""

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


def wall_minutes(moment: datetime) -> int:
    """Minutes since 1970 as the wall clock counts; the zone of the moment is ignored."""
    return (moment.replace(tzinfo=None) - EPOCH) // MINUTE


def wall_text(minutes: int) -> str:
    """A wall-clock label for findings, e.g. "2024-03-31 02:00"."""
    return (EPOCH + minutes * MINUTE).strftime("%Y-%m-%d %H:%M")


def to_utc(local: Ints, zone: ZoneInfo, *, instants_at_end: bool = False) -> tuple[Ints, Mask]:
    """UTC minutes of wall-clock labels in the order of their rows, and which labels do not exist.

    With `instants_at_end` labels are ends of intervals: the label of the very jump (02:00, when the clock
    goes on to 03:00) is then a moment that exists under both names.
    """
    if not local.size:
        return local, np.zeros(0, dtype=np.bool_)
    hours, inverse = np.unique(local // 60, return_inverse=True)
    offsets = np.array([_offsets(zone, hour) for hour in hours.tolist()], dtype=np.int64)[inverse]
    first, second = offsets[:, 0], offsets[:, 1]
    invented = second > first
    if instants_at_end:
        before = np.array([_offsets(zone, hour - 1) for hour in hours.tolist()], dtype=np.int64)[inverse]
        invented &= ~((local % 60 == 0) & (before[:, 0] == before[:, 1]))
    late = (second < first) & (_occurrence(local) > 0)
    return local - np.where(late, second, first), invented


def _occurrence(local: Ints) -> Ints:
    """How often the same label stood before, in chronological order of the rows."""
    rows = local[::-1] if local[0] > local[-1] else local
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    fresh = np.concatenate([[True], ordered[1:] != ordered[:-1]])
    begins = np.maximum.accumulate(np.where(fresh, np.arange(len(ordered)), 0))
    ranks = np.empty(len(rows), dtype=np.int64)
    ranks[order] = np.arange(len(ordered)) - begins
    return ranks[::-1] if local[0] > local[-1] else ranks


@lru_cache(maxsize=1 << 17)
def _offsets(zone: ZoneInfo, hour: int) -> tuple[int, int]:
    """Minutes east of UTC before and after a change of the clock; equal in an ordinary hour."""
    moment = EPOCH + timedelta(hours=hour)
    both = (moment.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    first, second = (0 if offset is None else offset // MINUTE for offset in both)
    return first, second

"""A meter's day while it is being collected from messages, in whatever order they come.

Of several values for one interval the one that the meter sent last counts, ties by the message's digest: what
messages say decides, not the order in which they arrived, so any order and any repetition ends alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from oracle.sources.device_messages import Block
from settlement.domain.calendar import day_hours, day_start, rome_date
from settlement.domain.case import Direction

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
_NEVER = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class DayKey:
    """Which day of which direction, in which steps."""

    direction: Direction
    day: date
    resolution_minutes: int

    @property
    def intervals(self) -> int:
        """Intervals of that civil day: 92, 96 or 100 quarter-hours, or a fourth."""
        return day_hours(self.day) * 60 // self.resolution_minutes


@dataclass(frozen=True, slots=True)
class Part:
    """Values of a message that fall on one day, from interval `first` on; `sent`, `rank` order messages."""

    key: DayKey
    first: int
    wh: NDArray[np.int32]
    estimated: bool
    sent: int
    rank: int


@dataclass(slots=True, eq=False)
class CollectedDay:
    """The values of a day so far, and which message each is from.

    `wh` (int32), `estimated` (bool), `sent` (int64, microseconds since 1970) and `rank` (int64) have one
    element per interval; where nothing was said yet `sent` is the least number.
    """

    key: DayKey
    wh: NDArray[np.int32]
    estimated: NDArray[np.bool_]
    sent: NDArray[np.int64]
    rank: NDArray[np.int64]

    @classmethod
    def empty(cls, key: DayKey) -> "CollectedDay":
        """A day of which nothing was said."""
        count = key.intervals
        return cls(
            key,
            np.zeros(count, dtype=np.int32),
            np.zeros(count, dtype=np.bool_),
            np.full(count, _NEVER, dtype=np.int64),
            np.full(count, _NEVER, dtype=np.int64),
        )

    @property
    def complete(self) -> bool:
        """Whether every interval has its value."""
        return bool((self.sent != _NEVER).all())

    def take(self, part: Part) -> int:
        """Take the values that were sent later than those known; how many say something new."""
        place = slice(part.first, part.first + len(part.wh))
        sent, rank = self.sent[place], self.rank[place]
        later = (part.sent > sent) | ((part.sent == sent) & (part.rank > rank))
        differs = (sent == _NEVER) | (self.wh[place] != part.wh) | (self.estimated[place] != part.estimated)
        self.wh[place][later] = part.wh[later]
        self.estimated[place][later] = part.estimated
        sent[later], rank[later] = part.sent, part.rank
        return int((later & differs).sum())


def parts(block: Block, resolution_minutes: int, sent_at: datetime, digest: bytes) -> Iterator[Part]:
    """The block cut at the midnights of Italy; its start must be the beginning of an interval."""
    step = timedelta(minutes=resolution_minutes)
    sent = (sent_at - EPOCH) // MICROSECOND
    rank = int.from_bytes(digest[:8], "big", signed=True)
    values = np.array(block.wh, dtype=np.int32)
    position = 0
    while position < len(values):
        start = block.start + position * step
        key = DayKey(block.direction, rome_date(start), resolution_minutes)
        first = (start - day_start(key.day)) // step
        count = min(key.intervals - first, len(values) - position)
        yield Part(key, first, values[position : position + count], block.estimated, sent, rank)
        position += count

"""The quarter-hours of a period with their civil date and time: the axis of every synthetic curve."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from settlement.domain.calendar import ROME

QUARTER = timedelta(minutes=15)
QUARTERS_PER_DAY = 96


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Quarter-hours of [start, end), shapes (quarters,), all in Europe/Rome civil terms.

    `day` is the position of the civil date in `days`; `quarter` is the wall clock's quarter of the day,
    0 to 95, so that the day of the spring change skips four values and the autumn one repeats four.
    """

    starts: tuple[datetime, ...]
    days: tuple[date, ...]
    day: NDArray[np.int64]
    quarter: NDArray[np.int64]
    weekday: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def at(self, day: int, quarter: int) -> int:
        """First position of a civil quarter of a day; ValueError where the day has no such quarter."""
        positions = np.flatnonzero((self.day == day) & (self.quarter == quarter))
        if len(positions) == 0:
            raise ValueError(f"{self.days[day]} has no quarter-hour number {quarter}")
        return int(positions[0])


def quarter_grid(start: datetime, end: datetime) -> Grid:
    """The grid of a period; the ends are instants on the full hour."""
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    starts = tuple(first + QUARTER * index for index in range((last - first) // QUARTER))
    local = [instant.astimezone(ROME) for instant in starts]
    days = tuple(sorted({moment.date() for moment in local}))
    position = {day: index for index, day in enumerate(days)}
    return Grid(
        starts=starts,
        days=days,
        day=np.array([position[moment.date()] for moment in local], dtype=np.int64),
        quarter=np.array([moment.hour * 4 + moment.minute // 15 for moment in local], dtype=np.int64),
        weekday=np.array([moment.weekday() for moment in local], dtype=np.int64),
    )

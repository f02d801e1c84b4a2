"""A series in the making: rows of one POD and direction, each interval with the line that gave it."""

import numpy as np
from numpy.typing import NDArray

from settlement.casefile.reading_rows import ESTIMATED, Rows
from settlement.domain.case import Direction, MeterSeries

QUARTERS = 4


class SeriesBuilder:
    """Hourly until a row off the full hour shows that the series is quarter-hourly.

    `line` holds the line of the row that gave each interval, 0 where there is none.
    """

    def __init__(self, hours: int) -> None:
        self.is_hourly = True
        self.wh = np.zeros(hours, dtype=np.int32)
        self.line = np.zeros(hours, dtype=np.int32)
        self.estimated = np.zeros(hours, dtype=np.bool_)

    def add(self, quarter: NDArray[np.int64], rows: Rows) -> NDArray[np.int64]:
        """Take rows at the given quarter-hours of the period; the lines of those that repeat an interval.

        Rows come in the order of their lines, also from one call to the next: the first row of an interval
        stands, later ones are duplicates.
        """
        if self.is_hourly and (quarter % QUARTERS).any():
            self._refine()
        slot = quarter // QUARTERS if self.is_hourly else quarter
        fresh = np.flatnonzero(self.line[slot] == 0)
        # Assigned backwards, so that of several rows of one interval the first is assigned last.
        self.line[slot[fresh[::-1]]] = rows.line[fresh[::-1]]
        stands = self.line[slot] == rows.line
        self.wh[slot[stands]] = rows.wh[stands]
        self.estimated[slot[stands]] = rows.quality[stands] == ESTIMATED
        repeated: NDArray[np.int64] = rows.line[~stands]
        return repeated

    def _refine(self) -> None:
        """Make room for four quarters in each hour; what was given so far are the first of them."""
        self.is_hourly = False
        for name in ("wh", "line", "estimated"):
            hourly = getattr(self, name)
            quarters = np.zeros(QUARTERS * len(hourly), dtype=hourly.dtype)
            quarters[::QUARTERS] = hourly
            setattr(self, name, quarters)

    def series(self, pod: str, direction: Direction) -> MeterSeries:
        """The finished series."""
        resolution = 60 if self.is_hourly else 15
        return MeterSeries(pod, direction, resolution, self.wh, self.line > 0, self.estimated)

    def line_before(self, interval: int) -> int:
        """Line of the last row before the interval, or 1."""
        before = np.flatnonzero(self.line[:interval])
        return int(self.line[before[-1]]) if before.size else 1

"""What a community injected, withdrew and shared: settled where it is settled, else as received so far."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from api.queries.received import received_hours
from api.schemas.energy import BalanceRow, BalanceStatus, Resolution
from api.service import ReadWork
from settlement.domain.calendar import DAY, HOUR, ROME, day_start, hour_count, rome_date
from settlement.domain.day_vectors import DayGrid

STATUSES: Final[tuple[BalanceStatus, ...]] = ("absent", "provisional", "settled")
"""The weakest first: a status is its position here."""
_ABSENT, _PROVISIONAL, _SETTLED = range(3)


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """Hours of whole days from `start` on: `energy_wh` has shape (3, hours), `status` has shape (hours,).

    The three are injected, withdrawn and shared. Configurations are summed, so an hour's shared energy may
    be less than min(injected, withdrawn).
    """

    start: datetime
    energy_wh: NDArray[np.int64]
    status: NDArray[np.int64]

    def rows(self, resolution: Resolution) -> list[BalanceRow]:
        """The intervals, ascending."""
        return self._cut(_first_hours(self.start, len(self.status), resolution))

    def total(self) -> BalanceRow:
        """The sum of all; its status is the weakest of all."""
        return self._cut(np.zeros(1, dtype=np.int64))[0]

    def _cut(self, firsts: NDArray[np.int64]) -> list[BalanceRow]:
        """Sums of the intervals that begin at these hours."""
        seconds = int(self.start.timestamp()) + firsts * int(HOUR.total_seconds())
        lengths = np.diff(firsts, append=len(self.status))
        sums = np.add.reduceat(self.energy_wh, firsts, axis=1)
        weakest = np.minimum.reduceat(self.status, firsts)
        columns = zip(seconds.tolist(), lengths.tolist(), *sums.tolist(), weakest.tolist(), strict=True)
        return [
            BalanceRow(
                datetime.fromtimestamp(second, ROME), hours, injected, withdrawn, shared, STATUSES[status]
            )
            for second, hours, injected, withdrawn, shared, status in columns
        ]


def balance(work: ReadWork, community_id: UUID, first: date, after: date) -> Balance:
    """The balance of the days [first, after) by the hour. Raises NotFound."""
    start = day_start(first)
    known = work.settlements.settled_energy(community_id, start, day_start(after))
    energy_wh = np.stack((known.injected_wh, known.withdrawn_wh, known.shared_wh))
    found = Balance(start, energy_wh, np.where(known.settled, _SETTLED, _ABSENT))
    if not known.settled.all():
        _add_received(found, work, community_id)
    return found


def _add_received(found: Balance, work: ReadWork, community_id: UUID) -> None:
    """Fill in what was received for hours that no settlement covers."""
    unsettled = np.flatnonzero(found.status != _SETTLED)
    low, high = (rome_date(found.start + timedelta(hours=int(unsettled[end]))) for end in (0, -1))
    hours = unsettled - hour_count(found.start, day_start(low))
    for row in received_hours(work, community_id, low, high + DAY):
        received_wh = np.stack((row.injected_wh, row.withdrawn_wh, row.shared_wh))
        found.energy_wh[:, unsettled] += received_wh[:, hours]
        found.status[unsettled[row.some[hours]]] = _PROVISIONAL


def _first_hours(start: datetime, hours: int, resolution: Resolution) -> NDArray[np.int64]:
    """Where each interval begins, in hours from the start."""
    if resolution == "hour":
        return np.arange(hours)
    grid = DayGrid.of(start, start + timedelta(hours=hours))
    first_days = [index == 0 or resolution == "day" or day.day == 1 for index, day in enumerate(grid.days)]
    return grid.edges[:-1][first_days]

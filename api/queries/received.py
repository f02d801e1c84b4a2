"""A community's hourly energy from the readings received so far, settled or not.

Nothing here decides money: it fills the days that no settlement covers yet, and feeds the forecast.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from api.service import ReadWork
from settlement.domain.calendar import day_start
from settlement.domain.case import Case, Direction, MeterSeries
from settlement.domain.holdings import held_series, holdings
from settlement.domain.sharing import total_wh
from settlement.usecases.load_case import load_series


@dataclass(frozen=True, slots=True, eq=False)
class ReceivedHours:
    """Hourly Wh of one configuration over whole days; all arrays have shape (hours,).

    `some` is True where any reading was received, `complete` where a settlement would miss none.
    """

    injected_wh: NDArray[np.int64]
    withdrawn_wh: NDArray[np.int64]
    some: NDArray[np.bool_]
    complete: NDArray[np.bool_]

    @property
    def shared_wh(self) -> NDArray[np.int64]:
        """min(injected, withdrawn) of each hour."""
        smaller: NDArray[np.int64] = np.minimum(self.injected_wh, self.withdrawn_wh)
        return smaller


def received_hours(work: ReadWork, community_id: UUID, first: date, after: date) -> list[ReceivedHours]:
    """Per configuration, the hours of the days [first, after) as received so far. Raises NotFound."""
    terms, series = load_series(work, community_id, day_start(first), day_start(after))
    case = Case(terms, series, ())  # energy needs no prices
    held = held_series(case)
    return [
        ReceivedHours(
            total_wh(held.get((row.id, Direction.INJECTED), ()), terms.hours),
            total_wh(held.get((row.id, Direction.WITHDRAWN), ()), terms.hours),
            *_presence(case, row.id),
        )
        for row in terms.configurations
    ]


def _presence(case: Case, configuration: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Masks of the hours with any reading, and of those with every reading."""
    hours = case.community.hours
    some, complete = np.zeros(hours, dtype=np.bool_), np.ones(hours, dtype=np.bool_)
    present = {row.key: _by_hour(row) for row in case.series}
    producing = {plant.pod for plant in case.community.plants}
    for holding in holdings(case.community):
        if holding.configuration != configuration:
            continue
        part = slice(holding.first, holding.end)
        masks = [present[holding.pod, way] for way in Direction if (holding.pod, way) in present]
        unseen = not masks or (holding.pod in producing and (holding.pod, Direction.INJECTED) not in present)
        for mask in masks:
            some[part] |= mask[part]
            complete[part] &= mask[part]
        if unseen:
            complete[part] = False
    return some, complete


def _by_hour(series: MeterSeries) -> NDArray[np.bool_]:
    """Whether every interval of each hour has its reading."""
    intervals = series.present.reshape(-1, 60 // series.resolution_minutes)
    whole: NDArray[np.bool_] = np.logical_and.reduce(intervals, axis=1)
    return whole

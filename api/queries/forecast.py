"""The seasonal naive forecast of a community: each configuration by itself, then summed."""

from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from api.queries.received import received_hours
from api.service import ReadWork
from planning.forecast import METHOD, DayForecast, EnergyHistory, seasonal_naive
from settlement.domain.calendar import rome_date

HISTORY_DAYS = 7
"""One season: every forecast day repeats one of them."""


class CommunityDay(NamedTuple):
    """Expected Wh per hour of a day, and the day whose readings it repeats."""

    day: date
    taken_from: date
    starts: tuple[datetime, ...]
    injected_wh: tuple[int, ...]
    withdrawn_wh: tuple[int, ...]
    shared_wh: tuple[int, ...]


def forecast(work: ReadWork, community_id: UUID, first_day: date, days: int) -> list[CommunityDay]:
    """Forecast `days` days from `first_day` on by the seven days before it (method `METHOD`).

    Energy is shared inside a configuration, so each is forecast by itself. Raises HistoryMissing naming the
    days whose readings are not complete, and NotFound.
    """
    start = first_day - timedelta(days=HISTORY_DAYS)
    forecasts = [
        seasonal_naive(
            EnergyHistory(
                start, HISTORY_DAYS, row.injected_wh, row.withdrawn_wh, row.complete & row.some.any()
            ),
            first_day,
            days,
        )
        for row in received_hours(work, community_id, start, first_day)
    ]
    assert all(found.method == METHOD for found in forecasts)
    return [_summed(same) for same in zip(*(found.days for found in forecasts), strict=True)]


def default_first_day(work: ReadWork, community_id: UUID, now: datetime) -> date:
    """The day after the last settled one, or today where nothing is settled."""
    ends = [row.end for row in work.settlements.of_community(community_id)]
    return rome_date(max(ends, default=now))


def _summed(same_day: tuple[DayForecast, ...]) -> CommunityDay:
    first = same_day[0]
    return CommunityDay(
        first.day,
        first.taken_from,
        first.starts,
        _total([row.injected_wh for row in same_day]),
        _total([row.withdrawn_wh for row in same_day]),
        _total([row.shared_wh for row in same_day]),
    )


def _total(configurations: list[NDArray[np.int64]]) -> tuple[int, ...]:
    return tuple(np.add.reduce(configurations).tolist())

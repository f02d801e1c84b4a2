"""Who holds a POD in which hours: the readings of an hour belong to the member of the row valid then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from settlement.domain.calendar import hour_days, hour_range
from settlement.domain.case import Case, Community, Direction
from settlement.domain.hourly import hourly_wh

_DIRECTIONS = tuple(Direction)


@dataclass(frozen=True, slots=True)
class Holding:
    """A POD is its member's, in a configuration, in hours [first, end) of the period."""

    pod: str
    member: str
    configuration: str
    first: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class HeldSeries:
    """Hourly energy (int32, shape (hours,)) of one direction of a holding; hours outside it do not count."""

    holding: Holding
    hourly_wh: NDArray[np.int32]

    def overlap(self, start: int, stop: int) -> tuple[int, int]:
        """The part of hours [start, stop) in which the holding is valid; empty where low >= high."""
        return max(self.holding.first, start), min(self.holding.end, stop)


def holdings(community: Community) -> list[Holding]:
    """Holdings that have an hour in the period, in the order of the POD rows."""
    days = hour_days(community.start, community.end)
    # Most PODs share their dates.
    ranges = {
        dates: hour_range(days, *dates)
        for dates in {(row.valid_from, row.valid_to) for row in community.pods}
    }
    found = []
    for row in community.pods:
        first, end = ranges[row.valid_from, row.valid_to]
        if first < end:
            found.append(Holding(row.code, row.member, row.configuration, first, end))
    return found


def counted_series(case: Case) -> dict[tuple[str, Direction], NDArray[np.int32]]:
    """Hourly energy (shape (hours,)) by POD and direction, without withdrawals that are no consumption."""
    uncounted = case.community.uncounted_withdrawals
    return {
        series.key: hourly_wh(series)
        for series in case.series
        if series.direction is Direction.INJECTED or series.pod not in uncounted
    }


def held_series(case: Case) -> Mapping[tuple[str, Direction], Sequence[HeldSeries]]:
    """Hourly series of every holding that counts, by configuration and direction."""
    hourly = counted_series(case)
    found: dict[tuple[str, Direction], list[HeldSeries]] = {}
    for holding in holdings(case.community):
        for direction in _DIRECTIONS:
            if (holding.pod, direction) in hourly:
                held = HeldSeries(holding, hourly[holding.pod, direction])
                found.setdefault((holding.configuration, direction), []).append(held)
    return found

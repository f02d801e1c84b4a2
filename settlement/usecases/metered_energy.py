"""Metered energy by the hour, settled or not: for balances of open periods and for forecasts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import Case, Direction
from settlement.domain.holdings import held_series, holdings
from settlement.ports import ReadOnlyUnitOfWork
from settlement.usecases.load_case import load_series


@dataclass(frozen=True, slots=True, eq=False)
class MeteredEnergy:
    """Hourly energy of one configuration, arrays of shape (hours,).

    `present` says in which hours every POD of the configuration has its readings; where it is False the
    sums lack somebody.
    """

    configuration: str
    injected_wh: NDArray[np.int64]
    withdrawn_wh: NDArray[np.int64]
    present: NDArray[np.bool_]


def metered_energy(
    work: ReadOnlyUnitOfWork,
    community_id: UUID,
    start: datetime,
    end: datetime,
    as_of: datetime | None = None,
) -> list[MeteredEnergy]:
    """Energy of the whole days [start, end) per configuration, by its code, as known at `as_of`.

    Raises PeriodNotWholeDays and NotFound.
    """
    community, series = load_series(work, community_id, start, end, as_of)
    case = Case(community, series, ())
    sums = _sums(case)
    present = _present(case)
    nothing = np.zeros(community.hours, dtype=np.int64)
    return [
        MeteredEnergy(
            row.id,
            sums.get((row.id, Direction.INJECTED), nothing),
            sums.get((row.id, Direction.WITHDRAWN), nothing),
            present[row.id],
        )
        for row in community.configurations
    ]


def _sums(case: Case) -> dict[tuple[str, Direction], NDArray[np.int64]]:
    found = {}
    for key, rows in held_series(case).items():
        total = np.zeros(case.community.hours, dtype=np.int64)
        for held in rows:
            part = slice(held.holding.first, held.holding.end)
            total[part] += held.hourly_wh[part]
        found[key] = total
    return found


def _present(case: Case) -> dict[str, NDArray[np.bool_]]:
    """An hour is present when each POD valid in it has the directions that it reports in the period."""
    masks = {row.id: np.ones(case.community.hours, dtype=np.bool_) for row in case.community.configurations}
    series = {row.key: row for row in case.series}
    producing = {plant.pod for plant in case.community.plants}
    for holding in holdings(case.community):
        part = slice(holding.first, holding.end)
        reported = [series[holding.pod, way] for way in Direction if (holding.pod, way) in series]
        injects = (holding.pod, Direction.INJECTED) in series
        if not reported or (holding.pod in producing and not injects):
            masks[holding.configuration][part] = False
        for row in reported:
            masks[holding.configuration][part] &= row.present[:: 60 // row.resolution_minutes][part]
    return masks

"""Readings and prices of a case enter the store as days; nothing is overwritten."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from settlement.domain.calendar import is_whole_days
from settlement.domain.case import Case, Direction, MeterSeries
from settlement.domain.day_vectors import DayGrid, DayVector
from settlement.domain.errors import NotFound, PeriodNotWholeDays, ReadingsNotAdmitted, ReceivedOutOfOrder
from settlement.ports import UnitOfWork
from settlement.usecases.load_case import validity

_Known = Mapping[tuple[str, Direction], dict[date, DayVector]]
_MICROSECOND = timedelta(microseconds=1)


@dataclass(slots=True)
class Counts:
    """Days by what became of them: never seen, said before, or said differently now."""

    new: int = 0
    unchanged: int = 0
    corrected: int = 0


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; a reading is one day of one POD and direction, a price one day of a zone."""

    readings: Counts
    prices: Counts


def import_readings(work: UnitOfWork, community_id: UUID, case: Case, received_at: datetime) -> Imported:
    """Store the case's readings and prices as received at that instant; writes all or nothing.

    The same values again add nothing ("unchanged"); other values add a version ("corrected") that must have
    been received later. Two imports of one community wait for each other, and for who settles it: what a
    settlement could not see counts as received after it (`instant_of_arrival`). Raises PeriodNotWholeDays,
    NotFound, ReadingsNotAdmitted and ReceivedOutOfOrder.
    """
    start, end = case.community.start, case.community.end
    if not (start < end and is_whole_days(start, end)):
        raise PeriodNotWholeDays(start, end)
    terms = work.communities.terms(community_id, start, end)
    if terms is None:
        raise NotFound("community", community_id)
    work.lock(f"readings:{community_id}")
    grid = DayGrid.of(start, end)
    present = {series.key: grid.days_present(series) for series in case.series}
    require_admitted(case, grid, present, validity(terms, grid))
    known: _Known = {}
    if work.readings.has_any(community_id, grid.days[0], grid.days[-1]):
        known = work.readings.days(community_id, grid.days[0], grid.days[-1])
    counts = Counts()
    arrived_at = instant_of_arrival(work, community_id, start, end, received_at)
    chosen = _chosen(case, grid, present, known, arrived_at, counts)
    work.readings.add(community_id, grid, chosen, arrived_at)
    return Imported(counts, _import_prices(work, case, grid, received_at))


def instant_of_arrival(
    work: UnitOfWork, community_id: UUID | None, start: datetime, end: datetime, received_at: datetime
) -> datetime:
    """The given instant, or a microsecond after what the newest settlement of [start, end) is made of.

    A file that was sent before a period was settled and is stored after it, as a job in a queue may be or one
    whose clock steps back, was not seen by the settlement: dated before it, it would never be asked for
    again, and the settlement could not be computed a second time. Ask while the lock of the readings, or of
    the prices (no community: all of them), is held.
    """
    settled = work.settlements.latest_instant(community_id, start, end)
    return received_at if settled is None else max(received_at, settled + _MICROSECOND)


def require_admitted(
    case: Case,
    grid: DayGrid,
    present: Mapping[tuple[str, Direction], NDArray[np.bool_]],
    valid: Mapping[str, NDArray[np.bool_]],
) -> None:
    """Readings are taken only from PODs that belong to the community on that day."""
    nowhere = np.zeros(len(grid.days), dtype=np.bool_)
    strangers = []
    for series in case.series:
        outside = np.flatnonzero(present[series.key] & ~valid.get(series.pod, nowhere))
        if outside.size:
            strangers.append((series.pod, grid.days[outside[0]]))
    if strangers:
        raise ReadingsNotAdmitted(strangers)


def _chosen(
    case: Case,
    grid: DayGrid,
    present: Mapping[tuple[str, Direction], NDArray[np.bool_]],
    known: _Known,
    received_at: datetime,
    counts: Counts,
) -> Iterator[tuple[MeterSeries, NDArray[np.bool_]]]:
    """The days of each series to add; counts as it goes, so that nothing is held twice in memory."""
    for series in case.series:
        mask, vectors = present[series.key], known.get(series.key, {})
        wanted = mask & grid.days_differing(series, vectors) if vectors else mask
        corrected = [
            grid.days[position] for position in np.flatnonzero(wanted) if grid.days[position] in vectors
        ]
        for day in corrected:
            known_at = vectors[day].received_at
            if received_at <= known_at:
                raise ReceivedOutOfOrder(f"{series.pod} {series.direction}", day, received_at, known_at)
        counts.corrected += len(corrected)
        counts.new += int(wanted.sum()) - len(corrected)
        counts.unchanged += int((mask & ~wanted).sum())
        if wanted.any():
            yield series, wanted


def _import_prices(work: UnitOfWork, case: Case, grid: DayGrid, received_at: datetime) -> Counts:
    counts = Counts()
    if not case.prices:
        return counts
    # Prices are shared by all communities, so all imports of prices wait for each other, in one order.
    work.lock("prices")
    received_at = instant_of_arrival(work, None, case.community.start, case.community.end, received_at)
    known = work.prices.days([row.zone for row in case.prices], grid.days[0], grid.days[-1])
    edges = grid.interval_edges(15)
    added: dict[tuple[str, date], list[int]] = {}
    for series in case.prices:
        for position, day in enumerate(grid.days):
            values = series.quarter_micro_eur_per_mwh[edges[position] : edges[position + 1]].tolist()
            before = known.get((series.zone, day))
            if before is None:
                counts.new += 1
            elif before[1] == values:
                counts.unchanged += 1
                continue
            elif received_at <= before[0]:
                raise ReceivedOutOfOrder(f"prices of {series.zone}", day, received_at, before[0])
            else:
                counts.corrected += 1
            added[series.zone, day] = values
    work.prices.add(added, received_at)
    return counts

"""A stored period as the engine's case: the same bytes as from files."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import numpy as np

from settlement.domain.calendar import is_whole_days
from settlement.domain.case import Case, Community, Direction, MeterSeries, PriceSeries
from settlement.domain.community_rules import in_force, overridden
from settlement.domain.day_vectors import DayGrid, DayVector, join_days
from settlement.domain.errors import CaseNotReady, NotFound, PeriodNotWholeDays
from settlement.domain.findings import Finding
from settlement.ports import ReadOnlyUnitOfWork


def load_case(
    work: ReadOnlyUnitOfWork,
    community_id: UUID,
    start: datetime,
    end: datetime,
    as_of: datetime | None = None,
    revenue_micro_eur: int | None = None,
    settled: Community | None = None,
) -> Case:
    """The case of [start, end) as it was known at `as_of` (None: all that was received).

    Readings that are absent stay absent: the engine finds them. `revenue_micro_eur` is the amount to split;
    None means premium plus valorisation. Rules that the community adopted by then override parameters.
    `settled` are the terms of a closed period, its revenue and rules among them, which take the place of the
    community's present ones. Raises PeriodNotWholeDays, NotFound, and CaseNotReady naming each zone and first
    day without prices.
    """
    terms, series = load_series(work, community_id, start, end, as_of, settled)
    prices = _prices(work, terms, DayGrid.of(start, end), as_of)
    if settled is None:
        rules = in_force(work.communities.adopted_rules(community_id), start, end, as_of)
        terms = replace(overridden(terms, rules), revenue_micro_eur=revenue_micro_eur)
    return Case(terms, series, prices)


def load_series(
    work: ReadOnlyUnitOfWork,
    community_id: UUID,
    start: datetime,
    end: datetime,
    as_of: datetime | None = None,
    settled: Community | None = None,
) -> tuple[Community, tuple[MeterSeries, ...]]:
    """Terms and meter series of [start, end) without prices, as they were known at `as_of`.

    `settled` are the terms of a closed period instead of the community's present ones.

    Raises PeriodNotWholeDays and NotFound.
    """
    if not (start < end and is_whole_days(start, end)):
        raise PeriodNotWholeDays(start, end)
    community = settled or work.communities.terms(community_id, start, end)
    if community is None:
        raise NotFound("community", community_id)
    grid = DayGrid.of(start, end)
    known = work.readings.days(community_id, grid.days[0], grid.days[-1], as_of)
    return community, series_of(community, grid, known)


def validity(community: Community, grid: DayGrid) -> dict[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Per POD the mask of the grid's days on which it belongs to the community."""
    days = np.array(grid.days, dtype="datetime64[D]")
    masks = {row.code: np.zeros(len(days), dtype=np.bool_) for row in community.pods}
    for row in community.pods:
        until = np.datetime64(row.valid_to or date.max)
        masks[row.code] |= (days >= np.datetime64(row.valid_from)) & (days < until)
    return masks


def series_of(
    community: Community,
    grid: DayGrid,
    known: Mapping[tuple[str, Direction], dict[date, DayVector]],
) -> tuple[MeterSeries, ...]:
    """The series of the community's PODs on their valid days, by POD and direction."""
    masks = validity(community, grid)
    found = []
    for (pod, direction), vectors in sorted(known.items()):
        if pod not in masks:
            continue
        wanted = masks[pod] & np.array([day in vectors for day in grid.days])
        if wanted.any():
            found.append(join_days(pod, direction, grid, vectors, wanted))
    return tuple(found)


def _prices(
    work: ReadOnlyUnitOfWork, community: Community, grid: DayGrid, as_of: datetime | None
) -> tuple[PriceSeries, ...]:
    zones = sorted({row.zone for row in community.configurations})
    known = work.prices.days(zones, grid.days[0], grid.days[-1], as_of)
    absent = [
        Finding("prices.csv", 1, f"zone {zone} has no prices on {day}")
        for zone in zones
        for day in grid.days
        if (zone, day) not in known
    ]
    if absent:
        raise CaseNotReady(absent)
    return tuple(
        PriceSeries(
            zone, np.concatenate([np.array(known[zone, day][1], dtype=np.int64) for day in grid.days])
        )
        for zone in zones
    )

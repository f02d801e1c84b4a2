"""A small community whose readings are a formula: a test states only what differs."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np

from settlement.domain.calendar import day_start
from settlement.domain.case import (
    Allocation,
    Case,
    Community,
    Configuration,
    Direction,
    Member,
    MemberCategory,
    MeterSeries,
    Plant,
    PodRow,
    PriceSeries,
    Shares,
    Source,
)

RECEIVED = datetime(2024, 12, 1, 8, tzinfo=UTC)
LATER = datetime(2024, 12, 5, 8, tzinfo=UTC)
PERSONS = tuple(f"P{number}" for number in range(1, 7))
TOWN = "TOWN"


def pod_of(member: str) -> str:
    """The POD code of a member of this world."""
    number = 99 if member == TOWN else int(member[1:])
    return f"IT001E{number:08d}"


def community(start: date, end: date, *, name: str = "Prova", two_areas: bool = False) -> Community:
    """Six persons and a municipality with two plants of theirs; two areas put the last three apart."""
    areas = [Configuration("", "AC001E00001", "NORD")]
    if two_areas:
        areas = [Configuration("a", "AC001E00001", "NORD"), Configuration("b", "AC001E00002", "CNOR")]
    ids = sorted([*PERSONS, TOWN])
    members = [
        Member(one, MemberCategory.TERRITORIAL_BODY if one == TOWN else MemberCategory.NATURAL_PERSON)
        for one in ids
    ]
    pods = [PodRow(pod_of(one), one, areas[-1 if one in ids[3:] else 0].id, date(2024, 1, 1)) for one in ids]
    plants = [
        Plant("SUN", pod_of("P1"), Source.PHOTOVOLTAIC, 50_000_000, date(2024, 1, 10), "Piemonte"),
        Plant("TOWN", pod_of(TOWN), Source.PHOTOVOLTAIC, 99_500_000, date(2024, 1, 20), "Piemonte"),
    ]
    if two_areas:
        plants[1] = replace(plants[1], region="Toscana")
    return Community(
        name=name,
        rule_set="cacer-2024",
        start=day_start(start),
        end=day_start(end),
        shares_bps=Shares(7000, 2000, 1000),
        configurations=tuple(areas),
        members=tuple(members),
        pods=tuple(sorted(pods, key=lambda row: row.code)),
        plants=tuple(plants),
        allocation=Allocation.SHARED_BOTH,
        parameters_micro={"fc_north_eur_per_mwh": 10_000_000},
    )


def case(
    start: date = date(2024, 7, 1),
    end: date = date(2024, 7, 4),
    *,
    name: str = "Prova",
    two_areas: bool = False,
    factor: int = 1,
) -> Case:
    """The community's case of whole days: P2 in quarter-hours, P3 partly estimated, all producers inject."""
    terms = community(start, end, name=name, two_areas=two_areas)
    series = []
    for row in terms.pods:
        produces = any(plant.pod == row.code for plant in terms.plants)
        directions = (Direction.INJECTED, Direction.WITHDRAWN) if produces else (Direction.WITHDRAWN,)
        series += [_series(terms, row, direction, factor) for direction in directions]
    # Prices with six decimals that differ between quarter-hours and zones.
    quarters = np.arange(4 * terms.hours, dtype=np.int64)
    prices = [
        PriceSeries(zone, 90_000_000 + quarters % 97 * 1_000_003 - 7 * position)
        for position, zone in enumerate(sorted({row.zone for row in terms.configurations}))
    ]
    return Case(terms, tuple(series), tuple(prices))


def _series(terms: Community, row: PodRow, direction: Direction, factor: int) -> MeterSeries:
    resolution = 15 if row.member == "P2" else 60
    numbers = np.arange(terms.hours * 60 // resolution)
    seed = int(row.code[-8:]) + (1000 if direction is Direction.INJECTED else 0)
    wh = ((numbers * 7919 + seed * 104729) % 3001 * factor).astype(np.int32)
    estimated = (numbers % 50 == 7) if row.member == "P3" else np.zeros(len(numbers), dtype=np.bool_)
    return MeterSeries(row.code, direction, resolution, wh, np.ones(len(numbers), dtype=np.bool_), estimated)

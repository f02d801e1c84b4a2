"""A community of one photovoltaic POD and two homes, clean unless a test spoils them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from settlement.domain.calendar import ROME, day_start, hours
from settlement.domain.case import (
    Community,
    Configuration,
    Direction,
    Member,
    MemberCategory,
    MeterSeries,
    Plant,
    PodRow,
    Shares,
    Source,
)
from settlement.domain.day_vectors import DayGrid, DayVector
from settlement.domain.quality.subject import Subject
from settlement.usecases.load_case import validity

ROOF, HOME, OTHER = "IT001E00000001", "IT001E00000002", "IT001E00000003"
ROOF_MILLIWATT = 10_000_000
INJECTED = (ROOF, Direction.INJECTED)
WITHDRAWN = (ROOF, Direction.WITHDRAWN)
HOME_WITHDRAWN = (HOME, Direction.WITHDRAWN)
RECEIVED = datetime(2024, 12, 1, tzinfo=UTC)
Change = Callable[[NDArray[np.int64]], None]


def community(first: date, after: date, source: Source = Source.PHOTOVOLTAIC) -> Community:
    """Its terms on the days [first, after)."""
    codes = (ROOF, HOME, OTHER)
    return Community(
        name="Mese",
        rule_set="cacer-2024",
        start=day_start(first),
        end=day_start(after),
        shares_bps=Shares(7000, 2000, 1000),
        configurations=(Configuration("", "AC001E00001", "NORD"),),
        members=tuple(Member(code, MemberCategory.NATURAL_PERSON) for code in codes),
        pods=tuple(PodRow(code, code, "", date(2022, 1, 1)) for code in codes),
        plants=(Plant("SUN", ROOF, source, ROOF_MILLIWATT, date(2022, 1, 1), "Lazio"),),
    )


def clean(
    first: date, after: date, resolution: int = 60, seed: int = 1
) -> dict[tuple[str, Direction], list[int]]:
    """Values of each series: sun from 8 to 16, a load that never repeats."""
    random = np.random.default_rng(1)
    clocks = [hour.astimezone(ROME).hour for hour in hours(day_start(first), day_start(after))]
    clock = np.repeat(np.array(clocks), 60 // resolution)
    share = resolution // 15
    light = (clock >= 8) & (clock < 16)

    def load(level: int) -> list[int]:
        return (random.integers(level, 4 * level, len(clock)) * share // 4).tolist()

    sun = np.where(light, random.integers(2000, 8000, len(clock)) * share // 4, 0)
    roof = np.where(light, 0, random.integers(300, 900, len(clock)) * share // 4)
    return {
        INJECTED: sun.tolist(),
        WITHDRAWN: roof.tolist(),
        HOME_WITHDRAWN: load(200),
        (OTHER, Direction.WITHDRAWN): load(300),
    }


def subject(
    first: date = date(2024, 6, 3),
    after: date = date(2024, 7, 1),
    changes: Mapping[tuple[str, Direction], Change] | None = None,
    *,
    resolution: int = 60,
    absent: Mapping[tuple[str, Direction], slice] | None = None,
    source: Source = Source.PHOTOVOLTAIC,
) -> Subject:
    """The clean days, spoiled by the changes; `absent` takes intervals away."""
    terms = community(first, after, source)
    grid = DayGrid.of(terms.start, terms.end)
    series = []
    for key, values in clean(first, after, resolution).items():
        wh = np.array(values, dtype=np.int64)
        if changes and key in changes:
            changes[key](wh)
        present = np.ones(len(wh), dtype=np.bool_)
        if absent and key in absent:
            present[absent[key]] = False
            wh[absent[key]] = 0
        if present.any():
            nothing = np.zeros(len(wh), dtype=np.bool_)
            series.append(MeterSeries(*key, resolution, wh.astype(np.int32), present, nothing))
    return Subject(grid, terms, series, validity(terms, grid))


def vectors(of: Subject, key: tuple[str, Direction], factor: int = 1) -> dict[date, DayVector]:
    """The days of a series of that subject as they would be known."""
    row = of.by_key()[key]
    return {
        day: DayVector(day, row.resolution_minutes, row.wh[part] // factor, None, RECEIVED)
        for day, part in of.parts(row)
    }


def knowing(of: Subject, **known: object) -> Subject:
    """The subject with readings from before."""
    return replace(of, **known)

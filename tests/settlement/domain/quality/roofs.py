"""Photovoltaic PODs of one power that inject in proportion: 100 is what the best one does."""

from dataclasses import replace
from datetime import date

import numpy as np

from settlement.domain.case import Direction, MeterSeries, PodRow
from settlement.domain.day_vectors import DayGrid
from settlement.domain.quality.subject import Subject
from settlement.usecases.load_case import validity
from tests.settlement.domain.quality import month

FIRST, AFTER = date(2024, 6, 3), date(2024, 6, 17)


def roofs(shares: list[int]) -> Subject:
    """One POD for each share, numbered from 1."""
    terms = month.community(FIRST, AFTER)
    codes = [f"IT001E{number:08d}" for number in range(1, len(shares) + 1)]
    terms = replace(
        terms,
        pods=tuple(PodRow(code, code, "", date(2022, 1, 1)) for code in codes),
        plants=tuple(replace(terms.plants[0], id=code, pod=code) for code in codes),
    )
    sun = np.array(month.clean(FIRST, AFTER)[month.INJECTED], dtype=np.int64)
    yes = np.ones(len(sun), dtype=np.bool_)
    series = [
        MeterSeries(code, Direction.INJECTED, 60, (sun // 100 * share).astype(np.int32), yes, ~yes)
        for code, share in zip(codes, shares, strict=True)
    ]
    grid = DayGrid.of(terms.start, terms.end)
    return Subject(grid, terms, series, validity(terms, grid))

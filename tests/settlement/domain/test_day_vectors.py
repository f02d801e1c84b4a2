"""Readings cut into civil days and joined again."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.calendar import day_hours, day_start
from settlement.domain.case import Direction, MeterSeries
from settlement.domain.day_vectors import DayGrid, DayVector, join_days

RECEIVED = datetime(2024, 12, 1, tzinfo=UTC)


def _grid(start: date, end: date) -> DayGrid:
    return DayGrid.of(day_start(start), day_start(end))


def _vector(day: date, resolution: int, first: int, guess: bool = False) -> DayVector:
    count = day_hours(day) * 60 // resolution
    estimated = np.arange(count) == 1 if guess else None
    return DayVector(day, resolution, np.arange(first, first + count, dtype=np.int32), estimated, RECEIVED)


def test_grid__days_around_both_clock_changes__have_23_and_25_hours() -> None:
    spring, autumn = _grid(date(2024, 3, 30), date(2024, 4, 1)), _grid(date(2024, 10, 27), date(2024, 10, 28))
    assert spring.edges.tolist() == [0, 24, 47]
    assert autumn.interval_edges(15).tolist() == [0, 100]
    every = np.ones(2, dtype=np.bool_)
    assert [(hours, list(at)) for hours, at in spring.groups(every)] == [(23, [1]), (24, [0])]
    assert list(spring.groups(~every)) == []


@given(st.dates(date(2023, 1, 1), date(2026, 12, 1)), st.integers(1, 5), st.sampled_from([15, 60]))
def test_join__vectors_of_one_resolution__cut_again_are_the_same(start, days, resolution) -> None:
    grid = _grid(start, date.fromordinal(start.toordinal() + days))
    known = {day: _vector(day, resolution, 100 * n, n % 2 == 1) for n, day in enumerate(grid.days)}
    series = join_days("POD", Direction.INJECTED, grid, known, np.ones(days, dtype=np.bool_))
    assert series.resolution_minutes == resolution
    assert not grid.days_differing(series, known).any()
    assert grid.days_present(series).all()
    changed = series.wh.copy()
    changed[-1] += 1
    other = MeterSeries("POD", series.direction, resolution, changed, series.present, series.estimated)
    assert grid.days_differing(other, known).tolist() == [False] * (days - 1) + [True]


def test_join__hours_and_quarters__are_summed_to_hours_with_their_marks() -> None:
    grid = _grid(date(2024, 7, 1), date(2024, 7, 3))
    first, second = grid.days
    known = {first: _vector(first, 60, 0), second: _vector(second, 15, 0, guess=True)}
    series = join_days("POD", Direction.INJECTED, grid, known, np.ones(2, dtype=np.bool_))
    assert series.resolution_minutes == 60
    assert series.wh[24:26].tolist() == [0 + 1 + 2 + 3, 4 + 5 + 6 + 7]
    assert series.estimated.tolist() == [False] * 24 + [True] + [False] * 23


def test_join__day_not_wanted__is_absent() -> None:
    grid = _grid(date(2024, 7, 1), date(2024, 7, 3))
    known = {day: _vector(day, 60, 5) for day in grid.days}
    series = join_days("POD", Direction.INJECTED, grid, known, np.array([False, True]))
    assert grid.days_present(series).tolist() == [False, True]
    assert series.wh[:24].sum() == 0


def test_differing__resolution_or_marks_differ__differs() -> None:
    grid = _grid(date(2024, 7, 1), date(2024, 7, 2))
    (day,) = grid.days
    series = join_days("P", Direction.INJECTED, grid, {day: _vector(day, 60, 0)}, np.array([True]))
    assert grid.days_differing(series, {day: _vector(day, 15, 0)}).all()
    assert grid.days_differing(series, {day: _vector(day, 60, 0, guess=True)}).all()
    assert grid.days_differing(series, {}).all()


def test_days_present__part_of_a_day__is_a_bug() -> None:
    grid = _grid(date(2024, 7, 1), date(2024, 7, 2))
    present = np.arange(24) < 3
    series = MeterSeries("P", Direction.INJECTED, 60, np.zeros(24, np.int32), present, ~present & False)
    with pytest.raises(AssertionError):
        grid.days_present(series)

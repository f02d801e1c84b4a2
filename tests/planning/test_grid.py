"""The axis of the synthetic curves follows Italian civil time."""

from datetime import date

import pytest

from planning.grid import quarter_grid
from settlement.domain.calendar import day_start


@pytest.mark.parametrize(
    ("day", "quarters"), [(date(2024, 6, 1), 96), (date(2024, 3, 31), 92), (date(2024, 10, 27), 100)]
)
def test_grid__day__has_its_quarters(day: date, quarters: int) -> None:
    grid = quarter_grid(day_start(day), day_start(date.fromordinal(day.toordinal() + 1)))
    assert len(grid) == quarters
    assert grid.days == (day,)


def test_grid__spring_day__skips_the_hour_from_two_to_three() -> None:
    grid = quarter_grid(day_start(date(2024, 3, 31)), day_start(date(2024, 4, 1)))
    assert set(range(96)) - set(grid.quarter.tolist()) == {8, 9, 10, 11}


def test_grid__weekday__is_the_civil_one() -> None:
    grid = quarter_grid(day_start(date(2024, 6, 1)), day_start(date(2024, 6, 3)))
    assert grid.weekday.tolist() == [5] * 96 + [6] * 96

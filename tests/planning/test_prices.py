"""Synthetic prices: level, shape and form of a June in the north."""

from planning.example import END, START
from planning.grid import quarter_grid
from planning.prices import MICRO_EUR_PER_CENT, synthetic_prices


def test_prices__june__have_a_believable_level() -> None:
    prices = synthetic_prices("NORD", START, END)
    assert prices.shape == (720,)
    assert 90_000_000 < prices.mean() < 115_000_000
    assert prices.min() > 0


def test_prices__every_hour__is_whole_cents() -> None:
    assert (synthetic_prices("NORD", START, END) % MICRO_EUR_PER_CENT == 0).all()


def test_prices__workday_evening__is_dearer_than_sunday_noon() -> None:
    prices = synthetic_prices("NORD", START, END)
    grid = quarter_grid(START, END)
    weekday, hour = grid.weekday[::4], grid.quarter[::4] // 4
    assert prices[(weekday < 5) & (hour == 20)].min() > 2 * prices[(weekday == 6) & (hour == 14)].max()


def test_prices__other_zone__differ() -> None:
    assert (synthetic_prices("NORD", START, END) != synthetic_prices("SUD", START, END)).any()

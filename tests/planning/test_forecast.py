"""Seasonal naive forecast: the same civil hour one week earlier, refused where history is missing."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from planning.forecast import METHOD, EnergyHistory, HistoryMissing, seasonal_naive
from settlement.domain.calendar import day_hours


def history(first_day: date, days: int, gap: int | None = None) -> EnergyHistory:
    """Injected Wh = position of the hour, withdrawn = 10,000 minus it; one hour may be unknown."""
    count = sum(day_hours(first_day + timedelta(days=index)) for index in range(days))
    present = np.ones(count, dtype=np.bool_)
    if gap is not None:
        present[gap] = False
    hours = np.arange(count, dtype=np.int64)
    return EnergyHistory(first_day, days, hours, 10_000 - hours, present)


def test_forecast__ordinary_days__are_the_values_168_hours_earlier() -> None:
    forecast = seasonal_naive(history(date(2024, 6, 3), 14), date(2024, 6, 17), 2)
    assert forecast.method == METHOD == "seasonal_naive_168h"
    assert [(day.day, day.taken_from) for day in forecast.days] == [
        (date(2024, 6, 17), date(2024, 6, 10)),
        (date(2024, 6, 18), date(2024, 6, 11)),
    ]
    assert forecast.days[0].injected_wh.tolist() == list(range(168, 192))
    assert forecast.days[1].withdrawn_wh.tolist() == [10_000 - hour for hour in range(192, 216)]
    assert forecast.days[0].starts[0] == datetime(2024, 6, 16, 22, tzinfo=UTC)


def test_forecast__shared__is_the_minimum_of_each_hour() -> None:
    day = seasonal_naive(history(date(2024, 1, 1), 210), date(2024, 8, 3), 1).days[0]
    assert day.shared_wh.tolist() == [*range(4991, 5001), *range(4999, 4985, -1)]


def test_forecast__more_than_a_week_ahead__takes_the_latest_known_same_weekday() -> None:
    forecast = seasonal_naive(history(date(2024, 6, 3), 7), date(2024, 6, 10), 21)
    assert {day.taken_from for day in forecast.days} == {
        date(2024, 6, 3) + timedelta(days=n) for n in range(7)
    }
    assert all(day.taken_from.weekday() == day.day.weekday() for day in forecast.days)


def test_forecast__spring_day__skips_the_hour_that_does_not_exist() -> None:
    day = seasonal_naive(history(date(2024, 3, 24), 7), date(2024, 3, 31), 1).days[0]
    assert day.injected_wh.tolist() == [0, 1, *range(3, 24)]


def test_forecast__week_after_spring_day__takes_the_hour_before_the_skipped_one() -> None:
    day = seasonal_naive(history(date(2024, 3, 31), 7), date(2024, 4, 7), 1).days[0]
    assert day.injected_wh.tolist() == [0, 1, 1, *range(2, 23)]


def test_forecast__autumn_day__takes_the_only_passage_twice() -> None:
    day = seasonal_naive(history(date(2024, 10, 20), 7), date(2024, 10, 27), 1).days[0]
    assert day.injected_wh.tolist() == [0, 1, 2, 2, *range(3, 24)]
    assert len(day.starts) == 25


def test_forecast__week_after_autumn_day__takes_the_first_passage() -> None:
    day = seasonal_naive(history(date(2024, 10, 27), 7), date(2024, 11, 3), 1).days[0]
    assert day.injected_wh.tolist() == [0, 1, 2, *range(4, 25)]


def test_forecast__hour_missing__refuses_and_names_the_day() -> None:
    with pytest.raises(HistoryMissing, match="2024-06-04") as refusal:
        seasonal_naive(history(date(2024, 6, 3), 7, gap=24), date(2024, 6, 10), 7)
    assert refusal.value.days == (date(2024, 6, 4),)
    assert refusal.value.code == "HISTORY_MISSING"


def test_forecast__days_before_the_history__are_all_named() -> None:
    with pytest.raises(HistoryMissing) as refusal:
        seasonal_naive(history(date(2024, 6, 6), 4), date(2024, 6, 10), 7)
    assert refusal.value.days == (date(2024, 6, 3), date(2024, 6, 4), date(2024, 6, 5))


def test_forecast__gap_that_is_not_needed__is_no_refusal() -> None:
    day = seasonal_naive(history(date(2024, 6, 3), 7, gap=24), date(2024, 6, 10), 1).days[0]
    assert day.taken_from == date(2024, 6, 3)


@pytest.mark.parametrize("days", [0, 36])
def test_forecast__number_of_days_out_of_range__is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="1 to 35"):
        seasonal_naive(history(date(2024, 6, 3), 7), date(2024, 6, 10), days)


def test_history__wrong_number_of_hours__is_refused() -> None:
    with pytest.raises(ValueError, match="23 hours"):
        EnergyHistory(
            date(2024, 3, 31), 1, np.zeros(24, np.int64), np.zeros(24, np.int64), np.ones(24, np.bool_)
        )

"""Civil time of Italy: clock changes are ordinary days, months and years begin at local midnight."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain import calendar

DAYS = st.dates(date(1975, 1, 1), date(2037, 12, 31))


@given(DAYS)
def test_day_hours__any_day__reaches_the_next_midnight(day: date) -> None:
    hours = calendar.day_hours(day)
    assert hours in (23, 24, 25)
    assert calendar.day_start(day) + timedelta(hours=hours) == calendar.day_start(day + timedelta(days=1))


@given(st.dates(date(1980, 1, 1), date(2037, 1, 1)), st.integers(0, 23), st.integers(1, 400))
def test_hour_days__any_period__is_the_rome_date_of_each_hour(day: date, hour: int, hours: int) -> None:
    start = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    end = start + timedelta(hours=hours)
    expected = [calendar.day_number(calendar.rome_date(instant)) for instant in calendar.hours(start, end)]
    assert calendar.hour_days(start, end).tolist() == expected
    assert calendar.hour_years(start, end).tolist() == [
        calendar.day_of_number(number).year for number in expected
    ]


@given(DAYS)
def test_month_number__any_day__names_the_month_that_holds_it(day: date) -> None:
    month = calendar.month_number(day)
    assert day in calendar.month_days(month)
    assert calendar.month_first_day(month) == day.replace(day=1)


def test_day_number__epoch__is_zero() -> None:
    assert calendar.day_number(date(1970, 1, 1)) == 0
    assert calendar.day_number(date(2024, 7, 1)) == 19905
    assert calendar.month_number(date(2024, 7, 1)) == 654


def test_months__period_over_new_year__lists_both() -> None:
    start, end = calendar.day_start(date(2024, 12, 1)), calendar.day_start(date(2025, 2, 1))
    assert calendar.months(start, end) == [659, 660]
    assert calendar.is_whole_months(start, end)
    assert not calendar.is_whole_months(start, end - timedelta(hours=1))


def test_hour_days__asked_for_again__are_the_same_and_cannot_be_written() -> None:
    start, end = calendar.day_start(date(2024, 7, 1)), calendar.day_start(date(2024, 7, 3))
    days = calendar.hour_days(start, end)
    assert calendar.hour_days(start, end) is days
    with pytest.raises(ValueError, match="read-only"):
        days[0] = 0


@pytest.mark.parametrize(
    ("start", "end", "is_year"),
    [
        (datetime(2023, 12, 31, 23, tzinfo=UTC), datetime(2024, 12, 31, 23, tzinfo=UTC), True),
        (datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC), False),
        (datetime(2023, 12, 31, 23, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC), False),
        (datetime(2023, 12, 31, 23, tzinfo=UTC), datetime(2024, 12, 31, 22, tzinfo=UTC), False),
    ],
)
def test_is_calendar_year__period__is_exactly_one_rome_year(
    start: datetime, end: datetime, is_year: bool
) -> None:
    assert calendar.is_calendar_year(start, end) is is_year


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2024, 5, 10), 20, date(2044, 5, 10)),
        (date(2024, 2, 29), 20, date(2044, 2, 29)),
        (date(2028, 2, 29), 22, date(2050, 3, 1)),
        (date(9990, 1, 1), 20, date.max),
    ],
)
def test_anniversary__leap_day__becomes_first_of_march(day: date, years: int, expected: date) -> None:
    assert calendar.anniversary(day, years) == expected


def test_civil_days__period_that_ends_at_midnight__leaves_out_the_next_day() -> None:
    start, end = calendar.day_start(date(2026, 3, 29)), calendar.day_start(date(2026, 3, 30))
    assert calendar.civil_days(start, end) == [date(2026, 3, 29)]
    assert calendar.civil_days(end, end) == []

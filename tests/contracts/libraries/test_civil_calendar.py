"""
CivilCalendar
├── locate: it should give month, day and hours of a Rome day as Python's calendar and time zone data do
└── daysIn: it should give 28 to 31
"""

import random
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tools.testchain.client import Chain, Contract
from tools.testchain.community import EPOCH, day_number, month_number

ROME = ZoneInfo("Europe/Rome")


@pytest.fixture
def harness(chain: Chain) -> Contract:
    """The library, callable."""
    return chain.deploy("LibraryHarness")


def hours_of(day: date) -> int:
    """Civil hours by the time zone data: the time between two Rome midnights in UTC."""
    midnights = [
        datetime.combine(midnight, time.min, ROME).astimezone(UTC)
        for midnight in (day, day + timedelta(days=1))
    ]
    return (midnights[1] - midnights[0]) // timedelta(hours=1)


def clock_changes() -> Iterator[date]:
    """The Sundays of late March and October, and the days around them, for forty years."""
    for year in range(1997, 2037):
        for month in (3, 10):
            yield from (date(year, month, day) for day in (24, 25, 31))
            last = max(day for day in range(25, 32) if date(year, month, day).weekday() == 6)
            yield from (date(year, month, last) + timedelta(days=offset) for offset in (-7, -1, 0, 1))


def borders() -> Iterator[date]:
    """Ends of months in leap and other years, and drawn days."""
    for year in (1970, 1999, 2000, 2023, 2024, 2099, 2100, 2400):
        for month in range(1, 13):
            yield from (date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    draw = random.Random(2024)
    yield from (EPOCH + timedelta(days=draw.randrange(400 * 365)) for _ in range(100))


def test_locate__clock_changes__have_the_hours_of_the_time_zone_data(harness: Contract) -> None:
    for day in clock_changes():
        assert harness.call("locate", day_number(day))[2] == hours_of(day), day


def test_locate__borders_and_drawn_days__have_their_month_and_day(harness: Contract) -> None:
    for day in borders():
        month, day_of_month, _ = harness.call("locate", day_number(day))
        assert (month, day_of_month) == (month_number(day.year, day.month), day.day), day


def test_locate__largest_day__does_not_overflow(harness: Contract) -> None:
    month, day_of_month, hours = harness.call("locate", 2**32 - 1)
    assert (month // 12 + 1970, day_of_month) == (11_761_191, 20)
    assert hours in (23, 24, 25)


def test_days_in__every_month__is_that_of_pythons_calendar(harness: Contract) -> None:
    for year in (1970, 2000, 2023, 2024, 2100, 2400):
        for month in range(1, 13):
            assert harness.call("daysIn", month_number(year, month)) == monthrange(year, month)[1]

"""The auditor's civil time, from the directive's rule, against the time zone data."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.audit import rome

ZONE = ZoneInfo("Europe/Rome")
HOURS = st.integers(227_928, 1_139_592)  # 1996 to 2099
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@given(HOURS)
def test_day_of__any_hour__is_the_zones(hour: int) -> None:
    instant = (EPOCH + timedelta(hours=hour)).astimezone(ZONE)
    assert rome.day_of(hour) == instant.date().toordinal()
    assert rome.text_of(hour) == instant.isoformat(timespec="minutes")


@pytest.mark.parametrize("year", [1996, 2021, 2024, 2025, 2026, 2099])
def test_midnight__each_day_of_a_year__is_the_zones(year: int) -> None:
    for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
        day = date.fromordinal(ordinal)
        instant = datetime(day.year, day.month, day.day, tzinfo=ZONE)
        assert rome.midnight(ordinal) == (instant.astimezone(UTC) - EPOCH) // timedelta(hours=1)


@pytest.mark.parametrize(
    "text", ["2024-07-01T00:00", "2024-07-01", "2024-13-01T00:00Z", "x", "2024-07-01T00:00z"]
)
def test_second_of__no_timestamp_with_offset__is_none(text: str) -> None:
    assert rome.second_of(text) is None


@pytest.mark.parametrize("text", ["2024-07-01T02:00+02:00", "2024-07-01T00:00Z", "2024-06-30T18:30:00-05:30"])
def test_second_of__one_instant__in_any_offset(text: str) -> None:
    assert rome.second_of(text) == 1_719_792_000

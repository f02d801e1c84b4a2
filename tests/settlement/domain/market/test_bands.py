"""Time bands: FACTS E26, the calendar of holidays, days of 23 and 25 hours.

bands_of_day
├── given a working day it should be F3, F2, F1, F2, F3
├── given a Saturday it should know no F1
└── given a Sunday, a holiday or Easter Monday it should be F3
hour_bands
├── it should follow the clock on days of 23 and 25 hours
└── energy by band should add up to the whole
"""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.calendar import day_start
from settlement.domain.market.bands import BANDS, bands_of_day, easter, energy_by_band, hour_bands


@pytest.mark.parametrize(
    ("day", "hour", "band"),
    [
        (date(2026, 4, 8), 10, "F1"),
        (date(2026, 4, 8), 7, "F2"),
        (date(2026, 4, 11), 22, "F2"),
        (date(2026, 4, 6), 10, "F3"),
        (date(2026, 4, 12), 12, "F3"),
        (date(2026, 4, 8), 23, "F3"),
    ],
    ids=["E26 Wed 10", "E26 Wed 7:30", "E26 Sat 22", "E26 Easter Monday", "E26 Sunday", "E26 Wed 23:30"],
)
def test_bands__worked_example(day: date, hour: int, band: str) -> None:
    assert bands_of_day(day)[hour] == band


@pytest.mark.parametrize(
    "monday", [date(2025, 4, 21), date(2026, 4, 6), date(2027, 3, 29), date(2028, 4, 17)]
)
def test_easter__published_mondays__are_the_day_after(monday: date) -> None:
    assert easter(monday.year) == monday - timedelta(days=1)


@given(st.integers(1583, 9998))
def test_easter__any_year__is_a_sunday_from_22_march_to_25_april(year: int) -> None:
    day = easter(year)
    assert day.weekday() == 6
    assert date(year, 3, 22) <= day <= date(year, 4, 25)


@pytest.mark.parametrize(
    "day", [date(2025, 1, 6), date(2025, 4, 25), date(2025, 6, 2), date(2024, 11, 1), date(2024, 12, 26)]
)
def test_bands__national_holiday__is_a_sunday(day: date) -> None:
    assert day.weekday() < 6
    assert set(bands_of_day(day)) == {"F3"}


def test_bands__fourth_of_october_2027__is_a_monday_like_others_while_unconfirmed() -> None:
    assert bands_of_day(date(2027, 10, 4)) == bands_of_day(date(2027, 10, 11))


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        (date(2026, 4, 8), {"F1": 11, "F2": 5, "F3": 8}),
        (date(2026, 4, 11), {"F2": 16, "F3": 8}),
        (date(2026, 3, 29), {"F3": 23}),
        (date(2026, 10, 25), {"F3": 25}),
    ],
)
def test_hour_bands__whole_day__has_its_hours(day: date, counts: dict[str, int]) -> None:
    found = hour_bands(day_start(day), day_start(day + timedelta(days=1)))
    assert Counter(BANDS[position] for position in found) == counts


@given(st.lists(st.integers(0, 2 * 10**9), min_size=72, max_size=72))
def test_energy_by_band__any_energy__adds_up(wh: list[int]) -> None:
    first = day_start(date(2026, 4, 10))
    bands = hour_bands(first, day_start(date(2026, 4, 13)))
    assert sum(energy_by_band(np.array(wh, dtype=np.int64), bands).values()) == sum(wh)

"""Time bands F1, F2 and F3 (ARERA del. 181/06) of the hours of a period, and energy by band."""

from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from settlement.domain.calendar import ROME, hours, rome_date
from settlement.domain.rulesets import LAW, RuleSet, rule_set

BANDS = ("F1", "F2", "F3")
_SATURDAY, _SUNDAY = 5, 6


def easter(year: int) -> date:
    """Easter Sunday of a Gregorian year (the anonymous algorithm printed in Nature, 20 April 1876)."""
    golden, century, rest = year % 19, year // 100, year % 100
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - century // 4 - correction + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def is_tariff_holiday(day: date, rules: RuleSet | None = None) -> bool:
    """Whether the tariff calendar counts the day as a Sunday: national holidays and Easter Monday.

    4 October is none: whether the tariff calendar has it again from 2026 is unconfirmed (see
    `tariff_holidays_unconfirmed`), and a community's own rules may say so.
    """
    known = rules or rule_set(LAW)
    after_easter = known.needed("tariff_holiday_days_after_easter", day).value_micro // 1_000_000
    return f"{day:%m-%d}" in known.needed("tariff_holidays", day).texts or day == easter(
        day.year
    ) + timedelta(days=after_easter)


def bands_of_day(day: date, rules: RuleSet | None = None) -> tuple[str, ...]:
    """Band of each civil hour 0 to 23 of a Europe/Rome day."""
    known = rules or rule_set(LAW)
    kind = "working_day"
    if day.weekday() == _SUNDAY or is_tariff_holiday(day, known):
        kind = "sunday_and_holiday"
    elif day.weekday() == _SATURDAY:
        kind = "saturday"
    return known.needed(f"band_hours_{kind}", day).texts


def hour_bands(start: datetime, end: datetime, rules: RuleSet | None = None) -> NDArray[np.int8]:
    """Position in BANDS of each hour of [start, end), shape (hours,); the civil hour decides."""
    days: dict[date, tuple[str, ...]] = {}
    found = []
    for hour in hours(start, end):
        day = rome_date(hour)
        if day not in days:
            days[day] = bands_of_day(day, rules)
        found.append(BANDS.index(days[day][hour.astimezone(ROME).hour]))
    return np.array(found, dtype=np.int8)


def energy_by_band(hourly_wh: NDArray[np.signedinteger], bands: NDArray[np.int8]) -> dict[str, int]:
    """Sum of hourly Wh in each band; the three add up to the total."""
    return {
        name: int(hourly_wh[bands == position].sum(dtype=np.int64)) for position, name in enumerate(BANDS)
    }

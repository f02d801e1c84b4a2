"""Civil time of Italy: days of 23, 24 and 25 hours, months and years, as UTC instants.

Subtracting two Europe/Rome date-times gives wall-clock time, an hour off on two days of the year; every
function here converts to UTC first. A day number counts days since 1970-01-01 of the Europe/Rome date, a
month number is (year - 1970) * 12 + month - 1: both are what the ledger stores.
"""

from collections.abc import Iterator
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

ROME = ZoneInfo("Europe/Rome")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
EPOCH_DAY = date(1970, 1, 1)


def rome_date(instant: datetime) -> date:
    """The Europe/Rome date of an aware instant."""
    return instant.astimezone(ROME).date()


def day_start(day: date) -> datetime:
    """The instant, in UTC, at which the Europe/Rome day begins."""
    return datetime.combine(day, time.min, ROME).astimezone(UTC)


def day_hours(day: date) -> int:
    """Hours of the Europe/Rome day: 23 when summer time begins, 25 when it ends, else 24."""
    return (day_start(day + DAY) - day_start(day)) // HOUR


def hour_count(start: datetime, end: datetime) -> int:
    """Whole hours of the half-open interval of two aware instants."""
    return (end.astimezone(UTC) - start.astimezone(UTC)) // HOUR


def hours(start: datetime, end: datetime) -> Iterator[datetime]:
    """Start instants, in UTC, of the hours of the half-open interval."""
    first = start.astimezone(UTC)
    return (first + index * HOUR for index in range(hour_count(start, end)))


def civil_days(start: datetime, end: datetime) -> list[date]:
    """The Europe/Rome dates that have an instant inside the half-open interval, ascending."""
    if end <= start:
        return []
    first, last = rome_date(start), rome_date(end - timedelta(microseconds=1))
    return [first + index * DAY for index in range((last - first).days + 1)]


def is_whole_days(start: datetime, end: datetime) -> bool:
    """Whether both ends of the interval are the beginning of a Europe/Rome day."""
    return day_start(rome_date(start)) == start and day_start(rome_date(end)) == end


def is_whole_months(start: datetime, end: datetime) -> bool:
    """Whether both ends of the interval are the beginning of a Europe/Rome month."""
    return is_whole_days(start, end) and rome_date(start).day == 1 and rome_date(end).day == 1


def is_calendar_year(start: datetime, end: datetime) -> bool:
    """Whether the interval is exactly one Europe/Rome calendar year."""
    year = rome_date(start).year
    return day_start(date(year, 1, 1)) == start and day_start(date(year + 1, 1, 1)) == end


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH_DAY).days


def day_of_number(number: int) -> date:
    """The date of a day number."""
    return EPOCH_DAY + timedelta(days=number)


def month_number(day: date) -> int:
    """Months since January 1970 of the month in which the day lies."""
    return (day.year - 1970) * 12 + day.month - 1


def month_first_day(month: int) -> date:
    """First day of a month given by its number."""
    return date(1970 + month // 12, month % 12 + 1, 1)


def month_days(month: int) -> list[date]:
    """The days of a month given by its number, ascending."""
    first = month_first_day(month)
    return [first + index * DAY for index in range((month_first_day(month + 1) - first).days)]


def months(start: datetime, end: datetime) -> list[int]:
    """Numbers of the months that have an instant inside the half-open interval, ascending."""
    days = civil_days(start, end)
    return list(range(month_number(days[0]), month_number(days[-1]) + 1)) if days else []


def anniversary(day: date, years: int) -> date:
    """The same calendar day so many years later; 29 February becomes 1 March in a common year.

    The last day that a date can hold stands for any later one.
    """
    year = day.year + years
    if year > MAXYEAR:
        return date.max
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


@lru_cache(maxsize=16)
def hour_days(start: datetime, end: datetime) -> NDArray[np.int64]:
    """Day number of each hour of the interval, shape (hours,), not to be written to: callers share it.

    Kept, because a settlement asks for its period's days in half a dozen places.
    """
    days = civil_days(start, end)
    bounds = [hour_count(start, max(start, min(end, day_start(day)))) for day in days]
    numbers = np.array([day_number(day) for day in days], dtype=np.int64)
    edges = np.array([*bounds, hour_count(start, end)], dtype=np.int64)
    found = np.repeat(numbers, edges[1:] - edges[:-1])
    found.flags.writeable = False
    return found


def hour_years(start: datetime, end: datetime) -> NDArray[np.int64]:
    """Europe/Rome calendar year of each hour of the interval, shape (hours,)."""
    days = hour_days(start, end).astype("datetime64[D]")
    return days.astype("datetime64[Y]").astype(np.int64) + 1970


def hour_range(days_of_hours: NDArray[np.int64], first: date, end: date | None) -> tuple[int, int]:
    """Positions [a, b) of the hours whose Europe/Rome day lies in [first, end); None is open.

    `days_of_hours` is what `hour_days` gives for the period.
    """
    low = int(np.searchsorted(days_of_hours, day_number(first)))
    high = len(days_of_hours) if end is None else int(np.searchsorted(days_of_hours, day_number(end)))
    return low, max(low, high)


def rome_text(instant: datetime) -> str:
    """The instant to the minute with its Europe/Rome offset, e.g. "2026-06-01T00:00+02:00"."""
    return instant.astimezone(ROME).isoformat(timespec="minutes")

"""Europe/Rome civil time from the rule itself, not from the time zone data that the engine uses.

Summer time runs from the last Sunday of March to the last Sunday of October, 01:00 UTC both (Directive
2000/84/EC; Italy since 1996). Hours are counted from 1970-01-01 00:00 UTC, days are proleptic ordinals.
"""

import re
from datetime import UTC, date, datetime
from functools import cache

FIRST_YEAR = 1996
EPOCH_DAY = date(1970, 1, 1).toordinal()
QUARTER_S = 900
HOUR_S = 3600
DAY_HOURS = 24
_STAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})(?::([0-9]{2}))?(Z|[+-][0-9]{2}:[0-5][0-9])", re.ASCII
)


@cache
def _summer(year: int) -> tuple[int, int]:
    """Hours in which summer time of a year begins and ends."""
    return _last_sunday(year, 3), _last_sunday(year, 10)


def _last_sunday(year: int, month: int) -> int:
    last = date(year, month, 31).toordinal()
    return (last - last % 7 - EPOCH_DAY) * DAY_HOURS + 1


def offset_hours(hour: int) -> int:
    """What Rome is ahead of UTC in that hour."""
    begin, end = _summer(date.fromordinal(hour // DAY_HOURS + EPOCH_DAY).year)
    return 2 if begin <= hour < end else 1


def day_of(hour: int) -> int:
    """The Rome date in which an hour begins."""
    return (hour + offset_hours(hour)) // DAY_HOURS + EPOCH_DAY


def midnight(day: int) -> int:
    """The hour with which a Rome date begins."""
    hour = (day - EPOCH_DAY) * DAY_HOURS
    return hour - 1 if day_of(hour - 1) == day and day_of(hour - 2) < day else hour - 2


def second_of(text: str) -> int | None:
    """Seconds since 1970 of a timestamp with offset; None where it is none."""
    match = _STAMP.fullmatch(text)
    if match is None:
        return None
    try:
        zone = "+00:00" if match[3] == "Z" else match[3]
        return int(datetime.fromisoformat(f"{match[1]}:{match[2] or '00'}{zone}").timestamp())
    except ValueError:
        return None


def hour_of(instant: datetime) -> int | None:
    """An aware instant on the full hour; None for any other."""
    if instant.tzinfo is None or instant.microsecond:
        return None
    second = int(instant.astimezone(UTC).timestamp())
    return None if second % HOUR_S else second // HOUR_S


def month_of(day: int) -> int:
    """Month as the ledger numbers it: (year − 1970) · 12 + month − 1."""
    found = date.fromordinal(day)
    return (found.year - 1970) * 12 + found.month - 1


def month_name(month: int) -> str:
    """2024-07."""
    return f"{1970 + month // 12}-{month % 12 + 1:02d}"


def text_of(hour: int) -> str:
    """An hour's start with its Rome offset: 2024-07-01T00:00+02:00."""
    offset = offset_hours(hour)
    day, local = divmod(hour + offset, DAY_HOURS)
    return f"{date.fromordinal(day + EPOCH_DAY)}T{local:02d}:00+{offset:02d}:00"

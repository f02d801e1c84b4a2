"""Texts of times into whole minutes since 1970: wall clock, or UTC where the text states its offset."""

import re
from datetime import UTC, datetime

from oracle.sources.local_time import YEARS, wall_minutes

_ISO = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.0{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.ASCII,
)


def iso_minutes(text: str, *, offset: bool) -> int | str:
    """Minutes of an ISO time, or the words that say what is wrong with it.

    With `offset` the text must state one and the minutes are UTC; without it must state none.
    """
    try:
        moment = datetime.fromisoformat(text) if _ISO.fullmatch(text) else None
    except ValueError:
        moment = None
    if moment is None:
        return "not a time like 2024-06-01T00:15" + ("+02:00" if offset else "")
    if (moment.tzinfo is not None) != offset:
        return "a time without its offset from UTC" if offset else "a time with an offset from UTC"
    return checked(moment)


def pattern_minutes(text: str, pattern: str) -> int | str:
    """Wall-clock or UTC minutes of a time in a strptime pattern; UTC where the pattern has %z."""
    try:
        moment = datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone comes later
    except (ValueError, OverflowError, re.error):
        return f"not a time like the pattern {pattern}"
    return checked(moment)


def checked(moment: datetime) -> int | str:
    """Whole minutes of a moment of a year of readings."""
    if moment.year not in YEARS:
        return f"a time outside the years {YEARS[0]} to {YEARS[-1]}"
    if moment.second or moment.microsecond:
        return "a time that is not on a whole minute"
    return wall_minutes(moment if moment.tzinfo is None else moment.astimezone(UTC))

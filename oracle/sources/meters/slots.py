"""The quarter-hours of an Italian day that a sender numbers from 1: 92, 96 or 100 of them."""

from collections.abc import Mapping
from datetime import date

from settlement.domain.calendar import day_hours, day_start

SLOTS_MAX = 100
ORDINARY = 96
UNVERIFIED = (
    "this day has {count} quarter-hours: its values were taken in chronological order, which no real file of "
    "such a day has confirmed yet; compare the day's total with the sender's"
)


def quarter_starts(day: date, count: int) -> list[int]:
    """UTC minutes since 1970 of the first `count` quarter-hours of the day."""
    first = int(day_start(day).timestamp()) // 60
    return [first + 15 * index for index in range(count)]


def quarters_of(day: date) -> int:
    """92, 96 or 100."""
    return 4 * day_hours(day)


def placed(day: date, filled: Mapping[int, str], width: int) -> dict[int, str] | str:
    """The values by position in the day from 0, or why they cannot be placed.

    `filled` holds the values that are not blank by slot from 1, `width` is the number of slots that the file
    has. On the two days that are not ordinary the values are taken in chronological order where they are as
    many as the day's quarter-hours; a day that lacks some of them cannot be placed.
    """
    quarters = quarters_of(day)
    if quarters == ORDINARY:
        if max(filled, default=1) > ORDINARY:
            return f"{day} has {ORDINARY} quarter-hours and the file gives slot {max(filled)}"
        return {slot - 1: text for slot, text in filled.items()}
    if len(filled) == quarters or width == quarters:
        if max(filled, default=1) > quarters and len(filled) != quarters:
            return f"{day} has {quarters} quarter-hours and the file gives {len(filled)} in other slots"
        if len(filled) == quarters:
            return dict(enumerate(filled[slot] for slot in sorted(filled)))
        return {slot - 1: text for slot, text in filled.items()}
    change = "begins" if quarters < ORDINARY else "ends"
    return (
        f"on {day}, when summer time {change}, there are {quarters} quarter-hours and the file gives "
        f"{len(filled)}: an hour is {'invented' if len(filled) > quarters else 'missing'}; get the day anew"
    )

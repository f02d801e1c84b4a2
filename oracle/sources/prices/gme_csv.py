"""Prices as GME numbers them: a date and the hour of the day from 1, 23, 24 or 25 of them; columns by zone.

Dates are 20240131, 2024-01-31 or 31/01/2024. The n-th hour is counted from midnight, so no hour is
ambiguous and none can be invented; a day on which summer time ends must have its hour 25.
"""

from datetime import date, datetime

from oracle.sources.content import Content
from oracle.sources.meters.records import Unreadable, text_records
from oracle.sources.prices.price_file import PriceFile, PriceGathering, micro_price, refused, zone_columns
from settlement.domain.calendar import day_hours, day_start
from settlement.domain.findings import quote

NAME = "GME CSV (date, hour from 1)"
DATES = ("date", "data", "data/date")
HOURS = ("hour", "ora", "ora/hour", "hour_1_24", "hour_1_25", "hour_1_24_25")
_SHAPES = {8: "%Y%m%d", 10: "%Y-%m-%d"}


def detect(content: Content) -> str | None:
    """The header has a date, an hour and a zone or the PUN, and the first hour is a number."""
    header = _cells(content.first_line, _separator(content))
    if _place(header, DATES) is None or _place(header, HOURS) is None:
        return "the header has no date with an hour of the day"
    if "utc" in header:
        return "hours are named in UTC, not numbered"
    return None if zone_columns(header) else "no column is a zone's price or the PUN"


def read(content: Content) -> PriceFile:
    """All zones of the file."""
    gathering = PriceGathering(content.name, NAME)
    separator = _separator(content)
    mark = "," if separator == ";" else "."
    header: list[str] = []
    try:
        for line, record in text_records(content, separator):
            if not header:
                header = [name.strip().lower() for name in record]
                day, hour = _times(content, line, header)
                zones = zone_columns(header)
            elif len(record) != len(header):
                gathering.fault(line, f"the row has {len(record)} cells, the header names {len(header)}")
            else:
                start = _start(record[day], record[hour])
                if isinstance(start, str):
                    gathering.fault(line, start)
                    continue
                for zone, position in zones.items():
                    micro = micro_price(record[position], mark)
                    if isinstance(micro, str):
                        gathering.fault(line, f"{zone}: {micro}")
                    else:
                        gathering.add(zone, start, 60, micro, line)
    except Unreadable as error:
        return refused(content, NAME, [*gathering.findings, error.finding])
    return gathering.finish()


def _separator(content: Content) -> str:
    return ";" if ";" in content.first_line else ","


def _cells(line: str, separator: str) -> list[str]:
    return [name.strip().strip('"').lower() for name in line.split(separator)]


def _place(header: list[str], names: tuple[str, ...]) -> int | None:
    return next((position for position, name in enumerate(header) if name in names), None)


def _times(content: Content, line: int, header: list[str]) -> tuple[int, int]:
    day, hour = (_place(header, names) for names in (DATES, HOURS))
    if day is None or hour is None:
        raise Unreadable(content.name, line, "the header has no date with an hour of the day")
    return day, hour


def _start(day_text: str, hour_text: str) -> int | str:
    """UTC minutes at which the hour begins."""
    day = _day(day_text.strip())
    if day is None:
        return f"the date {quote(day_text)} is not one like 20240131, 2024-01-31 or 31/01/2024"
    text = hour_text.strip()
    hour = int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else 0
    if not 1 <= hour <= day_hours(day):
        return f"the hour {quote(hour_text)} is not one of 1 to {day_hours(day)}, the hours of {day}"
    return int(day_start(day).timestamp()) // 60 + 60 * (hour - 1)


def _day(text: str) -> date | None:
    shape = "%d/%m/%Y" if "/" in text else _SHAPES.get(len(text), "")
    try:
        day = datetime.strptime(text, shape).date()  # noqa: DTZ007 - a day
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2100 else None

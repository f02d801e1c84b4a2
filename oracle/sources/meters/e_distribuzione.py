"""The curve that a customer downloads from the portal of e-distribuzione: one row a day, quarters in kWh.

`"Giorno";"00:00-00:15";…`, decimal comma. Data rows of the real file end in one more separator than the
header. The file names neither POD nor direction: the user gives both.
"""

from datetime import date, datetime

from oracle.sources.content import Content
from oracle.sources.meters.energy import nano_wh
from oracle.sources.meters.gathering import Clock, Gathering
from oracle.sources.meters.meter_file import MeterFile, Options, refused
from oracle.sources.meters.records import Unreadable, text_records
from oracle.sources.meters.slots import ORDINARY, UNVERIFIED, placed, quarter_starts, quarters_of
from settlement.domain.findings import quote

NAME = "e-distribuzione portal CSV"
WIDTHS = (92, 96, 100)


def detect(content: Content) -> str | None:
    """The header begins with Giorno and the first quarter-hour."""
    names = [name.strip().strip('"') for name in content.first_line.split(";")]
    if names[0] != "Giorno":
        return 'the first column is not "Giorno"'
    return None if len(names) > 1 and names[1].startswith("00:00") else "the second column is not 00:00-00:15"


def read(content: Content, options: Options) -> MeterFile:
    """One register, named after the file."""
    gathering = Gathering(content.name, NAME, Clock(minutes=15))
    days: dict[date, int] = {}
    try:
        for position, (line, record) in enumerate(text_records(content, ";")):
            if position == 0:
                continue
            day = _day(record[0])
            if day is None:
                gathering.fault(line, f"Giorno {quote(record[0])} is not a day like 30/09/2024")
            elif day in days:
                gathering.fault(line, f"{day} stands again, first in line {days[day]}: keep one of the two")
            else:
                days[day] = line
                _take(gathering, options, line, day, record[1:])
    except Unreadable as error:
        return refused(content, NAME, [*gathering.findings, error.finding])
    return gathering.finish()


def _take(gathering: Gathering, options: Options, line: int, day: date, cells: list[str]) -> None:
    while len(cells) > WIDTHS[0] and len(cells) not in WIDTHS and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) not in WIDTHS:
        gathering.fault(
            line, f"the row has {len(cells)} quarter-hours, not 92, 96 or 100: get the file again"
        )
        return
    filled = {slot: text for slot, text in enumerate(cells, start=1) if text.strip()}
    found = placed(day, filled, len(cells))
    if isinstance(found, str):
        gathering.fault(line, found)
        return
    if quarters_of(day) != ORDINARY:
        gathering.note(line, UNVERIFIED.format(count=quarters_of(day)))
    starts = quarter_starts(day, quarters_of(day))
    blanks = [position for position in range(len(starts)) if position not in found]
    if blanks:
        gathering.note(line, f"{len(blanks)} quarter-hours of {day} are blank")
    key = (gathering.file, options.direction, "")
    for position, text in found.items():
        nano = nano_wh(text, decimal_mark=",")
        if isinstance(nano, str):
            gathering.fault(line, f"the energy {quote(text)} in quarter-hour {position + 1} is {nano}")
        else:
            gathering.add(key, starts[position], nano, False, line)
    for position in blanks if options.blank_is_zero else []:
        gathering.add(key, starts[position], 0, True, line)


def _day(text: str) -> date | None:
    try:
        found = datetime.strptime(text.strip(), "%d/%m/%Y").date()  # noqa: DTZ007 - a day
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2100 else None

"""Fluvius (Belgium), the customer's quarter-hour download: one row a register and quarter-hour.

`From (date);From (time);…;Register;Volume;Unit;Validation status`, wall clock of Brussels, decimal comma.
The registers of day and night are added up. On the day on which summer time ends the hour stands twice.
"""

from zoneinfo import ZoneInfo

from oracle.sources.content import Content
from oracle.sources.meters.energy import nano_wh
from oracle.sources.meters.gathering import Clock, Gathering
from oracle.sources.meters.generic import Memo
from oracle.sources.meters.meter_file import MeterFile, Options, refused
from oracle.sources.meters.moments import pattern_minutes
from oracle.sources.meters.records import Unreadable, places_of, text_records
from settlement.domain.case import Direction
from settlement.domain.findings import quote

NAME = "Fluvius quarter-hour CSV"
ZONE = ZoneInfo("Europe/Brussels")
COLUMNS = ("From (date)", "From (time)", "EAN code", "Register", "Volume", "Unit", "Validation status")
DIRECTIONS = {"Offtake": Direction.WITHDRAWN, "Injection": Direction.INJECTED}
MEASURED, ESTIMATED, NONE = ("Read", "Estimated", "No consumption")
STATES = (MEASURED, ESTIMATED, "Calculated", NONE)


def detect(content: Content) -> str | None:
    """The header names the columns."""
    names = content.first_line.strip().split(";")
    missing = [name for name in COLUMNS if name not in names]
    return f"the header has no column {', '.join(missing)}" if missing else None


def read(content: Content, options: Options) -> MeterFile:
    """A register for each meter and direction."""
    del options
    gathering = Gathering(content.name, NAME, Clock(zone=ZONE, minutes=15))
    times = Memo(lambda text: pattern_minutes(text, "%d/%m/%Y %H:%M:%S"))
    volumes = Memo(lambda text: nano_wh(text, decimal_mark=","))
    places: list[int] = []
    try:
        for line, record in text_records(content, ";"):
            if not places:
                places = places_of(content.name, line, record, COLUMNS)
                width = len(record)
            elif len(record) != width:
                gathering.fault(line, f"the row has {len(record)} cells, the header names {width}")
            else:
                _take(gathering, line, [record[place] for place in places], times, volumes)
    except Unreadable as error:
        return refused(content, NAME, [*gathering.findings, error.finding])
    return gathering.finish()


def _take(gathering: Gathering, line: int, cells: list[str], times: Memo, volumes: Memo) -> None:
    day, clock, ean, register, volume, unit, state = cells
    direction = DIRECTIONS.get(register.partition(" ")[0])
    if direction is None:
        gathering.fault(line, f"the register {quote(register)} is neither Offtake nor Injection")
    elif unit != "kWh":
        gathering.fault(line, f"the unit {quote(unit)} is not kWh")
    elif state not in STATES:
        gathering.fault(line, f"the validation status {quote(state)} is not one of {', '.join(STATES)}")
    elif state == NONE and not volume.strip():
        gathering.note(line, f"{register} has no value at {day} {clock}")
    else:
        label, start, nano = ean.strip('="'), times[f"{day} {clock}"], volumes[volume]
        if start < 0:
            gathering.fault(line, f"the time {quote(f'{day} {clock}')} is {times.faults[f'{day} {clock}']}")
        elif nano < 0:
            gathering.fault(line, f"the volume {quote(volume)} is {volumes.faults[volume]}")
        else:
            gathering.add((label, direction, register), start, nano, state != MEASURED, line)

"""DSMR-reader (Netherlands), hourly export: two tariffs of consumption and two of return, in kWh.

`Hour Start,Electricity 1 …,Electricity 2 …,Electricity 1 Returned …`; each hour states its offset. There is
no meter number: the register is named after the file.
"""

from oracle.sources.content import Content
from oracle.sources.meters.energy import nano_wh
from oracle.sources.meters.gathering import Clock, Gathering
from oracle.sources.meters.meter_file import MeterFile, Options, refused
from oracle.sources.meters.moments import iso_minutes
from oracle.sources.meters.records import Unreadable, text_records
from settlement.domain.case import Direction
from settlement.domain.findings import quote

NAME = "DSMR-reader hourly CSV"
TARIFFS = {
    "Electricity 1 Returned": Direction.INJECTED,
    "Electricity 2 Returned": Direction.INJECTED,
    "Electricity 1": Direction.WITHDRAWN,
    "Electricity 2": Direction.WITHDRAWN,
}


def detect(content: Content) -> str | None:
    """The header begins with Hour Start and names the tariffs."""
    names = content.first_line.split(",")
    if names[0] != "Hour Start":
        return 'the first column is not "Hour Start"'
    return None if "Electricity 1" in content.first_line else "no column is Electricity 1"


def read(content: Content, options: Options) -> MeterFile:
    """Consumption and return, both tariffs of each added up."""
    gathering = Gathering(content.name, NAME, Clock(minutes=60))
    places: list[tuple[int, Direction, str]] = []
    width = 0
    try:
        for line, record in text_records(content, ","):
            if not places:
                places, width = _places(record), len(record)
            elif len(record) != width:
                gathering.fault(line, f"the row has {len(record)} cells, the header names {width}")
            else:
                _take(gathering, options, line, record, places)
    except Unreadable as error:
        return refused(content, NAME, [*gathering.findings, error.finding])
    return gathering.finish()


def _places(header: list[str]) -> list[tuple[int, Direction, str]]:
    """Position, direction and tariff of each column that is electricity."""
    found = []
    for position, name in enumerate(header):
        tariff = next((tariff for tariff in TARIFFS if name.startswith(tariff)), None)
        if tariff is not None:
            found.append((position, TARIFFS[tariff], tariff))
    return found


def _take(
    gathering: Gathering,
    options: Options,
    line: int,
    record: list[str],
    places: list[tuple[int, Direction, str]],
) -> None:
    start = iso_minutes(record[0], offset=True)
    if isinstance(start, str):
        gathering.fault(line, f"Hour Start {quote(record[0])} is {start}")
        return
    for position, direction, tariff in places:
        text = record[position]
        nano: int | str = 0 if options.blank_is_zero and not text.strip() else nano_wh(text)
        if isinstance(nano, str):
            gathering.fault(line, f"{tariff} {quote(text)} is {nano}")
        else:
            gathering.add((gathering.file, direction, tariff), start, nano, not text.strip(), line)

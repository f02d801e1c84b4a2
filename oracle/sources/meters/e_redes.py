"""E-REDES (Portugal), a customer's readings as XLSX: mean power of quarter-hours, labelled by their end.

Some lines on the meter, then `Contador, Data, Hora, Consumo registado, Ativa (kW), Estado`; wall clock of
Lisbon, 00:00 belongs to the day that it ends. `Estimada` is an estimate.
"""

from zoneinfo import ZoneInfo

from oracle.sources.content import Content
from oracle.sources.meters.energy import nano_wh
from oracle.sources.meters.gathering import Clock, Gathering
from oracle.sources.meters.meter_file import MeterFile, Options, refused
from oracle.sources.meters.moments import pattern_minutes
from oracle.sources.meters.records import Unreadable, sheet_names, sheet_records
from settlement.domain.case import Direction
from settlement.domain.findings import Finding, quote

NAME = "E-REDES XLSX"
SHEET = "Leituras"
ZONE = ZoneInfo("Europe/Lisbon")
DIRECTIONS = {"Consumo": Direction.WITHDRAWN, "Injeção": Direction.INJECTED, "Produção": Direction.INJECTED}
STATES = {"Real": False, "Estimada": True}


def detect(content: Content) -> str | None:
    """A workbook with the sheet Leituras."""
    if not content.is_workbook:
        return "it is no workbook"
    try:
        names = sheet_names(content)
    except Unreadable as error:
        return error.finding.sentence
    return None if SHEET in names else f"the workbook has no sheet {SHEET}"


def read(content: Content, options: Options) -> MeterFile:
    """A register for each direction that the header names."""
    del options
    gathering = Gathering(content.name, NAME, Clock(zone=ZONE, at_end=True, minutes=15, mean_power=True))
    label = content.name
    header: list[str] = []
    try:
        for line, cells in sheet_records(content, SHEET):
            if cells[0] == "CPE" and len(cells) > 1 and not header:
                label = cells[1]
            elif cells[0] == "Contador":
                header = cells
            elif header:
                _take(gathering, label, line, header, cells)
    except Unreadable as error:
        return refused(content, NAME, [*gathering.findings, error.finding])
    if not header:
        return refused(content, NAME, Finding(content.name, 1, "no row begins with Contador"))
    return gathering.finish()


def _take(gathering: Gathering, label: str, line: int, header: list[str], cells: list[str]) -> None:
    row = dict(zip(header, cells, strict=False))
    shown = f"{row.get('Data')} {row.get('Hora')}"
    end, state = pattern_minutes(shown, "%Y/%m/%d %H:%M"), row.get("Estado", "")
    if isinstance(end, str):
        gathering.fault(line, f"Data and Hora {quote(shown)} are {end}")
        return
    if state not in STATES:
        gathering.fault(line, f"Estado {quote(state)} is neither Real nor Estimada")
        return
    for name, text in row.items():
        direction = DIRECTIONS.get(name.partition(" ")[0])
        if direction is None or "Ativa" not in name:
            continue
        nano = nano_wh(text, "kW")
        if isinstance(nano, str):
            gathering.fault(line, f"{name} {quote(text)} is {nano}")
        else:
            gathering.add((label, direction, name), end, nano, STATES[state], line)

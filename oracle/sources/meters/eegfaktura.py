"""The workbook of an Austrian community as eegfaktura exports it: a column for each meter and figure.

Sheet `Energiedaten`: rows that describe the columns, then a row for each quarter-hour (wall clock of Vienna,
start). Read are the withdrawals (`Gesamtverbrauch …`) and the generation (`Gesamte gemeinschaftliche
Erzeugung`) of each meter; what the grid operator allotted is left out. Quality L1 is measured, L2 and L3 are
substitutes.
"""

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from oracle.sources.content import Content
from oracle.sources.meters.energy import nano_wh
from oracle.sources.meters.gathering import Clock, Gathering
from oracle.sources.meters.meter_file import MeterFile, Options, refused
from oracle.sources.meters.moments import iso_minutes, pattern_minutes
from oracle.sources.meters.records import Unreadable, sheet_names, sheet_records
from settlement.domain.case import Direction
from settlement.domain.findings import Finding, quote

NAME = "eegfaktura workbook"
SHEET = "Energiedaten"
ZONE = ZoneInfo("Europe/Vienna")
FIGURES = {
    "Gesamtverbrauch": Direction.WITHDRAWN,
    "Gesamte gemeinschaftliche Erzeugung": Direction.INJECTED,
}
METERS, CODES, TOTALS = "MeteringpointID", "Metercode", "Spaltensumme"
QUALITIES = {"L1": False, "L2": True, "L3": True}
_PRINTED = re.compile(r"[0-9]{2}\.[0-9]{2}\.[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Column:
    """A meter's figure and where it stands; its quality is the next column."""

    position: int
    label: str
    direction: Direction


def detect(content: Content) -> str | None:
    """A workbook with the sheet Energiedaten."""
    if not content.is_workbook:
        return "it is no workbook"
    try:
        names = sheet_names(content)
    except Unreadable as error:
        return error.finding.sentence
    return None if SHEET in names else f"the workbook has no sheet {SHEET}"


def read(content: Content, options: Options) -> MeterFile:
    """A register for each meter."""
    del options
    gathering = Gathering(content.name, NAME, Clock(zone=ZONE, minutes=15))
    described: dict[str, list[str]] = {}
    columns: list[_Column] = []
    begun = False
    try:
        for line, cells in sheet_records(content, SHEET):
            if begun:
                _take(gathering, line, cells, columns)
            elif cells[0].startswith(TOTALS):
                columns = _columns(described)
                begun = True
            else:
                described[cells[0]] = cells
    except Unreadable as error:
        return refused(content, NAME, [*gathering.findings, error.finding])
    if not columns:
        sentence = f"no column is a meter's figure: {METERS}, {CODES} and {TOTALS} describe none"
        return refused(content, NAME, Finding(content.name, 1, sentence))
    return gathering.finish()


def _columns(described: dict[str, list[str]]) -> list[_Column]:
    found = []
    for position, label in enumerate(described.get(METERS, [])):
        code = described.get(CODES, [])[position : position + 1]
        direction = next(
            (way for figure, way in FIGURES.items() if code and code[0].startswith(figure)), None
        )
        if label.startswith("AT") and direction is not None:
            found.append(_Column(position, label, direction))
    return found


def _take(gathering: Gathering, line: int, cells: list[str], columns: list[_Column]) -> None:
    text = cells[0]
    start = (
        pattern_minutes(text, "%d.%m.%Y %H:%M:%S")
        if _PRINTED.fullmatch(text)
        else iso_minutes(text, offset=False)
    )
    if isinstance(start, str):
        gathering.fault(line, f"the time {quote(text)} is {start}")
        return
    for column in columns:
        energy, quality = (*cells[column.position : column.position + 2], "", "")[:2]
        key = (column.label, column.direction, "")
        if not energy:
            continue
        nano = nano_wh(energy)
        if isinstance(nano, str):
            gathering.fault(line, f"the energy {quote(energy)} of {column.label} is {nano}")
        elif quality and quality not in QUALITIES:
            gathering.fault(line, f"the quality {quote(quality)} of {column.label} is not L1, L2 or L3")
        else:
            # The sender leaves the quality out where it does not know it: that is no measurement.
            gathering.add(key, start, nano, QUALITIES.get(quality, True), line)

"""SolarEdge monitoring, energy of a site: hours or quarter-hours with the zone's name and offset.

`energy.values` holds `date` like "2024-10-27 02:00:00 CET+0100" and `value`, null where nothing was
produced or sent. It counts what the inverter produces, which is not what a POD injects: the user says as what
it is to count. The hour that summer time repeats is absent in the real files.
"""

import re
from collections.abc import Mapping

from oracle.sources.content import Content
from oracle.sources.meters.energy import nano_wh
from oracle.sources.meters.gathering import Clock, Gathering
from oracle.sources.meters.json_content import NotJson, parse_json, rows_at
from oracle.sources.meters.meter_file import MeterFile, Options, refused
from oracle.sources.meters.moments import pattern_minutes
from settlement.domain.findings import Finding, quote

NAME = "SolarEdge JSON"
MINUTES = {"HOUR": 60, "QUARTER_OF_AN_HOUR": 15}
UNITS = ("Wh", "kWh", "MWh")
_DATE = re.compile(r"([0-9-]{10} [0-9:]{8}) ?[A-Z]{0,5}([+-][0-9]{4})", re.ASCII)


def detect(content: Content) -> str | None:
    """An object `energy` with its unit of time."""
    if not content.head.lstrip().startswith("{"):
        return "it does not begin as JSON"
    return (
        None if '"timeUnit"' in content.head and '"energy"' in content.head else 'no "energy" with "timeUnit"'
    )


def read(content: Content, options: Options) -> MeterFile:
    """One register, named after the file."""
    try:
        document = parse_json(content)
    except NotJson as error:
        return refused(content, NAME, error.finding)
    rows = rows_at(document, "energy", "values")
    energy = document.get("energy") if isinstance(document, Mapping) else None
    unit, length = (
        str(energy.get(key)) if isinstance(energy, Mapping) else "" for key in ("unit", "timeUnit")
    )
    if rows is None or unit not in UNITS or length not in MINUTES:
        known = f"values in {', '.join(UNITS)} by {' or '.join(MINUTES)}"
        return refused(content, NAME, Finding(content.name, 1, f"the object energy has no {known}"))
    gathering = Gathering(content.name, NAME, Clock(minutes=MINUTES[length]))
    blanks = 0
    for number, row in enumerate(rows, start=1):
        blanks += row.get("value") is None
        _take(gathering, options, number, row, unit)
    if blanks and not options.blank_is_zero:
        gathering.note(
            1, f"{blanks} values are null: missing is not zero; --blank-is-zero counts them as zero"
        )
    return gathering.finish()


def _take(gathering: Gathering, options: Options, number: int, row: Mapping[str, object], unit: str) -> None:
    shown = str(row.get("date"))
    match = _DATE.fullmatch(shown)
    start = pattern_minutes(f"{match[1]} {match[2]}", "%Y-%m-%d %H:%M:%S %z") if match else "not understood"
    value = row.get("value")
    if isinstance(start, str):
        gathering.fault(1, f"value {number}: the date {quote(shown)} is {start}")
    elif value is None:
        if options.blank_is_zero:
            gathering.add((gathering.file, options.direction, ""), start, 0, True, 1)
    elif isinstance(nano := nano_wh(str(value), unit), str):
        gathering.fault(1, f"value {number}: the energy {quote(str(value))} is {nano}")
    else:
        gathering.add((gathering.file, options.direction, ""), start, nano, False, 1)

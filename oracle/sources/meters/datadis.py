"""Datadis (Spain) as the python-edata library stores it: hours of a supply in kWh.

`consumptions` holds `datetime` (start of the hour, wall clock of Madrid), `delta_h`, `value_kWh` and `real`;
`real: false` is an estimate. Elements have no lines: findings name the line on which the list begins and the
element's number.
"""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from oracle.sources.content import Content
from oracle.sources.meters.energy import nano_wh
from oracle.sources.meters.gathering import Clock, Gathering
from oracle.sources.meters.json_content import NotJson, parse_json, rows_at
from oracle.sources.meters.meter_file import MeterFile, Options, refused
from oracle.sources.meters.moments import iso_minutes
from settlement.domain.case import Direction
from settlement.domain.findings import Finding, quote

NAME = "Datadis JSON"
ZONE = ZoneInfo("Europe/Madrid")


def detect(content: Content) -> str | None:
    """An object with a CUPS and consumptions."""
    if not content.head.lstrip().startswith("{"):
        return "it does not begin as JSON"
    return None if '"cups"' in content.head else 'the object has no "cups"'


def read(content: Content, options: Options) -> MeterFile:
    """The supply's withdrawal."""
    del options
    gathering = Gathering(content.name, NAME, Clock(zone=ZONE, minutes=60))
    try:
        document = parse_json(content)
    except NotJson as error:
        return refused(content, NAME, error.finding)
    line = content.raw[: max(content.raw.find(b'"consumptions"'), 0)].count(b"\n") + 1
    supplies, rows = rows_at(document, "supplies"), rows_at(document, "consumptions")
    if not supplies or rows is None:
        return refused(content, NAME, Finding(content.name, line, "there are no supplies or no consumptions"))
    if len(supplies) > 1:
        return refused(
            content, NAME, Finding(content.name, line, "there is more than one supply: split the file")
        )
    label = str(supplies[0].get("cups"))
    for number, row in enumerate(rows, start=1):
        _take(gathering, label, line, number, row)
    return gathering.finish()


def _take(gathering: Gathering, label: str, line: int, number: int, row: Mapping[str, object]) -> None:
    moment, hours, energy, real = (row.get(name) for name in ("datetime", "delta_h", "value_kWh", "real"))
    start, nano = iso_minutes(str(moment), offset=False), nano_wh(str(energy))
    where = f"consumption {number}:"
    if str(hours) not in ("1", "1.0"):
        gathering.fault(line, f"{where} delta_h {quote(str(hours))} is not one hour")
    elif isinstance(start, str):
        gathering.fault(line, f"{where} datetime {quote(str(moment))} is {start}")
    elif isinstance(nano, str):
        gathering.fault(line, f"{where} value_kWh {quote(str(energy))} is {nano}")
    elif not isinstance(real, bool):
        gathering.fault(line, f"{where} real is neither true nor false")
    else:
        gathering.add((label, Direction.WITHDRAWN, ""), start, nano, not real, line)

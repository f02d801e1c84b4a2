"""How a table of one's own names its columns and counts its time and energy: a TOML file, kept and reused."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from oracle.sources.meters.energy import NANO_WH_PER
from settlement.casefile.fields import POD_CODE
from settlement.casefile.toml_file import read_table
from settlement.casefile.toml_table import Table
from settlement.domain.case import Direction
from settlement.domain.findings import Finding, quote

SEPARATORS = (";", ",", "\t", "|")
OFFSET = "offset"
STEPS = (5, 10, 15, 30, 60)
_KEYS = (
    "separator",
    "decimal_mark",
    "sheet",
    "header_line",
    "columns",
    "time",
    "energy",
    "directions",
    "quality",
    "pods",
)
_COLUMNS = ("timestamp", "date", "time", "pod", "direction", "energy", "injected", "withdrawn", "quality")
_LABEL = re.compile(r"[^\x00-\x1f\x7f]{1,80}")


@dataclass(frozen=True, slots=True)
class Mapping:
    """Columns by their use, and what their cells mean.

    `time_format` is "iso" or a strptime pattern; `zone` None means that each timestamp states its offset.
    `directions` and the qualities hold the words of the file, `pods` the POD of each
    meter that the file names otherwise.
    """

    columns: dict[str, str]
    separator: str = ";"
    decimal_mark: str = ","
    sheet: str | None = None
    header_line: int = 1
    time_format: str = "iso"
    zone: str | None = None
    at_end: bool = False
    minutes: int | None = None
    unit: str = "kWh"
    directions: dict[str, Direction] = field(default_factory=dict)
    estimated: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    pods: dict[str, str] = field(default_factory=dict)


def read_mapping(file: Path) -> tuple[Mapping | None, list[Finding]]:
    """The mapping of a TOML file, or every finding about it."""
    top, notes = read_table(file, file.name)
    if top is None:
        return None, notes.findings
    top.only(_KEYS)
    columns = _columns(top)
    separator = top.choice("separator", SEPARATORS, ";")
    decimal_mark = top.choice("decimal_mark", (",", "."), ",")
    sheet = top.text("sheet") if "sheet" in top else None
    header_line = (top.count("header_line") or 1) if "header_line" in top else 1
    time = _time(top)
    unit = _unit(top)
    pods = _pods(top)
    directions = {word: Direction(value) for word, value in _words(top, "directions").items()}
    quality = top.table("quality") if "quality" in top else None
    estimated, missing = (_list(quality, key) for key in ("estimated", "missing"))
    if notes.findings or separator is None or decimal_mark is None:
        return None, sorted(notes.findings)
    return Mapping(
        columns,
        separator,
        decimal_mark,
        sheet,
        header_line,
        *time,
        unit,
        directions,
        estimated,
        missing,
        pods,
    ), []


def _columns(top: Table) -> dict[str, str]:
    table = top.table("columns")
    if table is None:
        return {}
    table.only(_COLUMNS)
    found = {
        use: table.pattern(use, _LABEL, "the name of a column") or "" for use in _COLUMNS if use in table
    }
    if "timestamp" not in found and not {"date", "time"} <= set(found):
        table.note("no column holds the time: name `timestamp`, or `date` and `time`")
    if not {"energy", "injected", "withdrawn"} & set(found):
        table.note("no column holds the energy: name `energy`, or `injected` and `withdrawn`")
    if "energy" in found and {"injected", "withdrawn"} & set(found):
        table.note("name either `energy` or `injected` and `withdrawn`")
    return found


def _time(top: Table) -> tuple[str, str | None, bool, int | None]:
    """Format, zone, whether labels are ends, minutes."""
    table = top.table("time") if "time" in top else None
    if table is None:
        return "iso", None, False, None
    table.only(("format", "zone", "label", "minutes"))
    shape = (table.text("format") or "iso") if "format" in table else "iso"
    zone = (table.text("zone") if "zone" in table else None) or OFFSET
    if zone != OFFSET and zone not in available_timezones():
        table.note(f'zone is {quote(zone)}, neither a zone like "Europe/Rome" nor "{OFFSET}"', "zone")
    label = table.choice("label", ("start", "end"), "start")
    minutes = table.count("minutes") if "minutes" in table else None
    if minutes is not None and minutes not in STEPS:
        table.note(f"minutes is {minutes}, not one of {', '.join(map(str, STEPS))}", "minutes")
    return shape, None if zone == OFFSET else zone, label == "end", minutes


def _unit(top: Table) -> str:
    table = top.table("energy") if "energy" in top else None
    if table is None:
        return "kWh"
    table.only(("unit",))
    return table.choice("unit", tuple(NANO_WH_PER)) or "kWh"


def _words(top: Table, key: str) -> dict[str, str]:
    table = top.table(key) if key in top else None
    if table is None:
        return {}
    found = {word: table.choice(word, tuple(Direction)) for word in table.values}
    return {word: value for word, value in found.items() if value is not None}


def _pods(top: Table) -> dict[str, str]:
    table = top.table("pods") if "pods" in top else None
    if table is None:
        return {}
    found = {label: table.pattern(label, POD_CODE, "of a POD code") for label in table.values}
    return {label: pod for label, pod in found.items() if pod is not None}


def _list(table: Table | None, key: str) -> tuple[str, ...]:
    if table is None or key not in table:
        return ()
    table.only(("estimated", "missing"))
    values = table.values[key]
    if isinstance(values, list) and all(isinstance(value, str) for value in values):
        return tuple(values)
    table.note(f"{key} is not a list of texts", key)
    return ()


def zone_of(mapping: Mapping) -> ZoneInfo | None:
    """The mapping's zone; None where timestamps state their offsets."""
    return None if mapping.zone is None else ZoneInfo(mapping.zone)


def mapping_toml(mapping: Mapping) -> str:
    """The mapping as a TOML file that gives it again."""
    lines = [f"separator = {_toml(mapping.separator)}", f"decimal_mark = {_toml(mapping.decimal_mark)}"]
    if mapping.sheet is not None:
        lines.append(f"sheet = {_toml(mapping.sheet)}")
    lines += [f"header_line = {mapping.header_line}", "", "[columns]"]
    lines += [f"{use} = {_toml(name)}" for use, name in mapping.columns.items()]
    lines += [
        "",
        "[time]",
        f"format = {_toml(mapping.time_format)}",
        f"zone = {_toml(mapping.zone or OFFSET)}",
    ]
    lines.append(f'label = "{"end" if mapping.at_end else "start"}"')
    if mapping.minutes is not None:
        lines.append(f"minutes = {mapping.minutes}")
    lines += ["", "[energy]", f"unit = {_toml(mapping.unit)}", "", "[directions]"]
    lines += [f"{_toml(word)} = {_toml(value)}" for word, value in mapping.directions.items()]
    lines += ["", "[quality]"]
    for key, words in (("estimated", mapping.estimated), ("missing", mapping.missing)):
        lines.append(f"{key} = [{', '.join(map(_toml, words))}]")
    lines += ["", "[pods]"]
    lines += [f"{_toml(label)} = {_toml(pod)}" for label, pod in mapping.pods.items()]
    return "\n".join(lines) + "\n"


def _toml(text: str) -> str:
    escaped = "".join(
        f"\\u{ord(mark):04x}" if ord(mark) < 32 or ord(mark) == 127 else mark
        for mark in text.replace("\\", "\\\\").replace('"', '\\"')
    )
    return f'"{escaped}"'

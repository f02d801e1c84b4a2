"""The public data of 17 homes with PV in Fontana, California, one year of hours (CityLearn 2022).

One row per home and hour: `hour_index,building,pv_kwp,consumption_kwh,pv_generation_kwh`, further columns
are ignored. Source: Nweye et al., CityLearn challenge 2022, data of the EPRI Sierra Crest community, MIT.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from pathlib import Path

from oracle.sources.table import Row, locate, read_table
from settlement.domain.case import WH_MAX
from settlement.domain.decimals import parse_scaled
from settlement.domain.findings import Finding, quote

FILE_NAMES = ("energy_long.csv.gz", "energy_long.csv")
COLUMNS = ("hour_index", "building", "pv_kwp", "consumption_kwh", "pv_generation_kwh")
HOURS_MAX = 8784
WHOLE = re.compile(r"[0-9]{1,6}", re.ASCII)
NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?", re.ASCII)
EXPONENT_MIN = -60
KWH_WANTED = "a number of kWh from 0 to 500000"
WANTED = ("a whole number", "a whole number", "a power in kW above 0", KWH_WANTED, KWH_WANTED)
EXACT = Context(prec=80, traps=[Inexact, InvalidOperation])
"""Twelve digits before and sixty after the point fit: no operation here can round unnoticed."""
ROUNDING = Context(prec=80, rounding=ROUND_HALF_UP)
ZERO = Decimal(0)
KWH_MAX = Decimal(WH_MAX // 1000)


@dataclass(slots=True)
class Home:
    """A home: PV power, gross consumption and PV generation by hour index, exact kWh."""

    number: int
    pv_milliwatt: int
    first_line: int
    consumption_kwh: dict[int, Decimal] = field(default_factory=dict)
    generation_kwh: dict[int, Decimal] = field(default_factory=dict)
    lines: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fontana:
    """All homes by number, and how many hours the file has."""

    file: str
    homes: tuple[Home, ...]
    hours: int
    last_line: int


@dataclass(frozen=True, slots=True)
class _Reading:
    """A row that reads well by itself."""

    line: int
    hour: int
    home: int
    pv_milliwatt: int
    consumption_kwh: Decimal
    generation_kwh: Decimal


def net_kwh(consumption_kwh: Decimal, generation_kwh: Decimal) -> tuple[Decimal, Decimal]:
    """(injected, withdrawn): what is left of the generation, or of the load, after own use. Exact."""
    net = EXACT.subtract(generation_kwh, consumption_kwh)
    return (net, ZERO) if net > 0 else (ZERO, EXACT.minus(net))


def half_up_wh(energy_kwh: Decimal) -> int:
    """The nearest whole Wh, halves upwards."""
    return int(energy_kwh.scaleb(3, EXACT).quantize(Decimal(1), context=ROUNDING))


def sum_kwh(energies_kwh: Iterable[Decimal]) -> Decimal:
    """Exact sum."""
    total = ZERO
    for energy in energies_kwh:
        total = EXACT.add(total, energy)
    return total


def read_fontana(path: Path) -> tuple[Fontana | None, list[Finding]]:
    """The data from the file, or from the folder that holds it; None when there are findings.

    Findings: form of every cell, an hour of a home twice, a pv_kwp that changes within a home. Gaps are
    judged where the period is known: see `gaps`.
    """
    file, findings = locate(path, FILE_NAMES)
    if findings:
        return None, findings
    rows, findings = read_table(file, COLUMNS, others=True)
    homes: dict[int, Home] = {}
    for row in rows:
        reading = _reading(row)
        faults = _enter(homes, reading) if isinstance(reading, _Reading) else reading
        findings += [Finding(file.name, row.line, fault) for fault in faults]
    if not findings and not homes:
        findings = [Finding(file.name, 1, "the file has no readings")]
    if findings:
        return None, sorted(findings)
    hours = max(max(home.consumption_kwh) for home in homes.values()) + 1
    ordered = tuple(homes[number] for number in sorted(homes))
    return Fontana(file.name, ordered, hours, rows[-1].line), []


def gaps(fontana: Fontana, hours: range) -> list[Finding]:
    """One finding per home that lacks one of the hour indices, with the line before the gap."""
    findings = []
    for home in fontana.homes:
        missing = next((hour for hour in hours if hour not in home.lines), None)
        if missing is not None:
            before = max((hour for hour in home.lines if hour < missing), default=None)
            line = 1 if before is None else home.lines[before]
            findings.append(
                Finding(fontana.file, line, f"building {home.number} has no hour_index {missing}")
            )
    return sorted(findings)


def _reading(row: Row) -> "_Reading | list[str]":
    """The row's values, or one sentence per faulty cell."""
    hour, home, pv_milliwatt = (_whole(row.cells[0]), _whole(row.cells[1]), _milliwatt(row.cells[2]))
    consumption, generation = (_energy(text) for text in row.cells[3:])
    if (
        hour is None
        or hour >= HOURS_MAX
        or home is None
        or pv_milliwatt is None
        or consumption is None
        or generation is None
    ):
        values = (hour, home, pv_milliwatt, consumption, generation)
        return list(_faults(row, values)) or [
            f"hour_index {hour} lies beyond the {HOURS_MAX} hours of a year"
        ]
    return _Reading(row.line, hour, home, pv_milliwatt, consumption, generation)


def _faults(row: Row, values: Sequence[object]) -> Iterator[str]:
    """One sentence per cell that could not be read."""
    for name, text, value, wanted in zip(COLUMNS, row.cells, values, WANTED, strict=True):
        if value is None:
            yield f"{name} {quote(text)} is not {wanted}"


def _whole(text: str) -> int | None:
    return int(text) if WHOLE.fullmatch(text) else None


def _milliwatt(text: str) -> int | None:
    """kW with at most six decimals, greater than zero."""
    return parse_scaled(text, 6) or None


def _energy(text: str) -> Decimal | None:
    """The exact value, or None for anything that is not a plain non-negative number of usual size."""
    if not NUMBER.fullmatch(text):
        return None
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    if number > KWH_MAX or not isinstance(exponent, int) or exponent < EXPONENT_MIN:
        return None
    return number


def _enter(homes: dict[int, Home], reading: _Reading) -> list[str]:
    """Enter a reading into its home; the sentences say what contradicts earlier rows."""
    home = homes.setdefault(reading.home, Home(reading.home, reading.pv_milliwatt, reading.line))
    if home.pv_milliwatt != reading.pv_milliwatt:
        return [f"pv_kwp of building {home.number} differs from line {home.first_line}"]
    if reading.hour in home.lines:
        first = home.lines[reading.hour]
        return [f"building {home.number} has hour_index {reading.hour} twice, first in line {first}"]
    home.lines[reading.hour] = reading.line
    home.consumption_kwh[reading.hour] = reading.consumption_kwh
    home.generation_kwh[reading.hour] = reading.generation_kwh
    return []

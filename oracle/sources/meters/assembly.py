"""Registers of one or several files into the series of a community's PODs: whose they are, and whole days."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from oracle.sources.meters.meter_file import MeterFile, Register
from oracle.sources.whole_days import consecutive, coverage
from settlement.casefile.fields import POD_CODE
from settlement.domain.calendar import DAY, day_start, hour_count, rome_date, rome_text
from settlement.domain.case import Direction, MeterSeries
from settlement.domain.findings import Finding, quote

DAYS_MAX = 3_700
"""Ten years: a slip in one date must not make the whole span between."""
FINDINGS_MAX = 1_000
Key = tuple[str, Direction]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the user says: the POD of a label, one POD for all labels that are none, what to leave out.

    `skip_incomplete` leaves days out that lack intervals in the middle of a register; those at its ends are
    always left out, because a file begins and ends where its sender likes.
    """

    pods: Mapping[str, str] = field(default_factory=dict)
    pod: str | None = None
    skip_incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Assembled:
    """One register for each POD and direction, and what was left out."""

    registers: Mapping[Key, Register] = field(default_factory=dict)
    notes: tuple[Finding, ...] = ()

    @property
    def days(self) -> tuple[date, date]:
        """First day that has a reading, and the day after the last."""
        first = min(int(row.start[0]) for row in self.registers.values())
        last = max(int(row.start[-1]) for row in self.registers.values())
        return _day(first), _day(last) + DAY

    def series(self, start: datetime, end: datetime) -> tuple[MeterSeries, ...]:
        """The registers as series of the period [start, end), ordered by POD and direction."""
        return tuple(_series(key, self.registers[key], start, end) for key in sorted(self.registers))


def assemble(files: Sequence[MeterFile], choices: Choices) -> tuple[Assembled, list[Finding]]:
    """The registers of all files by POD and direction; every finding of the files and of their union.

    The same reading may stand in several files; with other values only a rectification may replace it.
    """
    findings = [row for file in files for row in (*file.findings, *_several_meters(file, choices))]
    notes = [row for file in files for row in file.notes]
    groups: dict[Key, list[Register]] = defaultdict(list)
    for register in (row for file in files for row in file.registers):
        key = _key(register, choices)
        if isinstance(key, Finding):
            findings.append(key)
        else:
            groups[key].append(register)
    merged = {}
    for key, registers in sorted(groups.items()):
        found, defects = _merged(key, registers)
        findings += defects
        if found is not None:
            merged[key] = found
    assembled = Assembled(merged, tuple(sorted(notes)))
    if merged and (assembled.days[1] - assembled.days[0]).days > DAYS_MAX:
        first, end = assembled.days
        span = f"the readings run from {first} to {end - DAY}, more than {DAYS_MAX} days: import them apart"
        findings.append(Finding(files[0].name, 1, span))
    return assembled, sorted(findings)


def whole_days(assembled: Assembled, choices: Choices) -> tuple[Assembled, list[Finding]]:
    """Only the days that each register has whole; a day that lacks intervals in between is a finding."""
    kept: dict[Key, Register] = {}
    notes, findings = list(assembled.notes), []
    for key, register in assembled.registers.items():
        cover = coverage(register.start, register.resolution_minutes)
        named = f"POD {key[0]} {key[1]}"
        for row in cover.partial:
            line = int(register.line[row.position])
            if row.edge or choices.skip_incomplete:
                notes.append(Finding(register.file, line, f"{named}: {row}: the day is left out"))
            else:
                remedy = "get the file again, or leave such days out with --skip-incomplete"
                findings.append(Finding(register.file, line, f"{named}: {row}; {remedy}"))
        for first, last in consecutive(cover.absent):
            notes.append(Finding(register.file, 1, f"{named}: nothing from {first} to {last}"))
        if cover.whole.any():
            kept[key] = _take(register, cover.whole)
        elif not findings:
            findings.append(Finding(register.file, 1, f"{named}: no Europe/Rome day is whole"))
    return Assembled(kept, tuple(sorted(notes))), sorted(findings)


def _several_meters(file: MeterFile, choices: Choices) -> list[Finding]:
    """One POD for all labels is for files of one meter: several must not become one."""
    unnamed: dict[str, set[str]] = defaultdict(set)
    for row in file.registers:
        if not POD_CODE.fullmatch(row.label) and row.label not in choices.pods:
            unnamed[row.file].add(row.label)
    if choices.pod is None:
        return []
    return [
        Finding(name, 1, f"the file has {len(labels)} meters and --pod names one POD: say LABEL=POD for each")
        for name, labels in unnamed.items()
        if len(labels) > 1
    ]


def _key(register: Register, choices: Choices) -> Key | Finding:
    """Whose readings these are, or what the user has to say first."""
    own = register.label if POD_CODE.fullmatch(register.label) else choices.pod
    pod = choices.pods.get(register.label, own)
    line = int(register.line[0])
    if pod is None:
        remedy = f'say which: --pod "{register.label}=IT001E…"'
        return Finding(register.file, line, f"the meter {quote(register.label)} is no POD: {remedy}")
    if register.direction is None:
        remedy = "say which with --direction injected or withdrawn"
        return Finding(register.file, line, f"the file does not tell the direction of {quote(pod)}: {remedy}")
    return pod, register.direction


def _merged(key: Key, registers: list[Register]) -> tuple[Register | None, list[Finding]]:
    if len(registers) == 1:
        return registers[0], []
    other = next(
        (row for row in registers if row.resolution_minutes != registers[0].resolution_minutes), None
    )
    if other is not None:
        lengths = (
            f"{registers[0].resolution_minutes} minutes in {registers[0].file} and {other.resolution_minutes}"
        )
        sentence = (
            f"POD {key[0]} {key[1]} has intervals of {lengths} here: import the files one after the other"
        )
        return None, [Finding(other.file, int(other.line[0]), sentence)]
    ordered = sorted(registers, key=lambda row: (row.rectifies, row.file, int(row.line[0])))
    source = np.concatenate([np.full(len(row.start), index) for index, row in enumerate(ordered)])
    whole = _concatenated(key, ordered)
    # Of one interval the last source comes last; rectifications come after all that they rectify.
    sort = np.lexsort((source, whole.start))
    whole, source = _take(whole, sort), source[sort]
    again = whole.start[1:] == whole.start[:-1]
    differs = again & ((whole.wh[1:] != whole.wh[:-1]) | (whole.estimated[1:] != whole.estimated[:-1]))
    findings = list(_conflicts(key, whole, source, ordered, np.flatnonzero(differs)))
    return _take(whole, np.concatenate([~again, [True]])), findings


def _conflicts(
    key: Key, whole: Register, source: NDArray[np.int64], ordered: list[Register], rows: NDArray[np.int64]
) -> Iterator[Finding]:
    """Other values of one interval in two files of which neither or both rectify."""
    for row in rows[:FINDINGS_MAX].tolist():
        first, second = ordered[source[row]], ordered[source[row + 1]]
        if first.rectifies == second.rectifies:
            at = rome_text(datetime.fromtimestamp(int(whole.start[row]) * 60, UTC))
            yield Finding(
                second.file,
                int(whole.line[row + 1]),
                f"POD {key[0]} {key[1]} has {whole.wh[row + 1]} Wh at {at} and {whole.wh[row]} Wh in "
                f"{first.file} line {whole.line[row]}: leave one of the files out",
            )


def _concatenated(key: Key, rows: list[Register]) -> Register:
    return Register(
        rows[0].file,
        key[0],
        key[1],
        rows[0].resolution_minutes,
        start=np.concatenate([row.start for row in rows]),
        wh=np.concatenate([row.wh for row in rows]),
        estimated=np.concatenate([row.estimated for row in rows]),
        line=np.concatenate([row.line for row in rows]),
    )


def _take(row: Register, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> Register:
    columns = (row.start[chosen], row.wh[chosen], row.estimated[chosen], row.line[chosen])
    return Register(row.file, row.label, row.direction, row.resolution_minutes, *columns, row.rectifies)


def _series(key: Key, register: Register, start: datetime, end: datetime) -> MeterSeries:
    minutes = register.resolution_minutes
    count = hour_count(start, end) * 60 // minutes
    slot = (register.start - int(start.timestamp()) // 60) // minutes
    wh = np.zeros(count, dtype=np.int32)
    present, estimated = np.zeros(count, dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    wh[slot], present[slot], estimated[slot] = register.wh, True, register.estimated
    return MeterSeries(key[0], key[1], minutes, wh, present, estimated)


def _day(minutes: int) -> date:
    return rome_date(datetime.fromtimestamp(minutes * 60, UTC))


def period(days: tuple[date, date]) -> tuple[datetime, datetime]:
    """The instants between which the days lie."""
    return day_start(days[0]), day_start(days[1])

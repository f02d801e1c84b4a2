"""Rows of a meter file into registers: one place for the clock, repetitions, sums and rounding."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from oracle.sources.local_time import Ints, Mask, to_utc, wall_text
from oracle.sources.meters.energy import carry_wh, of_power
from oracle.sources.meters.meter_file import MeterFile, Register
from settlement.domain.calendar import rome_text
from settlement.domain.case import WH_MAX, Direction
from settlement.domain.findings import Finding, quote

FINDINGS_MAX = 1_000
PARTS_MAX = 15
"""Day and night and whatever else a meter counts apart; their sums stay within 64 bits."""
READINGS_MAX = 4_000_000
"""A century of quarter-hours; more than any sender puts in one file, and what the memory holds."""
STEPS = (1, 5, 10, 15, 30, 60)
QUARTER, HOUR = 15, 60

Key = tuple[str, Direction | None, str]


@dataclass(frozen=True, slots=True)
class Clock:
    """How a file labels its intervals: in UTC (`zone` None) or by a wall clock, at their start or end.

    `minutes` is the length of an interval; None lets the labels tell. `mean_power` says that readings are
    mean powers, not energies.
    """

    zone: ZoneInfo | None = None
    at_end: bool = False
    minutes: int | None = None
    mean_power: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Rows of one register in the order of the file."""

    start: Ints
    nano: Ints
    estimated: Mask
    line: Ints

    def take(self, chosen: NDArray[np.int64] | Mask) -> "Columns":
        """The chosen rows."""
        return Columns(self.start[chosen], self.nano[chosen], self.estimated[chosen], self.line[chosen])


@dataclass(slots=True)
class Gathering:
    """Rows by meter, direction and part; parts (day and night registers) are added up at the end."""

    file: str
    format: str
    clock: Clock
    findings: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)
    rectified: set[tuple[str, Direction | None]] = field(default_factory=set)
    _rows: dict[Key, list[tuple[int, int, bool, int]]] = field(default_factory=lambda: defaultdict(list))
    _columns: dict[Key, list[Columns]] = field(default_factory=lambda: defaultdict(list))
    _faults: int = 0
    _count: int = 0

    def add(self, key: Key, label_minutes: int, nano: int, estimated: bool, line: int) -> None:
        """One reading: minutes since 1970 of its label, billionths of a Wh or W."""
        self._count += 1
        if self._count > READINGS_MAX:
            if self._count == READINGS_MAX + 1:
                self.fault(line, f"the file has more than {READINGS_MAX} readings: split it")
            return
        self._rows[key].append((label_minutes, nano, estimated, line))

    def add_columns(self, key: Key, columns: Columns) -> None:
        """Many readings of one register."""
        self._columns[key].append(columns)

    def fault(self, line: int, sentence: str) -> None:
        """A defect; beyond a thousand they are only counted."""
        self._faults += 1
        if self._faults <= FINDINGS_MAX:
            self.findings.append(Finding(self.file, line, sentence))

    def note(self, line: int, sentence: str) -> None:
        """Something to know that keeps nothing from being used."""
        if len(self.notes) < FINDINGS_MAX:
            self.notes.append(Finding(self.file, line, sentence))

    def finish(self) -> MeterFile:
        """The file: its registers by label and direction, each of its defects a finding."""
        parts: dict[tuple[str, Direction | None], list[Columns]] = defaultdict(list)
        for key in {**self._rows, **self._columns}:
            columns = self._in_utc(key, self._of(key))
            if len(columns.start):
                parts[key[:2]].append(columns)
        registers = [found for key in parts if (found := self._register(key, parts[key])) is not None]
        if not registers and not self._faults:
            self.fault(1, "the file holds no reading")
        if self._faults > FINDINGS_MAX:
            more = f"{self._faults - FINDINGS_MAX} further findings are not shown"
            self.findings.append(Finding(self.file, self.findings[-1].line, more))
        registers.sort(key=lambda row: (row.label, row.direction or ""))
        return MeterFile(
            self.file, self.format, tuple(registers), tuple(sorted(self.findings)), tuple(sorted(self.notes))
        )

    def _of(self, key: Key) -> Columns:
        table = np.array(self._rows.get(key, []), dtype=np.int64).reshape(-1, 4)
        single = Columns(table[:, 0], table[:, 1], table[:, 2] != 0, table[:, 3])
        return _joined([single, *self._columns.get(key, [])])

    def _in_utc(self, key: Key, rows: Columns) -> Columns:
        """The rows by UTC label, ascending, each label once."""
        if self.clock.zone is not None:
            utc, invented = to_utc(rows.start, self.clock.zone, instants_at_end=self.clock.at_end)
            for row in np.flatnonzero(invented).tolist():
                shown = wall_text(int(rows.start[row]))
                self.fault(
                    int(rows.line[row]),
                    f"{shown} does not exist in {self.clock.zone.key}, where the clock skips it: an invented "
                    "hour; ask the sender how the file labels the day on which summer time begins",
                )
            rows = Columns(utc, rows.nano, rows.estimated, rows.line).take(~invented)
        rows = rows.take(np.argsort(rows.start, kind="stable"))
        again = np.flatnonzero(rows.start[1:] == rows.start[:-1])
        for row in again.tolist():
            first, second = sorted((int(rows.line[row]), int(rows.line[row + 1])))
            self.fault(
                second,
                f"{_named(key)} has the interval {_rome(int(rows.start[row]))} again, first in line {first}: "
                "keep one of the two",
            )
        return rows.take(np.delete(np.arange(len(rows.start)), again + 1))

    def _register(self, key: tuple[str, Direction | None], parts: list[Columns]) -> Register | None:
        if len(parts) > PARTS_MAX:
            self.fault(1, f"{_named(key)} has more than {PARTS_MAX} registers in one direction")
            return None
        rows = _added(parts)
        step = self.clock.minutes or _step(rows.start)
        first_line = int(rows.line.min())
        if step not in STEPS:
            self.fault(
                first_line,
                f"{_named(key)} has intervals of {step} minutes, not of "
                f"{', '.join(map(str, STEPS))}; state `minutes` in the mapping",
            )
            return None
        start = rows.start - (step if self.clock.at_end else 0)
        for row in np.flatnonzero(start % step).tolist():
            at = f"{_rome(int(start[row]))} is not the beginning of an interval of {step} minutes"
            self.fault(int(rows.line[row]), at)
        if (start % step).any():
            return None
        nano = of_power(rows.nano, step) if self.clock.mean_power else rows.nano
        return self._whole(key, Columns(start, nano, rows.estimated, rows.line), step)

    def _whole(self, key: tuple[str, Direction | None], rows: Columns, step: int) -> Register | None:
        """Shorter intervals added up to quarter-hours (or half-hours to hours), then whole Wh."""
        resolution = QUARTER if step <= QUARTER else HOUR
        if step != resolution:
            rows = self._summed(key, rows, step, resolution)
        wh = carry_wh(rows.start, rows.nano)
        for row in np.flatnonzero(wh > WH_MAX).tolist():
            self.fault(int(rows.line[row]), f"{_named(key)} has {wh[row]} Wh, above {WH_MAX}")
        if not len(wh):
            self.fault(1, f"{_named(key)} has no whole interval of {resolution} minutes")
            return None
        label, direction = key
        rectifies = key in self.rectified
        return Register(
            self.file, label, direction, resolution, rows.start, wh, rows.estimated, rows.line, rectifies
        )

    def _summed(
        self, key: tuple[str, Direction | None], rows: Columns, step: int, resolution: int
    ) -> Columns:
        """Sums of the intervals of which every part is there: missing is not zero."""
        begins, inverse, count = np.unique(
            rows.start // resolution * resolution, return_inverse=True, return_counts=True
        )
        whole = count == resolution // step
        if not whole.all():
            lost = int((~whole).sum())
            first = int(rows.line[inverse == np.flatnonzero(~whole)[0]][0])
            self.note(first, f"{_named(key)}: {lost} intervals of {resolution} minutes lack a part: left out")
        return _grouped(rows, begins, inverse).take(whole)


def _joined(columns: list[Columns]) -> Columns:
    names = ("start", "nano", "estimated", "line")
    return Columns(*(np.concatenate([getattr(part, name) for part in columns]) for name in names))


def _added(parts: list[Columns]) -> Columns:
    """The parts of a register added up, ascending; an interval has the first line of its parts."""
    if len(parts) == 1:
        return parts[0]
    rows = _joined(parts)
    begins, inverse = np.unique(rows.start, return_inverse=True)
    return _grouped(rows, begins, inverse)


def _grouped(rows: Columns, begins: Ints, inverse: Ints) -> Columns:
    nano = np.zeros(len(begins), dtype=np.int64)
    np.add.at(nano, inverse, rows.nano)
    estimated = np.zeros(len(begins), dtype=np.bool_)
    estimated[inverse[rows.estimated]] = True
    line = np.full(len(begins), np.iinfo(np.int64).max)
    np.minimum.at(line, inverse, rows.line)
    return Columns(begins, nano, estimated, line)


def _step(start: Ints) -> int:
    """The shortest distance of two labels; an hour where there is only one reading."""
    return int(np.diff(start).min()) if len(start) > 1 else HOUR


def _named(key: tuple[object, ...]) -> str:
    label, direction = key[0], key[1]
    return f"{quote(str(label))}{f' {direction}' if direction else ''}"


def _rome(minutes: int) -> str:
    return rome_text(datetime.fromtimestamp(minutes * 60, UTC))

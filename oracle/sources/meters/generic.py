"""Tables by a mapping: CSV or XLSX, one reading a row, columns and units as the mapping says."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from oracle.sources.content import Content
from oracle.sources.local_time import Ints
from oracle.sources.meters.energy import POWER_UNITS, nano_wh
from oracle.sources.meters.gathering import Clock, Columns, Gathering
from oracle.sources.meters.mapping import Mapping, zone_of
from oracle.sources.meters.meter_file import MeterFile, Options, refused
from oracle.sources.meters.moments import iso_minutes, pattern_minutes
from oracle.sources.meters.records import Chunk, Unreadable, sheet_chunks, text_chunks
from settlement.domain.case import Direction
from settlement.domain.findings import quote

NAME = "table by a mapping"
MEASURED, ESTIMATED, MISSING = range(3)
BAD, EMPTY = -1, -2


class Memo(dict[str, int]):
    """The number of each text, found out once; a text that gives none is BAD, its words are in `faults`."""

    def __init__(self, parse: Callable[[str], int | str]) -> None:
        super().__init__()
        self._parse = parse
        self.faults: dict[str, str] = {}

    def __missing__(self, text: str) -> int:
        found = self._parse(text)
        if isinstance(found, str):
            self.faults[text] = found
            found = BAD
        self[text] = found
        return found


def detect(content: Content) -> str | None:
    """No table can be told without its mapping."""
    del content
    return "needs a mapping: name one with --mapping"


def read(content: Content, options: Options) -> MeterFile:
    """All readings of the table as the options' mapping describes it."""
    assert options.mapping is not None
    return read_mapped(content, options, options.mapping, NAME)


def read_mapped(content: Content, options: Options, mapping: Mapping, name: str) -> MeterFile:
    """All readings of a table; the label of a meter without a POD column is the file's name."""
    clock = Clock(zone_of(mapping), mapping.at_end, mapping.minutes, mapping.unit in POWER_UNITS)
    gathering = Gathering(content.name, name, clock)
    try:
        chunks = _chunks(content, mapping)
        lines, rows = next(chunks, ([], []))
        at = next((place for place, line in enumerate(lines) if line >= mapping.header_line), len(lines))
        header = rows[at] if at < len(rows) else []
        places = _places(gathering, [cell.strip() for cell in header], mapping)
        if places is None:
            return refused(content, name, gathering.findings)
        table = _Table(gathering, mapping, options, places, len(header), content.is_workbook)
        table.take(lines[at + 1 :], rows[at + 1 :])
        for lines, rows in chunks:
            table.take(lines, rows)
    except Unreadable as error:
        gathering.findings.append(error.finding)
        return refused(content, name, gathering.findings)
    return gathering.finish()


def _chunks(content: Content, mapping: Mapping) -> Iterator[Chunk]:
    if content.is_workbook:
        return sheet_chunks(content, mapping.sheet)
    return text_chunks(content, mapping.separator)


def _places(gathering: Gathering, header: list[str], mapping: Mapping) -> dict[str, int] | None:
    """Position of each column by its use; None, and findings, where the header has it not or twice."""
    for name in mapping.columns.values():
        if header.count(name) != 1:
            fault = "is missing" if name not in header else "stands twice"
            found = ", ".join(map(quote, header[:12])) or "nothing"
            gathering.fault(mapping.header_line, f"the column {quote(name)} {fault}; the header has {found}")
    if gathering.findings:
        return None
    return {use: header.index(name) for use, name in mapping.columns.items()}


@dataclass(slots=True)
class _Table:
    """Takes rows chunk by chunk: each distinct text of a column is understood once."""

    gathering: Gathering
    mapping: Mapping
    options: Options
    places: dict[str, int]
    width: int
    is_sheet: bool
    _times: Memo = None  # type: ignore[assignment]
    _energies: Memo = None  # type: ignore[assignment]
    _qualities: Memo = None  # type: ignore[assignment]
    _directions: Memo = None  # type: ignore[assignment]
    _ways: tuple[Direction | None, ...] = (None, *Direction)

    def __post_init__(self) -> None:
        mapping = self.mapping
        self._times = Memo(lambda text: _minutes(text.strip(), mapping))
        self._energies = Memo(self._energy)
        self._qualities = Memo(self._quality)
        self._directions = Memo(self._direction)

    def take(self, lines: Sequence[int], rows: list[list[str]]) -> None:
        """The readings of some rows."""
        if set(map(len, rows)) != {self.width}:
            lines, rows = self._of_width(lines, rows)
        if not rows:
            return
        columns = list(zip(*rows, strict=True))
        line = np.array(lines, dtype=np.int64)
        times = self._numbers(line, self._time_texts(columns), self._times, "the time")
        quality = self._optional(line, columns, "quality", self._qualities, MEASURED)
        pods = self._labels(columns)
        if "energy" in self.places:
            direction = self._optional(line, columns, "direction", self._directions, self._given())
            self._enter(line, times, quality, pods, direction, columns[self.places["energy"]])
            return
        for way in Direction:
            if way.value in self.places:
                same = np.full(len(line), self._ways.index(way))
                self._enter(line, times, quality, pods, same, columns[self.places[way.value]])

    def _enter(
        self, line: Ints, times: Ints, quality: Ints, pods: Sequence[str], way: Ints, texts: Sequence[str]
    ) -> None:
        nano = _looked_up(self._energies, texts)
        empty = nano == EMPTY
        missing = (quality == MISSING) | (empty & (not self.options.blank_is_zero))
        nano[empty] = 0
        for row in np.flatnonzero((nano == BAD) & ~missing).tolist():
            text = texts[row]
            self.gathering.fault(int(line[row]), f"the energy {quote(text)} is {self._energies.faults[text]}")
        if missing.any():
            first = int(line[np.flatnonzero(missing)[0]])
            self.gathering.note(
                first, f"{int(missing.sum())} readings from here on are blank or marked missing"
            )
        usable = (times != BAD) & (nano != BAD) & (quality != BAD) & (way != BAD) & ~missing
        codes = {pod: code for code, pod in enumerate(dict.fromkeys(pods))}
        code = _looked_up(codes, pods) * len(self._ways) + way
        labels = list(codes)
        rows = Columns(times, nano, (quality == ESTIMATED) | empty, line)
        order = np.flatnonzero(usable)[np.argsort(code[usable], kind="stable")]
        cuts = np.flatnonzero(np.diff(code[order])) + 1
        for group in np.split(order, cuts) if order.size else []:
            pod, direction = divmod(int(code[group[0]]), len(self._ways))
            self.gathering.add_columns((labels[pod], self._ways[direction], ""), rows.take(group))

    def _of_width(self, lines: Sequence[int], rows: list[list[str]]) -> tuple[list[int], list[list[str]]]:
        kept = []
        for line, row in zip(lines, rows, strict=True):
            # A last separator that says nothing, or cells that a sheet leaves out, change nothing.
            cells = row[: self.width] if not any(row[self.width :]) else row
            cells = cells + [""] * (self.width - len(cells)) if self.is_sheet else cells
            if len(cells) == self.width:
                kept.append((line, cells))
            else:
                self.gathering.fault(line, f"the row has {len(row)} cells, the header names {self.width}")
        return [line for line, _ in kept], [cells for _, cells in kept]

    def _numbers(self, line: Ints, texts: Sequence[str], memo: Memo, what: str) -> Ints:
        found = _looked_up(memo, texts)
        for row in np.flatnonzero(found == BAD).tolist():
            text = texts[row]
            self.gathering.fault(int(line[row]), f"{what} {quote(text)} is {memo.faults[text]}")
        return found

    def _optional(
        self, line: Ints, columns: list[tuple[str, ...]], use: str, memo: Memo, otherwise: int
    ) -> Ints:
        if use not in self.places:
            return np.full(len(line), otherwise, dtype=np.int64)
        return self._numbers(line, columns[self.places[use]], memo, f"the {use}")

    def _time_texts(self, columns: list[tuple[str, ...]]) -> Sequence[str]:
        if "timestamp" in self.places:
            return columns[self.places["timestamp"]]
        days, clocks = columns[self.places["date"]], columns[self.places["time"]]
        return [f"{day} {clock}" for day, clock in zip(days, clocks, strict=True)]

    def _labels(self, columns: list[tuple[str, ...]]) -> Sequence[str]:
        if "pod" not in self.places:
            return [self.gathering.file] * len(columns[0])
        strip = Stripped()
        return list(map(strip.__getitem__, columns[self.places["pod"]]))

    def _energy(self, text: str) -> int | str:
        if not text or text.isspace():
            return EMPTY
        return nano_wh(text, self.mapping.unit, self._mark(text))

    def _given(self) -> int:
        return self._ways.index(self.options.direction)

    def _mark(self, text: str) -> str:
        """Cells of a sheet are numbers of their own, written here with a point."""
        return "." if self.is_sheet and "," not in text else self.mapping.decimal_mark

    def _quality(self, text: str) -> int | str:
        word = text.strip()
        if word in self.mapping.missing:
            return MISSING
        return ESTIMATED if word in self.mapping.estimated else MEASURED

    def _direction(self, text: str) -> int | str:
        found = self.mapping.directions.get(text.strip().lower()) or self.mapping.directions.get(text.strip())
        if found is None:
            return f"not one of {', '.join(self.mapping.directions) or 'the words of [directions]'}"
        return self._ways.index(found)


def _looked_up(numbers: dict[str, int], texts: Sequence[str]) -> Ints:
    """The number of each text; a Memo finds out what it has not met yet."""
    return np.fromiter(map(numbers.__getitem__, texts), np.int64, len(texts))


class Stripped(dict[str, str]):
    """Each text without its blanks, the same object each time."""

    def __missing__(self, text: str) -> str:
        self[text] = text.strip()
        return self[text]


def _minutes(text: str, mapping: Mapping) -> int | str:
    if mapping.time_format == "iso":
        return iso_minutes(text, offset=mapping.zone is None)
    if mapping.zone is None and "%z" not in mapping.time_format:
        return "a time without an offset: name the zone in the mapping"
    return pattern_minutes(text, mapping.time_format)

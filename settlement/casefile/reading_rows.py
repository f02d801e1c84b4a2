"""Rows of readings.csv: columns of numbers, and the exact reader of single rows that also gives findings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from settlement.casefile.csv_file import CsvLines, split_fields
from settlement.casefile.fields import Defect, pod_number, quarter_of, wh_of
from settlement.domain.case import Direction
from settlement.domain.findings import Finding, quote

READINGS_FILE = "readings.csv"
DIRECTIONS = tuple(Direction)
MEASURED, ESTIMATED, MISSING, UNUSABLE, UNUSABLE_MISSING = range(5)
MISSING_SENTENCE = "quality is missing; missing is not zero"
_QUALITIES = {"": MEASURED, "measured": MEASURED, "estimated": ESTIMATED, "missing": MISSING}


class Row(NamedTuple):
    """One row that can be placed: `direction` indexes DIRECTIONS; an unusable one has a finding already."""

    line: int
    quarter: int
    pod: int
    direction: int
    wh: int
    quality: int


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows as columns, each of shape (rows,), in the order of their lines; fields as in Row."""

    line: NDArray[np.int64]
    quarter: NDArray[np.int64]
    pod: NDArray[np.int64]
    direction: NDArray[np.int64]
    wh: NDArray[np.int64]
    quality: NDArray[np.int64]

    def take(self, chosen: NDArray[np.int64] | NDArray[np.bool_]) -> "Rows":
        """The chosen rows, by position or by mask."""
        return Rows(*(column[chosen] for column in self.columns()))

    def columns(self) -> tuple[NDArray[np.int64], ...]:
        """All columns in the order of Row's fields."""
        return (self.line, self.quarter, self.pod, self.direction, self.wh, self.quality)

    def __len__(self) -> int:
        return len(self.line)


def rows_of(rows: Sequence[Row]) -> Rows:
    """Single rows as columns."""
    table = np.array(rows, dtype=np.int64).reshape(-1, len(Row._fields))
    return Rows(*(np.ascontiguousarray(column) for column in table.T))


def merged(one: Rows, other: Rows) -> Rows:
    """The rows of both in the order of their lines."""
    if not len(other):
        return one
    columns = [np.concatenate(pair) for pair in zip(one.columns(), other.columns(), strict=True)]
    return Rows(*columns).take(np.argsort(columns[0], kind="stable"))


def read_rows(lines: Iterable[tuple[int, bytes]], csv: CsvLines) -> tuple[Rows, list[Finding]]:
    """Every row that can be placed, and every defect of form."""
    rows, findings = [], []
    for line, content in lines:
        row, sentences = _read_row(line, content, csv)
        findings += [Finding(READINGS_FILE, line, sentence) for sentence in sentences]
        if row is not None:
            rows.append(row)
    return rows_of(rows), findings


def _read_row(line: int, content: bytes, csv: CsvLines) -> tuple[Row | None, list[str]]:
    fields = split_fields(content, csv.width)
    if isinstance(fields, str):
        return None, [fields]
    named = {name: fields[position] for name, position in csv.positions.items()}
    quality = _QUALITIES.get(named.get("quality", ""))
    results = {
        "quarter": quarter_of(named["interval_start"]),
        "pod": pod_number(named["pod"]),
        "direction": _direction(named["direction"]),
        "wh": 0 if quality == MISSING and not named["wh"] else wh_of(named["wh"]),
    }
    sentences = [result.sentence for result in results.values() if isinstance(result, Defect)]
    if quality is None:
        sentences.append(f"quality is {quote(named['quality'])}, not measured, estimated or missing")
    numbers = {key: value for key, value in results.items() if isinstance(value, int)}
    if not numbers.keys() >= {"quarter", "pod", "direction"}:
        # Whether the row counts is unknown; that it is missing would be found as soon as it can be placed.
        return None, [*sentences, MISSING_SENTENCE] if quality == MISSING else sentences
    state = MEASURED if quality is None else quality
    if sentences:
        state = UNUSABLE_MISSING if quality == MISSING else UNUSABLE
    row = Row(line, numbers["quarter"], numbers["pod"], numbers["direction"], numbers.get("wh", 0), state)
    return row, sentences


def _direction(text: str) -> int | Defect:
    if text in DIRECTIONS:
        return DIRECTIONS.index(Direction(text))
    return Defect(f"direction is {quote(text)}, neither injected nor withdrawn")

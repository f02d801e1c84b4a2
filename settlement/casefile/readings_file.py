"""readings.csv: rows into meter series, every finding of the file with its line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from settlement.casefile.csv_file import Columns, open_csv
from settlement.casefile.fields import pod_code, pod_number
from settlement.casefile.outline import Outline
from settlement.casefile.reading_blocks import read_block
from settlement.casefile.reading_rows import (
    DIRECTIONS,
    MISSING,
    MISSING_SENTENCE,
    READINGS_FILE,
    UNUSABLE_MISSING,
    Rows,
)
from settlement.casefile.series_builder import QUARTERS, SeriesBuilder
from settlement.domain.calendar import rome_text
from settlement.domain.case import MeterSeries
from settlement.domain.findings import Finding
from settlement.domain.readiness import Expected, SeriesKey, Span, series_findings

COLUMNS = Columns(("interval_start", "pod", "direction", "wh"), ("quality",))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class ReadingLines:
    """Lines of readings, for findings about them."""

    builders: dict[SeriesKey, SeriesBuilder]

    def of_reading(self, key: SeriesKey, interval: int) -> tuple[str, int]:
        """Place of the reading of that interval."""
        return READINGS_FILE, int(self.builders[key].line[interval])

    def before(self, key: SeriesKey, interval: int) -> tuple[str, int]:
        """Place of the last reading before that interval."""
        builder = self.builders.get(key)
        return READINGS_FILE, builder.line_before(interval) if builder else 1


def read_readings(path: Path, outline: Outline) -> tuple[list[MeterSeries], list[Finding]]:
    """The series of the period and every finding; without a period, rows are checked for form alone."""
    collector = None if outline.expected is None else _Collector(outline.expected, outline.pods_known)
    findings: list[Finding] = []
    try:
        with path.open("rb") as stream:
            csv = open_csv(path, COLUMNS, stream)
            if isinstance(csv, list):
                return [], csv
            for block in csv.blocks:
                rows, defects = read_block(block, csv)
                findings += defects
                if collector is not None:
                    findings += collector.add(rows)
    except FileNotFoundError:
        return [], [Finding(path.name, 1, "the file is missing")]
    except OSError as error:
        return [], [Finding(path.name, 1, f"the file cannot be read: {error.strerror}")]
    if collector is None:
        return [], findings
    series, absences = collector.finish()
    return series, findings + absences


class _Collector:
    """Sorts the rows of the period into series."""

    def __init__(self, expected: Expected, pods_known: bool) -> None:
        self.expected = expected
        self.pods_known = pods_known
        self.first_quarter = (expected.start - _EPOCH) // _QUARTER
        numbered = sorted(
            (number, pod) for pod in expected.spans if isinstance(number := pod_number(pod), int)
        )
        self.numbers = np.array([number for number, _ in numbered], dtype=np.int64)
        self.pods = [pod for _, pod in numbered]
        self.builders: dict[SeriesKey, SeriesBuilder] = {}

    def add(self, rows: Rows) -> list[Finding]:
        """Take the rows of the period; findings about them."""
        offset = rows.quarter - self.first_quarter
        inside = (offset >= 0) & (offset < self.expected.hours * QUARTERS)
        rows, offset = rows.take(inside), offset[inside]
        positions = np.searchsorted(self.numbers, rows.pod)
        listed = np.append(self.numbers, -1)[positions] == rows.pod
        findings = _missing(rows)
        if self.pods_known:
            findings += self._unlisted(rows.take(~listed))
        rows, offset, positions = rows.take(listed), offset[listed], positions[listed]
        series = positions * len(DIRECTIONS) + rows.direction
        order = np.argsort(series, kind="stable")
        cuts = np.flatnonzero(np.diff(series[order])) + 1
        for group in np.split(order, cuts) if order.size else []:
            key = (self.pods[positions[group[0]]], DIRECTIONS[rows.direction[group[0]]])
            findings += self._add_series(key, offset[group], rows.take(group))
        return findings

    def _add_series(self, key: SeriesKey, offset: NDArray[np.int64], rows: Rows) -> list[Finding]:
        pod, direction = key
        findings = []
        if pod not in self.expected.unknown:
            valid = _inside(self.expected.spans[pod], offset // QUARTERS)
            findings += [
                _finding(line, f"POD {pod} has a reading at {self._instant(at)}, when no row of it is valid")
                for line, at in zip(rows.line[~valid], offset[~valid], strict=True)
            ]
            offset, rows = offset[valid], rows.take(valid)
        if len(rows):
            builder = self.builders.setdefault(key, SeriesBuilder(self.expected.hours))
            repeated = builder.add(offset, rows)
            findings += [_finding(line, f"POD {pod} {direction} repeats an interval") for line in repeated]
        return findings

    def finish(self) -> tuple[list[MeterSeries], list[Finding]]:
        """The series, and what they lack."""
        series = {key: self.builders[key].series(*key) for key in sorted(self.builders)}
        return list(series.values()), series_findings(self.expected, series, ReadingLines(self.builders))

    def _unlisted(self, rows: Rows) -> list[Finding]:
        pairs = zip(rows.line, rows.pod, strict=True)
        return [_finding(line, f"POD {pod_code(int(pod))} is not listed") for line, pod in pairs]

    def _instant(self, offset: int) -> str:
        return rome_text(self.expected.start + int(offset) * _QUARTER)


def _missing(rows: Rows) -> list[Finding]:
    missing = (rows.quality == MISSING) | (rows.quality == UNUSABLE_MISSING)
    return [_finding(line, MISSING_SENTENCE) for line in rows.line[missing]]


def _inside(spans: Sequence[Span], hours: NDArray[np.int64]) -> NDArray[np.bool_]:
    inside = np.zeros(len(hours), dtype=np.bool_)
    for first, end in spans:
        inside |= (hours >= first) & (hours < end)
    return inside


def _finding(line: int, sentence: str) -> Finding:
    return Finding(READINGS_FILE, int(line), sentence)

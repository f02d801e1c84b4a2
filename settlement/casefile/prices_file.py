"""prices.csv: hourly or quarter-hourly zonal prices into one exact series for each zone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from settlement.casefile.csv_file import Block, Columns, CsvLines, open_csv, split_fields, text_lines
from settlement.casefile.fields import Defect, price_of, quarter_of
from settlement.casefile.outline import Outline
from settlement.domain.calendar import hour_days, rome_text
from settlement.domain.case import PriceSeries
from settlement.domain.findings import Finding, quote
from settlement.domain.readiness import Expected
from settlement.domain.rulesets import ZONES

PRICES_FILE = "prices.csv"
COLUMNS = Columns(("interval_start", "zone", "eur_per_mwh"))
QUARTERS = 4
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_QUARTER = timedelta(minutes=15)


def read_prices(path: Path, outline: Outline) -> tuple[list[PriceSeries], list[Finding]]:
    """The prices of the outline's zones and every finding; other zones' rows are checked for form alone."""
    expected = outline.expected
    builders = (
        {} if expected is None else {zone: _ZonePrices(zone, expected) for zone in sorted(outline.zones)}
    )
    findings: list[Finding] = []
    try:
        with path.open("rb") as stream:
            csv = open_csv(path, COLUMNS, stream)
            if isinstance(csv, list):
                return [], csv
            for block in csv.blocks:
                findings += _read_block(block, csv, builders)
    except FileNotFoundError:
        return [], [Finding(path.name, 1, "the file is missing")]
    except OSError as error:
        return [], [Finding(path.name, 1, f"the file cannot be read: {error.strerror}")]
    for builder in builders.values():
        findings += builder.absences()
    return [builder.series() for builder in builders.values()], findings


def _read_block(block: Block, csv: CsvLines, builders: dict[str, "_ZonePrices"]) -> Iterator[Finding]:
    for line, content in text_lines(block):
        fields = split_fields(content, csv.width)
        if isinstance(fields, str):
            yield Finding(PRICES_FILE, line, fields)
            continue
        named = {name: fields[position] for name, position in csv.positions.items()}
        quarter, price = quarter_of(named["interval_start"]), price_of(named["eur_per_mwh"])
        for result in (quarter, price):
            if isinstance(result, Defect):
                yield Finding(PRICES_FILE, line, result.sentence)
        if named["zone"] not in ZONES:
            yield Finding(PRICES_FILE, line, f"zone is {quote(named['zone'])}, not one of {', '.join(ZONES)}")
        if named["zone"] in builders and isinstance(quarter, int):
            usable = price if isinstance(price, int) else 0
            yield from builders[named["zone"]].add(line, quarter, usable)


class _ZonePrices:
    """Prices of a zone in the making; `line` holds the line of each quarter's row, 0 where there is none."""

    def __init__(self, zone: str, expected: Expected) -> None:
        self.zone = zone
        self.expected = expected
        self.first_quarter = (expected.start - _EPOCH) // _QUARTER
        self.price = np.zeros(expected.hours * QUARTERS, dtype=np.int64)
        self.line = np.zeros(expected.hours * QUARTERS, dtype=np.int64)

    def add(self, line: int, quarter: int, price_micro_eur: int) -> list[Finding]:
        """Take a row; a finding if it repeats an interval of the period."""
        offset = quarter - self.first_quarter
        if not 0 <= offset < len(self.price):
            return []
        if self.line[offset]:
            instant = rome_text(self.expected.start + offset * _QUARTER)
            return [Finding(PRICES_FILE, line, f"zone {self.zone} repeats the interval {instant}")]
        self.line[offset], self.price[offset] = line, price_micro_eur
        return []

    def _is_quarterly(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """For each hour, whether its day has a row off the full hour."""
        by_hour = self.line.reshape(-1, QUARTERS)
        start = self.expected.start
        days = hour_days(start, start + timedelta(hours=self.expected.hours))
        return np.isin(days, days[by_hour[:, 1:].any(axis=1)])

    def absences(self) -> list[Finding]:
        """A finding if an hour of the period lacks its price or one of its four prices."""
        wanted = np.zeros((self.expected.hours, QUARTERS), dtype=np.bool_)
        wanted[:, 0] = True
        wanted[self._is_quarterly()] = True
        missing = np.flatnonzero(wanted.ravel() & (self.line == 0))
        if not missing.size:
            return []
        first = int(missing[0])
        before = np.flatnonzero(self.line[:first])
        line = int(self.line[before[-1]]) if before.size else 1
        instant = rome_text(self.expected.start + first * _QUARTER)
        lacking = f"zone {self.zone} lacks {len(missing)} of {int(wanted.sum())} prices"
        sentence = f"{lacking}; the first missing is {instant}"
        return [Finding(PRICES_FILE, line, sentence)]

    def series(self) -> PriceSeries:
        """The prices by quarter-hour; the price of an hourly day stands four times."""
        by_hour = self.price.reshape(-1, QUARTERS)
        hourly = ~self._is_quarterly()
        by_hour[hourly] = by_hour[hourly, :1]
        return PriceSeries(self.zone, by_hour.ravel())

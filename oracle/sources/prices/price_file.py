"""What a file of day-ahead prices says, whatever its format: quarter-hours by zone, and its defects."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from oracle.sources.content import Content
from oracle.sources.local_time import Ints, to_utc, wall_text
from oracle.sources.whole_days import Coverage, Partial, consecutive, coverage
from settlement.domain.calendar import rome_text
from settlement.domain.decimals import parse_scaled
from settlement.domain.findings import Finding, quote
from settlement.domain.rulesets import ZONES

PRICE_DECIMALS = 6
PRICE_MAX_MICRO_EUR = 100_000 * 10**6
QUARTER = 15
QUARTERS_MAX = 100
NATIONAL = "PUN"
"""The national price: read and shown, but no zone of a plant, so it is never imported."""
FINDINGS_MAX = 1_000
PRICES_MAX = 2_000_000
"""Eight years of quarter-hours of all zones."""


@dataclass(frozen=True, slots=True, eq=False)
class PriceColumn:
    """Prices of a zone: ascending starts of quarter-hours (minutes since 1970, UTC), micro-euro per MWh."""

    zone: str
    start: Ints
    micro: Ints
    line: Ints

    @property
    def coverage(self) -> Coverage:
        """Which days are whole."""
        return coverage(self.start, QUARTER)


@dataclass(frozen=True, slots=True)
class PriceFile:
    """A file that was read. With findings it must not be used; gaps are judged where a period is wanted."""

    name: str
    format: str
    columns: tuple[PriceColumn, ...] = ()
    findings: tuple[Finding, ...] = ()

    def gaps(self) -> list[Finding]:
        """A finding for each day that is not whole, and for each run of days without any price."""
        zones: dict[tuple[int, str], list[str]] = defaultdict(list)
        for column in self.columns:
            cover = column.coverage
            for row in cover.partial:
                zones[int(column.line[row.position]), partial_sentence(row)].append(column.zone)
            for first, last in consecutive(cover.absent):
                zones[1, f"{first} to {last} have no price"].append(column.zone)
        return sorted(
            Finding(self.name, line, f"zone {', '.join(named)}: {sentence}")
            for (line, sentence), named in zones.items()
        )


def partial_sentence(row: Partial) -> str:
    """What a day of prices lacks, and the remedy."""
    missing = row.wanted - row.found
    hours = f"{missing // 4} of {row.wanted // 4} hours" if missing % 4 == 0 else f"{missing} quarter-hours"
    sentence = f"{row.day} lacks {hours}, first {row.instant}"
    if row.wanted == QUARTERS_MAX and missing == 4:
        return f"{sentence}: summer time ends, and one of its 25 hours was dropped; get the prices anew"
    return f"{sentence}; get the prices anew"


def refused(content: Content, name: str, findings: Sequence[Finding]) -> PriceFile:
    """A file of which nothing can be used."""
    return PriceFile(content.name, name, findings=tuple(sorted(findings)))


@dataclass(slots=True)
class PriceGathering:
    """Rows of prices by zone; `zone` None where labels are in UTC."""

    file: str
    format: str
    clock: ZoneInfo | None = None
    findings: list[Finding] = field(default_factory=list)
    _rows: dict[str, list[tuple[int, int, int, int]]] = field(default_factory=lambda: defaultdict(list))
    _count: int = 0

    def add(self, zone: str, start_minutes: int, minutes: int, micro: int, line: int) -> None:
        """The price of an interval that begins at the label and lasts so many minutes, 15 or 60.

        Beyond PRICES_MAX prices are only counted: a few bytes of a curve may stand for a year of them.
        """
        self._count += 1
        if self._count <= PRICES_MAX:
            self._rows[zone].append((start_minutes, minutes, micro, line))
        elif self._count == PRICES_MAX + 1:
            self.fault(line, f"the file has more than {PRICES_MAX} prices: split it")

    @property
    def is_full(self) -> bool:
        """Whether further prices would only be counted."""
        return self._count > PRICES_MAX

    def fault(self, line: int, sentence: str) -> None:
        """A defect."""
        if len(self.findings) < FINDINGS_MAX:
            self.findings.append(Finding(self.file, line, sentence))

    def finish(self) -> PriceFile:
        """The file, zones in their order."""
        order = (NATIONAL, *ZONES)
        columns = [self._column(zone) for zone in sorted(self._rows, key=order.index)]
        if not columns and not self.findings:
            self.fault(1, "the file holds no price")
        findings = dict.fromkeys(sorted(self.findings))
        return PriceFile(self.file, self.format, tuple(columns), tuple(findings))

    def _column(self, zone: str) -> PriceColumn:
        table = np.array(self._rows[zone], dtype=np.int64)
        label, minutes, micro, line = table.T
        if self.clock is not None:
            utc, invented = to_utc(label, self.clock)
            for row in np.flatnonzero(invented).tolist():
                shown = wall_text(int(label[row]))
                self.fault(
                    int(line[row]),
                    f"{shown} does not exist in {self.clock.key}, where summer time begins: an invented hour"
                    ". The labels do not follow the Italian clock or are another year's (--against a file of "
                    "that year tells): get the prices from their publisher",
                )
            label, minutes, micro, line = (column[~invented] for column in (utc, minutes, micro, line))
        count = minutes // QUARTER
        offsets = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        start = np.repeat(label, count) + QUARTER * offsets
        micro, line = np.repeat(micro, count), np.repeat(line, count)
        sort = np.argsort(start, kind="stable")
        start, micro, line = start[sort], micro[sort], line[sort]
        again = np.flatnonzero(start[1:] == start[:-1])
        for row in again.tolist():
            at = rome_text(datetime.fromtimestamp(int(start[row]) * 60, UTC))
            if line[row] != line[row + 1]:
                first, second = sorted((int(line[row]), int(line[row + 1])))
                self.fault(second, f"zone {zone} has a second price for {at}, the first in line {first}")
        keep = np.delete(np.arange(len(start)), again + 1)
        return PriceColumn(zone, start[keep], micro[keep], line[keep])


def micro_price(text: str, decimal_mark: str = ".") -> int | str:
    """Micro-euro per MWh, or the sentence that says what is wrong with the text."""
    plain = text.strip()
    if decimal_mark == ",":
        plain = "" if "." in plain else plain.replace(",", ".")
    micro = parse_scaled(plain, PRICE_DECIMALS, signed=True)
    if micro is None:
        return f"price {quote(text)} is not a number with at most {PRICE_DECIMALS} decimals"
    return micro if abs(micro) <= PRICE_MAX_MICRO_EUR else f"price {quote(text)} is beyond 100000 €/MWh"


def zone_columns(header: Sequence[str]) -> dict[str, int]:
    """Position of each column that is a zone's or the national price; the others are left out."""
    names = {"PUN_EUR_MWH": NATIONAL, "PUN INDEX GME": NATIONAL} | {zone: zone for zone in (NATIONAL, *ZONES)}
    found: dict[str, int] = {}
    for position, name in enumerate(header):
        zone = names.get(name.strip().upper())
        if zone is not None and zone not in found:
            found[zone] = position
    return found

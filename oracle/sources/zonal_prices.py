"""Day-ahead zonal prices of Italy: `data,ora,utc,mercato,NORD,CNOR,…`, hourly, €/MWh.

Layout of the public set `prezzi_zonali_2024.csv.gz` (GME results as published by ENTSO-E). `utc` names
the hour; `data` and `ora` are its Europe/Rome start and have to agree.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from oracle.sources.prices.price_file import micro_price
from oracle.sources.table import locate, read_table
from settlement.domain import calendar
from settlement.domain.calendar import ROME
from settlement.domain.findings import Finding, quote

FILE_NAMES = ("prezzi_zonali_2024.csv.gz", "prezzi_zonali_2024.csv")
UTC_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class ZonalPrices:
    """Micro-euro per MWh of each known hour of a zone, by its start in UTC; `last_line` of the file."""

    file: str
    last_line: int
    zone: str
    micro_eur_per_mwh: dict[datetime, int]

    def of_hours(self, start: datetime, end: datetime) -> tuple[NDArray[np.int64], list[Finding]]:
        """Prices of every hour of [start, end), shape (hours,), or the hours that have none."""
        wanted = list(calendar.hours(start, end))
        missing = [hour for hour in wanted if hour not in self.micro_eur_per_mwh]
        if missing:
            findings = [Finding(self.file, self.last_line, self._missing(hour)) for hour in missing]
            return np.zeros(0, dtype=np.int64), findings
        return np.array([self.micro_eur_per_mwh[hour] for hour in wanted], dtype=np.int64), []

    def _missing(self, hour: datetime) -> str:
        return f"no price of zone {self.zone} for {hour.astimezone(ROME).isoformat(timespec='minutes')}"


def read_zonal_prices(path: Path, zone: str) -> tuple[ZonalPrices | None, list[Finding]]:
    """The prices of one zone from a file, or from the folder that holds it; None with findings."""
    file, findings = locate(path, FILE_NAMES)
    if findings:
        return None, findings
    rows, findings = read_table(file, ("data", "ora", "utc", zone), others=True)
    prices: dict[datetime, int] = {}
    lines: dict[datetime, int] = {}
    for row in rows:
        hour, price = hour_of(*row.cells[:3]), micro_price(row.cells[3])
        if isinstance(hour, str) or isinstance(price, str):
            findings += [
                Finding(file.name, row.line, fault) for fault in (hour, price) if isinstance(fault, str)
            ]
        elif hour in prices:
            repeated = f"the hour {row.cells[2]} stands twice, first in line {lines[hour]}"
            findings.append(Finding(file.name, row.line, repeated))
        else:
            prices[hour], lines[hour] = price, row.line
    if findings:
        return None, sorted(findings)
    return ZonalPrices(file.name, rows[-1].line if rows else 1, zone, prices), []


def hour_of(day: str, clock: str, utc: str) -> datetime | str:
    """The hour's start, or the sentence that says what is wrong with it."""
    try:
        hour = datetime.strptime(utc, UTC_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return f"utc {quote(utc)} is not a time like 2024-01-01T00:00:00Z"
    if (hour.minute, hour.second) != (0, 0):
        return f"utc {quote(utc)} is not a full hour"
    if hour.astimezone(ROME).strftime("%Y-%m-%d %H:%M") != f"{day} {clock}":
        return f"data and ora {quote(f'{day} {clock}')} are not the Italian time of {utc}"
    return hour

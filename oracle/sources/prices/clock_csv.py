"""Prices with a label of the Italian wall clock, start of the hour: `Date,PUN,NORD,…`, `31/12/2024 23:00`.

The hour that is repeated in October stands twice, the hour that is skipped in March does not stand.
"""

from oracle.sources.content import Content
from oracle.sources.meters.moments import pattern_minutes
from oracle.sources.meters.records import Unreadable, text_records
from oracle.sources.prices.price_file import PriceFile, PriceGathering, micro_price, refused, zone_columns
from settlement.domain.calendar import ROME
from settlement.domain.findings import quote

NAME = "CSV with Italian wall-clock hours"
PATTERN = "%d/%m/%Y %H:%M"


def detect(content: Content) -> str | None:
    """The first column is a date with a time, others are zones."""
    lines = [line for line in content.head.splitlines() if line.strip()][:2]
    header = lines[0].split(",") if lines else [""]
    if header[0].strip().lower() not in ("date", "data"):
        return "the first column is not Date"
    first = lines[1].split(",")[0].strip() if len(lines) > 1 else ""
    if isinstance(pattern_minutes(first, PATTERN), str):
        return "the first row has no time like 31/12/2024 23:00"
    return None if zone_columns(header) else "no column is a zone's price or the PUN"


def read(content: Content) -> PriceFile:
    """All zones of the file."""
    gathering = PriceGathering(content.name, NAME, ROME)
    zones: dict[str, int] = {}
    width = 0
    try:
        for line, record in text_records(content, ","):
            if not width:
                zones, width = zone_columns(record), len(record)
                continue
            start = pattern_minutes(record[0].strip(), PATTERN)
            if isinstance(start, str):
                gathering.fault(line, f"Date {quote(record[0])} is {start}")
            elif len(record) != width:
                gathering.fault(line, f"the row has {len(record)} cells, the header names {width}")
            else:
                for zone, position in zones.items():
                    micro = micro_price(record[position])
                    if isinstance(micro, str):
                        gathering.fault(line, f"{zone}: {micro}")
                    else:
                        gathering.add(zone, start, 60, micro, line)
    except Unreadable as error:
        return refused(content, NAME, [*gathering.findings, error.finding])
    return gathering.finish()

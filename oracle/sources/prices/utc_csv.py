"""Zonal prices, each hour named in UTC and in Italian time: `data,ora,utc,mercato,NORD,…`, €/MWh."""

from oracle.sources.content import Content
from oracle.sources.meters.records import Unreadable, places_of, text_records
from oracle.sources.prices.price_file import PriceFile, PriceGathering, micro_price, refused, zone_columns
from oracle.sources.zonal_prices import hour_of

NAME = "CSV with hours in UTC"
TIMES = ("data", "ora", "utc")


def detect(content: Content) -> str | None:
    """The header names the three columns of time and a zone."""
    header = content.first_line.strip().split(",")
    missing = [name for name in TIMES if name not in header]
    if missing:
        return f"the header has no column {', '.join(missing)}"
    return None if zone_columns(header) else "no column is a zone's price or the PUN"


def read(content: Content) -> PriceFile:
    """All zones of the file."""
    gathering = PriceGathering(content.name, NAME)
    header: list[str] = []
    try:
        for line, record in text_records(content, ","):
            if not header:
                header = record
                zones, places = zone_columns(header), places_of(content.name, line, header, TIMES)
            elif len(record) != len(header):
                gathering.fault(line, f"the row has {len(record)} cells, the header names {len(header)}")
            else:
                hour = hour_of(*(record[position].strip() for position in places))
                if isinstance(hour, str):
                    gathering.fault(line, hour)
                    continue
                for zone, position in zones.items():
                    micro = micro_price(record[position])
                    if isinstance(micro, str):
                        gathering.fault(line, f"{zone}: {micro}")
                    else:
                        gathering.add(zone, int(hour.timestamp()) // 60, 60, micro, line)
    except Unreadable as error:
        return refused(content, NAME, [*gathering.findings, error.finding])
    return gathering.finish()

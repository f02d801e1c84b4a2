"""Day-ahead prices as the ENTSO-E transparency platform exports them: one row an interval of one zone.

`"MTU (CET/CEST)","Area",…,"Day-ahead Price (EUR/MWh)"`, or the older `"MTU (CET/CEST)","Day-ahead Price
[EUR/MWh]","Currency","BZN|IT-North"`. Written after descriptions: no real file was at hand.
"""

import re

from oracle.sources.content import Content
from oracle.sources.meters.moments import pattern_minutes
from oracle.sources.meters.records import Unreadable, text_records
from oracle.sources.prices.areas import ZONE_OF_NAME
from oracle.sources.prices.price_file import PriceFile, PriceGathering, micro_price, refused
from settlement.domain.calendar import ROME
from settlement.domain.findings import Finding, quote

NAME = "ENTSO-E CSV"
PRICE = "day-ahead price"
NO_PRICE = ("", "-", "n/e", "N/A")
_SPAN = re.compile(
    r"([0-9]{2}[./][0-9]{2}[./][0-9]{4} [0-9]{2}:[0-9]{2})(:[0-9]{2})?( \(CES?T\))? - "
    r"([0-9]{2}[./][0-9]{2}[./][0-9]{4} [0-9]{2}:[0-9]{2})(:[0-9]{2})?( \(CES?T\))?",
    re.ASCII,
)


def detect(content: Content) -> str | None:
    """The first column is the market time unit, another the day-ahead price."""
    header = content.first_line.lower()
    if not header.lstrip('"').startswith("mtu ("):
        return "the first column is not MTU (…)"
    return None if PRICE in header else "no column is a day-ahead price"


def read(content: Content) -> PriceFile:
    """All zones of the file."""
    in_utc = "mtu (utc)" in content.first_line.lower()
    gathering = PriceGathering(content.name, NAME, None if in_utc else ROME)
    header: list[str] = []
    try:
        for line, record in text_records(content, ","):
            if not header:
                header = record
                price = next(place for place, name in enumerate(header) if PRICE in name.lower())
                area = next((place for place, name in enumerate(header) if name.strip() == "Area"), None)
                named = next((name for name in header if "|" in name), "")
            elif len(record) != len(header):
                gathering.fault(line, f"the row has {len(record)} cells, the header names {len(header)}")
            else:
                _take(gathering, line, record[0], record[price], named if area is None else record[area])
    except Unreadable as error:
        return refused(content, NAME, [*gathering.findings, error.finding])
    except StopIteration:
        return refused(content, NAME, [Finding(content.name, 1, "no column is a day-ahead price")])
    return gathering.finish()


def _take(gathering: PriceGathering, line: int, span: str, text: str, area: str) -> None:
    match = _SPAN.fullmatch(span.strip())
    zone = ZONE_OF_NAME.get(area.strip().rpartition("|")[2])
    if zone is None:
        gathering.fault(line, f"the area {quote(area)} is none of {', '.join(ZONE_OF_NAME)}")
        return
    if match is None:
        gathering.fault(line, f"the MTU {quote(span)} is not one like 01.01.2024 00:00 - 01.01.2024 01:00")
        return
    if text.strip() in NO_PRICE:
        return
    begin, end = (pattern_minutes(match[group].replace(".", "/"), "%d/%m/%Y %H:%M") for group in (1, 4))
    micro = micro_price(text)
    if isinstance(begin, str) or isinstance(end, str):
        gathering.fault(line, f"the MTU {quote(span)} is not understood")
    elif isinstance(micro, str):
        gathering.fault(line, micro)
    else:
        # Where the clock changes, begin and end lie an hour more or less apart on the wall.
        minutes = 15 if (end - begin) % 60 else 60
        gathering.add(zone, begin, minutes, micro, line)

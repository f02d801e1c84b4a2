"""ENTSO-E price documents (A44): Publication_MarketDocument, hours or quarter-hours, curve A01 or A03.

In curve A03 a position that is left out has the price of the one before it.
"""

import re
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from oracle.sources.content import Content
from oracle.sources.local_time import YEARS
from oracle.sources.prices.areas import ZONE_OF_EIC
from oracle.sources.prices.price_file import PriceFile, PriceGathering, micro_price, refused
from oracle.sources.xml_stream import line_of, stream_xml, text_at
from settlement.domain.findings import Finding, quote

NAME = "ENTSO-E XML (A44)"
ROOT = "Publication_MarketDocument"
DAY_AHEAD = "A44"
RESOLUTIONS = {"PT60M": 60, "PT15M": 15}
ALL_POSITIONS, BLOCKS = "A01", "A03"
DAYS_MAX = 400
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:00)?Z", re.ASCII)
_POSITION = re.compile(r"[1-9][0-9]{0,5}", re.ASCII)


def detect(content: Content) -> str | None:
    """XML with that root."""
    if not content.head.lstrip().startswith("<"):
        return "it does not begin as XML"
    return None if f"<{ROOT}" in content.head or f":{ROOT}" in content.head else f"the root is not {ROOT}"


def read(content: Content) -> PriceFile:
    """All zones of the document."""
    gathering = PriceGathering(content.name, NAME)
    root = stream_xml(content, {"TimeSeries"}, lambda series: _series(gathering, series))
    if isinstance(root, Finding):
        return refused(content, NAME, [root])
    kind = text_at(root, "type")
    if root.tag != ROOT or kind != DAY_AHEAD:
        sentence = (
            f"the document is {quote(root.tag)} of type {quote(kind)}, not day-ahead prices ({DAY_AHEAD})"
        )
        return refused(content, NAME, [Finding(content.name, 1, sentence)])
    return gathering.finish()


def _series(gathering: PriceGathering, series: Element) -> None:
    line, domain = line_of(series), text_at(series, "out_Domain.mRID") or text_at(series, "in_Domain.mRID")
    zone, curve = ZONE_OF_EIC.get(domain), text_at(series, "curveType") or ALL_POSITIONS
    currency, unit = text_at(series, "currency_Unit.name"), text_at(series, "price_Measure_Unit.name")
    if zone is None:
        gathering.fault(line, f"the domain {quote(domain)} is no Italian bidding zone")
    elif curve not in (ALL_POSITIONS, BLOCKS):
        gathering.fault(line, f"the curve {quote(curve)} is neither {ALL_POSITIONS} nor {BLOCKS}")
    elif currency not in ("", "EUR") or unit not in ("", "MWH"):
        gathering.fault(line, f"prices are in {quote(currency)} per {quote(unit)}, not in EUR per MWH")
    else:
        for period in series.iterfind("Period"):
            _period(gathering, zone, curve, period)


def _period(gathering: PriceGathering, zone: str, curve: str, period: Element) -> None:
    line = line_of(period)
    start, end = (_minutes(text_at(period, f"timeInterval/{name}")) for name in ("start", "end"))
    minutes = RESOLUTIONS.get(text_at(period, "resolution"))
    if start is None or end is None or minutes is None:
        known = " or ".join(RESOLUTIONS)
        gathering.fault(line, f"the period has no timeInterval in UTC or no resolution {known}")
        return
    count, rest = divmod(end - start, minutes)
    if rest or not 0 < count <= DAYS_MAX * 1440 // minutes or start % minutes:
        gathering.fault(
            line, f"the period is not whole intervals of {minutes} minutes, or has more than {DAYS_MAX} days"
        )
        return
    points = _points(gathering, period, count)
    if points is None or gathering.is_full:
        return
    price: tuple[int, int] | None = None
    missing = []
    for position in range(1, count + 1):
        price = points.get(position, price if curve == BLOCKS else None)
        if price is None:
            missing.append(position)
        else:
            gathering.add(zone, start + (position - 1) * minutes, minutes, *price)
    if missing:
        sentence = f"{len(missing)} of {count} positions have no price, first {missing[0]}"
        gathering.fault(line, f"{sentence}; only in curve {BLOCKS} an earlier price stands for them")


def _points(gathering: PriceGathering, period: Element, count: int) -> dict[int, tuple[int, int]] | None:
    """Price and line by position; None, and findings, where any is faulty."""
    found: dict[int, tuple[int, int]] = {}
    faults = len(gathering.findings)
    for point in period.iterfind("Point"):
        line, text = line_of(point), text_at(point, "position")
        micro = micro_price(text_at(point, "price.amount"))
        position = int(text) if _POSITION.fullmatch(text) else 0
        if not 1 <= position <= count:
            gathering.fault(line, f"the position {quote(text)} is not one of 1 to {count}")
        elif position in found:
            gathering.fault(line, f"the position {position} stands twice")
        elif isinstance(micro, str):
            gathering.fault(line, micro)
        else:
            found[position] = (micro, line)
    return found if len(gathering.findings) == faults else None


def _minutes(text: str) -> int | None:
    """UTC minutes of 2024-01-01T00:00Z."""
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC) if _MOMENT.fullmatch(text) else None
    except ValueError:
        return None
    return int(moment.timestamp()) // 60 if moment is not None and moment.year in YEARS else None

"""Cases into folders, canonically: reading what was written gives the same case."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np

from settlement.casefile.atomic import atomic_stream, write_atomically
from settlement.casefile.prices_file import PRICES_FILE, QUARTERS
from settlement.casefile.reading_rows import READINGS_FILE
from settlement.casefile.toml_table import COMMUNITY_FILE
from settlement.domain.calendar import hour_days, rome_text
from settlement.domain.case import Case, Community, MeterSeries, PriceSeries
from settlement.domain.community_text import community_toml
from settlement.domain.rounding import plain_text

_PRICE_DECIMALS = 6


def write_case(case: Case, folder: Path) -> None:
    """Write community.toml, readings.csv and prices.csv; each file is there whole or not at all."""
    write_atomically(folder / COMMUNITY_FILE, community_toml(case.community).encode())
    write_atomically(folder / PRICES_FILE, "".join(_price_lines(case)).encode())
    write_readings(case, folder)


def write_readings(case: Case, folder: Path) -> None:
    """Write readings.csv alone, whole or not at all; of the community only the period matters."""
    with atomic_stream(folder / READINGS_FILE) as stream:
        for text in _reading_texts(case):
            stream.write(text.encode())


def _stamps(community: Community, resolution_minutes: int) -> list[str]:
    """Start of each interval of the period with its Europe/Rome offset."""
    count = community.hours * 60 // resolution_minutes
    return [
        rome_text(community.start + index * timedelta(minutes=resolution_minutes)) for index in range(count)
    ]


def _reading_texts(case: Case) -> Iterator[str]:
    """The header, then one text for each series; a quality column only where some reading is estimated."""
    with_quality = any(series.estimated.any() for series in case.series)
    yield f"interval_start,pod,direction,wh{',quality' if with_quality else ''}\n"
    stamps = {
        minutes: _stamps(case.community, minutes) for minutes in {s.resolution_minutes for s in case.series}
    }
    for series in case.series:
        yield "".join(_series_lines(series, stamps[series.resolution_minutes], with_quality))


def _series_lines(series: MeterSeries, stamps: list[str], with_quality: bool) -> Iterator[str]:
    middle = f",{series.pod},{series.direction},"
    tails = [",measured\n", ",estimated\n"] if with_quality else ["\n", "\n"]
    rows = zip(stamps, series.wh.tolist(), series.present.tolist(), series.estimated.tolist(), strict=True)
    return (f"{stamp}{middle}{wh}{tails[estimated]}" for stamp, wh, present, estimated in rows if present)


def _price_lines(case: Case) -> Iterator[str]:
    yield "interval_start,zone,eur_per_mwh\n"
    stamps = _stamps(case.community, 15)
    for series in case.prices:
        yield from _zone_lines(case.community, series, stamps)


def _zone_lines(community: Community, series: PriceSeries, stamps: list[str]) -> Iterator[str]:
    """One row an hour on days whose hours have one price each, four rows an hour on the others."""
    by_hour = series.quarter_micro_eur_per_mwh.reshape(-1, QUARTERS)
    days = hour_days(community.start, community.end)
    quarterly = np.isin(days, days[(by_hour != by_hour[:, :1]).any(axis=1)])
    for hour, prices in enumerate(by_hour.tolist()):
        for quarter in range(QUARTERS if quarterly[hour] else 1):
            price = plain_text(prices[quarter], _PRICE_DECIMALS)
            yield f"{stamps[QUARTERS * hour + quarter]},{series.zone},{price}\n"

"""Italian zonal prices: exact values, every defect a finding."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from oracle.sources.zonal_prices import ZonalPrices, read_zonal_prices
from settlement.domain.calendar import day_start
from tests.oracle.sources.conftest import append, edit

START = day_start(date(2024, 1, 1))
HOUR = "2024-01-01,01:00,2024-01-01T00:00:00Z"
END = day_start(date(2024, 2, 1))


def sentences(path: Path, zone: str = "NORD") -> list[str]:
    prices, findings = read_zonal_prices(path, zone)
    assert (prices is None) == bool(findings)
    return [str(finding) for finding in findings]


def test_prices__good_file__gives_exact_micro_euro(price_file: Path) -> None:
    for zone, micro_eur in (("NORD", 100_500_000), ("SUD", -3_250_000)):
        prices, findings = read_zonal_prices(price_file, zone)
        assert findings == []
        assert prices is not None
        assert set(prices.of_hours(START, END)[0].tolist()) == {micro_eur}


def test_prices__folder__finds_the_file(price_file: Path) -> None:
    assert read_zonal_prices(price_file.parent, "NORD")[0] is not None


def test_prices__wrong_folder__is_a_finding(tmp_path: Path) -> None:
    assert "holds no prezzi_zonali_2024.csv.gz" in sentences(tmp_path)[0]


def test_prices__unknown_zone__is_a_missing_column(price_file: Path) -> None:
    assert sentences(price_file, "CNOR")[0].startswith(
        'prezzi_zonali_2024.csv:1: the column "CNOR" is missing'
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            "2024-01-01,01:00,2024-01-01T00:00:00Z,MGP,1e2,0",
            'price "1e2" is not a number with at most 6 decimals',
        ),
        (f"{HOUR},MGP,,0", 'price "" is not a number with at most 6 decimals'),
        (f"{HOUR},MGP,100001,0", 'price "100001" is beyond 100000 €/MWh'),
        ("2024-01-01,01:00,2024-01-01T00:30:00Z,MGP,1,0", 'utc "2024-01-01T00:30:00Z" is not a full hour'),
        ("2024-01-01,01:00,yesterday,MGP,1,0", 'utc "yesterday" is not a time like 2024-01-01T00:00:00Z'),
        (
            "2024-01-01,00:00,2024-01-01T00:00:00Z,MGP,1,0",
            'data and ora "2024-01-01 00:00" are not the Italian time of 2024-01-01T00:00:00Z',
        ),
    ],
)
def test_prices__bad_cell__names_it(price_file: Path, line: str, sentence: str) -> None:
    edit(price_file, 3, line)
    assert sentences(price_file) == [f"prezzi_zonali_2024.csv:3: {sentence}"]


def test_prices__hour_twice__names_both_lines(price_file: Path) -> None:
    append(price_file, price_file.read_text().splitlines()[4])
    assert sentences(price_file) == [
        "prezzi_zonali_2024.csv:746: the hour 2024-01-01T02:00:00Z stands twice, first in line 5"
    ]


def test_prices__hour_missing__is_named_in_italian_time(price_file: Path) -> None:
    edit(price_file, 5, None)
    prices, _ = read_zonal_prices(price_file, "NORD")
    assert prices is not None
    values, findings = prices.of_hours(START, END)
    assert len(values) == 0
    assert [str(finding) for finding in findings] == [
        "prezzi_zonali_2024.csv:744: no price of zone NORD for 2024-01-01T03:00+01:00"
    ]


@pytest.mark.shared
def test_prices__public_data__lack_one_hour_of_2024(public_prices: ZonalPrices) -> None:
    _, findings = public_prices.of_hours(START, day_start(date(2025, 1, 1)))
    assert len(findings) == 1
    assert datetime(2024, 12, 30, 23, tzinfo=UTC) not in public_prices.micro_eur_per_mwh

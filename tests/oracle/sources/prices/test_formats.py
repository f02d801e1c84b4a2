"""Price files of each format: the clock, curves, and defects as findings."""

from datetime import date

import pytest

from oracle.sources.content import Content
from oracle.sources.prices.other_year import other_year
from oracle.sources.prices.price_file import PriceFile
from oracle.sources.prices.registry import FORMATS, read_price_bytes
from tests.oracle.sources.prices import samples
from tests.oracle.sources.prices.samples import FIRST, SAMPLES


def sentences(file: PriceFile) -> str:
    return "\n".join(map(str, (*file.findings, *file.gaps())))


@pytest.mark.parametrize("name", SAMPLES)
def test_registry__sample_of_each_format__is_detected_by_that_format_alone_and_sound(name: str) -> None:
    content = Content(name, SAMPLES[name])
    found = read_price_bytes(name, SAMPLES[name])
    assert [row.name for row in FORMATS if row.detect(content) is None] == [found.format]
    assert sentences(found) == ""


@pytest.mark.parametrize("name", ["gme.csv", "utc.csv", "clock.csv", "entsoe.csv"])
def test_read__day_of_25_hours__is_100_quarter_hours_in_order(name: str) -> None:
    column = next(row for row in read_price_bytes(name, SAMPLES[name]).columns if row.zone == "NORD")
    first = int(FIRST.timestamp()) // 60
    assert column.start.tolist() == [first + 15 * quarter for quarter in range(100)]
    assert (column.micro[1:] >= column.micro[:-1]).all()


def test_gme__hour_25_dropped__is_named() -> None:
    found = read_price_bytes("g.csv", samples.gme(hours=24))
    assert "one of its 25 hours was dropped" in sentences(found)
    assert found.findings == ()


def test_gme__hour_24_of_a_23_hour_day__is_a_finding() -> None:
    found = read_price_bytes("g.csv", samples.gme(date(2024, 3, 31), 24))
    assert 'g.csv:25: the hour "24" is not one of 1 to 23' in sentences(found)


def test_gme__semicolons__go_with_decimal_commas() -> None:
    found = read_price_bytes("g.csv", samples.gme(separator=";"))
    assert found.columns[0].micro[0] == 100_500_000


def test_clock__hour_that_is_skipped__is_invented() -> None:
    raw = samples.clock(date(2024, 3, 31)) + b"\n31/03/2024 02:00,1,1"
    assert "2024-03-31 02:00 does not exist" in sentences(read_price_bytes("c.csv", raw))


def test_entsoe_xml__curve_a03__repeats_the_price_of_positions_that_are_left_out() -> None:
    (column,) = read_price_bytes("e.xml", samples.entsoe_xml({1: "10.00", 3: "-5.25"})).columns
    assert column.zone == "NORD"
    assert column.micro.tolist() == [10_000_000] * 8 + [-5_250_000] * 88


def test_entsoe_xml__quarter_hours__are_as_they_stand() -> None:
    points = {position: f"{position}.01" for position in range(1, 97)}
    (column,) = read_price_bytes("e.xml", samples.entsoe_xml(points, resolution="PT15M")).columns
    assert column.micro.tolist() == [position * 1_000_000 + 10_000 for position in range(1, 97)]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (samples.entsoe_xml({1: "1"}, curve="A01"), "23 of 24 positions have no price"),
        (samples.entsoe_xml({2: "1"}), "1 of 24 positions have no price"),
        (samples.entsoe_xml({25: "1"}), 'the position "25" is not one of 1 to 24'),
        (samples.entsoe_xml({1: "x"}), 'price "x"'),
        (samples.entsoe_xml({1: "1"}, domain="10YFR-RTE------C"), "no Italian bidding zone"),
        (samples.entsoe_xml({1: "1"}, resolution="PT1M"), "no resolution PT60M or PT15M"),
        (samples.entsoe_xml({1: "1"}, end="2099-07-01T22:00Z"), "more than 400 days"),
        (samples.entsoe_xml({1: "1"}).replace(b"A44", b"A75"), "not day-ahead prices"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><Publication_MarketDocument/>', "document type or an entity"),
    ],
)
def test_entsoe_xml__defect__is_a_finding(raw: bytes, sentence: str) -> None:
    assert sentence in sentences(read_price_bytes("e.xml", raw))


def test_other_year__same_prices_under_other_labels__are_named_with_their_own() -> None:
    right = read_price_bytes("right.csv", samples.gme(date(2024, 7, 1)))
    wrong = read_price_bytes("wrong.csv", samples.gme(date(2023, 7, 1)))
    (found,) = other_year(wrong, right)
    assert "labelled 2023-07-01T00:00+02:00" in found.sentence
    assert "those of 2024-07-01T00:00+02:00" in found.sentence
    assert other_year(right, right) == []

"""The public price files with the defects that they really have."""

from pathlib import Path

import pytest

from oracle.sources.prices.other_year import other_year
from oracle.sources.prices.price_file import PriceFile
from oracle.sources.prices.registry import read_price_file

pytestmark = pytest.mark.shared


def read(shared_data: Path, folder: str, name: str) -> PriceFile:
    return read_price_file(shared_data / folder / name)


def hours(file: PriceFile) -> set[int]:
    return {len(column.start) // 4 for column in file.columns}


def test_gme_2022__hour_25_of_30_october__is_said_to_be_dropped(shared_data: Path) -> None:
    file = read(shared_data, "prices_it_gme_2022", "gme_mgp_2022_hourly.csv.gz")
    assert file.findings == ()
    assert hours(file) == {8759}
    assert len(file.columns) == 8
    (gap,) = file.gaps()
    assert "2022-10-30 lacks 1 of 25 hours" in gap.sentence
    assert gap.line == 7249


def test_zonal_2024__midnight_of_31_december__is_said_to_be_missing(shared_data: Path) -> None:
    file = read(shared_data, "prices_it_zonal_2024", "prezzi_zonali_2024.csv.gz")
    assert hours(file) == {8783}
    (gap,) = file.gaps()
    assert "2024-12-31 lacks 1 of 24 hours, first 2024-12-31T00:00+01:00" in gap.sentence


def test_pun_2021__true_days_of_23_and_25_hours__end_in_november(shared_data: Path) -> None:
    file = read(shared_data, "prices_it_pun_2021", "pun_2021_jan_nov_hourly.csv.gz")
    (column,) = file.columns
    assert (file.findings, file.gaps()) == ((), [])
    assert (column.zone, hours(file)) == ("PUN", {8016})
    assert str(column.coverage.days[-1]) == "2021-11-30"
    assert int(column.micro.mean()) // 10_000 == 11_100


def test_rse__labels_of_another_year__show_by_an_invented_hour_and_by_comparison(shared_data: Path) -> None:
    file = read(shared_data, "prices_it_rse_2023label", "hourly_PZO_input.csv")
    (finding,) = file.findings
    assert (finding.line, "2023-03-26 02:00 does not exist" in finding.sentence) == (2020, True)
    assert "2023-10-29 lacks 1 of 25 hours" in file.gaps()[0].sentence
    found = other_year(file, read(shared_data, "prices_it_zonal_2024", "prezzi_zonali_2024.csv.gz"))
    assert [row.line for row in found] == [2, 1418, 2043]
    # From 31 March on the labels run an hour early: 00:45 stands where 01:45 was meant.
    assert "2023-10-25T00:45+02:00 are those of" in found[-1].sentence
    assert "to 2024-10-25T01:45+02:00" in found[-1].sentence

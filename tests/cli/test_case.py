"""`condivisa case`: folders that settle, findings on standard error, nothing half-written."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.case import app
from settlement.casefile import read_case
from tests.oracle.sources.conftest import append, edit, energy_file, price_file

__all__ = ["energy_file", "price_file"]

runner = CliRunner()


def run(*arguments: object) -> Result:
    return runner.invoke(app, [str(argument) for argument in arguments])


def citylearn(energy: Path, prices: Path, out: Path, *more: str) -> Result:
    return run("citylearn", energy, "--prices", prices, "--out", out, *more)


def test_example__new_folder__holds_a_case(tmp_path: Path) -> None:
    result = run("example", tmp_path / "x")
    assert result.exit_code == 0
    assert "synthetic" in result.stdout
    assert read_case(tmp_path / "x")[1] == []


def test_example__folder_with_files__exit_2_and_untouched(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = run("example", tmp_path)
    assert result.exit_code == 2
    assert "--replace" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_citylearn__month__is_written(energy_file: Path, price_file: Path, tmp_path: Path) -> None:
    result = citylearn(energy_file, price_file, tmp_path / "out", "--month", "2024-01")
    assert result.exit_code == 0
    assert "2 homes, 744 hours, injected 372000 Wh, withdrawn 1116000 Wh" in result.stdout
    case, findings = read_case(tmp_path / "out")
    assert findings == []
    assert case is not None
    assert case.community.hours == 744


def test_citylearn__no_month__takes_all_whole_months(
    energy_file: Path, price_file: Path, tmp_path: Path
) -> None:
    assert citylearn(energy_file, price_file, tmp_path / "a").exit_code == 0
    assert (
        citylearn(energy_file, price_file, tmp_path / "b", "--from", "2024-01", "--to", "2024-01").exit_code
        == 0
    )
    assert (tmp_path / "a" / "readings.csv").read_bytes() == (tmp_path / "b" / "readings.csv").read_bytes()


def test_citylearn__findings_of_both_files__are_all_shown_and_nothing_is_written(
    energy_file: Path, price_file: Path, tmp_path: Path
) -> None:
    edit(energy_file, 2, "0,7,1,3,4.0,abc,1.0")
    append(energy_file, "5,7,1,3,4.0,0.5,1.0")
    edit(price_file, 3, "2024-01-01,01:00,2024-01-01T00:00:00Z,MGP,much,0")
    before = sorted(tmp_path.iterdir())
    result = citylearn(energy_file, price_file, tmp_path / "out")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        'energy_long.csv:2: consumption_kwh "abc" is not a number of kWh from 0 to 500000',
        "energy_long.csv:1490: building 3 has hour_index 5 twice, first in line 12",
        'prezzi_zonali_2024.csv:3: price "much" is not a number with at most 6 decimals',
    ]
    assert sorted(tmp_path.iterdir()) == before


def test_citylearn__month_that_is_not_whole__exit_2(
    energy_file: Path, price_file: Path, tmp_path: Path
) -> None:
    result = citylearn(energy_file, price_file, tmp_path / "out", "--month", "2024-12")
    assert result.exit_code == 2
    assert "December 2024 is not whole" in result.stderr
    assert not (tmp_path / "out").exists()


def test_citylearn__wrong_folder__exit_2(price_file: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = citylearn(tmp_path / "empty", price_file, tmp_path / "out")
    assert result.exit_code == 2
    assert "empty:1: the folder holds no energy_long.csv.gz" in result.stderr


def test_citylearn__anomaly__is_a_warning(energy_file: Path, price_file: Path, tmp_path: Path) -> None:
    for hour in range(744):
        append(energy_file, f"{hour},7,1,9,4.0,0.5,0")
    result = citylearn(energy_file, price_file, tmp_path / "out")
    assert result.exit_code == 0
    assert "warning: building 9: PV yields 0 kWh/kWp" in result.stderr
    assert "building 9: PV yields 0 kWh/kWp" in (tmp_path / "out" / "README.md").read_text()


@pytest.mark.parametrize(
    "options",
    [
        ("--month", "2024-1"),
        ("--month", "2024-13"),
        ("--month", "2024-01", "--from", "2024-01"),
        ("--from", "2024-01"),
        ("--from", "2024-02", "--to", "2024-01"),
    ],
)
def test_citylearn__impossible_months__exit_2(
    energy_file: Path, price_file: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    assert citylearn(energy_file, price_file, tmp_path / "out", *options).exit_code == 2
    assert not (tmp_path / "out").exists()

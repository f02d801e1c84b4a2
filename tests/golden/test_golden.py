"""The golden case, settled by hand, and the command that settles it.

By hand: hour by hour the shared energy is 7000, 7000, 6001 and 11001 Wh.
P1 (hydro, class 1, no area term) delivers 6000 Wh each hour at 95, 107.5, 120 and 80 EUR/MWh: 2.415 EUR.
P2 (photovoltaic, North, F = 1/2) delivers 1000, 1000, 1 and 5001 Wh at 105, 117.5, 130 and 90 EUR/MWh.
The municipality's part fills P2 first, so only the last hour leaves a reduced rest:
5001 - 3000 (municipality) - 1000 (family: 4000 over 6000 and 2001) = 1001 Wh, so P2 earns
0.105 + 0.1175 + 0.00013 + 0.45009 - 1001 * 90 / 2 / 10^6 = 0.627675 EUR.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from settlement.casefile import read_case, write_case

GOLDEN = Path(__file__).parent / "small"
ROOT = Path(__file__).parent.parent.parent
OUTPUT = "settlement.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the golden case without its settlement."""
    copy = tmp_path / "case"
    shutil.copytree(GOLDEN, copy, ignore=shutil.ignore_patterns(OUTPUT))
    return copy


def run(*arguments: Path | str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    command = [sys.executable, "-m", "cli.settle", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def replace(folder: Path, name: str, old: str, new: str) -> None:
    """Replace a text that stands in one of the folder's files."""
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_settle__golden_case__gives_the_committed_bytes(folder: Path) -> None:
    done = run(folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert (folder / OUTPUT).read_bytes() == (GOLDEN / OUTPUT).read_bytes()


def test_golden__figures__are_those_settled_by_hand() -> None:
    document = json.loads((GOLDEN / OUTPUT).read_text(encoding="utf-8"))
    assert document["shared_wh"] == 7000 + 7000 + 6001 + 11001
    assert {key: plant["premium_exact_eur"] for key, plant in document["plants"].items()} == {
        "P1": "2.415", "P2": "0.627675",
    }  # fmt: skip
    assert document["valorisation_exact_eur"] == "0.31002"
    assert document["revenue_eur"] == "3.36"
    assert document["split_eur"] == {"producers": "2.352000", "social": "0.672000", "grid": "0.336000"}


def test_settle__written_again_canonically__gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    case, findings = read_case(folder)
    assert case is not None, findings
    write_case(case, tmp_path / "again")
    assert run(tmp_path / "again").returncode == 0
    assert (tmp_path / "again" / OUTPUT).read_bytes() == (GOLDEN / OUTPUT).read_bytes()


def test_settle__out__writes_there_and_not_into_the_case(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    assert run(folder, "--out", out).returncode == 0
    assert [path.name for path in out.iterdir()] == [OUTPUT]
    assert not (folder / OUTPUT).exists()


def test_settle__findings__exit_2_and_leave_an_older_result_alone(folder: Path) -> None:
    (folder / OUTPUT).write_text("older")
    replace(folder, "readings.csv", "injected,6000,measured", "injected,6000.0,measured")
    replace(folder, "prices.csv", ",165", ",165e0")
    replace(folder, "community.toml", 'tras_e_eur_per_mwh = "10"', "")
    done = run(folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        'prices.csv:2: eur_per_mwh is "165e0", not a decimal of at most 6 places',
        'readings.csv:2: wh is "6000.0", not whole Wh in digits',
    ]
    assert (folder / OUTPUT).read_text() == "older"


def test_settle__parameter_missing__exit_3_names_it_and_writes_nothing(folder: Path) -> None:
    replace(folder, "community.toml", 'tras_e_eur_per_mwh = "10"', "")
    done = run(folder)
    assert (done.returncode, done.stdout) == (3, "")
    assert "tras_e_eur_per_mwh of 2025" in done.stderr
    assert not (folder / OUTPUT).exists()


def test_settle__no_folder__exit_2_names_all_three_files(tmp_path: Path) -> None:
    done = run(tmp_path / "absent")
    assert done.returncode == 2
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        "community.toml", "prices.csv", "readings.csv",
    ]  # fmt: skip


def test_settle__out_is_a_file__exit_1_says_so(folder: Path) -> None:
    done = run(folder, "--out", folder / "community.toml")
    assert done.returncode == 1
    assert "cannot be written" in done.stderr


def test_settle__parameters_that_nothing_confirms__are_named_with_their_values(folder: Path) -> None:
    replace(folder, "community.toml", "[parameters]\n", '[parameters]\nfc_north_eur_per_mwh = "9.5"\n')
    last = run(folder).stdout.splitlines()[-1]
    assert last.startswith("unverified: fc_north_eur_per_mwh 9.5, fc_south_eur_per_mwh 0")
    assert last.endswith(", area_north_regions, zone_NORD_regions")

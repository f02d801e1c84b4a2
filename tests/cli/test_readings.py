"""`condivisa readings` and `condivisa prices` as a user types them, on files made here."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import application
from community.usecases.register_community import register_community
from oracle.sources.meters.mapping import mapping_toml, read_mapping
from oracle.store.unit_of_work import OracleUnitOfWork
from settlement.casefile import read_case
from settlement.store.engine import open_engine
from tests.cli.small_case import write_small_case
from tests.oracle.sources.meters import samples
from tests.oracle.sources.prices import samples as price_samples

NAME = "Small community of 6"
POD = "IT999E00000002"
MAPPING = """\
separator = ","
decimal_mark = "."
[columns]
timestamp = "when"
pod = "meter"
injected = "out"
withdrawn = "in"
[time]
format = "%d/%m/%Y %H:%M"
zone = "Europe/Rome"
label = "end"
[pods]
A = "IT999E00000004"
"""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str | Path) -> Done:
    """The command in this process: its database is the test's own."""
    given = [str(argument) for argument in arguments]
    ended = CliRunner().invoke(application(given), given)
    assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exception
    return Done(ended.exit_code, ended.stdout, ended.stderr)


@pytest.fixture
def state(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state of a registered community without readings or prices."""
    case, _ = read_case(write_small_case(tmp_path / "case"))
    assert case is not None
    engine = open_engine(database_url)
    with OracleUnitOfWork(engine) as work:
        register_community(work, case.community)
        work.commit()
    engine.dispose()
    monkeypatch.setenv("DATABASE_URL", database_url)
    return tmp_path / "state"


def test_detect__known_and_unknown_file__is_said_with_reasons(tmp_path: Path) -> None:
    known, other = tmp_path / "ExportData.csv", tmp_path / "other.csv"
    known.write_bytes(samples.e_distribuzione())
    other.write_bytes(b"a,b\n1,2\n")
    done = run("readings", "detect", known, other)
    assert done.returncode == 2
    assert "ExportData.csv: e-distribuzione portal CSV" in done.stdout
    assert "9.6 kWh" in done.stdout
    assert 'e-distribuzione portal CSV: the first column is not "Giorno"' in done.stderr
    assert "needs a mapping" in done.stderr


def test_convert__portal_file__becomes_readings_csv_or_nothing(tmp_path: Path) -> None:
    file, out = tmp_path / "ExportData.csv", tmp_path / "out"
    file.write_bytes(samples.e_distribuzione())
    refused = run("readings", "convert", file, "--out", out)
    assert refused.returncode == 2
    assert "ExportData.csv:2: the meter" in refused.stderr
    assert not out.exists()
    done = run("readings", "convert", file, "--out", out, "--pod", POD, "--direction", "withdrawn")
    assert done.returncode == 0, done.stderr
    lines = (out / "readings.csv").read_text().splitlines()
    assert lines[:2] == ["interval_start,pod,direction,wh", f"2024-09-01T00:00+02:00,{POD},withdrawn,100"]
    assert len(lines) == 97


def test_import__twice_and_with_another_value__adds_once_and_corrects(state: Path, tmp_path: Path) -> None:
    file = tmp_path / "ExportData.csv"
    file.write_bytes(samples.e_distribuzione())
    arguments = ("readings", "import", NAME, file, "--pod", POD, "--direction", "withdrawn", "--state", state)
    assert "POD-days 1 new" in run(*arguments).stdout
    assert "POD-days 1 already there" in run(*arguments).stdout
    file.write_bytes(samples.e_distribuzione(cells=["0,2"] * 96))
    assert "POD-days 1 corrected" in run(*arguments).stdout


def test_import__partial_days__are_left_out_at_the_ends_and_findings_in_the_middle(
    state: Path, tmp_path: Path
) -> None:
    head = "data_ora;pod;tipo;energia_kwh\n"
    stamps = [f"2024-07-{day:02d}T{hour:02d}:00+02:00" for day in (1, 2, 3) for hour in range(24)]
    file = tmp_path / "gse.csv"
    rows = [f"{stamp};{POD};immessa;1" for stamp in stamps]
    file.write_text(head + "\n".join(rows[3:40] + rows[41:70]))
    refused = run("readings", "import", NAME, file, "--state", state)
    assert refused.returncode == 2
    assert re.search(r"gse\.csv:23: POD IT999E00000002 injected: 2024-07-02 has 23 of 24", refused.stderr)
    file.write_text(head + "\n".join(rows[3:70]))
    done = run("readings", "import", NAME, file, "--state", state)
    assert "POD-days 1 new" in done.stdout, done.stderr
    assert done.stderr.count("the day is left out") == 2


def test_import__pod_of_nobody_here__is_refused_and_nothing_of_the_file_enters(
    state: Path, tmp_path: Path
) -> None:
    file = tmp_path / "gse.csv"
    file.write_bytes(samples.contract("2024-08-01").replace(samples.OTHER.encode(), POD.encode()))
    done = run("readings", "import", NAME, file, "--state", state)
    assert done.returncode == 2
    assert f"not the community's on that day: {samples.POD}" in done.stderr
    own = tmp_path / "own.csv"
    own.write_bytes(
        b"\n".join(row for row in file.read_bytes().splitlines() if samples.POD.encode() not in row)
    )
    assert "POD-days 1 new" in run("readings", "import", NAME, own, "--state", state).stdout


def test_import__two_files_that_disagree__name_both_places(state: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_bytes(samples.contract("2024-08-05").replace(samples.POD.encode(), POD.encode()))
    two.write_bytes(one.read_bytes().replace(b"0,250", b"0,251", 1))
    done = run("readings", "import", NAME, one, two, "--state", state)
    assert done.returncode == 2
    assert "two.csv:2: POD IT999E00000002 withdrawn has 251 Wh" in done.stderr
    assert "250 Wh in one.csv line 2" in done.stderr


def test_import__kept_mapping__reads_the_next_file_of_no_known_format(state: Path, tmp_path: Path) -> None:
    mapping, file = tmp_path / "map.toml", tmp_path / "own.csv"
    mapping.write_text(MAPPING)
    rows = [f"{day:02d}/06/2024 {hour:02d}:00,A,0.5,1.5" for day, hour in _ends(24)]
    file.write_text("when,meter,out,in\n" + "\n".join(rows))
    arguments = ("readings", "import", NAME, file, "--state", state)
    assert run(*arguments).returncode == 2
    first = run(*arguments, "--mapping", mapping, "--save-mapping")
    assert "POD-days 2 new" in first.stdout, first.stderr
    again = run(*arguments)
    assert "POD-days 2 already there" in again.stdout, again.stderr
    assert "no known format: read by" in again.stderr


def _ends(hours: int) -> list[tuple[int, int]]:
    return [(1 + (hour + 1) // 24, (hour + 1) % 24) for hour in range(hours)]


def test_mapping__defects__are_findings_and_what_is_kept_reads_the_same(tmp_path: Path) -> None:
    file = tmp_path / "map.toml"
    file.write_text(
        '[columns]\npod = "x"\n[time]\nzone = "Mars/Base"\nminutes = 7\n[energy]\nunit = "J"\n[odd]\n'
    )
    _, findings = read_mapping(file)
    told = "\n".join(map(str, findings))
    for word in (
        "no column holds the time",
        "no column holds the energy",
        "Mars/Base",
        "minutes is 7",
        '"J"',
        "odd",
    ):
        assert word in told
    file.write_text(MAPPING)
    mapping, _ = read_mapping(file)
    assert mapping is not None
    file.write_text(mapping_toml(mapping))
    assert read_mapping(file) == (mapping, [])


def test_prices_import__whole_days_of_the_zone__enter_and_a_dropped_hour_is_refused(
    state: Path, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(price_samples.gme(date(2024, 10, 27)))
    done = run("prices", "import", NAME, good, "--state", state)
    assert "zones NORD: 2024-10-27 to 2024-10-27; price days 1 new" in done.stdout, done.stderr
    days = [price_samples.gme(date(2023, 10, day), hours=24).decode().splitlines() for day in (28, 29, 30)]
    bad.write_text("\n".join(days[0] + days[1][1:] + days[2][1:]))
    refused = run("prices", "import", NAME, bad, "--state", state)
    assert refused.returncode == 2
    assert "one of its 25 hours was dropped" in refused.stderr
    kept = run("prices", "import", NAME, bad, "--skip-incomplete", "--state", state)
    assert "2023-10-28 to 2023-10-28, 2023-10-30 to 2023-10-30; price days 2 new" in kept.stdout, kept.stderr


def test_prices_detect__labels_of_another_day__are_found_by_comparison(tmp_path: Path) -> None:
    right, wrong = tmp_path / "right.csv", tmp_path / "wrong.csv"
    right.write_bytes(price_samples.gme(date(2024, 7, 1)))
    wrong.write_bytes(price_samples.gme(date(2023, 7, 1)))
    done = run("prices", "detect", wrong, "--against", right)
    assert done.returncode == 2
    assert "are those of 2024-07-01T00:00+02:00" in done.stderr
    assert run("prices", "detect", right).returncode == 0

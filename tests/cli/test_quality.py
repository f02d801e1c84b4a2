"""Held days, estimates and history, as an administrator types them; in one process, so that it is quick."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import application
from tests.cli.small_case import write_small_case

NAME = "Small community of 6"
POD = "IT999E00000001"
DAY = "2023-02-15"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case whose first POD injects 90 kWh in an hour of one day, with plants of 10 kW."""
    made = write_small_case(tmp_path_factory.mktemp("case") / "case")
    path = made / "readings.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(
        number
        for number, line in enumerate(lines)
        if line.startswith(f"{DAY}T12:00") and f"{POD},injected" in line
    )
    cells = lines[place].rstrip("\n").split(",")
    cells[3] = "90000"
    lines[place] = ",".join(cells) + "\n"
    path.write_text("".join(lines), encoding="utf-8")
    return made


@pytest.fixture
def state(folder: Path, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state that took the case in."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    imported = run("import", folder, "--state", tmp_path)
    assert imported.exit_code == 0, imported.stderr
    assert "held back: 1 POD-days (1 of them new)" in imported.stdout
    return tmp_path


def run(*arguments: str | Path) -> Result:
    """What a command says, and how it ends."""
    words = [str(word) for word in arguments]
    return CliRunner().invoke(application(words), words)


def test_quality__from_held_to_estimated__is_one_walk(state: Path, folder: Path) -> None:
    at = ("--state", state)
    shown = run("quality", "held", NAME, *at).stdout
    assert "ABOVE_POWER" in shown
    assert "1 days are held" in shown
    identity = shown.split()[0]

    def strip() -> str:
        lines = run("quality", "report", NAME, "--month", "2023-02", *at).stdout.splitlines()
        return next(line for line in lines if f"{POD} injected" in line and "|" in line)

    assert "█" * 14 + "!" + "█" * 13 in strip()
    rejected = run(
        "quality", "reject", NAME, "--id", identity, "--reason", "a digit too many", "--by", "Ada", *at
    )
    assert rejected.stdout == "1 days are rejected, by Ada\n"
    again = run("quality", "release", NAME, "--id", identity, "--reason", "no", *at)
    assert again.exit_code == 2
    assert "was rejected by Ada" in again.stderr
    assert "held back: 1 POD-days (0 of them new)" in run("import", folder, *at).stdout

    order = ("--pod", POD, "--direction", "injected", "--from", DAY, "--reason", "rejected", "--by", "Ada")
    made = run("quality", "estimate", NAME, *order, "--method", "SAME_WEEKDAY_MEAN", *at)
    assert f"{POD} injected {DAY}: SAME_WEEKDAY_MEAN from 2023-02-01, 2023-02-08" in made.stdout
    assert "█" * 14 + "▒" + "█" * 13 in strip()
    history = run("quality", "history", NAME, "--pod", POD, "--day", DAY, *at).stdout
    assert (
        "24 estimated; estimated by SAME_WEEKDAY_MEAN from 2023-02-01, 2023-02-08; Ada: rejected" in history
    )
    energy = run("quality", "energy", NAME, "--from", DAY, "--to", "2023-02-16", *at).stdout
    assert "24 of 24 hours are complete" in energy
    past = run("quality", "energy", NAME, "--from", DAY, "--to", "2023-02-16", "--as-of", "2023-01-01", *at)
    assert "0 of 24 hours are complete" in past.stdout


def test_quality__wrong_input__is_told_in_a_sentence(state: Path) -> None:
    for arguments, said in (
        (("report", NAME, "--month", "2023-13"), "is not a month"),
        (("report", NAME, "--month", "2023-02", "--as-of", "soon"), "is no instant"),
        (("report", "Nobody", "--month", "2023-02"), "there is no community"),
        (("history", NAME, "--pod", "IT1", "--day", DAY), "is no POD"),
        (("history", NAME, "--pod", POD, "--day", "2020-01-01"), "nothing was known"),
        (("release", NAME, "--reason", "x"), "--all of them"),
        (("energy", NAME, "--from", DAY, "--to", DAY), "--to comes after --from"),
    ):
        ended = run("quality", *arguments, "--state", state)
        assert (ended.exit_code, said in ended.stderr) == (2, True), ended.output

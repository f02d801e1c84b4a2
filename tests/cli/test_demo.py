"""The main job as a person runs it: whole processes, a real node, and kill -9 in the middle."""

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.cli.processes import ROOT, command, run, state_folder
from tests.cli.small_case import raise_a_reading, write_small_case

pytestmark = pytest.mark.node


@pytest.fixture
def state() -> Iterator[Path]:
    """An empty state directory."""
    with state_folder() as folder:
        yield folder


def facts(output: str) -> dict[str, str]:
    """What must not depend on how often the run was interrupted: energy, money and transactions.

    Gas is left out: signatures of other keys have another number of zero bytes.
    """
    lines = re.findall(r"^  (\S+(?: \S+)?) {2,}(.*(?:EUR|kWh|transactions).*)$", output, re.MULTILINE)
    return {name: re.sub(r" +", " ", figure.split("transactions")[0]).strip() for name, figure in lines}


def test_demo__run_twice__says_what_was_done_and_does_nothing_again(tmp_path: Path, state: Path) -> None:
    case = write_small_case(tmp_path / "case")
    first = run("demo", "--no-serve", "--state", state, "--case", case)
    assert first.returncode == 0, first.stderr
    assert "MATCHES the chain: paid by transaction" in first.stdout
    assert "list-2023-02-01.json adds up: 7 PODs together: " in first.stdout
    second = run("demo", "--no-serve", "--state", state, "--case", case)
    assert second.returncode == 0, second.stderr
    assert second.stdout.count("already done") == 3
    assert facts(first.stdout)
    assert facts(second.stdout) == facts(first.stdout)


def test_demo__evidence__settles_to_the_same_bytes_and_hash(tmp_path: Path, state: Path) -> None:
    case = write_small_case(tmp_path / "case")
    assert run("demo", "--no-serve", "--state", state, "--case", case).returncode == 0
    evidence = state / "communities" / "small-community-of-6" / "evidence"
    assert run("settle", evidence, "--out", tmp_path).returncode == 0
    assert (tmp_path / "settlement.json").read_bytes() == (evidence / "settlement.json").read_bytes()
    assert run("settle", case, "--out", tmp_path).returncode == 0
    assert (tmp_path / "settlement.json").read_bytes() == (evidence / "settlement.json").read_bytes()


def test_demo__better_readings__corrects_a_day_and_pays_nothing_again(tmp_path: Path, state: Path) -> None:
    case = write_small_case(tmp_path / "case")
    first = run("demo", "--no-serve", "--state", state, "--case", case)
    assert first.returncode == 0, first.stderr
    raise_a_reading(case, "2023-02-10T12")
    second = run("demo", "--no-serve", "--state", state, "--case", case)
    assert second.returncode == 0, second.stderr
    assert "POD-days: 1 corrected" in second.stdout
    before, after = facts(first.stdout), facts(second.stdout)
    assert re.search(r"^  correct +1 transactions", second.stdout, re.MULTILINE)
    assert after["injected"] != before["injected"]
    for name in ("received", "producers", "social", "carried", "settle", "push", "confirm"):
        assert after[name] == before[name]
    evidence = {path.name for path in (state / "communities" / "small-community-of-6").glob("evidence*")}
    assert len(evidence) == 2


@pytest.mark.parametrize("victim", ["demo", "node"])
def test_demo__killed_again_and_again__ends_as_if_never_interrupted(
    tmp_path: Path, state: Path, victim: str
) -> None:
    case = write_small_case(tmp_path / "case")
    calm = run("demo", "--no-serve", "--state", state.parent / "calm", "--case", case)
    assert calm.returncode == 0, calm.stderr
    for seconds in (1.5, 2.5, 3.0, 3.4, 3.8, 4.2, 4.6, 5.0):
        _interrupted(state, case, seconds, victim)
    last = run("demo", "--no-serve", "--state", state, "--case", case)
    assert last.returncode == 0, last.stderr
    assert facts(last.stdout) == facts(calm.stdout)


def _interrupted(state: Path, case: Path, seconds: float, victim: str) -> None:
    """Start the demonstration and kill it, or its node, after so many seconds."""
    process = subprocess.Popen(
        command("demo", "--no-serve", "--state", state, "--case", case),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(seconds)
    if victim == "node":
        for child in psutil.Process(process.pid).children(recursive=True):
            if child.name() == "anvil":
                child.kill()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_demo__chain_state_lost__sends_everything_again(tmp_path: Path, state: Path) -> None:
    case = write_small_case(tmp_path / "case")
    before = run("demo", "--no-serve", "--state", state, "--case", case)
    assert before.returncode == 0, before.stderr
    for file in (state / "chain").glob("state*"):
        file.unlink()
    after = run("demo", "--no-serve", "--state", state, "--case", case)
    assert after.returncode == 0, after.stderr
    assert "transactions sent again" in after.stdout
    assert facts(after.stdout) == facts(before.stdout)


def test_demo__few_persons_without_consent__hides_their_totals(tmp_path: Path, state: Path) -> None:
    case = write_small_case(tmp_path / "case", persons=3)
    done = run("demo", "--no-serve", "--state", state, "--case", case)
    assert done.returncode == 0, done.stderr
    shown = " ".join(done.stdout.split())
    assert "hour totals stay hidden: only 3 natural persons stand behind the injected energy" in shown
    listed = state / "communities" / "small-community-of-3" / "receipts" / "list-2023-02-01.json"
    # A hash of 32 bytes stands where the totals of 24 hours would.
    assert len(json.loads(listed.read_text())["report"]["hours"]) == 2 + 64


def test_demo__few_persons_who_all_consent__publishes(tmp_path: Path, state: Path) -> None:
    consenting = {f"person-{number}": "bank,,yes" for number in (1, 2, 3)}
    case = write_small_case(tmp_path / "case", persons=3, payees=consenting)
    done = run("demo", "--no-serve", "--state", state, "--case", case)
    assert done.returncode == 0, done.stderr


def test_demo__part_of_a_month__is_refused(tmp_path: Path, state: Path) -> None:
    case = write_small_case(tmp_path / "case")
    toml = case / "community.toml"
    shortened = toml.read_text().replace("to = 2023-03-01", "to = 2023-02-27")
    assert shortened != toml.read_text()
    toml.write_text(shortened)
    refused = run("demo", "--no-serve", "--state", state, "--case", case)
    assert refused.returncode == 2
    assert "not whole Europe/Rome months" in refused.stderr


def test_demo__bad_reading__names_file_and_line_and_imports_nothing(tmp_path: Path, state: Path) -> None:
    case = write_small_case(tmp_path / "case")
    readings = case / "readings.csv"
    lines = readings.read_text().splitlines()
    lines[41] = lines[41].rsplit(",", 1)[0] + ",12.5"
    readings.write_text("\n".join(lines) + "\n")
    refused = run("demo", "--no-serve", "--state", state, "--case", case)
    assert refused.returncode == 2
    assert refused.stderr.startswith("readings.csv:42: ")
    write_small_case(tmp_path / "case")
    assert (
        "registered; POD-days: 392 new" in run("demo", "--no-serve", "--state", state, "--case", case).stdout
    )


def test_demo__real_homes__settles_posts_pays_and_verifies(
    tmp_path: Path, state: Path, shared_data: Path
) -> None:
    case = tmp_path / "fontana"
    sources = (shared_data / "citylearn_fontana17", "--prices", shared_data / "prices_it_zonal_2024")
    built = run("case", "citylearn", *sources, "--month", "2024-01", "--out", case)
    assert built.returncode == 0, built.stderr
    done = run("demo", "--no-serve", "--state", state, "--case", case)
    assert done.returncode == 0, done.stderr
    assert "MATCHES the chain: paid by transaction" in done.stdout
    # The data set's own figures, netted per home and hour (README of the test data, January by our rule).
    assert facts(done.stdout)["shared"].startswith("1,402.1 kWh")
    assert facts(done.stdout)["received"] == "197.08 EUR"

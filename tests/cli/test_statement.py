"""`condivisa statement` and `condivisa verify statement`: files that match receipts, errors that help."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.processes import run, state_folder
from tests.cli.small_case import write_small_case

pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small community after its demonstration."""
    case = write_small_case(tmp_path_factory.mktemp("case"))
    with state_folder() as folder:
        done = run("demo", "--state", folder, "--case", case, "--no-serve")
        assert done.returncode == 0, done.stderr
        yield folder


NAME = "Small community of 6"


def test_statement__all_members__match_their_receipts(state: Path, tmp_path: Path) -> None:
    done = run("statement", NAME, "--distribution", "1", "--out", tmp_path, "--state", state)
    assert done.returncode == 0, done.stderr
    assert "7 statements" in done.stdout
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".pdf"}
    receipt = next((state / "communities").glob("*/receipts/payout-1-town.json"))
    assert run("verify", "statement", tmp_path / "town.json", receipt).returncode == 0
    wrong = run("verify", "statement", tmp_path / "person-1.json", receipt)
    assert wrong.returncode == 1
    assert "DOES NOT MATCH" in wrong.stdout
    assert json.loads((tmp_path / "town.json").read_bytes())["payout"]["channel"] == "wallet"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--distribution", "9"), "has no distribution 9"),
        (("--distribution", "1", "--member", "nobody"), "no statement of 'nobody'; members: person-1"),
    ],
)
def test_statement__what_is_not_there__exit_2_and_nothing_written(
    state: Path, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    done = run("statement", NAME, *arguments, "--out", tmp_path / "out", "--state", state)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert not (tmp_path / "out").exists()

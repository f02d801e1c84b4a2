"""`condivisa db forget`: one POD's month becomes unlinkable, and everything else is as it was.

forget
├── given the key exists it should erase it after a yes, and the day's list is byte for byte the same
├── given no yes it should erase nothing
├── given it was erased before it should say so
└── given no month it should refuse before anything starts
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.processes import run, state_folder
from tests.cli.small_case import write_small_case

FIRST = "IT999E00000001"
FORGET = ("db", "forget", FIRST, "--month", "2023-02")


@pytest.fixture
def state() -> Iterator[Path]:
    """An empty state directory."""
    with state_folder() as folder:
        yield folder


@pytest.mark.node
@pytest.mark.deep
def test_forget__posted_month__list_is_as_before_and_still_adds_up(tmp_path: Path, state: Path) -> None:
    demo = ("demo", "--no-serve", "--state", state, "--case", write_small_case(tmp_path / "case"))
    assert run(*demo).returncode == 0
    listed = state / "communities/small-community-of-6/receipts/list-2023-02-01.json"
    before = listed.read_bytes()

    refused = run(*FORGET, "--state", state)
    assert refused.returncode == 1
    assert f"receipts of readings of {FIRST} in 2023-02 can never be made again" in refused.stdout

    erased = run(*FORGET, "--yes", "--state", state)
    assert erased.returncode == 0, erased.stderr
    assert erased.stdout.startswith(f"erased the key of {FIRST} in 2023-02")
    again = run(*FORGET, "--yes", "--state", state)
    assert again.returncode == 2
    assert "never made, or erased before" in again.stderr

    listed.unlink()
    listed.with_name(f"reading-{FIRST}-2023-02-01.json").unlink()
    after = run(*demo)
    assert after.returncode == 0, after.stderr
    assert "list-2023-02-01.json adds up: 7 PODs together" in after.stdout
    assert listed.read_bytes() == before
    assert list(listed.parent.glob("reading-*")) == []


@pytest.mark.parametrize("month", ["2023-13", "202302", "February"])
def test_forget__no_month__is_refused_before_anything_starts(state: Path, month: str) -> None:
    refused = run("db", "forget", FIRST, "--month", month, "--state", state)
    assert refused.returncode == 2
    assert "is not a month like 2024-06" in refused.stderr
    assert not state.exists()

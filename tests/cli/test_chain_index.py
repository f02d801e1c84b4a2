"""
condivisa chain follow, events, reconcile; condivisa alerts
├── given a published state they should show what the chain has, and that all agrees
├── given a row that was changed reconcile should name it, end with 1, and alert until it is gone
└── given wrong input they should say what is right
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from settlement.bootstrap import Settings, open_database
from tests.cli.processes import run, state_folder
from tests.cli.small_case import write_small_case

NAME = "Small community of 6"
pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state whose February is on its chain."""
    with state_folder() as folder:
        run("import", write_small_case(tmp_path_factory.mktemp("case") / "case"), "--state", folder)
        published = run("publish", NAME, "--from", "2023-02-01", "--state", folder)
        assert published.returncode == 0, published.stderr
        yield folder


def change(state: Path, statement: str) -> None:
    """A row changed by hand, past the triggers."""
    with open_database(Settings(state=state)) as database, database.engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        assert connection.execute(text(statement)).rowcount == 1


def test_follow_events__published__shows_what_the_chain_has(state: Path) -> None:
    followed = run("chain", "follow", "--once", "--rebuild", "--state", state)
    assert followed.returncode == 0, followed.stderr
    assert "read 11 blocks and 40 events; at block 11" in followed.stdout
    shown = run("chain", "events", "--community", NAME, "--name", "DayAccepted", "--json", "--state", state)
    events = json.loads(shown.stdout)["events"]
    assert len(events) == 28
    assert events[0]["arguments"]["day"] == "19389"
    assert run("chain", "events", "--name", "Nope", "--state", state).stdout.startswith("no events")


def test_reconcile__row_changed_by_hand__alerts_until_it_is_gone(state: Path) -> None:
    assert "database, chain and accounts agree" in run("chain", "reconcile", NAME, "--state", state).stdout
    flip = "UPDATE day_reports SET accepted_at = {} WHERE day = '2023-02-05'"
    fake = "UPDATE chain_transactions SET block_hash = sha256(block_hash) WHERE nonce = 1"
    change(state, fake)
    change(state, flip.format("NULL"))
    found = run("chain", "reconcile", "--all", "--state", state)
    assert found.returncode == 1
    assert f"{NAME}: transactions: " in found.stderr
    listed = run("alerts", "--state", state)
    assert listed.stdout.startswith(f"critical  reconciliation  {NAME}  transactions\n")
    (alert,) = json.loads(run("alerts", "--json", "--state", state).stdout)["alerts"]
    assert "is resolved" in run("alerts", "resolve", alert["id"], "--state", state).stdout
    assert run("alerts", "--state", state).stdout == "no open alerts\n"


def test_wrong_input__says_what_is_right(state: Path) -> None:
    neither = run("chain", "reconcile", "--state", state)
    assert (neither.returncode, "name a community, or --all" in neither.stderr) == (2, True)
    wrong = run("chain", "follow", "--once", "--contract", "bank=0x1", "--state", state)
    assert (wrong.returncode, "KIND=0x and 40 hexadecimal digits" in wrong.stderr) == (2, True)

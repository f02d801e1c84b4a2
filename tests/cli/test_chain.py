"""
condivisa chain status
├── given a state without a chain
│   └── it should say so, make none, and end with 3
├── given a state that was published
│   ├── it should end with 0 and show every part
│   └── with --json it should print one document
├── given a chain that lost its contracts
│   └── it should name the first difference and end with 1
└── given a node that does not answer
    └── it should end with 3
condivisa chain open
├── given a day whose totals are public it should say so, end with 1, and send nothing
└── given no such configuration it should name those that there are, and end with 2
condivisa chain adopt
└── given a file that is no record, or none, it should say so and change nothing
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.processes import ROOT, command, run, state_folder
from tests.cli.small_case import write_small_case

NAME = "Small community of 6"
pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state whose February is on its chain and whose receipt is distributed."""
    with state_folder() as folder:
        run("import", write_small_case(tmp_path_factory.mktemp("case") / "case"), "--state", folder)
        published = run("publish", NAME, "--from", "2023-02-01", "--state", folder)
        assert published.returncode == 0, published.stderr
        paid = run(
            "pay", "receive", NAME, "--gross", "100.00", "--reference", "TRN-1", "--on", "2023-05-02",
            "--state", folder,
        )  # fmt: skip
        assert paid.returncode == 0, paid.stderr
        yield folder


def test_status__no_chain_yet__makes_none() -> None:
    with state_folder() as folder:
        refused = run("chain", "status", "--state", folder)
        assert refused.returncode == 3
        assert "has no chain yet" in refused.stderr
        assert not folder.exists()


def test_status__published__shows_every_part(state: Path) -> None:
    shown = run("chain", "status", "--state", state)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    for part in (
        "equals the committed artifact",
        "3 of 5 sign, epoch 1; this operator holds 5 of the keys",
        "governs     0x",
        "28 of 28 days accepted, settled",
        "EUR funded, ",
        "20.000000, grid 10.000000",
        "gas price   free",
        "mechanism, not independence",
        "chain and database say the same",
    ):
        assert part in shown.stdout


def test_status__json__is_one_document(state: Path) -> None:
    shown = run("chain", "status", "--json", "--state", state)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    document = json.loads(shown.stdout)
    assert document["divergences"] == []
    assert document["ledger"]["code_equals_artifact"] is True
    (community,) = document["communities"]
    assert community["name"] == NAME
    assert community["registration"]["administrator"] == document["operator"]["address"]
    assert community["registration"]["governor"] == community["timelock"]["address"]
    assert community["registration"]["decided_by_operator"] is True
    assert community["months"][0]["month"] == "2023-02"
    assert community["funds"]["held_eur"] == community["token_balance_eur"]
    assert community["transactions_waiting"] == 0


def test_status__chain_lost_its_contracts__names_the_first_difference(state: Path) -> None:
    with state_folder() as copy:
        # The server's own account owns the folder of the database: keep owners, as `cp -a` does.
        subprocess.run(["cp", "-a", str(state), str(copy)], check=True)
        for file in (copy / "chain").glob("state*"):
            file.unlink()
        shutil.rmtree(copy / "chain" / "cache", ignore_errors=True)
        (copy / "chain" / "node.json").unlink()
        shown = run("chain", "status", "--json", "--state", copy)
        assert shown.returncode == 1, shown.stdout + shown.stderr
        first, *others = json.loads(shown.stdout)["divergences"]
        assert first.startswith("transactions of the account: computed here ")
        assert first.endswith(", on the chain 0")
        assert any("the ledger at 0x" in sentence and "there is no code" in sentence for sentence in others)


def test_status__node_does_not_answer__knows_nothing(state: Path) -> None:
    done = subprocess.run(
        command("chain", "status", "--state", state), cwd=ROOT, capture_output=True, text=True, timeout=60,
        check=False, env={**os.environ, "CONDIVISA_RPC_URL": "http://127.0.0.1:9"},
    )  # fmt: skip
    assert done.returncode == 3
    assert "cannot be reached" in done.stderr


def test_open__totals_are_public__says_so(state: Path) -> None:
    refused = run("chain", "open", NAME, "2023-02-03", "--state", state)
    assert refused.returncode == 1
    assert "the hour totals of 2023-02-03 are public already" in refused.stderr


def test_open__no_such_configuration__names_those_there_are(state: Path) -> None:
    refused = run("chain", "open", NAME, "2023-02-03", "--configuration", "north", "--state", state)
    assert refused.returncode == 2
    assert f'{NAME} has no configuration "north"; it has ""' in refused.stderr


def test_adopt__no_record__says_so(state: Path, tmp_path: Path) -> None:
    absent = run("chain", "adopt", NAME, tmp_path / "absent.json", "--state", state)
    assert absent.returncode == 2
    assert "absent.json cannot be read" in absent.stderr
    (tmp_path / "other.json").write_text("{}")
    other = run("chain", "adopt", NAME, tmp_path / "other.json", "--state", state)
    assert other.returncode == 1
    assert "other.json is no record of a community's deployment" in other.stderr

"""A distribution step by step, and the books beside it and beside the chain, as an administrator types it."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.processes import run, state_folder
from tests.cli.small_case import write_small_case

NAME = "Small community of 6"
RECEIPT = ("--gross", "90.00", "--fee", "4.50", "--reference", "TRN-1", "--on", "2023-05-02")
pytestmark = pytest.mark.node


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state whose February is on its chain."""
    with state_folder() as folder:
        run("import", write_small_case(tmp_path_factory.mktemp("case") / "case"), "--state", folder)
        published = run("publish", NAME, "--from", "2023-02-01", "--state", folder)
        assert published.returncode == 0, published.stderr
        yield folder


def done(*arguments: str | Path) -> str:
    """Output of a command that goes well."""
    ended = run(*arguments)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.mark.deep
def test_steps__in_order__end_final_and_the_books_agree_with_the_chain(state: Path, tmp_path: Path) -> None:
    at = ("--state", state)
    shown = done("pay", "receive", NAME, *RECEIPT, "--dry-run", *at)
    assert "division" in shown
    assert "payout 6: " in shown
    assert "receipt" not in done("accounts", "journal", NAME, *at)

    assert "; next: condivisa pay check" in done("pay", "draft", NAME, *RECEIPT, "--by", "Ada", *at)
    refused = run("pay", "approve", NAME, *at)
    assert (refused.returncode, "from draft to approved" in refused.stderr) == (2, True)
    assert "the checks found nothing" in done("pay", "check", NAME, "--by", "Ben", *at)
    assert "distribution 1: 85.500000 EUR approved" in done("pay", "approve", NAME, "--by", "Cleo", *at)
    assert "the accounts agree" in done("accounts", "reconcile", NAME, *at)

    orders = list(csv.DictReader(io.StringIO(done("pay", "orders", NAME, *at))))
    references = tmp_path / "bank.csv"
    lines = [f"{row['index']},TRN-OUT-{row['index']}\n" for row in orders]
    references.write_text("index,reference\n" + "".join(lines), encoding="utf-8")
    done("pay", "confirm", NAME, references, "--distribution", "1", *at)
    assert "the accounts agree" in done("accounts", "reconcile", NAME, *at)
    assert "1 distributions are final now" in done("accounts", "close", NAME, *at)
    assert "0 distributions are final now" in done("accounts", "close", NAME, *at)

    balance = done("accounts", "trial-balance", NAME, *at).splitlines()
    held = {line.split()[0]: line.split()[1] for line in balance}
    assert held["gse_fee"] == "4.500000"
    assert held["social_fund"] == "17.100000"
    debits, credits = balance[-2].split()
    assert debits == credits
    journal = done("accounts", "journal", NAME, *at)
    assert [line.split()[1] for line in journal.splitlines() if line[:1].isdigit()][:5] == [
        "claim",
        "receipt",
        "division",
        "entitlement",
        "leaves",
    ]


def test_receive__more_than_computed__has_to_be_acknowledged(state: Path) -> None:
    receipt = ("--gross", "900.00", "--reference", "TRN-2", "--on", "2023-06-02", "--state", state)
    refused = run("pay", "receive", NAME, *receipt)
    assert refused.returncode == 2
    assert "acknowledge: RECEIVED_ABOVE_COMPUTED" in refused.stderr
    taken = done("pay", "receive", NAME, "--acknowledge", "RECEIVED_ABOVE_COMPUTED", *receipt)
    assert ": 900.000000 EUR, carry " in taken

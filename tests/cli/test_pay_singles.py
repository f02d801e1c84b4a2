"""
condivisa pay
├── account should note an IBAN and print its hash, and erase it
├── a single payout by bank should be reserved, ordered, released and confirmed as a leaf is
├── a distribution's bank leaf should be released and reserved again
└── given what does not fit it should say so, and what to do
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.pay import app
from tests.cli.processes import run, state_folder
from tests.cli.small_case import write_small_case

NAME = "Small community of 6"
HASH = "0x" + "07" * 32
IBAN = "IT60X0542811101000000123456"
SINGLE = str(1 << 31)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state whose community settled a receipt of 100 euro."""
    with state_folder() as folder:
        run("import", write_small_case(tmp_path_factory.mktemp("case") / "case"), "--state", folder)
        published = run("publish", NAME, "--from", "2023-02-01", "--state", folder)
        assert published.returncode == 0, published.stderr
        received = run(
            "pay", "receive", NAME, "--gross", "100.00", "--reference", "TRN-1", "--on", "2023-05-02",
            "--state", folder,
        )  # fmt: skip
        assert received.returncode == 0, received.stderr
        yield folder


def said(state: Path, *words: str | Path) -> str:
    """What a command that does its work says."""
    done = run(*words, "--state", state)
    assert done.returncode == 0, done.stderr
    return done.stdout


def ordered(state: Path) -> dict[tuple[str, str], tuple[str, str]]:
    """IBAN and amount of what the bank has to pay, by distribution and index."""
    listed = csv.DictReader(io.StringIO(said(state, "pay", "orders", NAME)))
    return {(row["distribution"], row["index"]): (row["iban"], row["amount_eur"]) for row in listed}


@pytest.mark.node
@pytest.mark.deep
def test_single__reserved_released_confirmed__is_ordered_as_a_leaf_is(state: Path, tmp_path: Path) -> None:
    found = re.search(r"^hash  (0x[0-9a-f]{64})$", said(state, "pay", "account", NAME, IBAN), re.MULTILINE)
    assert found is not None
    spend = ("govern", "resolve", "spend", NAME, "social", "5.00", "--iban-hash", found[1], "--hash", HASH)
    said(state, *spend)
    said(state, *spend, "--verb", "execute")
    early = run("pay", "orders", NAME, "--state", state)
    assert f"not reserved yet, so not listed: {SINGLE}; next: condivisa pay reserve" in early.stderr
    assert SINGLE not in early.stdout
    assert "by bank: pay reserve" in said(state, "govern", "status", NAME)

    assert "transaction 0x" in said(state, "pay", "reserve", NAME)
    assert ordered(state)[(SINGLE, "0")] == (IBAN, "5.00")
    assert "reserved: the bank pays it" in said(state, "govern", "status", NAME)
    said(state, "pay", "release", NAME, "--distribution", SINGLE)
    assert (SINGLE, "0") not in ordered(state)
    said(state, "pay", "reserve", NAME)
    assert "nothing is to be reserved" in said(state, "pay", "reserve", NAME)

    references = tmp_path / "bank.csv"
    references.write_text("index,reference\n1,TRN-OUT\n", encoding="utf-8")
    confirm = ("pay", "confirm", NAME, references, "--distribution", SINGLE)
    wrong = run(*confirm, "--state", state)
    assert wrong.returncode == 2
    assert f"single payout {SINGLE} has the one leaf 0" in wrong.stderr
    references.write_text("index,reference\n0,TRN-OUT\n", encoding="utf-8")
    assert "confirm bank payouts" in said(state, *confirm)
    assert (SINGLE, "0") not in ordered(state)
    again = run(*confirm, "--state", state)
    assert again.returncode == 1
    assert f"single payout {SINGLE} was paid, moved or swept before" in again.stderr

    said(state, "pay", "account", NAME, "--forget", found[1])
    twice = run("pay", "account", NAME, "--forget", found[1], "--state", state)
    assert twice.returncode == 2
    assert "never noted, or erased before" in twice.stderr


@pytest.mark.node
def test_leaf__released_and_reserved_again__leaves_the_orders_and_returns(state: Path) -> None:
    before = ordered(state)
    distribution, index = min(key for key in before if key[0] == "1")
    words = ("pay", "release", NAME, "--distribution", distribution, index)
    said(state, *words)
    assert ordered(state) == {key: order for key, order in before.items() if key != (distribution, index)}
    twice = run(*words, "--state", state)
    assert twice.returncode == 2
    assert "released" in twice.stderr
    said(state, "pay", "reserve", NAME, "--distribution", distribution, index)
    assert ordered(state) == before


@pytest.mark.node
@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("release", NAME, "--distribution", "7", "0"), 2, "has no distribution 7; it has [1]"),
        (("release", NAME, "--distribution", "1", "99"), 2, "99"),
        (("release", NAME, "--distribution", str((1 << 31) + 9)), 1, "opened no single payout"),
        (("reserve", NAME, "--vault", "0x" + "55" * 20), 1, "is no vault of this community"),
    ],
)
def test_pay__what_does_not_exist__is_named(
    state: Path, words: tuple[str, ...], status: int, sentence: str
) -> None:
    refused = run("pay", *words, "--state", state)
    assert refused.returncode == status
    assert sentence in refused.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("account", NAME), "either an IBAN to note or --forget"),
        (("account", NAME, "IT00X"), "is not an IBAN"),
        (("account", NAME, IBAN, "--salt", "0x12"), "is no hash"),
        (("account", NAME, "--forget", "0x12"), "is no hash"),
        (("release", NAME, "--distribution", "1"), "which leaves? Name their indexes"),
        (("reserve", NAME, "--distribution", SINGLE), "leave --distribution out"),
        (("release", NAME, "--distribution", "1", "0", "--print"), "are for single payouts"),
        (("reserve", NAME, "--distribution", "1", "0", "--vault", HASH), "are for single payouts"),
    ],
)
def test_pay__wrong_arguments__say_what_to_give(
    words: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    refused = CliRunner().invoke(app, [*words, "--state", str(tmp_path / "state")])
    assert refused.exit_code == 2
    assert sentence in re.sub(r"\s+", " ", refused.stderr)
    assert not (tmp_path / "state").exists()

"""
condivisa govern
├── administration should be offered, accepted and taken back, and status show each step
├── resolve proposer, successor-ledger and governor should warn of what is odd, and status show what was done
├── anchor should record a document's digest, list it, and say who may
├── redirect and refuse should name what is wrong, and print what an owner sends
└── given arguments that are wrong it should end with 2 and say what to give
"""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.govern import app
from tests.cli.processes import run, state_folder
from tests.cli.small_case import write_small_case
from tests.cli.test_govern import WALLET_PAYEE, receipt_of

NAME = "Small community of 6"
HASH = "0x" + "07" * 32
OTHER = "0x" + "bb" * 20


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state whose community is registered on its chain."""
    with state_folder() as folder:
        run("import", write_small_case(tmp_path_factory.mktemp("case") / "case"), "--state", folder)
        published = run("publish", NAME, "--from", "2023-02-01", "--to", "2023-02-02", "--state", folder)
        assert published.returncode == 0, published.stderr
        yield folder


def said(state: Path, *words: str | Path) -> str:
    """What a command of `govern` that does its work says."""
    done = run("govern", *words, "--state", state)
    assert done.returncode == 0, done.stderr
    return done.stdout


def row(state: Path, name: str) -> str:
    """A row of `govern status`."""
    found = re.search(rf"^ *{name} +(.*)$", said(state, "status", NAME), re.MULTILINE)
    assert found is not None
    return found[1].strip()


def resolved(state: Path, *words: str) -> str:
    """Schedule and carry out a resolution; what scheduling it said."""
    scheduled = said(state, "resolve", words[0], NAME, *words[1:], "--hash", HASH)
    assert "state     carried out" in said(
        state, "resolve", words[0], NAME, *words[1:], "--hash", HASH, "--verb", "execute"
    )
    return scheduled


@pytest.mark.node
@pytest.mark.deep
def test_administration__offered_withdrawn_accepted__status_shows_each_step(state: Path) -> None:
    said(state, "administration", "offer", NAME, OTHER)
    assert row(state, "offered to") == OTHER
    printed = said(state, "administration", "accept", NAME)
    assert f"not sent; the account that administration is offered to {OTHER} has to send it" in printed
    said(state, "administration", "withdraw", NAME)
    assert row(state, "offered to") == "none"
    refused = run("govern", "administration", "accept", NAME, "--state", state)
    assert refused.returncode == 1
    assert "is offered to nobody" in refused.stderr
    operator = row(state, "administers")
    said(state, "administration", "offer", NAME, operator)
    assert "take over the administration: transaction 0x" in said(state, "administration", "accept", NAME)
    assert row(state, "administers") == operator


@pytest.mark.node
@pytest.mark.deep
def test_resolve__proposer_and_successor__are_shown_and_warned_of(state: Path) -> None:
    assert "warning" not in resolved(state, "proposer", OTHER)
    assert row(state, "proposes") == f"{OTHER} too, by resolution"
    again = said(state, "resolve", "proposer", NAME, OTHER, "--hash", "0x" + "08" * 32, "--print")
    assert f"warning   {OTHER} may propose already: nothing would change" in again
    resolved(state, "proposer", OTHER, "--remove")
    assert "proposes" not in said(state, "status", NAME)

    warned = resolved(state, "successor-ledger", OTHER)
    assert f"warning   {OTHER} is no ledger of this version: there is no code" in warned
    assert row(state, "succeeded") == f"by the ledger {OTHER}"
    governor = said(state, "resolve", "governor", NAME, OTHER, "--hash", HASH, "--print")
    assert f"{OTHER} is no timelock of ours (there is no code): once it governs, no delay" in governor
    assert "not sent" in governor
    assert "offer the administration to" in said(
        state, "resolve", "administrator", NAME, OTHER, "--hash", HASH, "--print"
    )


@pytest.mark.node
@pytest.mark.deep
def test_anchor__document__is_listed_and_who_may_is_shown(state: Path, tmp_path: Path) -> None:
    document = tmp_path / "statute.txt"
    document.write_bytes(b"The seat is in Torino.\n")
    digest = "0x" + sha256(document.read_bytes()).hexdigest()
    assert "nothing is anchored" in said(state, "anchor", "list", NAME)
    said(state, "anchor", "add", NAME, "statute", document)
    assert re.search(
        rf'^"statute"  {digest}  by 0x[0-9a-f]{{40}} in block \d+$',
        said(state, "anchor", "list", NAME, "--topic", "statute"),
        re.MULTILINE,
    )
    assert "nothing is anchored" in said(state, "anchor", "list", NAME, "--topic", "ballot")
    said(state, "anchor", "allow", NAME, OTHER)
    assert row(state, "anchors") == f"{OTHER} too, as the administrator lets it"
    assert row(state, "anchored").startswith(f'1 digests, the latest: "statute" {digest} in block')
    said(state, "anchor", "disallow", NAME, OTHER)
    assert "too, as the administrator lets it" not in said(state, "status", NAME)


@pytest.mark.node
def test_redirect__vault_of_others__is_refused(state: Path, tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(receipt_of("WALLET", WALLET_PAYEE), encoding="utf-8")
    words = ("govern", "resolve", "redirect", NAME, path, "--to-wallet", OTHER, "--hash", HASH)
    refused = run(*words, "--state", state)
    assert refused.returncode == 1
    assert "0x" + "55" * 20 + " is no vault of this community: there is no code" in refused.stderr
    refused = run("govern", "refuse", path, str(1 << 31), "--send", NAME, "--state", state)
    assert refused.returncode == 1
    assert "is no vault of this community" in refused.stderr


@pytest.mark.node
def test_redirect__receipt_of_no_leaf__warns_with_the_remedy(state: Path, tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(receipt_of("WALLET", WALLET_PAYEE, row(state, "vault")), encoding="utf-8")
    words = ("resolve", "redirect", NAME, path, "--to-iban-hash", HASH, "--hash", HASH, "--print")
    printed = said(state, *words)
    assert "it would be refused: CommunityVault_UnknownDistribution" in printed
    assert "the vault has no such number: see `condivisa govern status`" in printed
    assert "whose owner lost the key: 500.000000 EUR by bank to the IBAN with hash" in printed


def test_refuse__receipt__prints_what_the_owner_sends(tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(receipt_of("WALLET", WALLET_PAYEE), encoding="utf-8")
    printed = CliRunner().invoke(app, ["refuse", str(path), str(1 << 31)])
    assert printed.exit_code == 0, printed.stderr
    assert "the owner's wallet 0x" + "aa" * 20 + " has to send it" in printed.stdout
    assert "to        0x" + "55" * 20 in printed.stdout
    assert json.loads(path.read_text())["distribution"] == 1 << 31


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("administration", "offer", NAME, "0x12"), '"0x12" is no address'),
        (("administration", "offer", NAME, "0x" + "00" * 20), "zero address"),
        (("resolve", "administrator", NAME, "0x" + "00" * 20, "--hash", HASH), "zero address"),
        (("resolve", "governor", NAME, "Anna", "--hash", HASH), '"Anna" is no address'),
        (("resolve", "governor", NAME, OTHER), "Give either --document FILE or its --hash"),
        (("resolve", "proposer", NAME, "0x" + "00" * 20, "--hash", HASH), "zero address"),
        (("resolve", "successor-ledger", NAME, "0x12", "--hash", HASH), '"0x12" is no address'),
        (
            ("resolve", "spend", NAME, "carry", "5", "--wallet", OTHER, "--hash", HASH),
            "name that vault with --vault",
        ),
        (
            ("resolve", "spend", NAME, "carry", "5", "--wallet", OTHER, "--hash", HASH, "--vault", "0x1"),
            '"0x1" is no address',
        ),
        (("anchor", "add", NAME, "statute"), "Give either FILE or its --hash"),
        (("anchor", "add", NAME, "statute", "/nowhere"), "/nowhere cannot be read"),
        (("anchor", "add", NAME, "statute", "/dev/null"), "is empty"),
        (("anchor", "add", NAME, "the statute", "--hash", HASH), "is no topic"),
        (("anchor", "add", NAME, "statute", "--hash", "0x" + "00" * 32), "no file's"),
        (("anchor", "allow", NAME, "0x" + "00" * 20), "zero address"),
        (("anchor", "list", NAME, "--topic", "à"), "is no topic"),
        (("refuse", "/nowhere", "7"), "/nowhere cannot be read"),
        (("resolve", "redirect", NAME, "/nowhere", "--to-wallet", OTHER, "--hash", HASH), "cannot be read"),
    ],
)
def test_govern__wrong_arguments__say_what_to_give(
    words: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    refused = CliRunner().invoke(app, [*words, *(("--state", str(tmp_path / "state")))])
    assert refused.exit_code == 2
    assert sentence in re.sub(r"\s+", " ", refused.stderr)
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "where to? Give either --to-wallet, or --to-iban-hash"),
        (("--to-wallet", OTHER, "--to-iban-hash", HASH), "where to?"),
        (("--to-wallet", OTHER, "--owner", OTHER), "where to?"),
        (("--to-wallet", "0x" + "aa" * 20), "whose key is lost"),
        (("--to-iban-hash", HASH, "--owner", "0x" + "aa" * 20), "whose key is lost"),
        (("--to-iban-hash", "0x" + "00" * 32), "nobody could be paid"),
    ],
)
def test_redirect__wrong_payee__says_what_to_give(
    words: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(receipt_of("WALLET", WALLET_PAYEE), encoding="utf-8")
    command = [
        "resolve",
        "redirect",
        NAME,
        str(path),
        *words,
        "--hash",
        HASH,
        "--state",
        str(tmp_path / "no"),
    ]
    refused = CliRunner().invoke(app, command)
    assert refused.exit_code == 2
    assert sentence in re.sub(r"\s+", " ", refused.stderr)

"""
condivisa govern
├── given a state without a chain it should make none, and end with 3
├── given a published community
│   ├── status should show offices, terms and what waits
│   ├── resolve should schedule and carry out what the document says
│   ├── --print should send nothing and print what a wallet sends
│   ├── guard should pause, resume and call off
│   └── a refusal should end with 1 and say why
├── move should print what the owner signs and what anyone relays, without node or database
├── roster should publish, give a member its proof, and dispute should take it
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
from oracle.chain.receipt import PAYOUT
from tests.cli.processes import run, state_folder
from tests.cli.small_case import write_small_case

NAME = "Small community of 6"
HASH = "0x" + "07" * 32
PAYEE = "0x" + "bb" * 20


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A state whose community is registered on its chain, with some days posted."""
    with state_folder() as folder:
        run("import", write_small_case(tmp_path_factory.mktemp("case") / "case"), "--state", folder)
        published = run("publish", NAME, "--from", "2023-02-01", "--to", "2023-02-02", "--state", folder)
        assert published.returncode == 0, published.stderr
        yield folder


@pytest.fixture
def document(tmp_path: Path) -> Path:
    """A resolution."""
    path = tmp_path / "resolution.txt"
    path.write_text("The assembly of 2 March resolved …\n", encoding="utf-8")
    return path


def test_govern__no_chain_yet__makes_none() -> None:
    with state_folder() as folder:
        refused = run("govern", "status", NAME, "--state", folder)
        assert refused.returncode == 3
        assert "has no chain yet" in refused.stderr
        assert not folder.exists()


@pytest.mark.node
def test_resolve__scheduled_and_executed__status_shows_each_step(state: Path, document: Path) -> None:
    words = ("govern", "resolve", "shares", NAME, "6000", "3000", "1000", "--state", state)
    hashed = "0x" + sha256(document.read_bytes()).hexdigest()
    scheduled = run(*words, "--document", document)
    assert scheduled.returncode == 0, scheduled.stderr
    assert f"document  {hashed} (SHA-256)" in scheduled.stdout
    assert "state     scheduled, can be carried out by anyone now" in scheduled.stdout

    waiting = run("govern", "status", NAME, "--state", state)
    assert waiting.returncode == 0, waiting.stderr
    for part in (
        "our timelock, delay 0 seconds",
        "3 of 5 sign, epoch 1",
        "divide revenue from the next month on: producers 60.00 %, social 30.00 %, grid 10.00 %",
        hashed,
        "paused      no",
    ):
        assert part in waiting.stdout

    twice = run(*words, "--document", document)
    assert twice.returncode == 1
    assert "is scheduled already" in twice.stderr
    executed = run(*words, "--hash", hashed, "--verb", "execute")
    assert executed.returncode == 0, executed.stderr
    assert "state     carried out" in executed.stdout
    shown = run("govern", "status", NAME, "--state", state).stdout
    assert "producers 70.00 %, social 20.00 %, grid 10.00 %" in shown
    assert "producers 60.00 %, social 30.00 %, grid 10.00 %" in shown
    assert "nothing" in shown


@pytest.mark.node
def test_resolve__print__sends_nothing(state: Path) -> None:
    words = ("govern", "resolve", "spend", NAME, "social", "500.00", "--wallet", PAYEE, "--hash", HASH)
    printed = run(*words, "--print", "--state", state)
    assert printed.returncode == 0, printed.stderr
    assert "not sent; the administrator 0x" in printed.stdout
    assert "chain     31337" in printed.stdout
    assert re.search(r"^to        0x[0-9a-f]{40}$", printed.stdout, re.MULTILINE)
    assert re.search(r"^data      0x01d5062a[0-9a-f]+$", printed.stdout, re.MULTILINE)
    assert f"schedule: spend 500.000000 EUR to the wallet {PAYEE} from the social fund" in printed.stdout
    assert "it would be refused: CommunityVault_FundTooSmall" in printed.stdout
    assert "resolve a smaller sum, or wait for revenue" in printed.stdout
    known = run(*words, "--verb", "status", "--state", state)
    assert "state     not scheduled" in known.stdout


@pytest.mark.node
def test_guard__pause_and_resume__status_says_so(state: Path) -> None:
    for verb, shown in (("pause", "yes"), ("resume", "no")):
        done = run("govern", "guard", verb, NAME, "--state", state)
        assert done.returncode == 0, done.stderr
        assert f"paused      {shown}" in run("govern", "status", NAME, "--state", state).stdout


@pytest.mark.node
def test_guard__stop__calls_off(state: Path) -> None:
    words = ("govern", "resolve", "delay", NAME, "60", "--hash", HASH, "--state", state)
    scheduled = run(*words)
    assert scheduled.returncode == 0, scheduled.stderr
    found = re.search(r"operation (0x[0-9a-f]{64})", scheduled.stdout)
    assert found is not None
    stopped = run("govern", "guard", "stop", NAME, found[1], "--state", state)
    assert stopped.returncode == 0, stopped.stderr
    refused = run(*words, "--verb", "execute")
    assert refused.returncode == 1
    assert "is not scheduled" in refused.stderr


@pytest.mark.node
def test_guard__unknown_reporter__names_the_contracts_reason(state: Path) -> None:
    refused = run("govern", "guard", "remove-reporter", NAME, PAYEE, "--state", state)
    assert refused.returncode == 1
    assert "CommunityRegistry_UnknownReporter" in refused.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("resolve", "shares", NAME, "1", "2", "3", "--hash", HASH), "add up to 10000, these to 6"),
        (("resolve", "shares", NAME, "7000", "2000", "1000"), "Give either --document FILE or its --hash"),
        (("resolve", "delay", NAME, "1", "--hash", "0x12"), '--hash "0x12" is no hash'),
        (("resolve", "delay", NAME, "1", "--hash", "0x" + "00" * 32), "a resolution has a document"),
        (("resolve", "delay", NAME, "1", "--document", "/nowhere"), "/nowhere cannot be read"),
        (("resolve", "delay", NAME, "1", "--document", "/dev/null"), "is empty"),
        (
            ("resolve", "delay", NAME, "1", "--document", "/dev/null", "--hash", HASH),
            "Give either --document FILE or its --hash",
        ),
        (("resolve", "guardian", NAME, "0x12", "--hash", HASH), '"0x12" is no address'),
        (
            ("resolve", "guardian", NAME, "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "--hash", HASH),
            "its capitals are not those of its check sum",
        ),
        (("resolve", "reporters", NAME, PAYEE, PAYEE, "--threshold", "1", "--hash", HASH), "named twice"),
        (("resolve", "spend", NAME, "grid", "5", "--hash", HASH), "Give either a wallet or the hash"),
        (
            ("resolve", "spend", NAME, "grid", "5.001", "--wallet", PAYEE, "--hash", HASH),
            "is not an amount in euro",
        ),
        (("resolve", "spend", NAME, "grid", "0", "--wallet", PAYEE, "--hash", HASH), "the amount is zero"),
        (("resolve", "spend", NAME, "carry", "5", "--wallet", PAYEE, "--hash", HASH), "carry"),
        (("guard", "cancel", NAME, "0"), "numbered from 1"),
        (("guard", "stop", NAME, "0x12"), "is no hash"),
        (("guard", "remove-reporter", NAME, "Anna"), '"Anna" is no address'),
    ],
)
def test_govern__wrong_arguments__say_what_to_give(
    words: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    refused = CliRunner().invoke(app, [*words, "--state", str(tmp_path / "state")])
    assert refused.exit_code == 2
    assert sentence in re.sub(r"\s+", " ", refused.stderr)
    assert not (tmp_path / "state").exists()


@pytest.mark.node
def test_govern__unknown_community__names_the_known(state: Path) -> None:
    refused = run("govern", "status", "Nobody", "--state", state)
    assert refused.returncode == 2
    assert NAME in refused.stderr


def receipt_of(channel: str, payee: str, vault: str = "0x" + "55" * 20) -> str:
    """A payout receipt of 500 euro, of a single payout."""
    leaf = {"channel": channel, "payee": payee, "owner": "0x" + "00" * 20, "amount_eur": "500.000000"}
    fields = {"kind": PAYOUT, "chain_id": 31337, "vault": vault, "distribution": 1 << 31}
    return json.dumps(fields | {"index": 0, "leaf": leaf, "proof": []})


WALLET_PAYEE = "0x" + "00" * 12 + "aa" * 20


def test_move__without_and_with_signature__prints_data_and_call(tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(receipt_of("WALLET", WALLET_PAYEE), encoding="utf-8")
    printed = CliRunner().invoke(app, ["move", str(path), "--to-iban-hash", HASH])
    assert printed.exit_code == 0, printed.stderr
    data = json.loads(printed.stdout)
    assert data["primaryType"] == "Move"
    assert data["domain"]["verifyingContract"] == "0x" + "55" * 20
    assert data["message"]["leaf"] == {
        "channel": "1", "payee": HASH, "owner": "0x" + "aa" * 20, "amount": "500000000",
    }  # fmt: skip
    relayed = CliRunner().invoke(
        app, ["move", str(path), "--to-wallet", PAYEE, "--signature", "0x" + "01" * 65]
    )
    assert relayed.exit_code == 0, relayed.stderr
    assert f"500.000000 EUR to the wallet {PAYEE}" in relayed.stdout
    assert re.search(r"^data      0x[0-9a-f]+$", relayed.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("receipt", "words", "sentence"),
    [
        ("{}", ("--to-wallet", PAYEE), "not a receipt of kind"),
        (receipt_of("SOCIAL", "0x" + "00" * 32), ("--to-wallet", PAYEE), "names no owner's address"),
        (receipt_of("BANK", HASH), ("--to-wallet", PAYEE), "names no owner's address"),
        (receipt_of("WALLET", WALLET_PAYEE), (), "Give either --to-wallet or --to-iban-hash"),
        (
            receipt_of("WALLET", WALLET_PAYEE),
            ("--to-wallet", PAYEE, "--to-iban-hash", HASH),
            "Give either --to-wallet or --to-iban-hash",
        ),
        (receipt_of("WALLET", WALLET_PAYEE), ("--to-wallet", "0x" + "aa" * 20), "goes there already"),
        (receipt_of("WALLET", WALLET_PAYEE), ("--to-wallet", "0x" + "00" * 20), "zero address"),
        (receipt_of("WALLET", WALLET_PAYEE), ("--to-iban-hash", "0x" + "00" * 32), "nobody could be paid"),
        (receipt_of("WALLET", WALLET_PAYEE), ("--to-wallet", PAYEE, "--signature", "0x1"), "even number"),
        (receipt_of("WALLET", WALLET_PAYEE), ("--to-wallet", PAYEE, "--send", NAME), "give --signature"),
    ],
)
def test_move__wrong_input__says_what_to_give(
    receipt: str, words: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(receipt, encoding="utf-8")
    refused = CliRunner().invoke(app, ["move", str(path), *words])
    assert refused.exit_code == 2
    assert sentence in refused.stderr


@pytest.mark.node
def test_move__receipt_of_another_vault__is_not_relayed(state: Path, tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(receipt_of("WALLET", WALLET_PAYEE), encoding="utf-8")
    words = ("--to-wallet", PAYEE, "--signature", "0x" + "01" * 65, "--send", NAME, "--state", state)
    refused = run("govern", "move", path, *words)
    assert refused.returncode == 1
    assert "the receipt is of the vault 0x5555" in refused.stderr


@pytest.mark.node
def test_roster__published__member_gets_a_proof_that_disputes(state: Path, tmp_path: Path) -> None:
    proof = tmp_path / "town.json"
    words = ("govern", "roster", NAME, "--state", state)
    early = run(*words, "--member", "town", "--out", proof)
    assert early.returncode == 1
    assert "publish it first" in early.stderr
    assert not proof.exists()
    published = run(*words, "--publish", "--member", "town", "--out", proof)
    assert published.returncode == 0, published.stderr
    assert "roster    1 members" in published.stdout
    assert "person-1, person-2" in published.stdout
    assert proof.stat().st_mode & 0o777 == 0o600
    assert "ledger    holds it" in run(*words).stdout
    again = run(*words, "--member", "town", "--out", proof)
    assert again.returncode == 2
    assert "proofs are not overwritten" in again.stderr

    day = ("--day", "2023-02-01", "--area", "AC001E00123")
    printed = CliRunner().invoke(app, ["dispute", str(proof), *day, "--reason", "my meter was off"])
    assert printed.exit_code == 0, printed.stderr
    assert f"the member's wallet 0x{'11' * 20} has to send it" in printed.stdout
    for words, sentence in (
        ((), "Give either --reason TEXT or --reason-file FILE"),
        (("--reason", " "), "the reason is empty"),
        (("--reason-file", "/nowhere"), "/nowhere cannot be read"),
        (("--reason", "x", "--reason-file", str(proof)), "Give either"),
        (("--reason", "x", "--area", "à"), "ASCII characters"),
    ):
        refused = CliRunner().invoke(app, ["dispute", str(proof), *day, *words])
        assert refused.exit_code == 2
        assert sentence in refused.stderr
    refused = CliRunner().invoke(app, ["dispute", "/nowhere", *day, "--reason", "x"])
    assert refused.exit_code == 2
    # The operator's account is neither a reporter nor the member.
    others = run("govern", "dispute", proof, *day, "--reason", "x", "--send", NAME, "--state", state)
    assert others.returncode == 0, others.stderr
    assert f"not sent; a reporter or the member 0x{'11' * 20} has to send it" in others.stdout


@pytest.mark.parametrize("words", [("--member", "P1"), ("--out", "proof.json")])
def test_roster__half_of_an_export__says_what_is_missing(words: tuple[str, str]) -> None:
    refused = CliRunner().invoke(app, ["roster", NAME, *words])
    assert refused.exit_code == 2
    assert "needs both --member CODE and --out FILE" in refused.stderr

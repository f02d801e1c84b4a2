"""
condivisa govern
├── given a state without a chain it should make none, and end with 3
├── given a published community
│   ├── status should show offices, terms and what waits
│   ├── resolve should schedule and carry out what the document says
│   ├── --print should send nothing and print what a wallet sends
│   ├── guard should pause, resume and call off
│   └── a refusal should end with 1 and say why
└── given arguments that are wrong it should end with 2 and say what to give
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.govern import app
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

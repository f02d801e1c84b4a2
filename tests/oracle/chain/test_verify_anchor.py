"""A file is compared with what its community anchored, on a real chain.

verify anchor
├── given the file that was anchored it should match, by SHA-256 and by keccak256
├── given another file, another topic or another community's anchor it should not match
├── given an account that may anchor no more it should say who has to send it
├── given no file, no topic or no trust file it should end with 2
└── given no node it should know nothing
"""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from cli.verify import app
from oracle.attest.keccak import keccak256
from oracle.chain.governance import GovernanceContracts
from oracle.chain.trust import Trust, trust_text
from oracle.usecases.anchors import Anchor, anchor, by_anchoring, set_anchoring, topic_of
from oracle.usecases.governance import by_administrator
from oracle.usecases.governance_standing import governance_standing
from oracle.usecases.resolutions import topic_words
from oracle.wiring import OpenChain, trust_of
from tests.oracle.mining import mine
from tests.oracle.usecases.governed import Governed, found_governed

STATUTE, BALLOT = topic_of("statute"), topic_of("ballot")
TEXT = b"The community has its seat in Torino.\n"


@pytest.fixture
def governed(engine: Engine, opened: OpenChain, tmp_path: Path) -> Governed:
    """A community whose administrator anchored a statute."""
    found = found_governed(engine, opened, tmp_path)
    order = by_anchoring(found.contracts, found.seats, anchor(STATUTE, sha256(TEXT).digest()))
    assert order.ours
    found.send(order)
    return found


@pytest.fixture
def verify(governed: Governed, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """Runs `condivisa verify anchor` over a file of some bytes; exit status and output."""
    trust = tmp_path / "trust.toml"
    trust.write_text(trust_text(trust_of(governed.engine, governed.opened, governed.community_id)))

    def run(content: bytes, *options: str) -> tuple[int, str]:
        (tmp_path / "statute.txt").write_bytes(content)
        words = ["anchor", str(tmp_path / "statute.txt"), "--trust", str(trust), *options]
        result = CliRunner().invoke(app, words)
        return result.exit_code, result.stdout + result.stderr

    return run


@pytest.mark.node
def test_verify_anchor__the_file_and_others__match_and_do_not(
    governed: Governed, verify: Callable[..., tuple[int, str]]
) -> None:
    status, output = verify(TEXT, "--topic", "statute")
    assert status == 0
    assert output.startswith("MATCHES: file statute.txt")
    assert f"the file's SHA-256 0x{sha256(TEXT).hexdigest()} is anchored" in output
    assert f"anchored by 0x{governed.opened.chain.sender.hex()} in block " in output
    assert verify(TEXT)[0] == 0

    status, output = verify(TEXT + b" ")
    assert status == 1
    assert "the file was changed, or never anchored, or this node keeps no old logs" in output
    assert verify(TEXT, "--topic", "ballot")[0] == 1
    governed.send(by_anchoring(governed.contracts, governed.seats, anchor(BALLOT, keccak256(b"yes"))))
    status, output = verify(b"yes", "--topic", "ballot")
    assert status == 0
    assert "keccak256" in output


@pytest.mark.node
def test_verify_anchor__anchored_by_another_community__does_not_match(
    governed: Governed, verify: Callable[..., tuple[int, str]]
) -> None:
    stranger = governed.contracts.call(governed.seats, anchor(STATUTE, sha256(b"other").digest()))
    governed.send(by_administrator(governed.contracts, governed.seats, set_anchoring(b"\x01" * 20, True)))
    # The ledger refuses an anchor in the community's name from whom nobody let.
    assert governed.contracts.refusal(governed.guardian.sender, stranger) is not None
    assert verify(b"other")[0] == 1


@pytest.mark.node
def test_anchoring__allowed_and_disallowed__status_and_office_follow(governed: Governed) -> None:
    theirs, seats = GovernanceContracts(governed.guardian), governed.seats
    recording = anchor(BALLOT, b"\x05" * 32)
    assert not by_anchoring(theirs, seats, recording).ours
    account = governed.guardian.sender
    governed.send(by_administrator(governed.contracts, seats, set_anchoring(account, True)))
    assert by_anchoring(theirs, seats, recording).ours
    assert mine(governed.guardian, by_anchoring(theirs, seats, recording).call).succeeded
    named = governance_standing(governed.contracts, seats).named
    assert named.anchoring == [account]
    assert [row[:3] for row in named.anchors] == [
        Anchor(STATUTE, governed.opened.chain.sender, sha256(TEXT).digest(), 0)[:3],
        Anchor(BALLOT, account, b"\x05" * 32, 0)[:3],
    ]

    governed.send(by_administrator(governed.contracts, seats, set_anchoring(account, False)))
    order = by_anchoring(theirs, seats, recording)
    assert not order.ours
    assert order.office.endswith("or an account that it lets anchor")
    assert governance_standing(governed.contracts, seats).named.anchoring == []


def test_verify_anchor__no_node__knows_nothing(tmp_path: Path) -> None:
    trust, file = tmp_path / "trust.toml", tmp_path / "statute.txt"
    trust.write_text(trust_text(Trust(1, "http://no-such-node.invalid", "0x" + "aa" * 20, "0x" + "bb" * 20)))
    file.write_bytes(TEXT)
    result = CliRunner().invoke(app, ["anchor", str(file), "--trust", str(trust)])
    assert result.exit_code == 3
    assert "CANNOT REACH THE NODE" in result.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("/nowhere",), "/nowhere"),
        (("FILE", "--topic", "two words"), "is no topic"),
        (("FILE",), "no trust file"),
    ],
)
def test_verify_anchor__wrong_input__ends_with_2(
    words: tuple[str, ...], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "FILE").write_bytes(TEXT)
    result = CliRunner().invoke(app, ["anchor", *words])
    assert result.exit_code == 2
    assert sentence in result.stderr


@pytest.mark.parametrize("text", ["", "two words", "à", "x" * 33, "0x" + "zz" * 32])
def test_topic__no_word_and_no_hash__is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no topic"):
        topic_of(text)


@pytest.mark.parametrize("topic", ["statute", "0x" + "ab" * 32])
def test_topic__typed__is_shown_as_typed(topic: str) -> None:
    assert topic_words(topic_of(topic)).strip('"') == topic


def test_anchor__zero_digest__is_no_files() -> None:
    with pytest.raises(ValueError, match="no file's"):
        anchor(STATUTE, bytes(32))

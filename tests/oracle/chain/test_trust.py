"""The verifier's own file: found in a known order, every defect with its remedy."""

from pathlib import Path

import pytest

from oracle.chain.trust import Trust, TrustUnusable, load_trust, trust_file, trust_text

TRUST = Trust(31337, "http://127.0.0.1:8545", "0x" + "aa" * 20, "0x" + "bb" * 20)


def test_load_trust__what_was_written__comes_back(tmp_path: Path) -> None:
    path = tmp_path / "trust.toml"
    path.write_text(trust_text(TRUST))
    assert load_trust(path) == TRUST


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("chain_id = ", "cannot be read"),
        ("", "chain_id must be a positive integer"),
        ('chain_id = "31337"', "chain_id must be a positive integer"),
        ("chain_id = true", "chain_id must be a positive integer"),
        ("chain_id = 1", "rpc must be the address of a node"),
        ('chain_id = 1\nrpc = "http://x"', "ledger must be the address of a contract"),
        (f'chain_id = 1\nrpc = "http://x"\nledger = "0x{"aa" * 20}"', "vault must be the address"),
        (
            f'chain_id = 1\nrpc = "http://x"\nledger = "0x{"aa" * 20}"\nvault = "0x12"',
            "vault must be the address",
        ),
    ],
)
def test_load_trust__malformed__names_the_value(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "trust.toml"
    path.write_text(text)
    with pytest.raises(TrustUnusable, match=sentence):
        load_trust(path)


def test_trust_file__none_given__first_the_state_then_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with pytest.raises(TrustUnusable, match="Write one with the values"):
        trust_file()
    home = tmp_path / "home/.config/condivisa/trust.toml"
    home.parent.mkdir(parents=True)
    home.touch()
    assert trust_file() == home
    (tmp_path / ".condivisa").mkdir()
    (tmp_path / ".condivisa/trust.toml").touch()
    assert trust_file() == Path(".condivisa/trust.toml")


def test_trust_file__given_one_absent__looks_nowhere_else(tmp_path: Path) -> None:
    with pytest.raises(TrustUnusable, match="absent"):
        trust_file(tmp_path / "absent")

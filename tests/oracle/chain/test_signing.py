"""Signatures side by side, in the order that the contracts ask for; none over what must not be signed."""

from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account
from eth_typing import Hash32

from oracle.attest.hours import encode_hours
from oracle.attest.messages import LEDGER_NAME, DayReport, Domain, Settlement, batch_digest
from oracle.attest.pedersen import ORDER
from oracle.chain.keys import Keys, load_or_create_keys
from oracle.chain.signing import sign_reports, sign_settlement, signers_of
from oracle.errors import KeysUnusable
from oracle.ports import Quorum

LEDGER = b"\x11" * 20
CONFIGURATION = b"\x22" * 32
REPORT = DayReport(
    19_905, bytes(32), b"\x33" * 32, b"\x34" * 32, 9, b"\x35" * 32, encode_hours([1] * 24, [2] * 24)
)
SETTLEMENT = Settlement(
    1, 1, (b"\x44" * 32,), ((CONFIGURATION, 654),), 0, b"\x55" * 32, b"\x66" * 32, 3, 100, 40
)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """Fresh keys."""
    return load_or_create_keys(tmp_path / "keys.json")


def sign(keys: Keys, *reports: DayReport, chain_id: int = 31337, epoch: int = 1) -> bytes:
    """Signatures over reports of the one configuration."""
    return sign_reports(keys, chain_id, LEDGER, CONFIGURATION, epoch, reports)


def signers(signatures: bytes, digest: bytes) -> list[str]:
    """Who made signatures that stand side by side."""
    starts = range(0, len(signatures), 65)
    parts = [signatures[start : start + 65] for start in starts]
    return [Account._recover_hash(Hash32(digest), signature=part) for part in parts]


def test_sign_reports__batch__all_reporters_in_ascending_order(keys: Keys) -> None:
    domain = Domain(LEDGER_NAME, 31337, LEDGER)
    found = signers(sign(keys, REPORT), batch_digest(domain, CONFIGURATION, 1, [REPORT]))
    assert found == [reporter.address for reporter in keys.reporters]
    assert [int(signer, 16) for signer in found] == sorted(int(signer, 16) for signer in found)


def test_sign_reports__other_chain_or_epoch__other_signatures(keys: Keys) -> None:
    one = sign(keys, REPORT)
    assert sign(keys, REPORT, chain_id=1) != one
    assert sign(keys, REPORT, epoch=2) != one


def test_signers__one_reporter_was_removed__others_take_its_place(keys: Keys) -> None:
    left = (keys.reporter_addresses[0], *keys.reporter_addresses[2:])
    chosen = signers_of(keys, Quorum(left, 3, 2))
    assert chosen.reporter_addresses == list(left[:3])
    assert chosen.operator == keys.operator


def test_signers__too_few_keys_held__says_how_many(keys: Keys) -> None:
    strangers = tuple(bytes([number]) * 20 for number in range(1, 4))
    quorum = Quorum((*strangers, *keys.reporter_addresses[:2]), 3, 1)
    with pytest.raises(KeysUnusable, match=r"3 of the community's 5 reporters must sign.* holds 2 of them"):
        signers_of(keys, quorum)


@pytest.mark.parametrize("hours", [b"", b"\0" * 239, b"\0" * 260])
def test_sign_reports__hours_of_no_day__signs_nothing(keys: Keys, hours: bytes) -> None:
    with pytest.raises(ValueError, match="a day has 23, 24 or 25 hours"):
        sign(keys, REPORT, replace(REPORT, hours=hours))


@pytest.mark.parametrize("blinding", [b"\xff" * 32, ORDER.to_bytes(32, "big")])
def test_sign_reports__blinding_that_opens_no_list__signs_nothing(keys: Keys, blinding: bytes) -> None:
    with pytest.raises(ValueError, match="not below the order of the curve"):
        sign(keys, REPORT, replace(REPORT, blinding=blinding))


def test_sign_settlement__carry_above_the_pool__signs_nothing(keys: Keys) -> None:
    assert len(sign_settlement(keys, 31337, LEDGER, SETTLEMENT)) == 5 * 65
    with pytest.raises(ValueError, match="exceeds the pool"):
        sign_settlement(keys, 31337, LEDGER, replace(SETTLEMENT, carry_micro_eur=101))

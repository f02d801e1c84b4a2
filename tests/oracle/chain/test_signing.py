"""Signatures side by side, in the order that the contracts ask for; none over what must not be signed."""

from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account
from eth_typing import Hash32
from hypothesis import given
from hypothesis import strategies as st

from oracle.attest.hours import encode_hours
from oracle.attest.messages import LEDGER_NAME, DayReport, Domain, Settlement, batch_digest
from oracle.attest.pedersen import ORDER
from oracle.chain.keys import Keys, load_or_create_keys
from oracle.chain.signing import (
    ToSign,
    batch_to_sign,
    nobody_attested,
    quorum_signatures,
    settlement_to_sign,
)
from oracle.chain.signing import sign as sign_message
from oracle.errors import AwaitingSignatures
from oracle.ports import Quorum

LEDGER = b"\x11" * 20
CONFIGURATION = b"\x22" * 32
REPORT = DayReport(
    19_905, bytes(32), b"\x33" * 32, b"\x34" * 32, 9, b"\x35" * 32, encode_hours([1] * 24, [2] * 24)
)
SETTLEMENT = Settlement(
    1, 1, (b"\x44" * 32,), ((CONFIGURATION, 654),), 0, b"\x55" * 32, b"\x66" * 32, 3, 100, 40
)

_ACCOUNTS = [Account.from_key(bytes([number]) * 32) for number in range(1, 6)]
_ONE = batch_to_sign(31337, LEDGER, CONFIGURATION, 2, [REPORT])
SIGNED = {bytes.fromhex(one.address[2:]): sign_message(one, _ONE.message) for one in _ACCOUNTS}


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """Fresh keys."""
    return load_or_create_keys(tmp_path / "keys.json")


def sign(keys: Keys, *reports: DayReport, chain_id: int = 31337, epoch: int = 1) -> bytes:
    """Signatures over reports of the one configuration."""
    wanted = batch_to_sign(chain_id, LEDGER, CONFIGURATION, epoch, reports)
    return quorum_signatures(keys, Quorum(tuple(keys.reporter_addresses), 5, epoch), wanted)


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


def wanted() -> ToSign:
    """One report to sign."""
    return batch_to_sign(31337, LEDGER, CONFIGURATION, 2, [REPORT])


def addresses(signatures: bytes) -> list[bytes]:
    """Who signed the one report."""
    return [bytes.fromhex(signer[2:]) for signer in signers(signatures, wanted().digest)]


def test_quorum__one_reporter_was_removed__others_take_its_place(keys: Keys) -> None:
    left = (keys.reporter_addresses[0], *keys.reporter_addresses[2:])
    assert addresses(quorum_signatures(keys, Quorum(left, 3, 2), wanted())) == list(left[:3])


def test_quorum__too_few_keys_held__says_who_is_missing(keys: Keys) -> None:
    strangers = tuple(bytes([number]) * 20 for number in range(1, 4))
    quorum = Quorum((*strangers, *keys.reporter_addresses[:2]), 3, 1)
    expected = r"3 of the community's 5 reporters must sign 1 days .*, and 2 have.* 1 of 0x0101"
    with pytest.raises(AwaitingSignatures, match=expected) as caught:
        quorum_signatures(keys, quorum, wanted())
    assert caught.value.absent == strangers


def test_quorum__others_handed_in_signatures__theirs_come_before_held_keys(
    keys: Keys,
) -> None:
    own = Keys(keys.operator, keys.reporters[:2])
    handed_in = {
        bytes.fromhex(other.address[2:]): sign_message(other, wanted().message)
        for other in keys.reporters[2:4]
    }
    quorum = Quorum(tuple(keys.reporter_addresses), 3, 2)
    found = addresses(quorum_signatures(own, quorum, wanted(), lambda _digest: handed_in))
    assert set(handed_in) < set(found)
    assert found == sorted(found)
    assert len(found) == 3


@given(st.permutations(range(5)), st.integers(3, 5))
def test_quorum__signatures_in_any_order__same_bytes(order: list[int], count: int) -> None:
    quorum = Quorum(tuple(sorted(SIGNED)), 3, 2)
    operator = Keys(Account.from_key(b"\x99" * 32), ())
    arrived = {sorted(SIGNED)[number]: SIGNED[sorted(SIGNED)[number]] for number in order if number < count}
    straight = {signer: SIGNED[signer] for signer in sorted(arrived)}
    assert quorum_signatures(operator, quorum, wanted(), lambda _digest: arrived) == quorum_signatures(
        operator, quorum, wanted(), lambda _digest: straight
    )


def test_quorum__stranger_handed_in_a_signature__does_not_count(keys: Keys) -> None:
    stranger = next(iter(SIGNED))
    nobody = Keys(keys.operator, ())
    quorum = Quorum(tuple(keys.reporter_addresses), 1, 2)
    assert nobody_attested(b"") == {}
    with pytest.raises(AwaitingSignatures):
        quorum_signatures(nobody, quorum, wanted(), lambda _digest: {stranger: SIGNED[stranger]})


@pytest.mark.parametrize("hours", [b"", b"\0" * 239, b"\0" * 260])
def test_sign_reports__hours_of_no_day__signs_nothing(keys: Keys, hours: bytes) -> None:
    with pytest.raises(ValueError, match="a day has 23, 24 or 25 hours"):
        sign(keys, REPORT, replace(REPORT, hours=hours))


@pytest.mark.parametrize("blinding", [b"\xff" * 32, ORDER.to_bytes(32, "big")])
def test_sign_reports__blinding_that_opens_no_list__signs_nothing(keys: Keys, blinding: bytes) -> None:
    with pytest.raises(ValueError, match="not below the order of the curve"):
        sign(keys, REPORT, replace(REPORT, blinding=blinding))


def test_sign_settlement__carry_above_the_pool__signs_nothing(keys: Keys) -> None:
    quorum = Quorum(tuple(keys.reporter_addresses), 5, 1)
    assert len(quorum_signatures(keys, quorum, settlement_to_sign(31337, LEDGER, SETTLEMENT))) == 5 * 65
    with pytest.raises(ValueError, match="exceeds the pool"):
        settlement_to_sign(31337, LEDGER, replace(SETTLEMENT, carry_micro_eur=101))

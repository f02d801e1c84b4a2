"""Three of five signatures, in the order that the contracts ask for; none over what must not be signed."""

from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account
from eth_typing import Hash32

from oracle.attest.hours import encode_hours
from oracle.attest.messages import LEDGER_NAME, DayReport, Domain, Settlement, batch_digest
from oracle.attest.pedersen import ORDER
from oracle.chain.keys import Keys, load_or_create_keys
from oracle.chain.signing import sign_reports, sign_settlement

LEDGER = b"\x11" * 20
CONFIGURATION = b"\x22" * 32
REPORT = DayReport(
    19_905, bytes(32), b"\x33" * 32, b"\x34" * 32, 9, b"\x35" * 32, encode_hours([1] * 24, [2] * 24)
)
SETTLEMENT = Settlement(
    1, (b"\x44" * 32,), ((CONFIGURATION, 654),), 0, b"\x55" * 32, b"\x66" * 32, 3, 100, 40
)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """Fresh keys."""
    return load_or_create_keys(tmp_path / "keys.json")


def test_sign_reports__batch__three_reporters_in_ascending_order(keys: Keys) -> None:
    signatures = sign_reports(keys, 31337, LEDGER, CONFIGURATION, [REPORT])

    digest = Hash32(batch_digest(Domain(LEDGER_NAME, 31337, LEDGER), CONFIGURATION, [REPORT]))
    signers = [Account._recover_hash(digest, signature=signature) for signature in signatures]
    assert signers == [reporter.address for reporter in keys.reporters[:3]]
    assert [int(signer, 16) for signer in signers] == sorted(int(signer, 16) for signer in signers)
    assert {len(signature) for signature in signatures} == {65}


def test_sign_reports__other_chain__other_signatures(keys: Keys) -> None:
    one = sign_reports(keys, 31337, LEDGER, CONFIGURATION, [REPORT])
    assert sign_reports(keys, 1, LEDGER, CONFIGURATION, [REPORT]) != one


@pytest.mark.parametrize("hours", [b"", b"\0" * 239, b"\0" * 260])
def test_sign_reports__hours_of_no_day__signs_nothing(keys: Keys, hours: bytes) -> None:
    with pytest.raises(ValueError, match="a day has 23, 24 or 25 hours"):
        sign_reports(keys, 31337, LEDGER, CONFIGURATION, [REPORT, replace(REPORT, hours=hours)])


@pytest.mark.parametrize("blinding", [b"\xff" * 32, ORDER.to_bytes(32, "big")])
def test_sign_reports__blinding_that_opens_no_list__signs_nothing(keys: Keys, blinding: bytes) -> None:
    with pytest.raises(ValueError, match="not below the order of the curve"):
        sign_reports(keys, 31337, LEDGER, CONFIGURATION, [REPORT, replace(REPORT, blinding=blinding)])


def test_sign_settlement__carry_above_the_pool__signs_nothing(keys: Keys) -> None:
    assert len(sign_settlement(keys, 31337, LEDGER, SETTLEMENT)) == 3
    with pytest.raises(ValueError, match="exceeds the pool"):
        sign_settlement(keys, 31337, LEDGER, replace(SETTLEMENT, carry_micro_eur=101))

"""EIP-712 messages, against eth_account's independent implementation."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from oracle.attest.keccak import keccak256
from oracle.attest.messages import (
    LEDGER_NAME,
    VAULT_NAME,
    DayReport,
    Domain,
    Settlement,
    batch_digest,
    move_digest,
    report_id,
    settlement_digest,
)
from oracle.attest.payout_tree import Channel, Leaf

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "messages.json").read_text("utf-8"))
hashes = st.binary(min_size=32, max_size=32)
months = st.lists(st.tuples(hashes, st.integers(0, 2**32 - 1)), max_size=4).map(tuple)
domains = st.builds(
    Domain,
    st.sampled_from([LEDGER_NAME, VAULT_NAME]),
    st.integers(1, 2**256 - 1),
    st.binary(min_size=20, max_size=20),
)
reports = st.builds(
    DayReport,
    day=st.integers(0, 2**32 - 1),
    predecessor=hashes,
    root=hashes,
    roster=hashes,
    pods=st.integers(0, 2**32 - 1),
    blinding=hashes,
    hours=st.binary(max_size=250),
)
settlements = st.builds(
    Settlement,
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.lists(hashes, max_size=4).map(tuple),
    months,
    st.integers(0, 2**32 - 1),
    hashes,
    hashes,
    st.integers(0, 255),
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
)
leaves = st.builds(
    Leaf, st.sampled_from(Channel), hashes, st.binary(min_size=20, max_size=20), st.integers(0, 2**64 - 1)
)
TYPES: dict[str, list[dict[str, str]]] = {
    "DayReport": [
        {"name": "day", "type": "uint32"},
        {"name": "predecessor", "type": "bytes32"},
        {"name": "root", "type": "bytes32"},
        {"name": "roster", "type": "bytes32"},
        {"name": "pods", "type": "uint32"},
        {"name": "blinding", "type": "bytes32"},
        {"name": "hours", "type": "bytes"},
    ],
    "Batch": [
        {"name": "configuration", "type": "bytes32"},
        {"name": "epoch", "type": "uint32"},
        {"name": "reports", "type": "DayReport[]"},
    ],
    "Month": [
        {"name": "configuration", "type": "bytes32"},
        {"name": "month", "type": "uint32"},
    ],
    "Settlement": [
        {"name": "distribution", "type": "uint32"},
        {"name": "epoch", "type": "uint32"},
        {"name": "receipts", "type": "bytes32[]"},
        {"name": "months", "type": "Month[]"},
        {"name": "corrections", "type": "uint32"},
        {"name": "evidence", "type": "bytes32"},
        {"name": "root", "type": "bytes32"},
        {"name": "depth", "type": "uint8"},
        {"name": "pool", "type": "uint64"},
        {"name": "carry", "type": "uint64"},
    ],
    "Leaf": [
        {"name": "channel", "type": "uint8"},
        {"name": "payee", "type": "bytes32"},
        {"name": "owner", "type": "address"},
        {"name": "amount", "type": "uint64"},
    ],
    "Move": [
        {"name": "distribution", "type": "uint32"},
        {"name": "index", "type": "uint32"},
        {"name": "leaf", "type": "Leaf"},
    ],
}
PARTS = {"Batch": "DayReport", "Settlement": "Month", "Move": "Leaf"}


def their_digest(domain: Domain, primary: str, message: dict[str, Any]) -> bytes:
    """Digest by eth_account, from a declaration of the types of its own."""
    used = (primary, PARTS[primary])
    signable = encode_typed_data(
        {
            "name": domain.name,
            "version": "1",
            "chainId": domain.chain_id,
            "verifyingContract": "0x" + domain.contract.hex(),
        },
        {name: TYPES[name] for name in used},
        message,
    )
    return keccak256(b"\x19" + signable.version + signable.header + signable.body)


def as_message(report: DayReport) -> dict[str, Any]:
    """A report by the names of its type."""
    return {
        "day": report.day,
        "predecessor": report.predecessor,
        "root": report.root,
        "roster": report.roster,
        "pods": report.pods,
        "blinding": report.blinding,
        "hours": report.hours,
    }


epochs = st.integers(0, 2**32 - 1)


@given(domains, hashes, epochs, st.lists(reports, min_size=1, max_size=3))
def test_batch_digest__drawn__equals_eth_accounts(
    domain: Domain, configuration: bytes, epoch: int, drawn: list[DayReport]
) -> None:
    rows = [as_message(report) for report in drawn]
    message = {"configuration": configuration, "epoch": epoch, "reports": rows}
    assert batch_digest(domain, configuration, epoch, drawn) == their_digest(domain, "Batch", message)


@given(domains, settlements)
def test_settlement_digest__drawn__equals_eth_accounts(domain: Domain, drawn: Settlement) -> None:
    message = {
        "distribution": drawn.distribution,
        "epoch": drawn.epoch,
        "receipts": list(drawn.receipts),
        "months": [{"configuration": name, "month": month} for name, month in drawn.months],
        "corrections": drawn.corrections,
        "evidence": drawn.evidence,
        "root": drawn.root,
        "depth": drawn.depth,
        "pool": drawn.pool_micro_eur,
        "carry": drawn.carry_micro_eur,
    }
    assert settlement_digest(domain, drawn) == their_digest(domain, "Settlement", message)


@given(domains, epochs, epochs, leaves)
def test_move_digest__drawn__equals_eth_accounts(
    domain: Domain, distribution: int, index: int, leaf: Leaf
) -> None:
    message = {
        "distribution": distribution,
        "index": index,
        "leaf": {
            "channel": int(leaf.channel),
            "payee": leaf.payee,
            "owner": "0x" + leaf.owner.hex(),
            "amount": leaf.amount_micro_eur,
        },
    }
    assert move_digest(domain, distribution, index, leaf) == their_digest(domain, "Move", message)


@given(reports, reports)
def test_report_id__different_reports__differ(left: DayReport, right: DayReport) -> None:
    assert (report_id(left) == report_id(right)) is (left == right)


@pytest.mark.parametrize("field", ["predecessor", "root", "roster", "blinding"])
def test_report_id__hash_of_another_length__raises(field: str) -> None:
    report = DayReport(1, bytes(32), bytes(32), bytes(32), 0, bytes(32), bytes(240))
    with pytest.raises(ValueError, match="a hash has 32 bytes, got 31"):
        report_id(replace(report, **{field: bytes(31)}))  # type: ignore[arg-type]


def test_domain__address_of_another_length__raises() -> None:
    with pytest.raises(ValueError, match="an address has 20 bytes"):
        Domain(LEDGER_NAME, 1, bytes(32))


def test_vectors__signatures__recover_their_signers() -> None:
    signed = [VECTORS["settlement"], *VECTORS["batches"], VECTORS["move"], VECTORS["move_to_bank"]]
    for message in signed:
        digest = bytes.fromhex(message["digest"][2:])
        signers = [row["signer"] for row in message["signatures"]]
        assert signers == sorted(signers, key=lambda address: int(address, 16))
        for row in message["signatures"]:
            assert Account._recover_hash(digest, signature=row["signature"]) == row["signer"]


@pytest.mark.parametrize("name", ["move", "move_to_bank"])
def test_vectors__move_as_a_wallet_is_shown_it__is_what_the_owner_signed(name: str) -> None:
    vector = VECTORS[name]
    shown = encode_typed_data(full_message=vector["typed_data"])
    assert keccak256(b"\x19" + shown.version + shown.header + shown.body).hex() == vector["digest"][2:]
    (signature,) = vector["signatures"]
    assert Account.recover_message(shown, signature=signature["signature"]) == signature["signer"]

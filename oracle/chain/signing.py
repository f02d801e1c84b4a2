"""The reporters' signatures over reports and settlements, side by side as the contracts take them."""

from collections.abc import Sequence

from eth_typing import Hash32

from oracle.attest.hours import decode_hours
from oracle.attest.keccak import HASH_BYTES
from oracle.attest.messages import (
    LEDGER_NAME,
    VAULT_NAME,
    DayReport,
    Domain,
    Settlement,
    batch_digest,
    settlement_digest,
)
from oracle.attest.pedersen import ORDER
from oracle.chain.keys import Keys
from oracle.errors import KeysUnusable
from oracle.ports import Quorum


def signers_of(keys: Keys, quorum: Quorum) -> Keys:
    """The keys of as many reporters as a quorum asks for. Raises KeysUnusable when too few are held."""
    named = set(quorum.reporters)
    held = [
        reporter
        for reporter, address in zip(keys.reporters, keys.reporter_addresses, strict=True)
        if address in named
    ]
    if len(held) < quorum.threshold:
        raise KeysUnusable(
            f"{quorum.threshold} of the community's {len(named)} reporters must sign, and the keys file "
            f"holds {len(held)} of them: it cannot publish alone"
        )
    return Keys(keys.operator, tuple(held[: quorum.threshold]))


def sign_reports(
    keys: Keys,
    chain_id: int,
    ledger: bytes,
    configuration: bytes,
    epoch: int,
    reports: Sequence[DayReport],
) -> bytes:
    """65 bytes of every reporter of the keys, ascending by address, over one batch of days.

    Raises ValueError, signing nothing, when a report's hours are neither 23, 24 or 25 pairs of 40-bit totals
    nor a hash that hides them, or its blinding is not below the order of the curve: nobody could check its
    list.
    """
    for report in reports:
        if len(report.hours) != HASH_BYTES:
            decode_hours(report.hours)
        if int.from_bytes(report.blinding, "big") >= ORDER:
            raise ValueError(f"the blinding of day {report.day} is not below the order of the curve")
    domain = Domain(LEDGER_NAME, chain_id, ledger)
    return _signatures(keys, batch_digest(domain, configuration, epoch, reports))


def sign_settlement(keys: Keys, chain_id: int, vault: bytes, settlement: Settlement) -> bytes:
    """65 bytes of every reporter of the keys, ascending by address, over a distribution.

    Raises ValueError when the carry exceeds the pool: the vault could not pay what the root promises.
    """
    if not 0 <= settlement.carry_micro_eur <= settlement.pool_micro_eur:
        raise ValueError(
            f"a carry of {settlement.carry_micro_eur} exceeds the pool {settlement.pool_micro_eur}"
        )
    return _signatures(keys, settlement_digest(Domain(VAULT_NAME, chain_id, vault), settlement))


def _signatures(keys: Keys, digest: bytes) -> bytes:
    """Keys hold the reporters in ascending order, which is the order that the contracts ask for."""
    return b"".join(bytes(reporter.unsafe_sign_hash(Hash32(digest)).signature) for reporter in keys.reporters)

"""The reporters' signatures over reports and settlements, side by side as the contracts take them.

Exactly as many as must sign, ascending by address: reporters that keep their own keys come first, and keys
that are held here only make up what is missing, so that independence is used where it exists. The same
signatures give the same bytes, in whatever order they arrived.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from oracle.attest.hours import decode_hours
from oracle.attest.keccak import HASH_BYTES, keccak256
from oracle.attest.messages import (
    LEDGER_NAME,
    VAULT_NAME,
    DayReport,
    Domain,
    Settlement,
    batch_message,
    settlement_message,
)
from oracle.attest.pedersen import ORDER
from oracle.chain.keys import Keys
from oracle.chain.keystore import Account
from oracle.chain.remote_signer import RemoteAccount
from oracle.errors import AwaitingSignatures
from oracle.ports import Quorum

Attested: TypeAlias = Callable[[bytes], Mapping[bytes, bytes]]
"""Signatures (65 bytes) over a digest that reporters handed in, by their addresses."""


def nobody_attested(_digest: bytes) -> Mapping[bytes, bytes]:
    """Where the keys held here are all there is."""
    return {}


class ToSign(NamedTuple):
    """What reporters sign: the 66 bytes that EIP-712 hashes, and what they are in words."""

    message: bytes
    sentence: str

    @property
    def digest(self) -> bytes:
        """The hash that a signature is over."""
        return keccak256(self.message)


def batch_to_sign(
    chain_id: int, ledger: bytes, configuration: bytes, epoch: int, reports: Sequence[DayReport]
) -> ToSign:
    """One batch of days of a configuration.

    Raises ValueError when a report's hours are neither 23, 24 or 25 pairs of 40-bit totals nor a hash that
    hides them, or its blinding is not below the order of the curve: nobody could check its list.
    """
    for report in reports:
        if len(report.hours) != HASH_BYTES:
            decode_hours(report.hours)
        if int.from_bytes(report.blinding, "big") >= ORDER:
            raise ValueError(f"the blinding of day {report.day} is not below the order of the curve")
    domain = Domain(LEDGER_NAME, chain_id, ledger)
    message = batch_message(domain, configuration, epoch, reports)
    return ToSign(message, f"{len(reports)} days of configuration 0x{configuration.hex()[:8]}…")


def settlement_to_sign(chain_id: int, vault: bytes, settlement: Settlement) -> ToSign:
    """A distribution. Raises ValueError when the carry exceeds the pool: the vault could not pay it."""
    if not 0 <= settlement.carry_micro_eur <= settlement.pool_micro_eur:
        raise ValueError(
            f"a carry of {settlement.carry_micro_eur} exceeds the pool {settlement.pool_micro_eur}"
        )
    message = settlement_message(Domain(VAULT_NAME, chain_id, vault), settlement)
    return ToSign(message, f"distribution {settlement.distribution}")


def quorum_signatures(
    keys: Keys, quorum: Quorum, wanted: ToSign, attested: Attested = nobody_attested
) -> bytes:
    """65 bytes of each of as many reporters as must sign. Raises AwaitingSignatures, SignerUnreachable."""
    own = dict(zip(keys.reporter_addresses, keys.reporters, strict=True))
    handed_in = attested(wanted.digest)
    # Reporters stand ascending in a quorum, and sorting is stable: held keys come after all others.
    willing = [one for one in quorum.reporters if one in handed_in or one in own]
    willing.sort(key=lambda one: one not in handed_in)
    if len(willing) < quorum.threshold:
        absent = [one for one in quorum.reporters if one not in willing]
        raise AwaitingSignatures(
            wanted.sentence, quorum.epoch, len(willing), quorum.threshold, absent, len(quorum.reporters)
        )
    chosen = sorted(willing[: quorum.threshold])
    return b"".join(handed_in.get(one) or sign(own[one], wanted.message) for one in chosen)


def sign(account: Account, message: bytes) -> bytes:
    """65 bytes of one account over a message's hash. Raises SignerUnreachable."""
    if isinstance(account, RemoteAccount):
        return account.sign(message)
    from eth_typing import Hash32

    return bytes(account.unsafe_sign_hash(Hash32(keccak256(message))).signature)

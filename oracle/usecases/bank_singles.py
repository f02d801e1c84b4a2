"""Single payouts that are paid by bank: reserved, ordered and confirmed as leaves of a distribution are.

What became of a leaf that moved or was redirected, or what a fund spent, is the chain's alone: nothing of it
is stored but the accounts behind the hashes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from oracle.attest.keccak import HASH_BYTES, keccak256
from oracle.attest.payout_tree import SUM_BYTES, Channel, bank_payee
from oracle.errors import GovernanceRefused
from oracle.records import ContractKind
from oracle.usecases.governance_standing import Single
from oracle.usecases.resolutions import Action
from settlement.domain.payout_states import Channel as PayoutChannel
from settlement.domain.records import Payout


class Account(NamedTuple):
    """Whose account a hash stands for; the member is empty where none is known."""

    member: str
    iban: str


class BankOrder(NamedTuple):
    """A reserved single payout that the bank has to pay; the IBAN is empty where nobody noted it."""

    number: int
    member: str
    iban: str
    amount_micro_eur: int


def accounts_of(payouts: Iterable[Payout], noted: Mapping[bytes, str]) -> dict[bytes, Account]:
    """Accounts by their hash: those that were noted, and those of members' own bank payouts."""
    known = {payee: Account("", iban) for payee, iban in noted.items()}
    for payout in payouts:
        if payout.channel is PayoutChannel.BANK and payout.salt is not None:
            payee = bank_payee(payout.salt, payout.iban or "")
            known[payee] = Account(payout.member or "", payout.iban or "")
    return known


def awaiting_bank(singles: Sequence[Single]) -> list[Single]:
    """Those that the bank has to pay: reserved and not confirmed."""
    return [single for single in singles if single.open and single.reserved]


def to_reserve(singles: Sequence[Single], now: int) -> list[Single]:
    """Those that can be reserved: by bank, neither paid nor refused nor reserved, payable `now` (seconds)."""
    return [
        single
        for single in singles
        if single.open and not single.reserved and single.leaf[0] == Channel.BANK and single.valid_at <= now
    ]


def orders(singles: Sequence[Single], accounts: Mapping[bytes, Account]) -> list[BankOrder]:
    """What the bank has to pay."""
    return [
        BankOrder(
            single.number,
            *accounts.get(single.leaf[1 : 1 + HASH_BYTES], Account("", "")),
            int.from_bytes(single.leaf[-SUM_BYTES:], "big"),
        )
        for single in awaiting_bank(singles)
    ]


def single_of(singles: Sequence[Single], number: int) -> Single:
    """The single payout of that number, to be paid by bank. Raises GovernanceRefused with the reason."""
    found = next((single for single in singles if single.number == number), None)
    if found is None:
        raise GovernanceRefused(
            f"the vault opened no single payout {number}: `condivisa govern status` lists them"
        )
    if found.leaf[0] != Channel.BANK:
        raise GovernanceRefused(
            f"single payout {number} is paid to a wallet: `condivisa govern claim` pays it"
        )
    if found.paid:
        raise GovernanceRefused(f"single payout {number} was paid, moved or swept before")
    return found


def reserve(single: Single) -> Action:
    """Set it aside for the bank: from then on its owner cannot move it."""
    return Action(ContractKind.VAULT, "reserve", (_branch(single), 1), single.vault)


def release(single: Single) -> Action:
    """Give it back after the bank rejected the payment."""
    return Action(ContractKind.VAULT, "release", (_branch(single), 1), single.vault)


def confirm(single: Single, reference: str) -> Action:
    """Record that the bank paid it; the ledger keeps the hash of the bank's reference."""
    return Action(
        ContractKind.VAULT, "confirm", (_branch(single), [keccak256(reference.encode())]), single.vault
    )


def _branch(single: Single) -> tuple[int, int, bytes, bytes]:
    return (single.number, 0, single.leaf, b"")

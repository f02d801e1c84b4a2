"""Payments ordered at the bank: one order is one file, one payment is one attempt to pay one bank leaf.

ordered → credited   a statement shows the debit; the vault is told the hash of the bank's reference
ordered → returned   rejected or sent back; the vault releases the leaf, to be reserved and ordered again
credited → returned  sent back late: the vault counts the leaf as paid for good, the money is owed again
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from settlement.domain.errors import OrderRefused
from settlement.domain.payout_states import PayoutState

ATTEMPTS_MAX = 99
"""An end-to-end id has 35 characters: 32 of the payout's id, a hyphen and two digits."""


class PaymentState(StrEnum):
    """Where a payment stands, as the bank reports it."""

    ORDERED = "ordered"
    CREDITED = "credited"
    RETURNED = "returned"


_AFTER = {
    PaymentState.ORDERED: frozenset({PaymentState.CREDITED, PaymentState.RETURNED}),
    PaymentState.CREDITED: frozenset({PaymentState.RETURNED}),
}


def payment_may_follow(before: PaymentState, after: PaymentState) -> bool:
    """Whether a payment may go from one state to the other; nothing leaves `returned`."""
    return after in _AFTER.get(before, frozenset())


@dataclass(frozen=True, slots=True)
class Debtor:
    """The account that pays: the community's. `bic` may be unknown inside SEPA."""

    name: str
    iban: str = field(repr=False)
    bic: str | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """One credit transfer of an order; the amount is whole cents in micro-euro."""

    end_to_end_id: str
    creditor: str = field(repr=False)
    iban: str = field(repr=False)
    amount_micro_eur: int
    remittance: str


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """Everything that a payment file says: the same order is the same bytes."""

    message_id: str
    created_at: datetime
    execution_date: date
    debtor: Debtor
    transfers: tuple[Transfer, ...]

    @property
    def sum_micro_eur(self) -> int:
        """What leaves the account."""
        return sum(row.amount_micro_eur for row in self.transfers)


@dataclass(frozen=True, slots=True)
class BankOrder:
    """A stored order: `file` is what was written for the bank, `file_sha256` its SHA-256.

    `number` counts from 1 in each community; the id is the file's message id.
    """

    id: UUID
    community_id: UUID
    distribution_id: UUID
    number: int
    debtor: Debtor
    execution_date: date
    payments: int
    sum_micro_eur: int
    file_sha256: bytes
    file: bytes = field(repr=False)
    created_at: datetime

    @property
    def message_id(self) -> str:
        """MsgId and PmtInfId of the file; a statement may name the whole order by it."""
        return message_id(self.id)


@dataclass(frozen=True, slots=True)
class BankPayment:
    """A payment of an order, with the leaf that it pays. `member` is its code.

    `late`: the bank sent the money back after the vault was told that it arrived; it is owed again.
    """

    end_to_end_id: str
    order_id: UUID
    payout_id: UUID
    attempt: int
    amount_micro_eur: int
    state: PaymentState
    bank_reference: str | None
    credited_on: date | None
    returned_on: date | None
    return_reason: str | None
    late: bool
    distribution_id: UUID
    distribution: int
    leaf_index: int
    member: str | None
    payout_state: PayoutState

    @property
    def leaf(self) -> str:
        """How a sentence names the leaf."""
        return f"leaf {self.leaf_index} of distribution {self.distribution}"


def end_to_end_id(payout_id: UUID, attempt: int) -> str:
    """The id that the bank carries to its statements: unique for the leaf and the attempt, 35 characters.

    Raises OrderRefused beyond 99 attempts.
    """
    if not 1 <= attempt <= ATTEMPTS_MAX:
        raise OrderRefused(f"payout {payout_id} was ordered {attempt - 1} times: pay it in another way")
    return f"{payout_id.hex.upper()}-{attempt}"


def message_id(order_id: UUID) -> str:
    """MsgId of an order's file, 32 characters. Upper case, as some banks write whatever they are given."""
    return order_id.hex.upper()

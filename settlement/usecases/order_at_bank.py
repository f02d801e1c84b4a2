"""Reserved bank leaves become a payment file, which is stored with its payments before it is handed out."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from settlement.domain.bank_orders import (
    BankOrder,
    Debtor,
    PaymentOrder,
    Transfer,
    end_to_end_id,
    message_id,
)
from settlement.domain.calendar import rome_date
from settlement.domain.errors import NotFound, NothingToOrder, OrderRefused
from settlement.domain.iban import bic_is_valid, iban_is_valid
from settlement.domain.identifiers import uuid7
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.records import Distribution, Payout
from settlement.ports import PaymentFile, UnitOfWork
from settlement.usecases.mark_payouts import mark_payouts


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """What the treasurer says. Without IBAN or BIC those of the community's latest order count.

    `holders` names account holders by member code, instead of those that are kept beside the accounts; banks
    compare them with the account (Regulation (EU) 2024/886). Who has neither is named by its code.
    """

    execution_date: date
    debtor_iban: str | None = None
    debtor_bic: str | None = None
    holders: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ordered:
    """The order, whether it is new, and one sentence per reserved leaf that it leaves out."""

    order: BankOrder
    new: bool
    left_out: tuple[str, ...]


def order_at_bank(
    work: UnitOfWork,
    write: PaymentFile,
    community_id: UUID,
    distribution_id: UUID,
    terms: OrderTerms,
    now: datetime,
) -> Ordered:
    """Order a distribution's reserved leaves and store the file; nothing reserved: the latest order again.

    Leaves without a valid IBAN stay reserved and are named. The caller commits, then hands out `file`: a file
    that nobody stored could be sent to the bank twice, a stored one that was lost is written again. Raises
    NotFound, OrderRefused, NothingToOrder.
    """
    work.lock(f"money:{community_id}")
    distribution = work.distributions.get(distribution_id)
    name = work.communities.name_of(community_id)
    if distribution is None or name is None or distribution.community_id != community_id:
        raise NotFound("distribution", distribution_id)
    payouts = work.payouts.locked(distribution_id)
    waiting = [row for row in payouts if row.channel is Channel.BANK and row.state is PayoutState.RESERVED]
    faults = {row.id: fault for row in waiting if (fault := _iban_fault(distribution, row))}
    chosen = [row for row in waiting if row.id not in faults]
    left_out = tuple(faults.values())
    earlier = work.bank_orders.of_distribution(distribution_id)
    if not chosen:
        if not earlier:
            raise NothingToOrder(
                "; ".join(left_out) or f"distribution {distribution.number} has no reserved leaf"
            )
        return Ordered(earlier[-1], new=False, left_out=left_out)
    holders = _holders(work.communities.payees(community_id), chosen) | dict(terms.holders)
    order = _new_order(work, write, _Request(distribution, name, chosen, terms, holders, now))
    return Ordered(order, new=True, left_out=left_out)


@dataclass(frozen=True, slots=True)
class _Request:
    distribution: Distribution
    community: str
    chosen: Sequence[Payout]
    terms: OrderTerms
    holders: Mapping[str, str]
    now: datetime


def _new_order(work: UnitOfWork, write: PaymentFile, wanted: _Request) -> BankOrder:
    distribution, terms = wanted.distribution, wanted.terms
    earlier = work.bank_orders.of_community(distribution.community_id)
    debtor = _debtor(wanted.community, terms, earlier)
    if terms.execution_date < rome_date(wanted.now):
        raise OrderRefused(f"the execution date {terms.execution_date} has passed")
    attempts = work.bank_orders.attempts(distribution.id)
    numbered = [(row, attempts.get(row.id, 0) + 1) for row in wanted.chosen]
    transfers = tuple(_transfer(wanted, row, attempt) for row, attempt in numbered)
    identity = uuid7()
    payment = PaymentOrder(message_id(identity), wanted.now, terms.execution_date, debtor, transfers)
    file = write(payment)
    order = BankOrder(
        id=identity,
        community_id=distribution.community_id,
        distribution_id=distribution.id,
        number=len(earlier) + 1,
        debtor=debtor,
        execution_date=terms.execution_date,
        payments=len(transfers),
        sum_micro_eur=payment.sum_micro_eur,
        file_sha256=hashlib.sha256(file).digest(),
        file=file,
        created_at=wanted.now,
    )
    rows = [
        (transfer.end_to_end_id, row.id, attempt, row.amount_micro_eur)
        for transfer, (row, attempt) in zip(transfers, numbered, strict=True)
    ]
    work.bank_orders.add(order, rows)
    mark_payouts(work, distribution.id, {row.leaf_index: None for row in wanted.chosen}, PayoutState.ORDERED)
    return order


def _debtor(community: str, terms: OrderTerms, earlier: Sequence[BankOrder]) -> Debtor:
    before = earlier[-1].debtor if earlier else None
    iban = terms.debtor_iban or (before.iban if before else None)
    if iban is None:
        raise OrderRefused("no account to pay from is known: name the debtor's IBAN, once")
    if not iban_is_valid(iban):
        raise OrderRefused("the debtor's account is not an IBAN, or its check digits are wrong")
    same = before is not None and before.iban == iban
    bic = terms.debtor_bic or (before.bic if before and same else None)
    if bic is not None and not bic_is_valid(bic):
        raise OrderRefused(f"{bic} is not a BIC of 8 or 11 characters")
    return Debtor(community, iban, bic)


def _transfer(wanted: _Request, payout: Payout, attempt: int) -> Transfer:
    number = wanted.distribution.number
    return Transfer(
        end_to_end_id=end_to_end_id(payout.id, attempt),
        creditor=wanted.holders.get(payout.member or "") or payout.member or "",
        iban=payout.iban or "",
        amount_micro_eur=payout.amount_micro_eur,
        remittance=f"Incentivo CER, distribuzione {number}, quota {payout.leaf_index}, {wanted.community}",
    )


def _holders(payees: Mapping[str, Payee], chosen: Sequence[Payout]) -> dict[str, str]:
    """Names that are kept beside the accounts; who has another account by now may have another name on it."""
    known = ((row, payees[row.member]) for row in chosen if row.member and row.member in payees)
    return {
        payee.member: payee.account_holder
        for row, payee in known
        if payee.account_holder is not None and payee.iban == row.iban
    }


def _iban_fault(distribution: Distribution, payout: Payout) -> str | None:
    """Why the leaf cannot be ordered."""
    if payout.iban and iban_is_valid(payout.iban):
        return None
    what = "an IBAN whose check digits are wrong" if payout.iban else "no IBAN"
    leaf = f"leaf {payout.leaf_index} of distribution {distribution.number} (member {payout.member})"
    return f"{leaf} has {what}: pay it by hand and tell the reference by `condivisa pay confirm`"

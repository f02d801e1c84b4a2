"""A resolution spends from the social or the grid fund."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from settlement.domain.accounting.entry import Entry, EntryKind
from settlement.domain.accounting.fund import Fund, fund_spent
from settlement.domain.errors import BookingRefused
from settlement.domain.rounding import MICRO_EUR_PER_CENT, micro_eur_text
from settlement.ports import UnitOfWork


def spend_fund(
    work: UnitOfWork, community_id: UUID, fund: Fund, amount_micro_eur: int, spent_on: date, reference: str
) -> bool:
    """Post a payment out of a fund; False if this reference was posted before with the same content.

    The accounts follow the bank: on the ledger the money moves by its own resolution. Raises BookingRefused
    when the fund has less, the amount is not whole cents, or the reference stands for another payment.
    """
    work.lock(f"money:{community_id}")
    require_amount(amount_micro_eur)
    wanted = fund_spent(fund, amount_micro_eur, spent_on, reference)
    if not require_bookable(work.journal.standing(community_id, EntryKind.SPENDING), wanted):
        return False
    held = work.journal.balances(community_id).of(fund.account)
    if held < amount_micro_eur:
        raise BookingRefused(f"the {fund} fund has {micro_eur_text(held)} EUR")
    work.journal.add(community_id, [wanted])
    return True


def require_amount(amount_micro_eur: int) -> None:
    """Raises BookingRefused unless it is a payment in whole cents."""
    if amount_micro_eur <= 0 or amount_micro_eur % MICRO_EUR_PER_CENT:
        raise BookingRefused("a payment that is typed into the books is more than nothing, in whole cents")


def require_bookable(known: Iterable[Entry], wanted: Entry) -> bool:
    """Whether an entry that somebody types is new; the same reference stands for the same content."""
    if not wanted.note:
        raise BookingRefused("what is typed into the books has a reference")
    for entry in known:
        if entry.note == wanted.note:
            if entry.postings == wanted.postings and entry.effective_on == wanted.effective_on:
                return False
            raise BookingRefused(f"reference {wanted.note} already stands for another payment")
    return True

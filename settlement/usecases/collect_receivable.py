"""A member that left pays back what it owed."""

from datetime import date
from uuid import UUID

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import EntryKind
from settlement.domain.accounting.receivable import receivable_collected
from settlement.domain.errors import BookingRefused
from settlement.domain.rounding import micro_eur_text
from settlement.ports import UnitOfWork
from settlement.usecases.spend_fund import require_amount, require_bookable


def collect_receivable(
    work: UnitOfWork, community_id: UUID, member: str, amount_micro_eur: int, paid_on: date, reference: str
) -> bool:
    """Post the payment; False if this reference was posted before with the same content.

    The money is in the bank account and not in the vault. Raises BookingRefused when the member owes less,
    the amount is not whole cents, or the reference stands for another payment.
    """
    work.lock(f"money:{community_id}")
    require_amount(amount_micro_eur)
    wanted = receivable_collected(member, amount_micro_eur, paid_on, reference)
    if not require_bookable(work.journal.standing(community_id, EntryKind.COLLECTION), wanted):
        return False
    owed = work.journal.balances(community_id).of(AccountKind.MEMBER_RECEIVABLE, member)
    if owed < amount_micro_eur:
        raise BookingRefused(f"member {member} left and owes {micro_eur_text(owed)} EUR")
    work.journal.add(community_id, [wanted])
    return True

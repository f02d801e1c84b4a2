"""A member that left pays back what it owed."""

from uuid import UUID

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import EntryKind
from settlement.domain.accounting.receivable import receivable_collected
from settlement.domain.errors import BookingRefused
from settlement.domain.rounding import micro_eur_text
from settlement.ports import UnitOfWork
from settlement.usecases.booking import Booked, Booking, known_booking


def collect_receivable(work: UnitOfWork, community_id: UUID, member: str, booking: Booking) -> Booked:
    """Post what a member paid: the money is in the bank account and not in the vault.

    Raises BookingRefused when the member owes less, or the reference stands for another payment.
    """
    work.lock(f"money:{community_id}")
    wanted = receivable_collected(member, booking.amount_micro_eur, booking.paid_on, booking.reference)
    known = known_booking(work.journal.standing(community_id, EntryKind.COLLECTION), wanted)
    if known is not None:
        return Booked(known, new=False)
    owed = work.journal.balances(community_id).of(AccountKind.MEMBER_RECEIVABLE, member)
    if owed < booking.amount_micro_eur:
        raise BookingRefused(f"member {member} left and owes {micro_eur_text(owed)} EUR")
    work.journal.add(community_id, [wanted])
    return Booked(wanted, new=True)

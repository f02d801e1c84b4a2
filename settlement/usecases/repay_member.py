"""What a bank sent back late is paid to its member by another transfer."""

from uuid import UUID

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import EntryKind
from settlement.domain.accounting.late_return import repaid
from settlement.domain.errors import BookingRefused
from settlement.domain.rounding import micro_eur_text
from settlement.ports import UnitOfWork
from settlement.usecases.booking import Booked, Booking, known_booking


def repay_member(work: UnitOfWork, community_id: UUID, member: str, booking: Booking) -> Booked:
    """Post the transfer: neither the leaf nor the vault changes, both have it as paid.

    Raises BookingRefused when less is owed to the member, or the reference stands for another payment.
    """
    work.lock(f"money:{community_id}")
    wanted = repaid(member, booking.amount_micro_eur, booking.paid_on, booking.reference)
    known = known_booking(work.journal.standing(community_id, EntryKind.REPAYMENT), wanted)
    if known is not None:
        return Booked(known, new=False)
    owed = work.journal.balances(community_id).of(AccountKind.REPAYABLE, member)
    if owed < booking.amount_micro_eur:
        sentence = f"{micro_eur_text(owed)} EUR that the bank sent back late are owed to {member}"
        raise BookingRefused(sentence)
    work.journal.add(community_id, [wanted])
    return Booked(wanted, new=True)

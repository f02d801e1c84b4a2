"""Money leaves the social or the grid fund outside of the ledger."""

from uuid import UUID

from settlement.domain.accounting.entry import EntryKind
from settlement.domain.accounting.fund import Fund, fund_spent
from settlement.domain.errors import BookingRefused
from settlement.domain.rounding import micro_eur_text
from settlement.ports import UnitOfWork
from settlement.usecases.booking import Booked, Booking, known_booking


def spend_fund(work: UnitOfWork, community_id: UUID, fund: Fund, booking: Booking) -> Booked:
    """Post a payment out of a fund that the vault does not know of.

    What a resolution spends on the ledger is posted by itself. Raises BookingRefused when the fund has less,
    or the reference stands for another payment.
    """
    work.lock(f"money:{community_id}")
    wanted = fund_spent(fund, booking.amount_micro_eur, booking.paid_on, booking.reference)
    known = known_booking(work.journal.standing(community_id, EntryKind.SPENDING), wanted)
    if known is not None:
        return Booked(known, new=False)
    held = work.journal.balances(community_id).of(fund.account)
    if held < booking.amount_micro_eur:
        raise BookingRefused(f"the {fund} fund has {micro_eur_text(held)} EUR")
    work.journal.add(community_id, [wanted])
    return Booked(wanted, new=True)

"""What somebody typed into the books by mistake is taken back by an entry of its own."""

from uuid import UUID

from settlement.domain.accounting.entry import Cause, EntryKind
from settlement.domain.accounting.reversal import reversal
from settlement.domain.errors import BookingRefused
from settlement.ports import UnitOfWork
from settlement.usecases.booking import Booked

TYPED = (EntryKind.SPENDING, EntryKind.COLLECTION, EntryKind.REPAYMENT)


def reverse_entry(work: UnitOfWork, community_id: UUID, entry_id: UUID, cause: Cause, note: str) -> Booked:
    """Post the reversal; the same again answers the one that was posted. Raises BookingRefused.

    Only what was typed is taken back by hand: receipts, distributions and payouts follow their own facts, and
    an entry without its fact would make the books differ from both.
    """
    work.lock(f"money:{community_id}")
    typed = (entry for kind in TYPED for entry in work.journal.standing(community_id, kind))
    # An entry about a row follows that row, whatever its kind.
    entry = next((row for row in typed if row.id == entry_id and row.source_id is None), None)
    if entry is not None:
        made = reversal(entry, cause, note)
        work.journal.add(community_id, [made])
        return Booked(made, new=True)
    for taken_back in work.journal.of_kind(community_id, EntryKind.REVERSAL):
        if (taken_back.corrects, taken_back.cause, taken_back.note) == (entry_id, cause, note):
            return Booked(taken_back, new=False)
    kinds = " or ".join(TYPED)
    raise BookingRefused(f"{entry_id} is no {kinds} that somebody typed here and that still stands")

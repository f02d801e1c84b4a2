"""What somebody typed into the books by mistake is taken back by an entry of its own."""

from uuid import UUID

from settlement.domain.accounting.entry import Cause, EntryKind
from settlement.domain.accounting.reversal import reversal
from settlement.domain.errors import BookingRefused
from settlement.ports import UnitOfWork

TYPED = (EntryKind.SPENDING, EntryKind.COLLECTION)


def reverse_entry(work: UnitOfWork, community_id: UUID, entry_id: UUID, cause: Cause, note: str) -> UUID:
    """Post the reversal and return its id. Raises BookingRefused.

    Only what was typed is taken back by hand: receipts, distributions and payouts follow their own facts, and
    an entry without its fact would make the books differ from both.
    """
    work.lock(f"money:{community_id}")
    standing = [entry for kind in TYPED for entry in work.journal.standing(community_id, kind)]
    entry = next((row for row in standing if row.id == entry_id), None)
    if entry is None:
        kinds = " or ".join(TYPED)
        raise BookingRefused(f"{entry_id} is no {kinds} of this community that still stands")
    made = reversal(entry, cause, note)
    work.journal.add(community_id, [made])
    return made.id

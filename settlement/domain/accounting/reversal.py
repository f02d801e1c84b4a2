"""Nothing is edited: what was wrong is taken back by an entry of its own."""

from settlement.domain.accounting.entry import Cause, Entry, EntryKind


def reversal(entry: Entry, cause: Cause, note: str = "") -> Entry:
    """The same postings on the other sides, linked to what they take back; both together move nothing."""
    taken_back = tuple(row.reversed for row in entry.postings)
    return Entry(EntryKind.REVERSAL, taken_back, entry.source_id, corrects=entry.id, cause=cause, note=note)

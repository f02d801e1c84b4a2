"""What GSE owes for a settled period, as it was computed."""

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Entry, EntryKind
from settlement.domain.accounting.posting import credit, debit, postings
from settlement.domain.calendar import rome_date
from settlement.domain.records import StoredSettlement


def claim(settlement: StoredSettlement) -> Entry | None:
    """The computed incentive becomes receivable; None where nothing was earned. Effective: its first day."""
    if settlement.revenue_micro_eur == 0:
        return None
    lines = [
        debit(AccountKind.GSE_RECEIVABLE, settlement.revenue_micro_eur),
        credit(AccountKind.INCENTIVE, settlement.revenue_micro_eur),
    ]
    return Entry(EntryKind.CLAIM, postings(lines), settlement.id, rome_date(settlement.start))

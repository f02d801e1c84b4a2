"""What GSE owes for a settled period, as it was computed."""

from collections.abc import Sequence

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.entry import Cause, Entry, EntryKind
from settlement.domain.accounting.posting import credit, debit, postings
from settlement.domain.accounting.reversal import reversal
from settlement.domain.calendar import rome_date
from settlement.domain.records import SettledPeriod, StoredSettlement


def claim(settlement: StoredSettlement) -> Entry | None:
    """The computed incentive becomes receivable; None where nothing was earned. Effective: its first day."""
    if settlement.revenue_micro_eur == 0:
        return None
    lines = [
        debit(AccountKind.GSE_RECEIVABLE, settlement.revenue_micro_eur),
        credit(AccountKind.INCENTIVE, settlement.revenue_micro_eur),
    ]
    return Entry(EntryKind.CLAIM, postings(lines), settlement.id, rome_date(settlement.start))


def claim_entries(
    settlement: StoredSettlement, claimed: Sequence[tuple[Entry, SettledPeriod]]
) -> list[Entry]:
    """A settlement's claim, and the reversals of claims for periods that lie inside its own.

    `claimed` are the claims that stand. Each hour is claimed once, as the latest settlement of its whole
    period saw it: a settlement of hours that a wider one claims, or that only partly cover another's, claims
    nothing.
    """
    start, end = settlement.start, settlement.end
    same_hours = [row for row in claimed if row[1].start < end and row[1].end > start]
    if not all(start <= period.start and period.end <= end for _, period in same_hours):
        return []
    reversals = []
    for entry, period in same_hours:
        same = (period.start, period.end) == (start, end)
        reversals.append(reversal(entry, Cause.METER_CORRECTION if same else Cause.SUPERSEDED))
    made = claim(settlement)
    return reversals if made is None else [*reversals, made]

"""What GSE owes for a settled period enters the accounts."""

from settlement.domain.accounting.claim import claim_entries
from settlement.domain.accounting.entry import EntryKind
from settlement.domain.records import StoredSettlement
from settlement.ports import UnitOfWork


def record_claim(work: UnitOfWork, settlement: StoredSettlement) -> None:
    """Post the settlement's claim, and take back those for periods that it covers as a whole."""
    periods = {row.settlement_id: row for row in work.settlements.periods(settlement.community_id)}
    claimed = [
        (entry, periods[entry.source_id])
        for entry in work.journal.standing(settlement.community_id, EntryKind.CLAIM)
        if entry.source_id is not None
    ]
    work.journal.add(settlement.community_id, claim_entries(settlement, claimed))

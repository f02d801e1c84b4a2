"""The community's accounts: what they hold, and every entry."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.access import reads_names, require_community
from api.deps import Overseer, ServiceOf
from api.paging import DEFAULT, Limit, Offset
from api.routing import Router
from api.schemas.accounts import JournalEntryOut, JournalPage, TrialBalanceOut
from api.schemas.wire import Day

router = Router(prefix="/communities/{community_id}/accounts", tags=["accounts"])


@router.get("/trial-balance", operation_id="getTrialBalance", summary="What every account holds")
def get_trial_balance(
    community_id: UUID,
    asker: Overseer,
    service: ServiceOf,
    on: Annotated[Day | None, Query(description="What took effect up to this day; default: all")] = None,
) -> TrialBalanceOut:
    """Sums of all postings by account and member; those that hold nothing are left out."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        return TrialBalanceOut.of(work.journal.balances(community_id, on), on)


@router.get("/journal", operation_id="listEntries", summary="Every entry, the first recorded first")
def list_entries(
    community_id: UUID, asker: Overseer, service: ServiceOf, limit: Limit = DEFAULT, offset: Offset = 0
) -> JournalPage:
    """Nothing in it is ever changed: what was wrong is taken back by an entry of its own."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        total = work.journal.count(community_id)
        rows = work.journal.of_community(community_id, limit, offset)
    shown = [JournalEntryOut.of(row, with_note=reads_names(asker)) for row in rows]
    return JournalPage(limit=limit, offset=offset, total=total, entries=shown)

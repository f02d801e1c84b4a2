"""What was written to the chain."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.access import community_of, require_community
from api.deps import Anybody, ServiceOf
from api.paging import DEFAULT, Limit, Offset
from api.routing import Router
from api.schemas.ledger import (
    LedgerEventOut,
    LedgerEventPage,
    LedgerTransactionOut,
    LedgerTransactionPage,
    ReportersOut,
)
from api.schemas.wire import part
from oracle.errors import NotDeployed
from oracle.usecases.event_list import scope_of

EventName = Annotated[
    str | None,
    Query(pattern="^[A-Za-z]{1,60}$", description="Only events of that name", examples=["DayAccepted"]),
]

router = Router(prefix="/communities/{community_id}/ledger", tags=["ledger"])


@router.get(
    "/transactions",
    operation_id="listLedgerTransactions",
    summary="Transactions on the chain, the latest first",
)
def list_transactions(
    community_id: UUID, asker: Anybody, service: ServiceOf, limit: Limit = DEFAULT, offset: Offset = 0
) -> LedgerTransactionPage:
    """Each with a sentence, its hash, its block and its gas: all of it is public on the chain as well."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        records = work.transactions.of_community(community_id)[::-1]
    shown = [LedgerTransactionOut.of(row) for row in part(records, limit, offset)]
    return LedgerTransactionPage(limit=limit, offset=offset, total=len(records), transactions=shown)


@router.get(
    "/events",
    operation_id="listLedgerEvents",
    summary="Events of the community's contracts, the latest first",
)
def list_events(
    community_id: UUID,
    asker: Anybody,
    service: ServiceOf,
    name: EventName = None,
    limit: Limit = DEFAULT,
    offset: Offset = 0,
) -> LedgerEventPage:
    """What the contracts recorded, as the index has read it from the chain: anybody's own node has the same.

    The index follows the chain to its newest block; what stands in the newest blocks may be taken back.
    """
    names = [] if name is None else [name]
    with service.reading() as work:
        community = community_of(work, asker, community_id)
        found = work.deployments.of_community(community_id)
        if not found:
            return LedgerEventPage(limit=limit, offset=offset, total=0, chain_id=None, block=None, events=[])
        chain_id = found[0].chain_id
        scope = scope_of(work, community, chain_id)
        cursor = work.chain_index.cursor(chain_id)
        total, events = work.chain_index.newest(chain_id, scope, names, limit, offset)
        mined_at = work.chain_index.mined_at(chain_id, {event.block_number for event in events})
    return LedgerEventPage(
        limit=limit,
        offset=offset,
        total=total,
        chain_id=chain_id,
        block=None if cursor is None else cursor.number,
        events=[LedgerEventOut.of(event, mined_at[event.block_number]) for event in events],
    )


@router.get(
    "/reporters",
    operation_id="getReporters",
    summary="Who signs on the ledger, and whether this service alone could",
)
def get_reporters(community_id: UUID, asker: Anybody, service: ServiceOf) -> ReportersOut:
    """As noted when this service last published to the ledger; the ledger itself is public."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        noted = work.noted_quorums.of(community_id)
    if noted is None:
        raise NotDeployed(f"nothing of community {community_id} was published yet")
    return ReportersOut.of(noted)

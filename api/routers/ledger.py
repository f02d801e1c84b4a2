"""What was written to the chain."""

from uuid import UUID

from api.access import require_community
from api.deps import Anybody, ServiceOf
from api.paging import DEFAULT, Limit, Offset
from api.routing import Router
from api.schemas.ledger import LedgerTransactionOut, LedgerTransactionPage, ReportersOut
from api.schemas.wire import part
from oracle.errors import NotDeployed

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

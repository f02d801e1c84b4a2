"""What GSE still owes for a year."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.access import require_community
from api.deps import Overseer, ServiceOf
from api.routing import Router
from api.schemas.gse import YearBalanceOut
from api.schemas.wire import YEAR_MAX, YEAR_MIN
from settlement.usecases.year_balance import year_balance

router = Router(prefix="/communities/{community_id}", tags=["market"])


@router.get("/gse-balance", operation_id="getGseBalance", summary="What GSE still owes for a year")
def get_gse_balance(
    community_id: UUID,
    year: Annotated[int, Query(ge=YEAR_MIN, le=YEAR_MAX, description="Calendar year")],
    asker: Overseer,
    service: ServiceOf,
) -> YearBalanceOut:
    """Computed incentive of the settled periods, less advances and balances that were divided by them."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        return YearBalanceOut.of(year_balance(work, community_id, year))

"""What GSE still owes for a year, and by when its premium must be asked for."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.access import require_community, unknown
from api.deps import Overseer, ServiceOf
from api.routing import Router
from api.schemas.gse import RequestTermOut, RequestTermsOut, YearBalanceOut
from api.schemas.wire import YEAR_MAX, YEAR_MIN
from settlement.domain.calendar import DAY, day_start, rome_date
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


@router.get(
    "/gse-deadlines", operation_id="getGseDeadlines", summary="Until when GSE can be asked for the premium"
)
def get_gse_deadlines(community_id: UUID, asker: Overseer, service: ServiceOf) -> RequestTermsOut:
    """Of the plants that belong to the community today, and which requests came late."""
    today = rome_date(service.clock())
    with service.reading() as work:
        require_community(work, asker, community_id)
        terms = work.communities.terms(community_id, day_start(today), day_start(today + DAY))
    if terms is None:
        unknown("community")
    return RequestTermsOut(plants=[RequestTermOut.of(plant, terms) for plant in terms.plants])

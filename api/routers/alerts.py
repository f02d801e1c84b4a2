"""What somebody must look at."""

from typing import Annotated

from fastapi import Query

from api.deps import Overseer, ServiceOf
from api.paging import DEFAULT, Limit, Offset
from api.routing import Router
from api.schemas.alert import AlertOut, AlertPage
from api.schemas.wire import part

router = Router(tags=["alerts"])
Resolved = Annotated[bool, Query(description="Also those that were resolved")]


@router.get("/alerts", operation_id="listAlerts", summary="Open alerts, the latest first")
def list_alerts(
    asker: Overseer,
    service: ServiceOf,
    resolved: Resolved = False,
    limit: Limit = DEFAULT,
    offset: Offset = 0,
) -> AlertPage:
    """Those of the token's community; a token of all communities sees all, and what concerns none of them."""
    with service.reading() as work:
        if asker.community_id is None:
            rows = work.alerts.all(resolved=resolved)
        else:
            rows = work.alerts.of_community(asker.community_id, resolved=resolved)
    shown = [AlertOut.of(row) for row in part(rows, limit, offset)]
    return AlertPage(limit=limit, offset=offset, total=len(rows), alerts=shown)

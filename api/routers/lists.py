"""Published lists: what anyone needs to add up a day and compare it with the ledger."""

from uuid import UUID

from fastapi import Response

from api.access import require_community
from api.deps import Anybody, ServiceOf
from api.routing import Router
from api.schemas.receipts import ReadingsListOut
from api.schemas.wire import Day
from oracle.usecases.readings_list import readings_list

router = Router(prefix="/communities/{community_id}/configurations", tags=["ledger"])


@router.get(
    "/{configuration_id}/days/{day}/list",
    operation_id="getReadingsList",
    summary="Published list of a day: commitments that add up to the posted totals",
)
def get_readings_list(
    community_id: UUID,
    configuration_id: UUID,
    day: Day,
    response: Response,
    asker: Anybody,
    service: ServiceOf,
) -> ReadingsListOut:
    """A pseudonym and a commitment per POD: no code, no reading. The same for everybody who may ask."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        listed = readings_list(work, community_id, configuration_id, day)
    response.headers["Content-Disposition"] = f'attachment; filename="list-{day}.json"'
    return ReadingsListOut.model_validate(listed)

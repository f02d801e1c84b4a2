"""Published lists: what anyone needs to add up a day and compare it with the ledger."""

from uuid import UUID

from fastapi import Response

from api.access import require_community
from api.deps import Anybody, ServiceOf
from api.routing import Router
from api.schemas.receipts import OpenedListOut, ReadingsListOut
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
) -> OpenedListOut | ReadingsListOut:
    """A pseudonym and a commitment per POD: no code, no reading. The same for everybody who may ask.

    Of a day whose hidden totals were opened on the ledger, also what opens them.
    """
    with service.reading() as work:
        require_community(work, asker, community_id)
        listed = readings_list(work, community_id, configuration_id, day)
    response.headers["Content-Disposition"] = f'attachment; filename="list-{day}.json"'
    shape = OpenedListOut if "opening" in listed else ReadingsListOut
    return shape.model_validate(listed)

"""Production plants."""

from uuid import UUID

from fastapi import Response

from api.access import require_community, sees_member
from api.deps import Administrator, Anybody, ServiceOf
from api.paging import DEFAULT, Limit, Offset
from api.routing import Router
from api.schemas.plant import PlantCreate, PlantOut, PlantPage, PlantRequest, PlantStops
from api.schemas.wire import part
from community.usecases.plants import add_plant, set_request, set_stop_days

router = Router(prefix="/communities/{community_id}/plants", tags=["plants"])


@router.post(
    "",
    operation_id="addPlant",
    summary="Register a plant behind a POD",
    status_code=201,
    responses={200: {"model": PlantOut, "description": "It was registered before, with the same content"}},
)
def post_plant(
    community_id: UUID, wanted: PlantCreate, response: Response, asker: Administrator, service: ServiceOf
) -> PlantOut:
    """The plant belongs to the POD's last owner. Power limits are checked when a period is settled."""
    with service.writing() as work:
        require_community(work, asker, community_id)
        known = any(row.code == wanted.code for row in work.communities.plants(community_id))
        shown = PlantOut.of(add_plant(work, community_id, wanted.record))
        work.commit()
    response.status_code = 200 if known else 201
    return shown


@router.put(
    "/{plant_id}/stops",
    operation_id="setPlantStops",
    summary="Note the days without production that GSE has recognised",
)
def put_stops(
    community_id: UUID, plant_id: UUID, wanted: PlantStops, asker: Administrator, service: ServiceOf
) -> PlantOut:
    """The premium ends that many days after its twenty years (GSE Regole Operative 2.2.1)."""
    with service.writing() as work:
        require_community(work, asker, community_id)
        shown = PlantOut.of(set_stop_days(work, community_id, plant_id, wanted.stop_days))
        work.commit()
    return shown


@router.put(
    "/{plant_id}/request",
    operation_id="setPlantRequest",
    summary="Note the day on which GSE was asked for the premium",
)
def put_request(
    community_id: UUID, plant_id: UUID, wanted: PlantRequest, asker: Administrator, service: ServiceOf
) -> PlantOut:
    """After the term of 120 days the premium begins on that day, or never: the community's
    `late_request_policy`."""
    with service.writing() as work:
        require_community(work, asker, community_id)
        shown = PlantOut.of(set_request(work, community_id, plant_id, wanted.requested_on))
        work.commit()
    return shown


@router.get("", operation_id="listPlants", summary="The plants that the asker may see")
def list_plants(
    community_id: UUID, asker: Anybody, service: ServiceOf, limit: Limit = DEFAULT, offset: Offset = 0
) -> PlantPage:
    """By code. A member finds its own alone."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        records = [row for row in work.communities.plants(community_id) if sees_member(asker, row.member)]
    shown = [PlantOut.of(row) for row in part(records, limit, offset)]
    return PlantPage(limit=limit, offset=offset, total=len(records), plants=shown)

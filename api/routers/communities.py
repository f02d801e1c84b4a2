"""Communities and the terms that they settle by."""

from uuid import UUID

from fastapi import Response

from api.access import community_of
from api.deps import Administrator, Anybody, GlobalAdministrator, ServiceOf
from api.paging import DEFAULT, Limit, Offset
from api.routing import Router
from api.schemas.community import CommunityCreate, CommunityOut, CommunityPage, CommunityUpdate
from api.schemas.wire import part
from api.versions import IfMatch, mark, require_match
from community.usecases.communities import update_community
from community.usecases.register_community import register_community

router = Router(prefix="/communities", tags=["communities"])


@router.post(
    "",
    operation_id="createCommunity",
    summary="Register a community",
    status_code=201,
    responses={200: {"model": CommunityOut, "description": "It was registered before, with the same terms"}},
)
def create_community(
    wanted: CommunityCreate, response: Response, asker: GlobalAdministrator, service: ServiceOf
) -> CommunityOut:
    """Registers the community with its configurations. Sent again with the same terms, it is recognised."""
    with service.writing() as work:
        community = wanted.community(service.clock())
        registered = register_community(work, community, None, wanted.legal_type, wanted.status)
        if registered.created:
            record = update_community(work, registered.community_id, wanted.changes)
        else:
            record = community_of(work, asker, registered.community_id)
            response.status_code = 200
        shown = CommunityOut.of(record)
        work.commit()
    mark(response, shown)
    return shown


@router.get("", operation_id="listCommunities", summary="The communities that the token reaches")
def list_communities(
    asker: Anybody, service: ServiceOf, limit: Limit = DEFAULT, offset: Offset = 0
) -> CommunityPage:
    """By name; most tokens reach one."""
    with service.reading() as work:
        if asker.community_id is None:
            records = work.communities.all()
        else:
            records = [community_of(work, asker, asker.community_id)]
    shown = [CommunityOut.of(record) for record in part(records, limit, offset)]
    return CommunityPage(limit=limit, offset=offset, total=len(records), communities=shown)


@router.get("/{community_id}", operation_id="getCommunity", summary="A community")
def get_community(community_id: UUID, response: Response, asker: Anybody, service: ServiceOf) -> CommunityOut:
    """Its settings, terms and configurations, with an ETag for a later change."""
    with service.reading() as work:
        shown = CommunityOut.of(community_of(work, asker, community_id))
    mark(response, shown)
    return shown


@router.put("/{community_id}", operation_id="updateCommunity", summary="Change a community")
def put_community(
    community_id: UUID,
    wanted: CommunityUpdate,
    response: Response,
    asker: Administrator,
    service: ServiceOf,
    if_match: IfMatch = None,
) -> CommunityOut:
    """Sets all settings; those left out return to their defaults."""
    with service.writing() as work:
        work.lock(f"community:{community_id}")
        require_match(if_match, CommunityOut.of(community_of(work, asker, community_id)))
        shown = CommunityOut.of(update_community(work, community_id, wanted.changes))
        work.commit()
    mark(response, shown)
    return shown

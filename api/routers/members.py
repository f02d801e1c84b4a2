"""Members and their points of delivery."""

from uuid import UUID

from fastapi import Response

from api.access import reads_names, require_community, require_member
from api.deps import Administrator, Anybody, ServiceOf
from api.paging import DEFAULT, Limit, Offset
from api.routing import Router
from api.schemas.member import MemberCreate, MemberOut, MemberPage, MemberUpdate
from api.schemas.wire import part
from api.versions import IfMatch, mark, require_match
from community.usecases.members import add_member, update_member

router = Router(prefix="/communities/{community_id}/members", tags=["members"])


@router.post(
    "",
    operation_id="addMember",
    summary="Add a member with its PODs",
    status_code=201,
    responses={200: {"model": MemberOut, "description": "It was added before, with the same content"}},
)
def post_member(
    community_id: UUID, wanted: MemberCreate, response: Response, asker: Administrator, service: ServiceOf
) -> MemberOut:
    """Adds the member. Sent again with the same content, it is recognised."""
    with service.writing() as work:
        require_community(work, asker, community_id)
        known = work.communities.member_by_code(community_id, wanted.code) is not None
        shown = MemberOut.of(add_member(work, community_id, wanted.wanted(wanted.code)), with_names=True)
        work.commit()
    response.status_code = 200 if known else 201
    mark(response, shown)
    return shown


@router.get("", operation_id="listMembers", summary="The members that the asker may see")
def list_members(
    community_id: UUID, asker: Anybody, service: ServiceOf, limit: Limit = DEFAULT, offset: Offset = 0
) -> MemberPage:
    """By code. A member finds itself alone; an auditor finds codes without names."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        if asker.member_id is None:
            records = work.communities.members(community_id)
        else:
            records = [require_member(work, asker, community_id, asker.member_id)]
    shown = [MemberOut.of(row, with_names=reads_names(asker)) for row in part(records, limit, offset)]
    return MemberPage(limit=limit, offset=offset, total=len(records), members=shown)


@router.get("/{member_id}", operation_id="getMember", summary="A member")
def get_member(
    community_id: UUID, member_id: UUID, response: Response, asker: Anybody, service: ServiceOf
) -> MemberOut:
    """Its category, its payout channel and its PODs, with an ETag for a later change."""
    with service.reading() as work:
        record = require_member(work, asker, community_id, member_id)
    shown = MemberOut.of(record, with_names=reads_names(asker))
    mark(response, shown)
    return shown


@router.put("/{member_id}", operation_id="updateMember", summary="Change a member")
def put_member(
    community_id: UUID,
    member_id: UUID,
    wanted: MemberUpdate,
    response: Response,
    asker: Administrator,
    service: ServiceOf,
    if_match: IfMatch = None,
) -> MemberOut:
    """Sets all settings; PODs that are not named stay, named ones are added, ended or get another meter."""
    with service.writing() as work:
        work.lock(f"community:{community_id}")
        before = require_member(work, asker, community_id, member_id)
        require_match(if_match, MemberOut.of(before, with_names=True))
        code = before.member.code
        after = update_member(work, community_id, member_id, wanted.wanted(code, before.member))
        shown = MemberOut.of(after, with_names=True)
        work.commit()
    mark(response, shown)
    return shown

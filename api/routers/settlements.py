"""Settled periods."""

import hashlib
from uuid import UUID

from fastapi import Response

from api.access import require_community, sees_member, unknown
from api.deps import Anybody, Overseer, ServiceOf
from api.paging import DEFAULT, Limit, Offset
from api.routing import Router
from api.schemas.settlement import (
    SettlementDetailOut,
    SettlementMemberOut,
    SettlementMemberPage,
    SettlementOut,
    SettlementPage,
)
from api.schemas.wire import part
from api.service import ReadWork
from community.domain.records import Principal
from settlement.domain.records import StoredSettlement

router = Router(prefix="/communities/{community_id}/settlements", tags=["settlements"])


@router.get("", operation_id="listSettlements", summary="Settled periods, the latest first")
def list_settlements(
    community_id: UUID, asker: Anybody, service: ServiceOf, limit: Limit = DEFAULT, offset: Offset = 0
) -> SettlementPage:
    """The community's figures; those of single members have their own address."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        records = work.settlements.of_community(community_id)[::-1]
    shown = [SettlementOut.of(row) for row in part(records, limit, offset)]
    return SettlementPage(limit=limit, offset=offset, total=len(records), settlements=shown)


@router.get("/{settlement_id}", operation_id="getSettlement", summary="A settled period")
def get_settlement(
    community_id: UUID, settlement_id: UUID, asker: Anybody, service: ServiceOf
) -> SettlementDetailOut:
    """Energy, revenue and its split, the hashes that bind them, and the parameters that nothing confirms."""
    with service.reading() as work:
        return SettlementDetailOut.of(_settlement(work, asker, community_id, settlement_id))


@router.get(
    "/{settlement_id}/members", operation_id="listSettlementMembers", summary="Members' figures in a period"
)
def list_settlement_members(
    community_id: UUID,
    settlement_id: UUID,
    asker: Anybody,
    service: ServiceOf,
    limit: Limit = DEFAULT,
    offset: Offset = 0,
) -> SettlementMemberPage:
    """By code. A member finds its own figures alone."""
    with service.reading() as work:
        settlement = _settlement(work, asker, community_id, settlement_id)
        rows = [row for row in work.settlements.members(settlement.id) if sees_member(asker, row.member)]
    shown = [SettlementMemberOut.of(row) for row in part(rows, limit, offset)]
    return SettlementMemberPage(
        limit=limit, offset=offset, total=len(rows), settlement_id=settlement_id, members=shown
    )


@router.get(
    "/{settlement_id}/document",
    operation_id="getSettlementDocument",
    summary="settlement.json, byte for byte",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}, "description": "The exact bytes that were hashed"}},
)
def get_settlement_document(
    community_id: UUID, settlement_id: UUID, asker: Overseer, service: ServiceOf
) -> Response:
    """What an auditor recomputes: `condivisa settle` gives the same bytes from the same files."""
    with service.reading() as work:
        document = _settlement(work, asker, community_id, settlement_id).document
    headers = {
        "Content-Disposition": 'attachment; filename="settlement.json"',
        "ETag": f'"{hashlib.sha256(document).hexdigest()}"',
    }
    return Response(document, media_type="application/json", headers=headers)


def _settlement(
    work: ReadWork, asker: Principal, community_id: UUID, settlement_id: UUID
) -> StoredSettlement:
    require_community(work, asker, community_id)
    found = work.settlements.get(settlement_id)
    return found if found and found.community_id == community_id else unknown("settlement")

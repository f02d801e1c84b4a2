"""Members' statements of a distribution: the canonical document, and its PDF."""

import hashlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from api.access import require_member, unknown
from api.deps import Anybody, ServiceOf
from api.routing import Router
from api.service import ReadWork
from community.domain.records import Principal
from oracle.usecases.ledger_place import ledger_place
from settlement.documents.statement_pdf import Language, statement_pdf
from settlement.domain.records import Distribution

router = Router(
    prefix="/communities/{community_id}/distributions/{distribution_id}/statements", tags=["distributions"]
)

_JSON: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {}}, "description": "The exact bytes that the receipt's hash names"}
}
_PDF: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {}}, "description": "The same statement, drawn"}
}


@router.get(
    "/{member_id}",
    operation_id="getStatement",
    summary="A member's statement, byte for byte",
    response_class=Response,
    responses=_JSON,
)
def get_statement(
    community_id: UUID, distribution_id: UUID, member_id: UUID, asker: Anybody, service: ServiceOf
) -> Response:
    """Where the payout comes from, down to readings and rules. A member finds its own alone."""
    with service.reading() as work:
        found, document = _statement(work, asker, community_id, distribution_id, member_id)
    headers = {
        "Content-Disposition": f'attachment; filename="statement-{found.number}.json"',
        "ETag": f'"{hashlib.sha256(document).hexdigest()}"',
    }
    return Response(document, media_type="application/json", headers=headers)


@router.get(
    "/{member_id}/pdf",
    operation_id="getStatementPdf",
    summary="A member's statement as PDF",
    response_class=Response,
    responses=_PDF,
)
def get_statement_pdf(
    community_id: UUID,
    distribution_id: UUID,
    member_id: UUID,
    asker: Anybody,
    service: ServiceOf,
    language: Annotated[Language, Query(description="Language of the labels")] = Language.ITALIAN,
) -> Response:
    """With the block of the ledger in which the distribution was settled. A member finds its own alone."""
    with service.reading() as work:
        found, document = _statement(work, asker, community_id, distribution_id, member_id)
        place = ledger_place(work, found)
    headers = {"Content-Disposition": f'attachment; filename="statement-{found.number}.pdf"'}
    return Response(statement_pdf(document, language, place), media_type="application/pdf", headers=headers)


def _statement(
    work: ReadWork, asker: Principal, community_id: UUID, distribution_id: UUID, member_id: UUID
) -> tuple[Distribution, bytes]:
    member = require_member(work, asker, community_id, member_id).member.code
    found = work.distributions.get(distribution_id)
    if found is None or found.community_id != community_id:
        unknown("distribution")
    document = work.statements.of(distribution_id, member)
    return found, document or unknown("statement")

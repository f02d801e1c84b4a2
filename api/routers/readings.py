"""A receipt of readings: the file that proves a POD's day against the ledger."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Response

from api.access import require_community, unknown
from api.deps import Owner, ServiceOf
from api.routing import Router
from api.schemas.quality import DayVersionOut
from api.schemas.receipts import ReadingReceiptOut
from api.schemas.wire import Day, Instant, PodCode
from api.service import ReadWork
from community.domain.records import Principal
from oracle.usecases.receipts import reading_receipt
from settlement.usecases.reading_history import reading_history

router = Router(prefix="/communities/{community_id}/readings", tags=["readings"])


@router.get(
    "/{pod}/{day}/receipt",
    operation_id="getReadingReceipt",
    summary="Receipt of a POD's readings of a day, with proof",
)
def get_reading_receipt(
    community_id: UUID,
    pod: Annotated[PodCode, Path()],
    day: Annotated[Day, Path()],
    response: Response,
    asker: Owner,
    service: ServiceOf,
) -> ReadingReceiptOut:
    """The readings themselves, so only for the one who owned the POD on that day, and for administrators."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        if not _owns(work, asker, community_id, pod, day):
            unknown("POD")
        receipt = reading_receipt(work, community_id, pod, day)
    response.headers["Content-Disposition"] = f'attachment; filename="reading-{pod}-{day}.json"'
    return ReadingReceiptOut.model_validate(receipt)


@router.get(
    "/{pod}/{day}/history",
    operation_id="getReadingHistory",
    summary="Every version of a POD's day, and when it was known",
)
def get_reading_history(
    community_id: UUID,
    pod: Annotated[PodCode, Path()],
    day: Annotated[Day, Path()],
    asker: Owner,
    service: ServiceOf,
    as_of: Annotated[Instant | None, Query(description="As it was known then; default: now")] = None,
) -> list[DayVersionOut]:
    """Each is what was known from `received_at` on; differences are to the version before, in Wh."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        if not _owns(work, asker, community_id, pod, day):
            unknown("POD")
        found = reading_history(work, community_id, pod, day, day, as_of)
    return [DayVersionOut.of(row) for row in found]


def _owns(work: ReadWork, asker: Principal, community_id: UUID, pod: str, day: date) -> bool:
    """Whether the POD was the asker's on that day; administrators may see all of their community."""
    members = work.communities.members(community_id) if asker.member_id is None else []
    if asker.member_id is not None:
        own = work.communities.member(community_id, asker.member_id)
        members = [own] if own else []
    return any(
        row.pod == pod and row.valid_from <= day and (row.valid_to is None or day < row.valid_to)
        for member in members
        for row in member.member.pods
    )

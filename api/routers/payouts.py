"""A member's receipt of a payout: the file that proves it against the chain."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Response

from api.access import require_community, sees_member, unknown
from api.deps import Anybody, ServiceOf
from api.routing import Router
from api.schemas.receipts import PayoutReceiptOut
from oracle.usecases.receipts import payout_receipt

router = Router(prefix="/communities/{community_id}/payouts", tags=["payouts"])

NUMBER_MAX = 2**31 - 1

Number = Annotated[int, Path(ge=1, le=NUMBER_MAX, description="The distribution's number in the vault")]
Index = Annotated[int, Path(ge=0, le=NUMBER_MAX, description="Position in the payout tree")]


@router.get(
    "/{distribution}/{index}/receipt",
    operation_id="getPayoutReceipt",
    summary="Receipt of a payout, with proof",
)
def get_payout_receipt(
    community_id: UUID,
    distribution: Number,
    index: Index,
    response: Response,
    asker: Anybody,
    service: ServiceOf,
) -> PayoutReceiptOut:
    """What `condivisa verify payout` and the stand-alone page check. A member finds its own alone."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        distributions = work.distributions.of_community(community_id)
        found = next((row for row in distributions if row.number == distribution), None)
        leaves = work.payouts.of_distribution(found.id) if found else []
        if index >= len(leaves) or not sees_member(asker, leaves[index].member):
            unknown("payout")
        receipt = payout_receipt(work, leaves[index].id)
    response.headers["Content-Disposition"] = f'attachment; filename="payout-{distribution}-{index}.json"'
    return PayoutReceiptOut.model_validate(receipt)

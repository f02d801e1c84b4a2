"""Distributions: money that arrived, joined with settled periods and divided."""

from uuid import UUID

from fastapi import Response

from api.access import require_community, sees_member, unknown
from api.deps import Administrator, Anybody, DryRun, Overseer, ServiceOf
from api.paging import DEFAULT, Limit, Offset
from api.queries.distribution_state import distribution_state
from api.routing import Router
from api.schemas.distribution import (
    DistributeRequest,
    DistributionOut,
    DistributionPage,
    PayoutOut,
    PayoutPage,
    ReceiptOut,
)
from api.schemas.receipts import PayoutTreeOut
from api.schemas.wire import part
from api.service import ReadWork
from community.domain.records import Principal, Role
from oracle.usecases.evidence_pack import evidence_pack
from oracle.usecases.pack_archive import archive_of
from oracle.usecases.payout_tree import payout_tree
from settlement.domain.records import Distribution
from settlement.usecases.distribute import distribute
from settlement.usecases.record_receipt import record_receipt

router = Router(prefix="/communities/{community_id}/distributions", tags=["distributions"])


@router.post(
    "",
    operation_id="distribute",
    summary="Record a bank receipt and divide it",
    status_code=201,
    responses={
        200: {"model": DistributionOut, "description": "It was divided before, in the same way; or a dry run"}
    },
)
def post_distribution(
    community_id: UUID,
    wanted: DistributeRequest,
    response: Response,
    asker: Administrator,
    service: ServiceOf,
    dry_run: DryRun = False,
) -> DistributionOut:
    """Drafts, checks and approves in one step, and orders its settlement on chain.

    Refused while a finding of the checks is not acknowledged by its name.

    The bank reference makes it safe to send twice: the same content answers the first distribution.
    """
    with service.writing() as work:
        require_community(work, asker, community_id)
        receipt = record_receipt(work, community_id, wanted.receipt.terms)
        found = distribute(
            work,
            community_id,
            [receipt.id],
            wanted.settlements,
            by=asker.label,
            acknowledged=wanted.acknowledged,
        )
        shown = _shown(work, asker, found)
        if not dry_run:
            work.commit()
    response.status_code = 200 if dry_run or receipt.distribution_id else 201
    return shown


@router.get("", operation_id="listDistributions", summary="Distributions, the latest first")
def list_distributions(
    community_id: UUID, asker: Anybody, service: ServiceOf, limit: Limit = DEFAULT, offset: Offset = 0
) -> DistributionPage:
    """The community's sums; single payouts have their own address."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        records = work.distributions.of_community(community_id)[::-1]
        shown = [_shown(work, asker, row) for row in part(records, limit, offset)]
    return DistributionPage(limit=limit, offset=offset, total=len(records), distributions=shown)


@router.get("/{distribution_id}", operation_id="getDistribution", summary="A distribution")
def get_distribution(
    community_id: UUID, distribution_id: UUID, asker: Anybody, service: ServiceOf
) -> DistributionOut:
    """What arrived, how it was split and what the pool keeps."""
    with service.reading() as work:
        return _shown(work, asker, _distribution(work, asker, community_id, distribution_id))


@router.get("/{distribution_id}/payouts", operation_id="listPayouts", summary="Payouts of a distribution")
def list_payouts(
    community_id: UUID,
    distribution_id: UUID,
    asker: Anybody,
    service: ServiceOf,
    limit: Limit = DEFAULT,
    offset: Offset = 0,
) -> PayoutPage:
    """By position in the payout tree. A member finds its own alone."""
    with service.reading() as work:
        found = _distribution(work, asker, community_id, distribution_id)
        leaves = work.payouts.of_distribution(distribution_id)
    rows = [row for row in leaves if sees_member(asker, row.member)]
    return PayoutPage(
        limit=limit,
        offset=offset,
        total=len(rows),
        distribution_id=distribution_id,
        number=found.number,
        payouts=[PayoutOut.of(row) for row in part(rows, limit, offset)],
    )


@router.get(
    "/{distribution_id}/tree",
    operation_id="getPayoutTree",
    summary="Published payout tree: all payouts, to build the root on chain again",
)
def get_payout_tree(
    community_id: UUID, distribution_id: UUID, response: Response, asker: Overseer, service: ServiceOf
) -> PayoutTreeOut:
    """What `condivisa verify tree` and the stand-alone page check. It names no member and no IBAN."""
    with service.reading() as work:
        found = _distribution(work, asker, community_id, distribution_id)
        tree = payout_tree(work, found.id)
    response.headers["Content-Disposition"] = f'attachment; filename="tree-{found.number}.json"'
    return PayoutTreeOut.model_validate(tree)


@router.get(
    "/{distribution_id}/pack",
    operation_id="getEvidencePack",
    summary="Evidence pack: all that an auditor needs to compute a distribution again",
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}, "description": "Confidential: holds readings"}},
)
def get_evidence_pack(
    community_id: UUID, distribution_id: UUID, asker: Overseer, service: ServiceOf
) -> Response:
    """What `condivisa verify pack` checks; the same bytes at every call. It holds no IBAN."""
    with service.reading() as work:
        found = _distribution(work, asker, community_id, distribution_id)
        archive = archive_of(evidence_pack(work, found.id))
    headers = {"Content-Disposition": f'attachment; filename="pack-{found.number}.zip"'}
    return Response(archive, media_type="application/zip", headers=headers)


def _distribution(
    work: ReadWork, asker: Principal, community_id: UUID, distribution_id: UUID
) -> Distribution:
    require_community(work, asker, community_id)
    found = work.distributions.get(distribution_id)
    return found if found and found.community_id == community_id else unknown("distribution")


def _shown(work: ReadWork, asker: Principal, record: Distribution) -> DistributionOut:
    receipts = work.receipts.of_ids(record.receipts)
    with_reference = asker.role is not Role.MEMBER
    shown = [ReceiptOut.of(row, with_reference=with_reference) for row in receipts]
    return DistributionOut.of(record, distribution_state(work, record), shown)

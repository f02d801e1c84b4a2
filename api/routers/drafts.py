"""A distribution step by step: drafted, checked, approved, each by whoever is asked to."""

from uuid import UUID

from api.access import require_community, unknown
from api.deps import Administrator, Overseer, ServiceOf
from api.routing import Router
from api.schemas.distribution import DraftRequest
from api.schemas.draft import DraftOut, ProposalOut, StepRequest
from api.service import ReadWork
from community.domain.records import Principal
from settlement.domain.accounting.checks import check
from settlement.domain.accounting.lifecycle import Draft
from settlement.usecases.approve_distribution import approve_distribution
from settlement.usecases.check_distribution import check_distribution, proposal_of
from settlement.usecases.draft_distribution import draft_distribution, withdraw_distribution
from settlement.usecases.record_receipt import record_receipt

router = Router(prefix="/communities/{community_id}/drafts", tags=["distributions"])


@router.post("", operation_id="draftDistribution", summary="Record a bank receipt and draft its division")
def post_draft(
    community_id: UUID, wanted: DraftRequest, asker: Administrator, service: ServiceOf
) -> DraftOut:
    """Nothing is promised yet. The same content again answers the draft that is open."""
    with service.writing() as work:
        require_community(work, asker, community_id)
        receipt = record_receipt(work, community_id, wanted.receipt.terms)
        draft = draft_distribution(work, community_id, [receipt.id], wanted.settlements, asker.label)
        shown = DraftOut.of(draft, work.lifecycles.steps(draft.id))
        work.commit()
    return shown


@router.get(
    "/{draft_id}", operation_id="getDraft", summary="A distribution's life: who made each step, and when"
)
def get_draft(community_id: UUID, draft_id: UUID, asker: Overseer, service: ServiceOf) -> DraftOut:
    """From draft to final; a distribution has the id of its draft."""
    with service.reading() as work:
        draft = _draft(work, asker, community_id, draft_id)
        return DraftOut.of(draft, work.lifecycles.steps(draft_id))


@router.get(
    "/{draft_id}/proposal",
    operation_id="getProposal",
    summary="What a draft would be if it were approved today",
)
def get_proposal(community_id: UUID, draft_id: UUID, asker: Overseer, service: ServiceOf) -> ProposalOut:
    """The entries that approval would post, the payouts that it would promise, and what must be seen."""
    with service.writing() as work:  # it waits for whoever divides just now, and writes nothing
        _draft(work, asker, community_id, draft_id)
        draft, proposal = proposal_of(work, draft_id)
        return ProposalOut.of(draft, proposal, check(proposal))


@router.post("/{draft_id}/steps", operation_id="stepDraft", summary="Check, approve or withdraw a draft")
def post_step(
    community_id: UUID, draft_id: UUID, wanted: StepRequest, asker: Administrator, service: ServiceOf
) -> DraftOut:
    """Approval posts the entries, promises the payouts and orders the settlement on chain.

    It is refused where anything changed since the check, or a finding is not acknowledged by its name.
    """
    with service.writing() as work:
        draft = _draft(work, asker, community_id, draft_id)
        match wanted.state:
            case "checked":
                check_distribution(work, draft_id, asker.label)
            case "approved":
                approve_distribution(work, draft_id, asker.label, wanted.acknowledged)
            case "withdrawn":
                withdraw_distribution(work, draft_id, asker.label)
        shown = DraftOut.of(draft, work.lifecycles.steps(draft_id))
        work.commit()
    return shown


def _draft(work: ReadWork, asker: Principal, community_id: UUID, draft_id: UUID) -> Draft:
    require_community(work, asker, community_id)
    found = work.lifecycles.draft(draft_id)
    return found if found and found.community_id == community_id else unknown("draft")

"""A draft is checked before anybody approves it."""

from collections.abc import Collection
from uuid import UUID

from settlement.domain.accounting.checks import CheckFinding, Proposal, check
from settlement.domain.accounting.lifecycle import DistributionState, Draft, LifecycleStep
from settlement.domain.errors import NotFound
from settlement.ports import UnitOfWork
from settlement.usecases.advance_distribution import take
from settlement.usecases.draft_distribution import require_undivided
from settlement.usecases.propose import (
    lock_money,
    named_receipts,
    named_settlements,
    propose,
    require_current,
)


def check_distribution(work: UnitOfWork, distribution_id: UUID, by: str) -> list[CheckFinding]:
    """Run all checks over what the draft would be today, and keep what they found.

    Raises NotFound, LifecycleRefused, AlreadyDistributed, SettlementSuperseded.
    """
    draft, proposal = proposal_of(work, distribution_id)
    findings = check(proposal)
    step = LifecycleStep(draft.id, DistributionState.CHECKED, by, tuple(findings), digest=proposal.digest())
    take(work, step)
    return findings


def proposal_of(work: UnitOfWork, distribution_id: UUID) -> tuple[Draft, Proposal]:
    """A draft and what it would be today; others wait until this transaction ends."""
    draft = draft_of(work, distribution_id)
    lock_money(work, draft.community_id)
    receipts = named_receipts(work, draft.community_id, draft.receipts)
    require_undivided(receipts)
    settlements = named_settlements(work, draft.community_id, draft.settlements)
    require_current(work, settlements)
    return draft, propose(work, draft.id, draft.community_id, receipts, settlements)


def draft_of(work: UnitOfWork, distribution_id: UUID) -> Draft:
    """The draft of that id. Raises NotFound."""
    draft = work.lifecycles.draft(distribution_id)
    if draft is None:
        raise NotFound("draft", distribution_id)
    return draft


def unacknowledged(findings: Collection[CheckFinding], names: Collection[str]) -> list[CheckFinding]:
    """The findings whose names are not among these."""
    return [row for row in findings if row.name not in names]

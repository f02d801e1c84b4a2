"""Somebody takes a checked distribution over: from here on it binds."""

from collections.abc import Collection
from uuid import UUID

from settlement.domain.accounting.lifecycle import (
    BEFORE_APPROVAL,
    DistributionState,
    LifecycleStep,
    may_become,
)
from settlement.domain.errors import ChangedSinceCheck, FindingsNotAcknowledged, LifecycleRefused
from settlement.domain.records import Distribution
from settlement.ports import UnitOfWork
from settlement.usecases.advance_distribution import state_of, take
from settlement.usecases.check_distribution import draft_of, proposal_of, unacknowledged
from settlement.usecases.divide import divide, next_place
from settlement.usecases.propose import lock_money


def approve_distribution(
    work: UnitOfWork, distribution_id: UUID, by: str, acknowledged: Collection[str] = ()
) -> Distribution:
    """Post the entries, promise the leaves and order the settlement, exactly as it was checked.

    Approving again returns the distribution. Raises NotFound, LifecycleRefused, ChangedSinceCheck when the
    accounts, payees or settlements say something else than when it was checked, and FindingsNotAcknowledged
    with the findings whose names are not among `acknowledged`.
    """
    draft = draft_of(work, distribution_id)
    lock_money(work, draft.community_id)
    before = state_of(work, distribution_id)
    existing = work.distributions.get(distribution_id)
    if existing is not None and before not in BEFORE_APPROVAL:
        return existing
    if not may_become(before, DistributionState.APPROVED):
        raise LifecycleRefused(distribution_id, before or "nothing", DistributionState.APPROVED)
    checked = work.lifecycles.steps(distribution_id)[-1]
    _, proposal = proposal_of(work, distribution_id)
    if proposal.digest() != checked.digest:
        raise ChangedSinceCheck(distribution_id)
    unseen = unacknowledged(checked.findings, acknowledged)
    if unseen:
        raise FindingsNotAcknowledged([str(row) for row in unseen], sorted({row.name for row in unseen}))
    distribution = divide(work, draft, proposal, next_place(work, draft.community_id))
    step = LifecycleStep(
        distribution_id, DistributionState.APPROVED, by, checked.findings, tuple(sorted(set(acknowledged)))
    )
    take(work, step)
    return distribution

"""A distribution takes one step of its life."""

from dataclasses import replace
from uuid import UUID

from settlement.domain.accounting.lifecycle import DistributionState, LifecycleStep, may_become
from settlement.domain.errors import LifecycleRefused, NotFound
from settlement.domain.payout_states import PayoutState
from settlement.ports import UnitOfWork

SETTLED_LEAVES = frozenset({PayoutState.PAID, PayoutState.CONFIRMED})


def state_of(work: UnitOfWork, distribution_id: UUID) -> DistributionState | None:
    """Where a distribution stands; None before its first step."""
    steps = work.lifecycles.steps(distribution_id)
    return steps[-1].state if steps else None


def advance(work: UnitOfWork, distribution_id: UUID, state: DistributionState, by: str) -> None:
    """Record a step and who made it. Raises NotFound, LifecycleRefused; a state it has is no step."""
    take(work, LifecycleStep(distribution_id, state, by))


def take(work: UnitOfWork, step: LifecycleStep) -> None:
    """Record a step with what belongs to it; a check may be repeated, any other state is reached once."""
    if work.lifecycles.draft(step.distribution_id) is None:
        raise NotFound("distribution", step.distribution_id)
    before = state_of(work, step.distribution_id)
    if before is step.state and not may_become(before, step.state):
        return
    if not may_become(before, step.state):
        raise LifecycleRefused(step.distribution_id, before or "nothing", step.state)
    work.lifecycles.add_step(replace(step, recorded_at=None))


def note_paid(work: UnitOfWork, distribution_id: UUID, by: str) -> None:
    """A posted distribution of which every leaf was paid, confirmed or credited is paid."""
    if state_of(work, distribution_id) is not DistributionState.POSTED:
        return
    leaves = work.payouts.of_distribution(distribution_id)
    if all(row.state in SETTLED_LEAVES for row in leaves):
        advance(work, distribution_id, DistributionState.PAID, by)


def note_posted(work: UnitOfWork, distribution_id: UUID, by: str) -> None:
    """The vault has the distribution; one that promises nothing is paid with it."""
    advance(work, distribution_id, DistributionState.POSTED, by)
    note_paid(work, distribution_id, by)

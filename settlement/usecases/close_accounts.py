"""The books are closed over what is paid: from then on it is final."""

from uuid import UUID

from settlement.domain.accounting.lifecycle import DistributionState
from settlement.domain.errors import AccountsDiffer
from settlement.ports import UnitOfWork
from settlement.usecases.advance_distribution import advance
from settlement.usecases.reconcile_accounts import reconcile_accounts


def close_accounts(work: UnitOfWork, community_id: UUID, by: str) -> list[UUID]:
    """Make every paid distribution final, and return them. Raises AccountsDiffer with each difference."""
    work.lock(f"money:{community_id}")
    differences = reconcile_accounts(work, community_id)
    if differences:
        raise AccountsDiffer(differences)
    states = work.lifecycles.states(community_id)
    paid = [distribution for distribution, state in states.items() if state is DistributionState.PAID]
    for distribution in paid:
        advance(work, distribution, DistributionState.FINAL, by)
    return paid

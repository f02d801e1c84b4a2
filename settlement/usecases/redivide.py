"""After the guardian cancelled a distribution, what it promised is divided anew.

Nothing is deleted: the distribution stays with its leaves cancelled, and its members are owed these sums
again. Distributions that were planned on top of it and are not on the ledger are planned anew.
"""

from collections.abc import Collection
from uuid import UUID

from settlement.domain.errors import NothingToDistribute
from settlement.domain.payout_states import PayoutState
from settlement.domain.records import Cancellation, Distribution, StoredSettlement
from settlement.ports import UnitOfWork
from settlement.usecases.distribute import Place, divide_at
from settlement.usecases.mark_payouts import mark_payouts


def cancel_distributions(
    work: UnitOfWork, community_id: UUID, numbers: Collection[int], after_number: int, *, wallets: bool
) -> list[Distribution]:
    """Note what the guardian cancelled when the vault had `after_number` distributions; plan later ones anew.

    Returns the cancelled and the replaced distributions: no message about them must be worked any more. Each
    new plan has the receipts and settlements of the one that it replaces. What is noted already changes
    nothing. Raises TransitionRefused when a leaf of a cancelled distribution is no more pending.
    """
    work.lock(f"money:{community_id}")
    known = {row.distribution_id for row in work.distributions.cancellations(community_id)}
    rows = work.distributions.of_community(community_id)
    cancelled = [row for row in rows if row.number in numbers and row.id not in known]
    for row in cancelled:
        assert row.number <= after_number, "only what the vault has can be cancelled"
        work.distributions.cancel(Cancellation(row.id, after_number))
        _cancel_leaves(work, row)
    replaced = [row for row in rows if row.number > after_number] if cancelled else []
    for row in replaced:
        _cancel_leaves(work, row)
        place = Place(community_id, row.number, row.plan + 1)
        divide_at(work, place, work.receipts.of_ids(row.receipts), _settlements(work, row), wallets=wallets)
    return cancelled + replaced


def redivide(work: UnitOfWork, community_id: UUID, *, wallets: bool) -> Distribution:
    """Pay what a cancelled distribution owes, by a distribution without receipts, and order its settlement.

    It names the settlements of the distribution that was cancelled last. Again it returns the first one.
    Raises NothingToDistribute when nothing that was cancelled waits to be divided.
    """
    work.lock(f"money:{community_id}")
    latest = work.distributions.latest(community_id)
    if latest is None:
        raise NothingToDistribute("there is no distribution yet, so none was cancelled")
    rows = work.distributions.cancellations(community_id)
    waiting = [row for row in rows if row.after_number == latest.number]
    if waiting:
        last = work.distributions.get(waiting[-1].distribution_id)
        assert last is not None
        place = Place(community_id, latest.number + 1)
        return divide_at(work, place, [], _settlements(work, last), wallets=wallets)
    if not latest.receipts:
        return latest
    raise NothingToDistribute(
        f"no cancelled distribution waits to be divided: distribution {latest.number} took up all there was"
    )


def _cancel_leaves(work: UnitOfWork, distribution: Distribution) -> None:
    leaves = {row.leaf_index: None for row in work.payouts.locked(distribution.id)}
    mark_payouts(work, distribution.id, leaves, PayoutState.CANCELLED)


def _settlements(work: UnitOfWork, distribution: Distribution) -> list[StoredSettlement]:
    """The settlements that the distribution names, by period."""
    found = [work.settlements.get(settlement) for settlement in distribution.settlements]
    return sorted((row for row in found if row is not None), key=lambda row: row.start)

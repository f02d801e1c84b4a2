"""After the guardian cancelled a distribution, what it promised is divided anew.

Nothing is deleted: the distribution stays with its leaves cancelled, and its members are owed these sums
again. Distributions that were planned on top of it and are not on the ledger are planned anew.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from settlement.domain.accounting.checks import check
from settlement.domain.accounting.entry import Cause, EntryKind
from settlement.domain.accounting.lifecycle import DistributionState, Draft, LifecycleStep, may_become
from settlement.domain.accounting.reversal import reversal
from settlement.domain.errors import NothingToDistribute
from settlement.domain.identifiers import uuid7
from settlement.domain.payout_states import PayoutState
from settlement.domain.records import Cancellation, Distribution, StoredSettlement
from settlement.ports import UnitOfWork
from settlement.usecases.advance_distribution import advance, state_of, take
from settlement.usecases.allotments import Allotments
from settlement.usecases.divide import Place, divide
from settlement.usecases.mark_payouts import mark_payouts
from settlement.usecases.propose import lock_money, propose

GUARDIAN = "the guardian, on the ledger"
REPLANNED = "planned anew after a cancellation"


def cancel_distributions(
    work: UnitOfWork, community_id: UUID, numbers: Collection[int], after_number: int, *, wallets: bool
) -> list[Distribution]:
    """Note what the guardian cancelled when the vault had `after_number` distributions; plan later ones anew.

    Returns the cancelled and the replaced distributions: no message about them must be worked any more. Each
    new plan has the receipts of the one that it replaces, and its periods as they are settled now: the ledger
    has been corrected since and knows no other totals. What is noted already changes nothing. Raises
    TransitionRefused when a leaf of a cancelled distribution is no more pending.
    """
    lock_money(work, community_id)
    known = {row.distribution_id for row in work.distributions.cancellations(community_id)}
    rows = work.distributions.of_community(community_id)
    cancelled = [row for row in rows if row.number in numbers and row.id not in known]
    for row in cancelled:
        assert row.number <= after_number, "only what the vault has can be cancelled"
        work.distributions.cancel(Cancellation(row.id, after_number))
        _cancel_leaves(work, row, GUARDIAN)
    replaced = [row for row in rows if row.number > after_number] if cancelled else []
    # All are taken back before the first is planned anew: it starts from what the accounts hold then.
    for row in replaced:
        _cancel_leaves(work, row, REPLANNED)
        _take_back(work, row)
    for row in replaced:
        _divide_at(work, row, Place(row.number, row.plan + 1), row.receipts, wallets=wallets)
    return cancelled + replaced


def redivide(work: UnitOfWork, community_id: UUID, *, wallets: bool) -> Distribution:
    """Pay what a cancelled distribution owes, by a distribution without receipts, and order its settlement.

    It names the periods of the distribution that was cancelled last. Again it returns the first one.
    Raises NothingToDistribute when nothing that was cancelled waits to be divided.
    """
    lock_money(work, community_id)
    latest = work.distributions.latest(community_id)
    if latest is None:
        raise NothingToDistribute("there is no distribution yet, so none was cancelled")
    rows = work.distributions.cancellations(community_id)
    waiting = [row for row in rows if row.after_number == latest.number]
    if waiting:
        last = work.distributions.get(waiting[-1].distribution_id)
        assert last is not None
        return _divide_at(work, last, Place(latest.number + 1), (), wallets=wallets)
    if not latest.receipts:
        return latest
    raise NothingToDistribute(
        f"no cancelled distribution waits to be divided: distribution {latest.number} took up all there was"
    )


def _divide_at(
    work: UnitOfWork, before: Distribution, place: Place, receipt_ids: Sequence[UUID], *, wallets: bool
) -> Distribution:
    """Draft, check and carry out what the approval of an earlier plan covers: nobody is asked again."""
    community_id = before.community_id
    receipts, settlements = work.receipts.of_ids(receipt_ids), _settlements(work, before)
    named = (tuple(row.id for row in receipts), tuple(row.id for row in settlements))
    draft = Draft(uuid7(), community_id, *named, wallets)
    work.lifecycles.add(draft)
    advance(work, draft.id, DistributionState.DRAFT, REPLANNED)
    proposal = propose(work, draft.id, community_id, receipts, settlements)
    findings = tuple(check(proposal))
    checked = LifecycleStep(
        draft.id, DistributionState.CHECKED, REPLANNED, findings, digest=proposal.digest()
    )
    take(work, checked)
    distribution = divide(work, draft, proposal, place)
    names = tuple(sorted({row.name for row in findings}))
    take(work, LifecycleStep(draft.id, DistributionState.APPROVED, REPLANNED, findings, names))
    return distribution


def _take_back(work: UnitOfWork, distribution: Distribution) -> None:
    """A plan that never reached the ledger: what it divided and allotted is neither divided nor allotted."""
    undone = (EntryKind.DIVISION, EntryKind.ENTITLEMENT)
    made = [row for row in work.journal.of_source(distribution.id) if row.kind in undone]
    work.journal.add(distribution.community_id, [reversal(row, Cause.CANCELLATION) for row in made])


def _cancel_leaves(work: UnitOfWork, distribution: Distribution, by: str) -> None:
    leaves = {row.leaf_index: None for row in work.payouts.locked(distribution.id)}
    mark_payouts(work, distribution.id, leaves, PayoutState.CANCELLED)
    # One that promised nothing was paid when it was posted: cancelling it changes nothing.
    if may_become(state_of(work, distribution.id), DistributionState.CANCELLED):
        advance(work, distribution.id, DistributionState.CANCELLED, by)


def _settlements(work: UnitOfWork, distribution: Distribution) -> list[StoredSettlement]:
    """The newest settlements of the periods that the distribution names, by period."""
    newest = Allotments.of_community(work, distribution.community_id).newest()
    found = [work.settlements.get(newest.get(row, row)) for row in distribution.settlements]
    return sorted((row for row in found if row is not None), key=lambda row: row.start)

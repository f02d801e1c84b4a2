"""A distribution begins as a draft, which anybody may look at and nobody is bound by."""

from collections.abc import Collection
from uuid import UUID

from settlement.domain.accounting.lifecycle import BEFORE_APPROVAL, DistributionState, Draft
from settlement.domain.errors import AlreadyDistributed
from settlement.domain.identifiers import uuid7
from settlement.domain.records import Receipt
from settlement.ports import UnitOfWork
from settlement.usecases.advance_distribution import advance
from settlement.usecases.propose import lock_money, named_receipts, named_settlements, require_current


def draft_distribution(
    work: UnitOfWork,
    community_id: UUID,
    receipt_ids: Collection[UUID],
    settlement_ids: Collection[UUID],
    by: str,
    *,
    wallets: bool = True,
) -> Draft:
    """Note what a distribution is to be made of; the same again returns the draft that is open.

    Without `wallets` every leaf is a bank leaf: a vault that counts in the bookkeeping euro pays no wallet.
    Raises NothingToDistribute, NotFound, AlreadyDistributed, SettlementSuperseded.
    """
    lock_money(work, community_id)
    receipts = named_receipts(work, community_id, receipt_ids)
    settlements = named_settlements(work, community_id, settlement_ids)
    require_undivided(receipts)
    require_current(work, settlements)
    named = (tuple(sorted(row.id for row in receipts)), tuple(sorted(row.id for row in settlements)))
    states = work.lifecycles.states(community_id)
    for known in work.lifecycles.drafts(community_id):
        same = (known.receipts, known.settlements, known.wallets) == (*named, wallets)
        if same and states[known.id] in BEFORE_APPROVAL:
            return known
    draft = Draft(uuid7(), community_id, *named, wallets)
    work.lifecycles.add(draft)
    advance(work, draft.id, DistributionState.DRAFT, by)
    return draft


def withdraw_distribution(work: UnitOfWork, distribution_id: UUID, by: str) -> None:
    """Give a draft up; its receipts can be drafted again. Raises NotFound, LifecycleRefused."""
    advance(work, distribution_id, DistributionState.WITHDRAWN, by)


def require_undivided(receipts: Collection[Receipt]) -> None:
    """Raises AlreadyDistributed naming the first receipt that a distribution has divided."""
    for receipt in receipts:
        if receipt.distribution_id is not None:
            raise AlreadyDistributed(receipt.id, receipt.distribution_id)

"""Receipts are divided among members by the weights of settled periods, in one step."""

from collections.abc import Collection, Sequence
from uuid import UUID

from settlement.domain.errors import AlreadyDistributed
from settlement.domain.records import Distribution, Receipt, StoredSettlement
from settlement.ports import UnitOfWork
from settlement.usecases.approve_distribution import approve_distribution
from settlement.usecases.check_distribution import check_distribution
from settlement.usecases.draft_distribution import draft_distribution
from settlement.usecases.propose import lock_money, named_receipts, named_settlements

SERVICE = "the service"


def distribute(
    work: UnitOfWork,
    community_id: UUID,
    receipt_ids: Collection[UUID],
    settlement_ids: Collection[UUID],
    *,
    wallets: bool = True,
    by: str = SERVICE,
    acknowledged: Collection[str] = (),
) -> Distribution:
    """Draft, check and approve a distribution: entries are posted, leaves stored, its settlement is ordered.

    Without `wallets` every leaf is a bank leaf: a vault that counts in the bookkeeping euro pays no wallet.
    The same receipts and settlements again return the first distribution. Raises NothingToDistribute,
    NotFound, AlreadyDistributed, SettlementSuperseded, FindingsNotAcknowledged.
    """
    lock_money(work, community_id)
    receipts = named_receipts(work, community_id, receipt_ids)
    settlements = named_settlements(work, community_id, settlement_ids)
    existing = _existing(work, receipts, settlements)
    if existing is not None:
        return existing
    draft = draft_distribution(work, community_id, receipt_ids, settlement_ids, by, wallets=wallets)
    check_distribution(work, draft.id, by)
    return approve_distribution(work, draft.id, by, acknowledged)


def _existing(
    work: UnitOfWork, receipts: Sequence[Receipt], settlements: Sequence[StoredSettlement]
) -> Distribution | None:
    for receipt in receipts:
        if receipt.distribution_id is None:
            continue
        before = work.distributions.get(receipt.distribution_id)
        assert before is not None
        same_receipts = set(before.receipts) == {row.id for row in receipts}
        if same_receipts and set(before.settlements) == {row.id for row in settlements}:
            return before
        raise AlreadyDistributed(receipt.id, receipt.distribution_id)
    return None

"""Receipts are divided among members by the weights of settled periods."""

import hashlib
import os
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from uuid import UUID

from settlement.domain.errors import AlreadyDistributed, NotFound, NothingToDistribute
from settlement.domain.identifiers import uuid7
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.payouts import SOCIAL_FUND, Account, Plan, plan_distribution
from settlement.domain.records import Balance, Distribution, Payout, Receipt, StoredSettlement
from settlement.ports import UnitOfWork
from settlement.usecases.publication import announce_distribution
from settlement.usecases.statements import keep_statements

_SALT_BYTES = 32


def distribute(
    work: UnitOfWork,
    community_id: UUID,
    receipt_ids: Collection[UUID],
    settlement_ids: Collection[UUID],
    *,
    wallets: bool = True,
) -> Distribution:
    """Divide the receipts by the settlements' weights, store leaves and balances, order the settlement.

    Without `wallets` every leaf is a bank leaf: a vault that counts in the bookkeeping euro pays no wallet.
    The same receipts and settlements again return the first distribution. Raises NothingToDistribute,
    NotFound, AlreadyDistributed.
    """
    work.lock(f"money:{community_id}")
    receipts = _receipts(work, community_id, receipt_ids)
    settlements = _settlements(work, community_id, settlement_ids)
    existing = _existing(work, receipts, settlements)
    if existing is not None:
        return existing
    latest = work.distributions.latest(community_id)
    plan = _plan(work, community_id, receipts, settlements, latest)
    distribution = _distribution(community_id, latest, receipts, settlements, plan)
    work.distributions.add(distribution, plan.balances)
    payees = work.communities.payees(community_id)
    leaves = _leaves(plan, distribution.id, payees, wallets=wallets)
    work.payouts.add(community_id, leaves)
    keep_statements(work, distribution, plan.balances, leaves)
    announce_distribution(work, community_id, distribution.id)
    return distribution


def evidence_of(settlements: Sequence[StoredSettlement]) -> bytes:
    """Evidence hash of a distribution: the settlement's own, or SHA-256 over those of several by period."""
    if len(settlements) == 1:
        return settlements[0].evidence
    lines = "".join(f"{row.evidence.hex()}\n" for row in settlements)
    return hashlib.sha256(lines.encode()).digest()


def _receipts(work: UnitOfWork, community_id: UUID, receipt_ids: Collection[UUID]) -> list[Receipt]:
    receipts = [row for row in work.receipts.of_ids(receipt_ids) if row.community_id == community_id]
    for absent in sorted(set(receipt_ids) - {row.id for row in receipts}):
        raise NotFound("receipt", absent)
    if not receipts:
        raise NothingToDistribute("a distribution divides at least one receipt")
    return receipts


def _settlements(
    work: UnitOfWork, community_id: UUID, settlement_ids: Collection[UUID]
) -> list[StoredSettlement]:
    """The settlements by period; no two share an hour."""
    found = []
    for settlement_id in sorted(set(settlement_ids)):
        settlement = work.settlements.get(settlement_id)
        if settlement is None or settlement.community_id != community_id:
            raise NotFound("settlement", settlement_id)
        found.append(settlement)
    if not found:
        raise NothingToDistribute("a distribution names at least one settlement")
    found.sort(key=lambda row: row.start)
    if any(after.start < before.end for before, after in pairwise(found)):
        raise NothingToDistribute("two of the settlements share an hour, which would count twice")
    return found


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


def _plan(
    work: UnitOfWork,
    community_id: UUID,
    receipts: Sequence[Receipt],
    settlements: Sequence[StoredSettlement],
    latest: Distribution | None,
) -> Plan:
    weights: Counter[str] = Counter()
    enterprises = set()
    for settlement in settlements:
        for row in work.settlements.members(settlement.id):
            weights[row.member] += row.weight
            if row.enterprise:
                enterprises.add(row.member)
    start = settlements[0].start
    terms = work.communities.terms(community_id, start, settlements[-1].end)
    assert terms is not None
    amount = sum(row.net_micro_eur for row in receipts)
    account = _account(work, latest)
    cap = _enterprise_cap(work, settlements)
    return plan_distribution(amount, terms.shares_bps, weights, account, enterprises, cap)


def _account(work: UnitOfWork, latest: Distribution | None) -> Account:
    if latest is None:
        return Account()
    balances = {row.member: row.balance_micro_eur for row in work.distributions.balances(latest.id)}
    return Account(balances, latest.carry_micro_eur, latest.unallocated_micro_eur)


def _enterprise_cap(work: UnitOfWork, settlements: Sequence[StoredSettlement]) -> int | None:
    """What enterprises may still receive when every named settlement is final, else None."""
    caps = [row.enterprise_cap_micro_eur for row in settlements]
    known = [cap for cap in caps if cap is not None]
    if len(known) < len(caps):
        return None
    return max(0, sum(known) - work.distributions.paid_to_enterprises([row.id for row in settlements]))


def _distribution(
    community_id: UUID,
    latest: Distribution | None,
    receipts: Sequence[Receipt],
    settlements: Sequence[StoredSettlement],
    plan: Plan,
) -> Distribution:
    return Distribution(
        id=uuid7(),
        community_id=community_id,
        number=1 if latest is None else latest.number + 1,
        receipts=tuple(row.id for row in receipts),
        settlements=tuple(row.id for row in settlements),
        amount_micro_eur=plan.amount_micro_eur,
        producers_micro_eur=plan.producers_micro_eur,
        social_micro_eur=plan.social_micro_eur,
        grid_micro_eur=plan.grid_micro_eur,
        previous_carry_micro_eur=plan.previous_carry_micro_eur,
        pool_micro_eur=plan.pool_micro_eur,
        carry_micro_eur=plan.carry_micro_eur,
        unallocated_micro_eur=plan.unallocated_micro_eur,
        moved_to_social_micro_eur=plan.moved_to_social_micro_eur,
        evidence=evidence_of(settlements),
    )


def _leaves(plan: Plan, distribution_id: UUID, payees: Mapping[str, Payee], *, wallets: bool) -> list[Payout]:
    leaves = []
    for index, row in enumerate(plan.leaves):
        payee = payees.get(row.member, Payee(row.member))
        if not wallets:
            payee = replace(payee, channel=Channel.BANK)
        leaves.append(_leaf(index, row, distribution_id, payee))
    return leaves


def _leaf(index: int, row: Balance, distribution_id: UUID, payee: Payee) -> Payout:
    social = row.member == SOCIAL_FUND
    channel = Channel.SOCIAL if social else payee.channel
    return Payout(
        id=uuid7(),
        distribution_id=distribution_id,
        leaf_index=index,
        member=None if social else row.member,
        channel=channel,
        wallet_address=None if social else payee.wallet_address,
        iban=payee.iban if channel is Channel.BANK else None,
        salt=os.urandom(_SALT_BYTES) if channel is Channel.BANK else None,
        amount_micro_eur=row.leaf_micro_eur,
        state=PayoutState.PENDING,
        bank_reference=None,
    )

"""An approved proposal is written: distribution, entries, leaves, balances, and the order to settle it."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from settlement.domain.accounting.checks import Proposal
from settlement.domain.accounting.lifecycle import Draft
from settlement.domain.identifiers import uuid7
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.payouts import SOCIAL_FUND, Plan
from settlement.domain.records import Balance, Distribution, Payout, StoredSettlement
from settlement.ports import UnitOfWork
from settlement.usecases.publication import announce_distribution
from settlement.usecases.statements import keep_statements

_SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a distribution stands among its community's: its number, and the how manieth plan of it it is."""

    number: int
    plan: int = 1


def next_place(work: UnitOfWork, community_id: UUID) -> Place:
    """The place after the latest distribution."""
    latest = work.distributions.latest(community_id)
    return Place(1 if latest is None else latest.number + 1)


def divide(work: UnitOfWork, draft: Draft, proposal: Proposal, place: Place) -> Distribution:
    """Store all that a proposal says and tell the ledger; the caller holds the community's money lock."""
    distribution = _distribution(draft, place, proposal)
    work.distributions.add(distribution, proposal.plan.balances)
    leaves = _leaves(proposal.plan, draft, proposal.payees)
    work.payouts.add(draft.community_id, leaves)
    keep_statements(work, distribution, proposal.plan.balances, proposal.entries, leaves)
    work.journal.add(draft.community_id, proposal.entries)
    # What was posted is what was planned, read back from the accounts.
    assert work.journal.balances(draft.community_id).carry_micro_eur == distribution.carry_micro_eur
    announce_distribution(work, draft.community_id, distribution.id)
    return distribution


def evidence_of(settlements: Sequence[StoredSettlement]) -> bytes:
    """Evidence hash of a distribution: the settlement's own, or SHA-256 over those of several by period."""
    if len(settlements) == 1:
        return settlements[0].evidence
    lines = "".join(f"{row.evidence.hex()}\n" for row in settlements)
    return hashlib.sha256(lines.encode()).digest()


def _distribution(draft: Draft, place: Place, proposal: Proposal) -> Distribution:
    plan = proposal.plan
    return Distribution(
        id=draft.id,
        community_id=draft.community_id,
        number=place.number,
        receipts=draft.receipts,
        settlements=tuple(row.id for row in proposal.settlements),
        amount_micro_eur=plan.amount_micro_eur,
        producers_micro_eur=plan.producers_micro_eur,
        social_micro_eur=plan.social_micro_eur,
        grid_micro_eur=plan.grid_micro_eur,
        previous_carry_micro_eur=plan.previous_carry_micro_eur,
        pool_micro_eur=plan.pool_micro_eur,
        carry_micro_eur=plan.carry_micro_eur,
        unallocated_micro_eur=plan.unallocated_micro_eur,
        moved_to_social_micro_eur=plan.moved_to_social_micro_eur,
        evidence=evidence_of(proposal.settlements),
        plan=place.plan,
    )


def _leaves(plan: Plan, draft: Draft, payees: Mapping[str, Payee]) -> list[Payout]:
    leaves = []
    for index, row in enumerate(plan.leaves):
        payee = payees.get(row.member, Payee(row.member))
        if not draft.wallets:
            payee = replace(payee, channel=Channel.BANK)
        leaves.append(_leaf(index, row, draft.id, payee))
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

"""Distributions and funds of a vault against the database: roots, sums, payouts, and what the vault holds."""

from collections.abc import Sequence
from uuid import UUID

from oracle.ports import Funds, Inspector
from oracle.usecases.payout_leaves import tree_of
from oracle.usecases.standing import DistributionStanding, Findings
from oracle.work import StatusWork
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.records import Distribution, OutboxRow, Payout

PAID = frozenset({PayoutState.PAID, PayoutState.CONFIRMED})


def money_standing(
    work: StatusWork, inspector: Inspector, community_id: UUID, vault: bytes, findings: Findings
) -> list[DistributionStanding]:
    """The vault's distributions; differences go to the findings."""
    count = inspector.distribution_count(vault)
    stored = {row.number: row for row in work.distributions.of_community(community_id)}
    on_the_way = _unsettled(work.outbox.open_rows(community_id))
    settled = [row.number for row in stored.values() if row.id not in on_the_way]
    if count not in stored or max(settled, default=0) > count:
        findings.compare("number of the latest distribution", max(settled, default=0), count)
    found = []
    for number in range(1, count + 1):
        root = inspector.distribution_of(vault, number)
        if number in stored:
            _compare(work, stored[number], root.root, root.funded_micro_eur, root.paid_micro_eur, findings)
        found.append(DistributionStanding(number, root.funded_micro_eur, root.paid_micro_eur, root.valid_at))
    return found


def compare_funds(
    work: StatusWork, community_id: UUID, funds: Funds, count: int, balance: int | None, findings: Findings
) -> None:
    """Carry, social and grid fund of the settled distributions; with a token, that it covers what is held."""
    settled = [row for row in work.distributions.of_community(community_id) if row.number <= count]
    carry = settled[-1].carry_micro_eur if settled else 0
    findings.compare("carry in micro-euro", carry, funds.carry_micro_eur)
    grid = sum(row.grid_micro_eur for row in settled)
    findings.compare("grid fund in micro-euro", grid, funds.grid_micro_eur)
    moved = [
        payout.amount_micro_eur
        for row in settled
        for payout in work.payouts.of_distribution(row.id)
        if payout.channel is Channel.SOCIAL and payout.state in PAID
    ]
    social = sum(row.social_micro_eur for row in settled) + sum(moved)
    if funds.social_micro_eur < social:
        findings.compare("social fund in micro-euro", social, funds.social_micro_eur)
    if balance is not None and balance < funds.held_micro_eur:
        findings.divergences.append(
            f"the vault holds {balance} micro-euro of its token and owes {funds.held_micro_eur}"
        )


def _unsettled(rows: Sequence[OutboxRow]) -> set[UUID]:
    """Distributions whose settlement is still a message."""
    return {UUID(row.payload["distribution_id"]) for row in rows if row.topic == "settle"}


def _compare(
    work: StatusWork, distribution: Distribution, root: bytes, funded: int, paid: int, findings: Findings
) -> None:
    payouts = work.payouts.of_distribution(distribution.id)
    of = f"of distribution {distribution.number}"
    findings.compare(f"payout root {of}", tree_of(payouts).root.hex(), root.hex())
    expected = distribution.pool_micro_eur - distribution.carry_micro_eur
    findings.compare(f"funded micro-euro {of}", expected, funded)
    recorded = _paid(payouts)
    if paid < recorded:
        findings.compare(f"paid micro-euro {of}", recorded, paid)
    elif paid > recorded:
        findings.notes.append(
            f"{paid - recorded} micro-euro {of} are paid on the chain and not recorded here: somebody "
            "claimed for a member, or the next publication notes it"
        )


def _paid(payouts: Sequence[Payout]) -> int:
    return sum(payout.amount_micro_eur for payout in payouts if payout.state in PAID)

"""Distributions and funds of a vault against the database: roots, sums, payouts, and what the vault holds."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from oracle.attest.payout_tree import Node, seal
from oracle.ports import Funds, Inspector
from oracle.usecases.payout_leaves import tree_of
from oracle.usecases.standing import DistributionStanding, Findings
from oracle.work import StatusWork
from settlement.domain.accounting.fund import Fund
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.records import Distribution, OutboxRow, Payout
from settlement.domain.single_payouts import SinglePayout

PAID = frozenset({PayoutState.PAID, PayoutState.CONFIRMED})


def money_standing(
    work: StatusWork, inspector: Inspector, community_id: UUID, vault: bytes, findings: Findings
) -> list[DistributionStanding]:
    """The vault's distributions; differences go to the findings. One question per leaf."""
    count = inspector.distribution_count(vault)
    noted = {row.distribution_id: row.after_number for row in work.distributions.cancellations(community_id)}
    stored = {row.number: row for row in work.distributions.of_community(community_id)}
    on_the_way = _unsettled(work.outbox.open_rows(community_id))
    settled = [row.number for row in stored.values() if row.id not in on_the_way]
    if count not in stored or max(settled, default=0) > count:
        findings.compare("number of the latest distribution", max(settled, default=0), count)
    return [
        _distribution(work, inspector, vault, stored[number], noted, findings)
        for number in range(1, count + 1)
        if number in stored
    ]


def compare_funds(
    work: StatusWork,
    inspector: Inspector,
    community_id: UUID,
    vault: bytes,
    distributions: Sequence[DistributionStanding],
    balance: int | None,
    findings: Findings,
) -> None:
    """Carry, social and grid fund of the settled distributions; with a token, that it covers what is held."""
    funds, numbers = inspector.funds(vault), {row.number for row in distributions}
    settled = [row for row in work.distributions.of_community(community_id) if row.number in numbers]
    taken_up = {
        row.distribution_id
        for row in work.distributions.cancellations(community_id)
        if row.after_number < max(numbers, default=0)
    }
    given_back = sum(
        row.pool_micro_eur - row.carry_micro_eur
        for row, standing in zip(settled, distributions, strict=True)
        if standing.cancelled and row.id not in taken_up
    )
    carry = (settled[-1].carry_micro_eur if settled else 0) + given_back
    findings.compare("carry in micro-euro", carry, funds.carry_micro_eur)
    singles = singles_of(work, inspector, community_id, vault)
    if singles is None:
        findings.notes.append(
            "the vault has single payouts that are not noted here: its funds are compared with the database "
            "after the next publication"
        )
    else:
        _compare_shares(work, settled, singles, funds, findings)
    if balance is not None and balance < funds.held_micro_eur:
        findings.divergences.append(
            f"the vault holds {balance} micro-euro of its token and owes {funds.held_micro_eur}"
        )


def singles_of(
    work: StatusWork, inspector: Inspector, community_id: UUID, vault: bytes
) -> list[SinglePayout] | None:
    """The single payouts of a vault; None while the vault has others than are noted here."""
    chain_id = inspector.node().chain_id
    noted = [
        row
        for row in work.single_payouts.of_community(community_id)
        if (row.chain_id, row.vault) == (chain_id, vault)
    ]
    return noted if len(noted) == inspector.single_count(vault) else None


def _compare_shares(
    work: StatusWork,
    settled: Sequence[Distribution],
    singles: Sequence[SinglePayout],
    funds: Funds,
    findings: Findings,
) -> None:
    """Grid and social fund are the sums of their shares and of the social leaves, less what was spent."""
    spent = {
        fund: sum(row.amount_micro_eur for row in singles if row.fund is fund)
        for fund in (Fund.SOCIAL, Fund.GRID)
    }
    grid = sum(row.grid_micro_eur for row in settled) - spent[Fund.GRID]
    findings.compare("grid fund in micro-euro", grid, funds.grid_micro_eur)
    moved = [
        payout.amount_micro_eur
        for row in settled
        for payout in work.payouts.of_distribution(row.id)
        if payout.channel is Channel.SOCIAL and payout.state in PAID
    ]
    social = sum(row.social_micro_eur for row in settled) + sum(moved) - spent[Fund.SOCIAL]
    if funds.social_micro_eur < social:
        findings.compare("social fund in micro-euro", social, funds.social_micro_eur)


def _unsettled(rows: Sequence[OutboxRow]) -> set[UUID]:
    """Distributions whose settlement is still a message."""
    return {UUID(row.payload["distribution_id"]) for row in rows if row.topic == "settle"}


def _distribution(
    work: StatusWork,
    inspector: Inspector,
    vault: bytes,
    distribution: Distribution,
    noted: Mapping[UUID, int],
    findings: Findings,
) -> DistributionStanding:
    number, of = distribution.number, f"of distribution {distribution.number}"
    there = inspector.distribution_of(vault, number)
    if there.cancelled:
        findings.notes.append(_fate(number, noted.get(distribution.id), inspector.distribution_count(vault)))
        return DistributionStanding(number, 0, 0, there.valid_at, cancelled=True)
    if distribution.id in noted:
        findings.compare(f"distribution {number}", "cancelled", "not cancelled")
    payouts = work.payouts.of_distribution(distribution.id)
    funded = distribution.pool_micro_eur - distribution.carry_micro_eur
    tree = tree_of(payouts)
    findings.compare(f"seal of root and sum {of}", seal(Node(tree.root, funded)).hex(), there.seal.hex())
    findings.compare(f"depth of the tree {of}", tree.depth, there.depth)
    paid = sum(row.amount_micro_eur for row in payouts if inspector.is_paid(vault, number, row.leaf_index))
    recorded = _paid(payouts)
    if paid < recorded:
        findings.compare(f"paid micro-euro {of}", recorded, paid)
    elif paid > recorded:
        findings.notes.append(
            f"{paid - recorded} micro-euro {of} are paid on the chain and not recorded here: somebody "
            "claimed for a member or moved a leaf, or the next publication notes it"
        )
    return DistributionStanding(number, funded, paid, there.valid_at)


def _fate(number: int, after_number: int | None, count: int) -> str:
    """What becomes of the sum of a cancelled distribution; `count` is the vault's latest number."""
    sentence = f"distribution {number} was cancelled by the guardian: its sum became carry"
    if after_number is None:
        return f"{sentence}; the next publication notes it"
    if after_number < count:
        return f"{sentence}, which distribution {after_number + 1} divided"
    return f"{sentence}, which distribution {after_number + 1} divides: the next receipt's, or `pay redivide`"


def _paid(payouts: Sequence[Payout]) -> int:
    return sum(payout.amount_micro_eur for payout in payouts if payout.state in PAID)

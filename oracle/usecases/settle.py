"""Topic `settle`: the vault divides the receipts of a distribution and fixes its payout root.

Before signing, the ledger's totals must be the settlements' and the tree must fit the pool; afterwards the
vault's own division, root and sums must be the database's. Then the payouts are ordered, batch by batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from community.domain.records import CommunityRecord
from oracle.attest.messages import Settlement
from oracle.attest.payout_tree import PayoutTree
from oracle.errors import ChannelNotPayable, LedgerDiverges
from oracle.ports import SettledFacts
from oracle.usecases.context import Context, Step, Steps, ready
from oracle.usecases.pay import order_payouts
from oracle.usecases.payout_leaves import tree_of
from oracle.usecases.places import Place, community_of, ledger_name, place_of
from oracle.usecases.totals import require_equal_months
from settlement.domain.calendar import months
from settlement.domain.errors import NotFound
from settlement.domain.payout_states import Channel
from settlement.domain.records import Distribution, OutboxRow, Payout, Receipt, StoredSettlement


@dataclass(frozen=True, slots=True)
class _Facts:
    """A distribution with everything that its message to the vault is made of."""

    community: CommunityRecord
    distribution: Distribution
    receipts: Sequence[Receipt]
    settlements: Sequence[StoredSettlement]
    payouts: Sequence[Payout]


def settle(context: Context, message: OutboxRow) -> Steps:
    """One transaction; its end orders the payouts."""
    facts = _facts(context, message)
    place = place_of(context, message.community_id)
    tree = tree_of(facts.payouts)
    _require_payable(context, place, facts, tree)
    # Corrections are counted before totals are compared: after one in between, the vault refuses the count.
    settlement = _settlement(context, place, facts, tree)
    _require_equal_totals(context, place, facts)
    outcome = yield Step("settle", ready(context.vault.settle(place.vault, settlement)))
    _require_equal(facts, settlement, context.vault.settled(place.vault, outcome))
    return lambda work: order_payouts(work, message.community_id, facts.distribution.id)


def _facts(context: Context, message: OutboxRow) -> _Facts:
    wanted = UUID(message.payload["distribution_id"])
    with context.unit() as work:
        distribution = work.distributions.get(wanted)
        if distribution is None:
            raise NotFound("distribution", wanted)
        settlements = [work.settlements.get(settlement) for settlement in distribution.settlements]
        return _Facts(
            community_of(work, message.community_id),
            distribution,
            work.receipts.of_ids(distribution.receipts),
            [settlement for settlement in settlements if settlement is not None],
            work.payouts.of_distribution(wanted),
        )


def _require_payable(context: Context, place: Place, facts: _Facts, tree: PayoutTree) -> None:
    distribution = facts.distribution
    funded = distribution.pool_micro_eur - distribution.carry_micro_eur
    if tree.total_micro_eur != funded:
        raise LedgerDiverges("sum of the leaves in micro-euro", tree.total_micro_eur, f"funded {funded}")
    wallets = [payout for payout in facts.payouts if payout.channel is Channel.WALLET]
    if wallets and context.vault.token_of(place.vault) is None:
        raise ChannelNotPayable(
            f"distribution {distribution.number} names {len(wallets)} wallets (first: member "
            f"{wallets[0].member}), and the vault counts a bookkeeping euro, which only the bank can pay"
        )


def _settlement(context: Context, place: Place, facts: _Facts, tree: PayoutTree) -> Settlement:
    distribution = facts.distribution
    pairs = {
        (ledger_name(facts.community, configuration), month)
        for configuration in facts.community.configurations
        for settlement in facts.settlements
        for month in months(settlement.start, settlement.end)
    }
    return Settlement(
        distribution=distribution.number,
        receipts=tuple(receipt.receipt_hash for receipt in facts.receipts),
        months=tuple(sorted(pairs)),
        corrections=sum(
            context.ledger.totals_of(place.ledger, name, month).corrections for name, month in pairs
        ),
        evidence=distribution.evidence,
        root=tree.root,
        depth=tree.depth,
        pool_micro_eur=distribution.pool_micro_eur,
        carry_micro_eur=distribution.carry_micro_eur,
    )


def _require_equal_totals(context: Context, place: Place, facts: _Facts) -> None:
    for settlement in facts.settlements:
        for configuration in facts.community.configurations:
            name = ledger_name(facts.community, configuration)
            require_equal_months(context, place.ledger, name, settlement, configuration.id, complete=True)


def _require_equal(facts: _Facts, signed: Settlement, found: SettledFacts) -> None:
    """The vault's event against the database, field by field."""
    distribution = facts.distribution
    expected = {
        "distribution": distribution.number,
        "evidence": distribution.evidence,
        "root": signed.root,
        "depth": signed.depth,
        "amount_micro_eur": distribution.amount_micro_eur,
        "producers_micro_eur": distribution.producers_micro_eur,
        "social_micro_eur": distribution.social_micro_eur,
        "grid_micro_eur": distribution.grid_micro_eur,
        "pool_micro_eur": distribution.pool_micro_eur,
        "carry_micro_eur": distribution.carry_micro_eur,
        "shared_wh": sum(settlement.shared_wh for settlement in facts.settlements),
    }
    for name, here in expected.items():
        if getattr(found, name) != here:
            raise LedgerDiverges(f"{name} of distribution {distribution.number}", here, getattr(found, name))

"""Topic `settle`: the vault divides the receipts of a distribution and fixes its payout root.

Before signing, the ledger's totals must be the settlements', its pending adjustment must be what this
database says that corrections of settled months left, and the tree must fit the pool; afterwards the vault's
own division, root, sums and adjustment must be the database's. Then the payouts are ordered, batch by batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from community.domain.records import CommunityRecord
from oracle.attest.messages import Settlement
from oracle.attest.payout_tree import PayoutTree
from oracle.errors import ChannelNotPayable, DistributionCancelled, LedgerDiverges
from oracle.ports import Adjustment, Call, Outcome, Quorum, SettledFacts
from oracle.records import SettledDistribution, StoredTransaction
from oracle.usecases.adjustments import expected_adjustment, note_openings
from oracle.usecases.context import Context, Step, Steps
from oracle.usecases.pay import order_payouts
from oracle.usecases.payout_leaves import tree_of
from oracle.usecases.places import Place, community_of, place_of
from oracle.usecases.totals import hidden_days, require_equal_months
from oracle.work import Work
from settlement.domain.calendar import month_first_day, months, rome_date
from settlement.domain.errors import NotFound
from settlement.domain.payout_states import Channel
from settlement.domain.records import Distribution, OutboxRow, Payout, Receipt, StoredSettlement
from settlement.usecases.advance_distribution import note_posted


@dataclass(frozen=True, slots=True)
class _Facts:
    """A distribution with everything that its message to the vault is made of."""

    community: CommunityRecord
    distribution: Distribution
    receipts: Sequence[Receipt]
    settlements: Sequence[StoredSettlement]
    payouts: Sequence[Payout]

    def months(self, place: Place) -> list[tuple[bytes, int]]:
        """Configurations and months that the distribution names, in the order that the vault asks for."""
        pairs = {
            (place.ledger_name(configuration), month)
            for configuration in self.community.configurations
            for settlement in self.settlements
            for month in months(settlement.start, settlement.end)
        }
        return sorted(pairs)


def settle(context: Context, message: OutboxRow) -> Steps:
    """One transaction; its end orders the payouts."""
    facts, place, pending, settlement = _prepared(context, message)

    def build(work: Work) -> Call:
        quorum = _buildable(context, work, place, facts, pending)
        return context.vault.settle(place.vault, replace(settlement, epoch=quorum.epoch), quorum)

    def record(work: Work, transaction: StoredTransaction, _outcome: Outcome) -> None:
        work.settled_distributions.put(SettledDistribution(facts.distribution.id, transaction.id))
        note_posted(work, facts.distribution.id, "the vault")

    outcome = yield Step("settle", build, record)
    found = context.vault.settled(place.vault, outcome)
    _require_equal(facts, settlement, found)
    _require_shared(context, facts, found)
    _require_taken_up(context, facts, found)
    return lambda work: order_payouts(work, message.community_id, facts.distribution.id)


def to_sign(context: Context, message: OutboxRow) -> tuple[Place, Settlement, Quorum]:
    """What reporters sign for a message, and who may; sends nothing. Raises what `settle` raises."""
    facts, place, pending, settlement = _prepared(context, message)
    with context.unit() as work:
        quorum = _buildable(context, work, place, facts, pending)
    return place, replace(settlement, epoch=quorum.epoch), quorum


def _prepared(context: Context, message: OutboxRow) -> tuple[_Facts, Place, Adjustment, Settlement]:
    facts = _facts(context, message)
    place = place_of(context, message.community_id)
    tree = tree_of(facts.payouts)
    _require_payable(context, place, facts, tree)
    # Corrections are counted before totals are compared: after one in between, the vault refuses the count.
    pending = context.ledger.adjustment_of(place.ledger, place.community)
    settlement = _settlement(context, place, facts, tree, pending)
    _require_equal_totals(context, place, facts)
    _require_equal_shares(context, place, facts)
    return facts, place, pending, settlement


def _buildable(context: Context, work: Work, place: Place, facts: _Facts, pending: Adjustment) -> Quorum:
    _require_next(context, place, facts.distribution, work)
    _require_adjustment(context, work, place, facts, pending)
    return context.ledger.quorum(place.ledger, place.community)


def _require_adjustment(
    context: Context, work: Work, place: Place, facts: _Facts, pending: Adjustment
) -> None:
    """What waits for this settlement is what was corrected and opened here since the last one."""
    note_openings(context, work, facts.community, place)
    expected = expected_adjustment(work, facts.community, facts.distribution.number)
    number = facts.distribution.number
    _compare(f"pending adjustment of distribution {number} in Wh", expected.shared_wh, pending.shared_wh)
    _compare(
        f"corrections behind the adjustment of distribution {number}",
        expected.corrections,
        pending.corrections,
    )


def _require_taken_up(context: Context, facts: _Facts, found: SettledFacts) -> None:
    """The adjustment of the vault's event is the one that was expected."""
    number = facts.distribution.number
    with context.unit() as work:
        expected = expected_adjustment(work, facts.community, number)
    _compare(f"adjustment_wh of distribution {number}", expected.shared_wh, found.adjustment_wh)


def _compare(what: str, here: int, there: int) -> None:
    if here != there:
        raise LedgerDiverges(what, here, there)


def _require_shared(context: Context, facts: _Facts, found: SettledFacts) -> None:
    """Shared energy of the vault's event, in which days with hidden hour totals are missing."""
    everything = sum(settlement.shared_wh for settlement in facts.settlements)
    hidden_wh, count = 0, 0
    with context.unit() as work:
        for configuration in facts.community.configurations:
            hidden = hidden_days(work.reports.known(configuration.id))
            for settlement in facts.settlements:
                rows = work.settlements.hours(settlement.id, configuration.id)
                closed = [row for row in rows if rome_date(row.hour) in hidden]
                hidden_wh += sum(row.shared_wh for row in closed)
                count += len({rome_date(row.hour) for row in closed})
    number = facts.distribution.number
    # Somebody may have opened some of the days before.
    least = everything - hidden_wh if found.hidden_days else everything
    most = everything - hidden_wh if found.hidden_days == count else everything
    if not least <= found.shared_wh <= most:
        raise LedgerDiverges(f"shared_wh of distribution {number}", most, found.shared_wh)
    if found.hidden_days > count:
        raise LedgerDiverges(f"hidden days of distribution {number}", count, found.hidden_days)


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


def _require_next(context: Context, place: Place, distribution: Distribution, work: Work) -> None:
    """The vault starts from the carry that the division started from."""
    here, there = distribution.previous_carry_micro_eur, context.vault.carry_of(place.vault)
    if here == there:
        return
    noted = {row.distribution_id for row in work.distributions.cancellations(distribution.community_id)}
    for row in work.distributions.of_community(distribution.community_id):
        before = row.number < distribution.number and row.id not in noted
        if before and context.vault.distribution_of(place.vault, row.number).cancelled:
            raise DistributionCancelled(
                row.number, f"distribution {distribution.number} divides another pool"
            )
    raise LedgerDiverges("carry in micro-euro", here, there)


def _settlement(
    context: Context, place: Place, facts: _Facts, tree: PayoutTree, pending: Adjustment
) -> Settlement:
    """What the reporters sign, but for their epoch."""
    distribution = facts.distribution
    pairs = facts.months(place)
    seen = [context.ledger.totals_of(place.ledger, name, month).corrections for name, month in pairs]
    return Settlement(
        distribution=distribution.number,
        epoch=0,
        receipts=tuple(receipt.receipt_hash for receipt in facts.receipts),
        months=tuple(pairs),
        corrections=sum(seen) + pending.corrections,
        evidence=distribution.evidence,
        root=tree.root,
        depth=tree.depth,
        pool_micro_eur=distribution.pool_micro_eur,
        carry_micro_eur=distribution.carry_micro_eur,
    )


def _require_equal_totals(context: Context, place: Place, facts: _Facts) -> None:
    for settlement in facts.settlements:
        for configuration in facts.community.configurations:
            name = place.ledger_name(configuration)
            require_equal_months(context, place.ledger, name, settlement, configuration.id)


def _require_equal_shares(context: Context, place: Place, facts: _Facts) -> None:
    """The ledger divides by the shares that the division here used: the community's own."""
    wanted = facts.community.shares_bps
    for month in sorted({month for _, month in facts.months(place)}):
        found = context.ledger.shares_of(place.ledger, place.community, month)
        if found != wanted:
            raise LedgerDiverges(f"shares of {month_first_day(month):%Y-%m} in basis points", wanted, found)


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
        "receipts": signed.receipts,
    }
    for name, here in expected.items():
        if getattr(found, name) != here:
            raise LedgerDiverges(f"{name} of distribution {distribution.number}", here, getattr(found, name))

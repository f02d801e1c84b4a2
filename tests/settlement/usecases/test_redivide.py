"""
cancel_distributions
├── given the latest distribution
│   ├── it should cancel its leaves and keep everything else
│   └── it should owe its members the same again in the next one
├── given later ones that the vault does not have
│   └── it should plan each anew, in order, with its receipts and settlements
├── given it was noted before
│   └── it should change nothing
├── given a leaf that was paid
│   └── it should refuse
└── given a cap on enterprises
    └── it should allot in total what it would have allotted without
redivide
├── given something that waits it should pay it without a receipt, once
└── given nothing waits it should refuse
"""

from uuid import UUID

import pytest
from sqlalchemy import Engine

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from settlement.domain.errors import NothingToDistribute, TransitionRefused
from settlement.domain.payout_states import PayoutState
from settlement.domain.records import Balance, Cancellation, Distribution, Payout
from settlement.usecases.distribute import distribute
from settlement.usecases.mark_payouts import mark_payouts
from settlement.usecases.redivide import cancel_distributions, redivide
from tests.settlement.store import world
from tests.settlement.usecases import shop


class Desk:
    """A community with a closed period, and what is done to its money."""

    def __init__(self, engine: Engine) -> None:
        case = world.case()
        self.engine = engine
        self.community = shop.stocked(engine, case)
        self.settlement = shop.close(engine, self.community, case).id

    def divide(self, reference: str, gross_eur: int = 200) -> Distribution:
        """A receipt and its distribution."""
        receipt = shop.receive(self.engine, self.community, shop.terms(reference, gross_eur))
        return shop.share_out(self.engine, self.community, [receipt.id], [self.settlement], wallets=False)

    def cancel(self, number: int, after_number: int) -> list[Distribution]:
        """The guardian's cancellation, noted."""
        with UnitOfWork(self.engine) as work:
            ended = cancel_distributions(work, self.community, [number], after_number, wallets=False)
            work.commit()
        return ended

    def redivide(self) -> Distribution:
        """A distribution without receipts."""
        with UnitOfWork(self.engine) as work:
            found = redivide(work, self.community, wallets=False)
            work.commit()
        return found

    def rows(self) -> list[Distribution]:
        """By number, each in its latest plan."""
        with ReadOnlyUnitOfWork(self.engine) as work:
            return work.distributions.of_community(self.community)

    def leaves(self, distribution: Distribution) -> list[Payout]:
        """Its leaves."""
        with ReadOnlyUnitOfWork(self.engine) as work:
            return work.payouts.of_distribution(distribution.id)

    def balances(self, distribution: Distribution) -> list[Balance]:
        """The accounts after it."""
        with ReadOnlyUnitOfWork(self.engine) as work:
            return work.distributions.balances(distribution.id)

    def settle_messages(self) -> list[UUID]:
        """Distributions whose settlement was ordered, in order."""
        with ReadOnlyUnitOfWork(self.engine) as work:
            rows = work.outbox.rows(self.community, "settle")
            return [UUID(row.payload["distribution_id"]) for row in rows]


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """Nothing is divided yet."""
    return Desk(engine)


def test_cancel__latest__cancels_its_leaves_and_keeps_the_rest(desk: Desk) -> None:
    first = desk.divide("CRO 1")
    balances = desk.balances(first)

    assert desk.cancel(1, 1) == [first]

    assert desk.rows() == [first]
    assert desk.balances(first) == balances
    assert {row.state for row in desk.leaves(first)} == {PayoutState.CANCELLED}
    with ReadOnlyUnitOfWork(desk.engine) as work:
        assert work.distributions.cancellations(desk.community) == [Cancellation(first.id, 1)]


def test_cancel__latest__its_leaves_are_owed_again(desk: Desk) -> None:
    first = desk.divide("CRO 1")
    desk.cancel(1, 1)
    second = desk.divide("CRO 2")

    assert second.previous_carry_micro_eur == first.pool_micro_eur
    owed = {row.member: row.balance_micro_eur + row.leaf_micro_eur for row in desk.balances(first)}
    assert {row.member: row.previous_micro_eur for row in desk.balances(second)} == owed


def test_cancel__later_ones_not_at_the_vault__are_planned_anew_in_order(desk: Desk) -> None:
    first, second, third = desk.divide("CRO 1"), desk.divide("CRO 2"), desk.divide("CRO 3", 7)

    assert desk.cancel(1, 1) == [first, second, third]

    rows = desk.rows()
    assert [(row.number, row.plan) for row in rows] == [(1, 1), (2, 2), (3, 2)]
    for row, before in zip(rows, (first, second, third), strict=True):
        assert (row.receipts, row.settlements) == (before.receipts, before.settlements)
        assert row.amount_micro_eur == before.amount_micro_eur
    assert rows[1].previous_carry_micro_eur == first.pool_micro_eur
    assert rows[2].previous_carry_micro_eur == rows[1].carry_micro_eur
    assert {row.state for row in desk.leaves(second)} == {PayoutState.CANCELLED}
    assert {row.state for row in desk.leaves(rows[1])} == {PayoutState.PENDING}
    assert desk.settle_messages()[-2:] == [rows[1].id, rows[2].id]


def test_cancel__planned_anew__receipt_belongs_to_the_latest_plan(desk: Desk) -> None:
    desk.divide("CRO 1")
    second = desk.divide("CRO 2")
    desk.cancel(1, 1)
    with UnitOfWork(desk.engine) as work:
        again = distribute(work, desk.community, second.receipts, second.settlements, wallets=False)
    assert again == desk.rows()[1]
    assert again.id != second.id


def test_cancel__settled_on_top__its_leaves_add_to_what_came_after(desk: Desk) -> None:
    first, second = desk.divide("CRO 1"), desk.divide("CRO 2")

    assert desk.cancel(1, 2) == [first]

    assert desk.rows() == [first, second]
    third = desk.divide("CRO 3")
    promised = sum(row.amount_micro_eur for row in desk.leaves(first))
    assert third.previous_carry_micro_eur == second.carry_micro_eur + promised


def test_cancel__noted_before__changes_nothing(desk: Desk) -> None:
    desk.divide("CRO 1")
    desk.divide("CRO 2")
    desk.cancel(1, 1)
    rows, messages = desk.rows(), desk.settle_messages()

    assert desk.cancel(1, 1) == []

    assert (desk.rows(), desk.settle_messages()) == (rows, messages)


def test_cancel__leaf_that_is_reserved__is_refused(desk: Desk) -> None:
    first = desk.divide("CRO 1")
    with UnitOfWork(desk.engine) as work:
        mark_payouts(work, first.id, {0: None}, PayoutState.RESERVED)
        work.commit()
    with pytest.raises(TransitionRefused):
        desk.cancel(1, 1)
    assert {row.state for row in desk.leaves(first)[1:]} == {PayoutState.PENDING}


def test_redivide__something_waits__pays_it_without_a_receipt(desk: Desk) -> None:
    first = desk.divide("CRO 1")
    desk.cancel(1, 1)

    second = desk.redivide()

    assert (second.number, second.receipts, second.amount_micro_eur) == (2, (), 0)
    assert (second.settlements, second.evidence) == (first.settlements, first.evidence)
    amounts = [(row.member, row.amount_micro_eur) for row in desk.leaves(first)]
    assert [(row.member, row.amount_micro_eur) for row in desk.leaves(second)] == amounts
    assert second.carry_micro_eur == first.carry_micro_eur
    assert desk.redivide() == second


def test_redivide__its_own_was_cancelled__pays_again(desk: Desk) -> None:
    first = desk.divide("CRO 1")
    desk.cancel(1, 1)
    desk.redivide()
    desk.cancel(2, 2)

    third = desk.redivide()

    assert third.number == 3
    assert third.carry_micro_eur == first.carry_micro_eur


def test_redivide__nothing_waits__is_refused(desk: Desk) -> None:
    with pytest.raises(NothingToDistribute, match="there is no distribution yet"):
        desk.redivide()
    desk.divide("CRO 1")
    with pytest.raises(NothingToDistribute, match="distribution 1 took up all there was"):
        desk.redivide()


def test_redivide__next_receipt_took_it_up__is_refused(desk: Desk) -> None:
    desk.divide("CRO 1")
    desk.cancel(1, 1)
    desk.divide("CRO 2")
    with pytest.raises(NothingToDistribute, match="distribution 2 took up all there was"):
        desk.redivide()

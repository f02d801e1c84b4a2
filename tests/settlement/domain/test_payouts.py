"""M: money that arrived is divided without making or losing a micro-euro."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.case import Shares
from settlement.domain.payouts import SOCIAL_FUND, Account, Plan, plan_distribution
from settlement.domain.records import Balance

SHARES = Shares(7000, 2000, 1000)
CENT = 10_000
MEMBERS = st.sampled_from(["M1", "M2", "È", "z", "Z", "M10"])
WEIGHTS = st.dictionaries(MEMBERS, st.integers(0, 10**12), max_size=6)
AMOUNTS = st.integers(1, 10**9).map(lambda cents: cents * CENT)
ROUNDS = st.tuples(AMOUNTS, WEIGHTS, st.sets(MEMBERS), st.none() | st.integers(0, 10**12))
CANCELLED = plan_distribution(0, SHARES, {}, Account())
"""Stands for a distribution that pays nothing."""


def _account(plan: Plan) -> Account:
    balances = {row.member: row.balance_micro_eur for row in plan.balances}
    return Account(balances, plan.carry_micro_eur, plan.unallocated_micro_eur)


def _given_back(account: Account, cancelled: Plan) -> Account:
    """The account once the leaves of a cancelled distribution are owed again, as the journal posts it."""
    balances, carry = dict(account.balances_micro_eur), account.carry_micro_eur
    for row in cancelled.balances:
        balances[row.member] = balances.get(row.member, 0) + row.leaf_micro_eur
        carry += row.leaf_micro_eur
    return Account(balances, carry, account.unallocated_micro_eur)


def _leaves(plan: Plan) -> dict[str, int]:
    return {row.member: row.leaf_micro_eur for row in plan.leaves}


def test_plan__hundred_euro_three_equal_members__keeps_the_rest_in_balances() -> None:
    plan = plan_distribution(100_000_000, SHARES, {"A": 1, "B": 1, "C": 1}, Account())
    # 70 € / 3 = 23.333333 each, one micro-euro more for the first.
    assert plan.balances == (
        Balance("A", 0, 23_333_334, 23_330_000, 3_334),
        Balance("B", 0, 23_333_333, 23_330_000, 3_333),
        Balance("C", 0, 23_333_333, 23_330_000, 3_333),
    )
    assert (plan.producers_micro_eur, plan.social_micro_eur, plan.grid_micro_eur) == (
        70_000_000,
        20_000_000,
        10_000_000,
    )
    assert (plan.pool_micro_eur, plan.carry_micro_eur, plan.unallocated_micro_eur) == (70_000_000, 10_000, 0)


def test_plan__second_distribution__pays_the_cents_that_have_grown() -> None:
    first = plan_distribution(100_000_000, SHARES, {"A": 1, "B": 1, "C": 1}, Account())
    second = plan_distribution(100_000_000, SHARES, {"A": 1, "B": 1, "C": 1}, _account(first))
    third = plan_distribution(100_000_000, SHARES, {"A": 1, "B": 1, "C": 1}, _account(second))
    assert second.pool_micro_eur == 70_010_000
    assert _leaves(third) == {"A": 23_340_000, "B": 23_330_000, "C": 23_330_000}


def test_plan__no_weight_at_all__leaves_everything_unallocated_for_the_next() -> None:
    first = plan_distribution(10_000_000, SHARES, {"A": 0}, Account())
    assert first.leaves == ()
    assert (first.carry_micro_eur, first.unallocated_micro_eur) == (7_000_000, 7_000_000)
    second = plan_distribution(10_000_000, SHARES, {"A": 5}, _account(first))
    assert _leaves(second) == {"A": 14_000_000}
    assert second.carry_micro_eur == 0


def test_plan__enterprises_above_the_cap__are_scaled_and_the_rest_is_the_last_leaf() -> None:
    plan = plan_distribution(100_000_000, SHARES, {"A": 1, "B": 3, "C": 3}, Account(), {"B", "C"}, 50_005_000)
    assert plan.moved_to_social_micro_eur == 9_995_000
    assert _leaves(plan) == {"A": 10_000_000, "B": 25_000_000, "C": 25_000_000, SOCIAL_FUND: 9_990_000}
    assert plan.leaves[-1].member == SOCIAL_FUND
    assert plan.balances[-1].balance_micro_eur == 5_000


def test_plan__cap_not_reached__moves_nothing() -> None:
    plan = plan_distribution(10_000_000, SHARES, {"A": 1}, Account(), {"A"}, 7_000_000)
    assert plan.moved_to_social_micro_eur == 0
    assert _leaves(plan) == {"A": 7_000_000}


def test_plan__members_with_accents__stand_in_byte_order() -> None:
    plan = plan_distribution(100_000_000, SHARES, {"È": 1, "z": 1, "Z": 1, "M10": 1, "M2": 1}, Account())
    assert [row.member for row in plan.leaves] == ["M10", "M2", "Z", "z", "È"]


def test_plan__member_that_left__is_paid_its_balance_when_it_reaches_a_cent() -> None:
    account = Account({"GONE": 12_345}, 12_345, 0)
    plan = plan_distribution(10_000_000, SHARES, {"A": 1}, account)
    assert plan.balances[1] == Balance("GONE", 12_345, 0, 10_000, 2_345)


@given(
    st.lists(
        ROUNDS,
        min_size=1,
        max_size=5,
    ),
    st.tuples(st.integers(0, 5000), st.integers(0, 5000)),
)
def test_plan__any_sequence_of_distributions__conserves_every_micro_euro(rounds, bps) -> None:
    shares = Shares(10_000 - sum(bps), *bps)
    account, received, paid = Account(), 0, 0
    for amount, weights, enterprises, cap in rounds:
        plan = plan_distribution(amount, shares, weights, account, enterprises, cap)
        leaves = sum(row.leaf_micro_eur for row in plan.leaves)
        assert plan.producers_micro_eur + plan.social_micro_eur + plan.grid_micro_eur == amount
        assert plan.pool_micro_eur == plan.producers_micro_eur + account.carry_micro_eur
        assert plan.pool_micro_eur == leaves + plan.carry_micro_eur
        balances = sum(row.balance_micro_eur for row in plan.balances)
        assert plan.carry_micro_eur == balances + plan.unallocated_micro_eur
        for row in plan.balances:
            assert row.leaf_micro_eur % CENT == 0
            assert 0 <= row.balance_micro_eur < CENT
            before = account.balances_micro_eur.get(row.member, 0)
            assert row.balance_micro_eur == before + row.entitlement_micro_eur - row.leaf_micro_eur
        if cap is not None:
            bound = sum(row.entitlement_micro_eur for row in plan.balances if row.member in enterprises)
            assert bound <= cap
        account, received, paid = _account(plan), received + plan.producers_micro_eur, paid + leaves
    assert received == paid + account.carry_micro_eur


@given(AMOUNTS, WEIGHTS, st.randoms())
def test_plan__members_in_any_order__is_the_same(amount, weights, random) -> None:
    items = list(weights.items())
    random.shuffle(items)
    assert plan_distribution(amount, SHARES, dict(items), Account()) == plan_distribution(
        amount, SHARES, weights, Account()
    )


def test_plan__negative_balances_that_no_pool_covers__are_a_bug() -> None:
    with pytest.raises(AssertionError):
        plan_distribution(CENT, SHARES, {"A": 1}, Account({"A": -(10**9)}, 0, 0))


@given(st.data())
def test_given_back__any_sequence_of_distributions_and_cancellations__pays_what_none_cancelled_would(
    data,
) -> None:
    """Some are cancelled before, some after the next one; at last what is owed is paid without a receipt."""
    calm, account, plans, received = Account(), Account(), [], 0
    standing, owed_calm = Counter(), Counter()
    for amount, weights, enterprises, cap in data.draw(st.lists(ROUNDS, min_size=1, max_size=6)):
        plan = plan_distribution(amount, SHARES, weights, account, enterprises, cap)
        same = plan_distribution(amount, SHARES, weights, calm, enterprises, cap)
        account, calm, received = _account(plan), _account(same), received + plan.producers_micro_eur
        owed_calm.update(_leaves(same))
        plans.append(plan)
        for number in data.draw(st.sets(st.sampled_from(range(len(plans))))):
            account, plans[number] = _given_back(account, plans[number]), CANCELLED
        standing = sum((Counter(_leaves(row)) for row in plans), Counter())
        # Nothing is made or lost: it was paid, or it is carry, and the carry is owed or undivided.
        assert received == standing.total() + account.carry_micro_eur
        owed = sum(account.balances_micro_eur.values())
        assert account.carry_micro_eur == owed + account.unallocated_micro_eur
    last = plan_distribution(0, SHARES, {}, account)
    assert standing + Counter(_leaves(last)) == +owed_calm
    undivided = _account(last)
    assert (undivided.carry_micro_eur, undivided.unallocated_micro_eur) == (
        calm.carry_micro_eur,
        calm.unallocated_micro_eur,
    )

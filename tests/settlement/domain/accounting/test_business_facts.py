"""Each business fact becomes one balanced entry."""

from datetime import date
from fractions import Fraction

import pytest

from settlement.domain.accounting.account import AccountKind
from settlement.domain.accounting.claim import claim
from settlement.domain.accounting.division import distribution_approved
from settlement.domain.accounting.entry import Entry, EntryKind
from settlement.domain.accounting.fund import Fund, fund_spent
from settlement.domain.accounting.payment import payout_moved, place_of
from settlement.domain.accounting.posting import credit, debit, postings
from settlement.domain.accounting.receivable import member_left, member_returned, receivable_collected
from settlement.domain.accounting.received import receipt_recorded
from settlement.domain.accounting.trial_balance import trial_balance
from settlement.domain.case import Shares
from settlement.domain.identifiers import uuid7
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.payouts import Account, plan_distribution
from settlement.domain.rounding import scale_floor_cents_micro_eur
from tests.settlement.domain.accounting import books

DAY = date(2024, 10, 1)
EURO = 1_000_000


def lines(entry: Entry) -> dict[str, int]:
    return {str(row.account): row.amount_micro_eur for row in entry.postings}


def test_claim__settled_period__is_owed_by_gse_from_its_first_day() -> None:
    entry = claim(books.settlement(221 * EURO))
    assert entry is not None
    assert lines(entry) == {"gse_receivable": 221 * EURO, "incentive": -221 * EURO}
    assert entry.effective_on == date(2024, 7, 1)


def test_claim__nothing_earned__is_no_entry() -> None:
    assert claim(books.settlement(0)) is None


def test_receipt__fee_and_costs__settle_the_gross_and_leave_the_net_undivided() -> None:
    entry = receipt_recorded(books.receipt(200 * EURO, fee=15 * EURO, costs=5 * EURO))
    assert lines(entry) == {
        "bank": 180 * EURO,
        "gse_fee": 15 * EURO,
        "costs": 5 * EURO,
        "gse_receivable": -200 * EURO,
        "appropriated": 180 * EURO,
        "undivided": -180 * EURO,
    }
    assert (entry.effective_on, entry.note) == (date(2024, 9, 30), "CRO 1")


def test_distribution__hundred_euro_three_equal_members__is_divided_allotted_and_promised() -> None:
    plan = plan_distribution(
        100 * EURO, Shares(7000, 2000, 1000), {"A": 1, "B": 1, "C": 1}, Account(), {"C"}, 20 * EURO
    )
    division, entitlement, leaves = distribution_approved(uuid7(), plan, DAY)
    assert lines(division) == {
        "undivided": 100 * EURO,
        "producers_pool": -70 * EURO,
        "social_fund": -20 * EURO,
        "grid_fund": -10 * EURO,
    }
    assert lines(entitlement) == {
        "producers_pool": 70 * EURO,
        "member:A": -23_333_334,
        "member:B": -23_333_333,
        "member:C": -20 * EURO,
        "social_residue": -3_333_333,
    }
    assert lines(leaves) == {
        "member:A": 23_330_000,
        "member:B": 23_330_000,
        "member:C": 20 * EURO,
        "social_residue": 3_330_000,
        "payable:A": -23_330_000,
        "payable:B": -23_330_000,
        "payable:C": -20 * EURO,
        "social_payable": -3_330_000,
    }
    after = trial_balance([division, entitlement, leaves])
    assert after.carry_micro_eur == plan.carry_micro_eur
    assert after.promised_micro_eur == plan.pool_micro_eur - plan.carry_micro_eur


def test_distribution__no_weight__posts_the_division_alone() -> None:
    plan = plan_distribution(10 * EURO, Shares(7000, 2000, 1000), {"A": 0}, Account())
    assert [row.kind for row in distribution_approved(uuid7(), plan, DAY)] == [EntryKind.DIVISION]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (PayoutState.PENDING, PayoutState.RESERVED, None),
        (PayoutState.RESERVED, PayoutState.RELEASED, None),
        (PayoutState.RESERVED, PayoutState.ORDERED, {"payable:A": 5, "in_transit:A": -5}),
        (PayoutState.RESERVED, PayoutState.CONFIRMED, {"payable:A": 5, "bank": -5}),
        (PayoutState.ORDERED, PayoutState.CONFIRMED, {"in_transit:A": 5, "bank": -5}),
        (PayoutState.ORDERED, PayoutState.RELEASED, {"in_transit:A": 5, "payable:A": -5}),
    ],
)
def test_payout__bank_leaf__moves_with_its_order(before, after, expected) -> None:
    entry = payout_moved(books.payout("A", 5, Channel.BANK, before), after)
    assert (entry and lines(entry)) == expected


@pytest.mark.parametrize(
    ("member", "channel", "expected"),
    [
        ("A", Channel.WALLET, {"payable:A": 5, "member:A": -5}),
        ("A", Channel.BANK, {"payable:A": 5, "member:A": -5}),
        (None, Channel.SOCIAL, {"social_payable": 5, "social_residue": -5}),
    ],
)
def test_payout__cancelled__is_owed_by_the_balance_again(member, channel, expected) -> None:
    entry = payout_moved(books.payout(member, 5, channel), PayoutState.CANCELLED)
    assert entry is not None
    assert lines(entry) == expected


def test_payout__wallet_leaf_paid__leaves_with_the_tokens() -> None:
    entry = payout_moved(books.payout("A", 5, Channel.WALLET), PayoutState.PAID)
    assert entry is not None
    assert lines(entry) == {"payable:A": 5, "bank": -5}


def test_payout__social_leaf__is_credited_to_the_fund_and_no_money_leaves() -> None:
    entry = payout_moved(books.payout(None, 5, Channel.SOCIAL), PayoutState.PAID)
    assert entry is not None
    assert lines(entry) == {"social_payable": 5, "social_fund": -5}


@pytest.mark.parametrize("state", list(PayoutState))
def test_payout__each_state__has_its_place_in_the_accounts(state) -> None:
    assert place_of(books.payout("A", 5, Channel.BANK), state).kind in {
        AccountKind.PAYABLE,
        AccountKind.IN_TRANSIT,
        AccountKind.BANK,
        AccountKind.MEMBER,
    }


@pytest.mark.parametrize(("fund", "account"), [(Fund.SOCIAL, "social_fund"), (Fund.GRID, "grid_fund")])
def test_fund__spent__leaves_the_bank(fund, account) -> None:
    assert lines(fund_spent(fund, 7, DAY, "resolution 3")) == {account: 7, "bank": -7}


def _owing() -> Entry:
    """A is 5 below zero, B as much above."""
    moved = postings([debit(AccountKind.MEMBER, 5, "A"), credit(AccountKind.MEMBER, 5, "B")])
    return Entry(EntryKind.ENTITLEMENT, moved)


def test_leaving__negative_balance__becomes_a_receivable_and_back() -> None:
    entries = [_owing()]
    gone = member_left("A", trial_balance(entries))
    assert gone is not None
    assert lines(gone) == {"member_receivable:A": 5, "member:A": -5}
    entries.append(gone)
    assert trial_balance(entries).outside_micro_eur == 5
    back = member_returned("A", trial_balance(entries))
    assert back is not None
    assert trial_balance([*entries, back]).amounts_micro_eur == trial_balance(entries[:1]).amounts_micro_eur


@pytest.mark.parametrize("member", ["B", "C"])
def test_leaving__nothing_owed__is_no_entry(member) -> None:
    assert member_left(member, trial_balance([_owing()])) is None


def test_collection__of_a_receivable__is_money_outside_the_vault() -> None:
    entries = [_owing()]
    gone = member_left("A", trial_balance(entries))
    assert gone is not None
    paid = receivable_collected("A", 3, DAY, "CRO 9")
    found = trial_balance([*entries, gone, paid])
    assert found.members(AccountKind.MEMBER_RECEIVABLE) == {"A": 2}
    assert (found.of(AccountKind.RECOVERED), found.carry_micro_eur) == (3, 0)


def test_leaves__dues_above_the_pool__are_scaled_and_the_rest_stays_owed() -> None:
    # 30 and 10 cents are due, 20 are there: each is paid half of it.
    account = Account({"A": 300_000, "B": 100_000, "C": -200_000}, 200_000, 0)
    plan = plan_distribution(1, Shares(0, 0, 10_000), {}, account)
    assert {row.member: row.leaf_micro_eur for row in plan.leaves} == {"A": 150_000, "B": 50_000}
    assert {row.member: row.balance_micro_eur for row in plan.balances} == {
        "A": 150_000,
        "B": 50_000,
        "C": -200_000,
    }
    assert plan.carry_micro_eur == 0


def test_leaves__negative_balance__nets_with_the_next_share() -> None:
    account = Account({"A": -30 * EURO, "B": 30 * EURO}, 0, 0)
    plan = plan_distribution(100 * EURO, Shares(10_000, 0, 0), {"A": 1, "B": 1}, account)
    assert {row.member: row.leaf_micro_eur for row in plan.leaves} == {"A": 20 * EURO, "B": 80 * EURO}


@pytest.mark.parametrize("available", [1, 10_000, 123_456, 10**9])
def test_leaves__scaled__are_never_more_than_each_exact_part(available) -> None:
    dues = {"A": 300_000, "B": 10_000, "C": 10_000_000}
    leaves = scale_floor_cents_micro_eur(available, dues)
    assert sum(leaves.values()) <= available
    for member, leaf in leaves.items():
        exact = min(Fraction(1), Fraction(available, sum(dues.values()))) * dues[member]
        assert exact - 10_000 < leaf <= exact

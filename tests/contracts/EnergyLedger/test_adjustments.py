"""
adjustments of settled months
├── given a month that no settlement has read
│   └── a correction should adjust nothing
├── given a settled month
│   ├── a correction should leave the difference of shared energy, up or down, and report it
│   ├── several should add up, also over months and configurations
│   └── a settlement signed before a correction should be refused
└── the next settlement
    ├── it should take the sum up once, and report it
    ├── with it, all that settlements took up should be the months' totals
    └── it should be for this community alone
"""

from dataclasses import replace

import pytest

from oracle.attest.keccak import keccak256
from oracle.attest.messages import DayReport, report_id
from oracle.attest.payout_tree import PayoutTree
from tests.contracts.expect import reverts
from tools.testchain.client import Receipt
from tools.testchain.community import MONTH, Community, day_report, days_of, report_row, settlement_row

EMPTY = PayoutTree([])
FIRST, SECOND, *_ = days_of(MONTH)
DEFAULT_WH = 40_000  # what day_report shares in an hour


def settle(community: Community, **changes: object) -> Receipt:
    """A settlement that pays nobody."""
    return community.settle(community.propose(EMPTY, [community.credit(10)], **changes))


def correct(community: Community, report: DayReport, shared_wh: int) -> tuple[DayReport, Receipt]:
    """Correct a day so that each hour shares this much."""
    hours = ([shared_wh] * 24, [shared_wh] * 24)
    replacement = day_report(report.day, *hours, predecessor=report_id(report))
    return replacement, community.correct(report, replacement)


def adjustment(community: Community) -> tuple[int, int]:
    """Pending Wh, and of how many corrections."""
    found: tuple[int, int] = community.ledger.call("adjustmentOf", community.id)
    return found


def test_correct__month_not_settled__adjusts_nothing(community: Community) -> None:
    _, receipt = correct(community, day_report(FIRST), 1)
    assert "MonthAdjusted" not in [event.name for event in receipt.events]
    assert adjustment(community) == (0, 0)


@pytest.mark.parametrize("shared_wh", [0, 39_999, 40_000, 50_000])
def test_correct__settled_month__leaves_the_difference(community: Community, shared_wh: int) -> None:
    settle(community)
    _, receipt = correct(community, day_report(FIRST), shared_wh)
    difference = 24 * (shared_wh - DEFAULT_WH)
    assert receipt.only("MonthAdjusted") == {
        "configuration": community.configuration,
        "month": MONTH,
        "sharedWh": difference,
    }
    assert adjustment(community) == (difference, 1)


def test_settle__after_corrections__takes_their_sum_up_once(community: Community) -> None:
    settle(community)
    once, _ = correct(community, day_report(FIRST), 10_000)
    correct(community, once, 70_000)
    correct(community, day_report(SECOND), 0)
    expected = 24 * (70_000 - DEFAULT_WH) - 24 * DEFAULT_WH
    assert adjustment(community) == (expected, 3)
    assert settle(community).only("Settled")["adjustmentWh"] == expected
    assert adjustment(community) == (0, 0)
    assert settle(community).only("Settled")["adjustmentWh"] == 0


def test_settle__another_month__takes_the_adjustment_up(community: Community) -> None:
    settle(community)
    correct(community, day_report(FIRST), 50_000)
    community.post_month(MONTH + 1)
    event = settle(community, months=((community.configuration, MONTH + 1),)).only("Settled")
    assert event["adjustmentWh"] == 24 * 10_000
    assert event["sharedWh"] == community.ledger.call("totalsOf", community.configuration, MONTH + 1)[2]


def test_settle__hidden_opened_and_corrected__all_taken_up_is_the_total(community: Community) -> None:
    first, *others = days_of(MONTH + 1)
    salt, hours = b"\x05" * 32, day_report(first).hours
    hidden = replace(day_report(first), hours=keccak256(salt + hours))
    months = ((community.configuration, MONTH + 1),)
    community.post(hidden, *(day_report(day) for day in others))
    taken_up = settle(community, months=months).only("Settled")["sharedWh"]
    community.ledger.send("open", community.configuration, report_row(hidden), salt, hours)
    once, _ = correct(community, day_report(others[0]), 10_000)
    correct(community, once, 90_000)
    correct(community, hidden, 1_000)
    taken_up += settle(community).only("Settled")["adjustmentWh"]
    assert taken_up == community.ledger.call("totalsOf", community.configuration, MONTH + 1)[2]


def test_settle__corrections_of_two_configurations__add_up(community: Community) -> None:
    other = community.under("AC001E00124")
    other.post_month(MONTH)
    months = tuple(sorted(((community.configuration, MONTH), (other.configuration, MONTH))))
    settle(community, months=months)
    for part, shared_wh in ((community, 50_000), (other, 20_000)):
        correct(part, day_report(FIRST), shared_wh)
    assert adjustment(community) == (24 * (10_000 - 20_000), 2)


def test_settle__signed_before_a_settled_month_was_corrected__reverts(community: Community) -> None:
    """The month settled now is untouched, but not what the reporters took up with it."""
    settle(community)
    community.post_month(MONTH + 1)
    months = ((community.configuration, MONTH + 1),)
    signed = community.propose(EMPTY, [community.credit(10)], months=months)
    signatures = community.sign_settlement(signed)
    correct(community, day_report(FIRST), 1)
    with reverts("CommunityVault_MonthsCorrected", 1, 0):
        community.vault.send("settle", settlement_row(signed), signatures)
    community.settle(replace(signed, corrections=1))


def test_correct__settled_month__moves_totals_and_begins_the_window_anew(community: Community) -> None:
    settle(community)
    before = community.ledger.call("totalsOf", community.configuration, MONTH)
    correct(community, day_report(FIRST), 50_000)
    after = community.ledger.call("totalsOf", community.configuration, MONTH)
    assert after[2] - before[2] == 24 * 10_000
    assert after[4] > before[4]
    assert (after[5], after[7]) == (1, True)


def test_adjustment__of_one_community__is_not_anothers(community: Community) -> None:
    settle(community)
    correct(community, day_report(FIRST), 1)
    assert community.ledger.call("adjustmentOf", b"\x07" * 32) == (0, 0)

"""
setShares, sharesOf
├── given shares that are not the whole
│   └── it should revert
└── otherwise
    ├── it should hold from the next month on; months gone by and the present one keep theirs
    ├── a second change within the month should replace the first
    ├── each later change should leave the months between as they were
    └── a settlement should divide by its months' shares, and refuse months of different ones
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from oracle.attest.payout_tree import PayoutTree
from tests.contracts.expect import reverts
from tools.testchain.community import SHARES_BPS, Community, Founder, month_number

EQUAL = (3_334, 3_333, 3_333)
SOCIAL = (0, 10_000, 0)
LONGEST_MONTH = 31 * 86_400
EURO = 1_000_000


def month_now(community: Community) -> int:
    """The month in Rome, as Python's time zone data have it."""
    now = datetime.fromtimestamp(community.chain.transport.now(), UTC).astimezone(ZoneInfo("Europe/Rome"))
    return month_number(now.year, now.month)


def to_the_middle_of_a_month(community: Community) -> int:
    """Travel away from month ends, where ledger and Rome may differ by an hour; returns the month."""
    now = datetime.fromtimestamp(community.chain.transport.now(), UTC)
    following = (now.replace(day=1) + timedelta(days=32)).replace(day=15)
    community.chain.transport.travel(int((following - now).total_seconds()))
    return month_now(community)


def test_shares__not_the_whole__reverts(community: Community) -> None:
    with reverts("CommunityRegistry_SharesNotWhole", 9_999):
        community.govern(community.ledger, "setShares", community.id, (9_999, 0, 0))


def test_shares__changed__hold_from_the_next_month_on(community: Community) -> None:
    month = to_the_middle_of_a_month(community)
    event = community.govern(community.ledger, "setShares", community.id, EQUAL).only("SharesSet")
    assert event == {"community": community.id, "from": month + 1, "shares": EQUAL}
    shares = [community.ledger.call("sharesOf", community.id, month + offset) for offset in (-600, 0, 1, 99)]
    assert shares == [SHARES_BPS, SHARES_BPS, EQUAL, EQUAL]


def test_shares__changed_twice_within_a_month__the_last_holds(community: Community) -> None:
    month = to_the_middle_of_a_month(community)
    for shares in (EQUAL, SOCIAL):
        community.govern(community.ledger, "setShares", community.id, shares)
    assert community.ledger.call("sharesOf", community.id, month) == SHARES_BPS
    assert community.ledger.call("sharesOf", community.id, month + 1) == SOCIAL


def test_shares__changed_in_several_months__each_month_keeps_its_own(community: Community) -> None:
    first = to_the_middle_of_a_month(community)
    community.govern(community.ledger, "setShares", community.id, EQUAL)
    community.chain.transport.travel(2 * LONGEST_MONTH)
    second = month_now(community)
    community.govern(community.ledger, "setShares", community.id, SOCIAL)
    expected = {first: SHARES_BPS, first + 1: EQUAL, second: EQUAL, second + 1: SOCIAL, second + 50: SOCIAL}
    found = {month: community.ledger.call("sharesOf", community.id, month) for month in expected}
    assert found == expected


@pytest.mark.parametrize("shares", [(10_000, 0, 0), SOCIAL, EQUAL])
def test_settle__shares_of_its_months__divide_the_receipts(
    found: Founder, shares: tuple[int, int, int]
) -> None:
    community = found(token=None, shares_bps=shares)
    community.post_month(month_number(2024, 6))
    event = community.settle(community.propose(PayoutTree([]), [community.credit(EURO)])).only("Settled")
    social, grid = EURO * shares[1] // 10_000, EURO * shares[2] // 10_000
    assert (event["social"], event["grid"], event["producers"]) == (social, grid, EURO - social - grid)


def test_settle__months_of_different_shares__reverts_naming_them(community: Community) -> None:
    month = to_the_middle_of_a_month(community)
    community.govern(community.ledger, "setShares", community.id, SOCIAL)
    community.chain.transport.travel(2 * LONGEST_MONTH)
    for number in (month, month + 1):
        community.post_month(number)
    months = tuple((community.configuration, number) for number in (month, month + 1))
    receipt = community.credit(EURO)
    with reverts("EnergyLedger_SharesDiffer", month, month + 1):
        community.settle(community.propose(PayoutTree([]), [receipt], months=months))
    events = [community.settle(community.propose(PayoutTree([]), [receipt], months=months[1:]))]
    assert events[0].only("Settled")["social"] == EURO

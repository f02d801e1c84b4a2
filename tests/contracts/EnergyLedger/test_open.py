"""
hidden hour totals, and open
├── post: given 32 bytes in the place of hour totals
│   └── it should accept the day as hidden: complete, without energy
├── open: given another report than the accepted one, or one that hides nothing or nothing any more
│   └── it should revert
├── open: given another salt or other totals, or totals of another length than the day
│   └── it should revert naming what they give
└── otherwise
    ├── it should add the day's energy to its month, whoever calls, and not delay finality
    ├── it should make settlements void that were signed before
    ├── it should tell configurations apart whose reports have the same id
    └── a correction should take back what was opened, and nothing where nothing was
"""

from dataclasses import replace

import pytest

from oracle.attest.hours import encode_hours
from oracle.attest.keccak import keccak256
from oracle.attest.messages import DayReport, report_id
from oracle.attest.payout_tree import PayoutTree
from tests.contracts.expect import reverts
from tools.testchain.client import Receipt
from tools.testchain.community import DAY, MONTH, Community, day_report, days_of, month_number, report_row

JULY = month_number(2024, 7)
SALT = b"\x05" * 32
HOURS = encode_hours([10] * 24, [20] * 24)
SUMS = (240, 480, 240)
HIDDEN_DAYS = 6  # position in a month's totals


def hidden(hours: bytes = HOURS, day: int = DAY) -> DayReport:
    """A report that hides its hour totals."""
    return replace(day_report(day), hours=keccak256(SALT + hours))


def opening(community: Community, report: DayReport, salt: bytes = SALT, hours: bytes = HOURS) -> Receipt:
    """Show a report's hour totals; anyone may."""
    arguments = (community.configuration, report_row(report), salt, hours)
    return community.ledger.send("open", *arguments, sender=community.chain.accounts[9])


def totals(community: Community, month: int = JULY) -> tuple[int, ...]:
    """A month's totals."""
    found: tuple[int, ...] = community.ledger.call("totalsOf", community.configuration, month)
    return found


def test_post__hidden_hours__count_as_a_day_without_energy(community: Community) -> None:
    event = community.post(hidden()).only("DayAccepted")
    assert event["hourTotals"] == keccak256(SALT + HOURS)
    assert totals(community)[:4] == (0, 0, 0, 1)
    assert totals(community)[HIDDEN_DAYS] == 1
    assert not community.ledger.call("isOpened", community.configuration, DAY)


def test_open__hidden_day__adds_its_energy_and_reports_it(community: Community) -> None:
    community.post(hidden())
    final_at = totals(community)[4]
    event = opening(community, hidden()).only("DayOpened")
    assert event == {
        "configuration": community.configuration,
        "day": DAY,
        "report": report_id(hidden()),
        "salt": SALT,
        "hourTotals": HOURS,
    }
    assert totals(community)[:5] == (*SUMS, 1, final_at)
    assert totals(community)[HIDDEN_DAYS] == 0
    assert community.ledger.call("isOpened", community.configuration, DAY)


def test_open__again__reverts(community: Community) -> None:
    community.post(hidden())
    opening(community, hidden())
    with reverts("EnergyLedger_NotHidden", community.configuration, DAY):
        opening(community, hidden())


def test_open__day_in_the_open__reverts(community: Community) -> None:
    community.post(day_report())
    with reverts("EnergyLedger_NotHidden", community.configuration, DAY):
        opening(community, day_report())


def test_open__other_report_than_the_accepted__reverts(community: Community) -> None:
    other = replace(hidden(), root=b"\x01" * 32)
    with reverts("EnergyLedger_WrongPredecessor", community.configuration, DAY, bytes(32), report_id(other)):
        opening(community, other)
    community.post(hidden())
    with reverts("EnergyLedger_WrongPredecessor", community.configuration, DAY, report_id(hidden())):
        opening(community, other)


@pytest.mark.parametrize(
    ("salt", "hours"),
    [(b"\x06" * 32, HOURS), (SALT, encode_hours([10] * 24, [21] * 24)), (SALT, HOURS + b"\0")],
    ids=["salt", "totals", "length"],
)
def test_open__other_salt_or_totals__reverts_naming_what_they_give(
    community: Community, salt: bytes, hours: bytes
) -> None:
    community.post(hidden())
    with reverts("EnergyLedger_WrongOpening", keccak256(salt + hours), hidden().hours):
        opening(community, hidden(), salt, hours)


@pytest.mark.parametrize("length", [0, 230, 239, 250, 32])
def test_open__totals_of_another_day_length__reverts(community: Community, length: int) -> None:
    """Reporters that hid nonsense cannot have it counted."""
    hours = bytes(length)
    community.post(hidden(hours))
    with reverts("EnergyLedger_WrongHourTotalsLength", DAY, length, 240):
        opening(community, hidden(hours), hours=hours)


def test_open__same_report_of_two_configurations__is_opened_for_one(community: Community) -> None:
    other = community.under("AC001E00124")
    for part in (community, other):
        part.post(hidden())
    opening(community, hidden())
    assert not other.ledger.call("isOpened", other.configuration, DAY)
    assert totals(other)[:3] == (0, 0, 0)
    opening(other, hidden())
    assert totals(other)[:3] == SUMS


def test_correct__hidden_by_known__adds_the_known(community: Community) -> None:
    community.post(hidden())
    community.correct(hidden(), day_report(DAY, [3] * 24, [2] * 24, predecessor=report_id(hidden())))
    assert totals(community)[:3] == (72, 48, 48)
    assert totals(community)[HIDDEN_DAYS] == 0


def test_correct__opened_by_known__moves_by_the_difference(community: Community) -> None:
    community.post(hidden())
    opening(community, hidden())
    community.correct(hidden(), day_report(DAY, [3] * 24, [2] * 24, predecessor=report_id(hidden())))
    assert totals(community)[:3] == (72, 48, 48)
    assert totals(community)[HIDDEN_DAYS] == 0


def test_correct__known_by_hidden__takes_the_known_back(community: Community) -> None:
    known = day_report(DAY, [3] * 24, [2] * 24)
    community.post(known)
    again = replace(hidden(), predecessor=report_id(known))
    community.correct(known, again)
    assert totals(community)[:3] == (0, 0, 0)
    assert totals(community)[HIDDEN_DAYS] == 1
    opening(community, again)
    assert totals(community)[:3] == SUMS


def test_settle__month_with_hidden_days__counts_and_reports_them(community: Community) -> None:
    first, *others = days_of(MONTH + 1)
    community.post(hidden(day=first), *(day_report(day) for day in others))
    months = ((community.configuration, MONTH + 1),)
    settled = community.settle(community.propose(PayoutTree([]), [community.credit(10)], months=months))
    assert settled.only("Settled")["hiddenDays"] == settled.only("MonthSettled")["hiddenDays"] == 1
    assert settled.only("Settled")["sharedWh"] == 24 * 40_000 * len(others)


def test_settle__signed_before_an_opening__reverts(community: Community) -> None:
    """Whoever signed for the month did so over other totals."""
    first, *others = days_of(MONTH + 1)
    community.post(hidden(day=first), *(day_report(day) for day in others))
    months = ((community.configuration, MONTH + 1),)
    signed = community.propose(PayoutTree([]), [community.credit(10)], months=months)
    opening(community, hidden(day=first))
    with reverts("CommunityVault_MonthsCorrected", 1, 0):
        community.settle(signed)
    community.settle(community.propose(PayoutTree([]), signed.receipts, months=months))


def test_open__settled_month__adds_the_energy_and_leaves_an_adjustment(community: Community) -> None:
    """The settlement counted none for the day; the next one takes the difference up."""
    first, *others = days_of(MONTH + 1)
    community.post(hidden(day=first), *(day_report(day) for day in others))
    months = ((community.configuration, MONTH + 1),)
    community.settle(community.propose(PayoutTree([]), [community.credit(10)], months=months))
    before = totals(community, MONTH + 1)
    adjusted = opening(community, hidden(day=first)).only("MonthAdjusted")
    assert adjusted["sharedWh"] == totals(community, MONTH + 1)[2] - before[2] == SUMS[2]
    assert community.ledger.call("adjustmentOf", community.id) == (SUMS[2], 1)

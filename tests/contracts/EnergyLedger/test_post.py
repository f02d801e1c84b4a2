"""
post
├── given the community is unknown
│   └── it should revert naming it
├── given an area that nobody registered
│   └── it should keep what its community's reporters post, which no settlement reads
├── given no report or more than 31
│   └── it should revert
├── given a report names a predecessor, or its day has a report, also within the batch
│   └── it should revert naming the accepted report
├── given a day that is not over in Rome
│   └── it should revert naming it
├── given hour totals that do not fit the day's 23, 24 or 25 hours
│   └── it should revert naming the length
└── otherwise
    ├── it should store the report's id and report it
    ├── it should add each hour's minimum to the month, up to hours of 40 bits
    ├── it should enter each day of a batch into its own month, all or none
    └── it should not matter who relays
"""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from oracle.attest.hours import encode_hours
from oracle.attest.messages import DayReport, report_id
from oracle.attest.payout_tree import PayoutTree
from tests.contracts.expect import reverts
from tools.testchain.community import (
    DAY,
    Community,
    day_number,
    day_report,
    days_of,
    month_number,
    report_row,
)

JULY = month_number(2024, 7)
SPRING = day_number(date(2024, 3, 31))  # 23 hours
AUTUMN = day_number(date(2024, 10, 27))  # 25 hours


def totals(community: Community, month: int) -> tuple[int, ...]:
    """Injected, withdrawn and shared Wh, and the bitmap of accepted days."""
    found: tuple[int, ...] = community.ledger.call("totalsOf", community.configuration, month)
    return found[:4]


def test_post__unknown_community__reverts(community: Community) -> None:
    """Nobody reports for a community that nobody registered, whatever threshold an empty slot says."""
    other = b"\x07" * 32
    for signed in (b"", community.sign_batch([day_report()])):
        batch = community.batch_row([day_report()], community=other, epoch=0, signatures=signed)
        with reverts("CommunityRegistry_UnknownCommunity", other):
            community.ledger.send("post", batch)


def test_post__area_not_registered__is_kept_and_never_settled(community: Community) -> None:
    """A post reads no registration, which would cost every one of them; a settlement does."""
    elsewhere = replace(community, area_code="AC001E99999", months=[])
    elsewhere.post_month(JULY)
    assert community.ledger.call("communityOf", elsewhere.configuration) == bytes(32)
    months = ((elsewhere.configuration, JULY),)
    settlement = elsewhere.propose(PayoutTree([]), [community.credit(1)], months=months)
    with reverts("EnergyLedger_OtherCommunity", elsewhere.configuration, bytes(32)):
        community.settle(settlement)


def test_post__day_not_over__reverts_naming_it(community: Community) -> None:
    """Rome is one or two hours ahead of UTC; the ledger grants two."""
    today = (community.chain.transport.now() + 7_200) // 86_400
    with reverts("EnergyLedger_DayNotOver", today):
        community.post(day_report(today))
    with reverts("EnergyLedger_DayNotOver", today):
        community.post(day_report(today - 1), day_report(today))
    community.post(day_report(today - 1))
    community.chain.transport.travel(86_400)
    community.post(day_report(today))


@pytest.mark.parametrize("count", [0, 32])
def test_post__batch_of_no_or_too_many_days__reverts(community: Community, count: int) -> None:
    reports = [day_report(DAY + offset) for offset in range(count)]
    with reverts("EnergyLedger_ReportCountOutOfRange", count, 31):
        community.post(*reports)


def test_post__month_of_31_days__is_one_batch(community: Community) -> None:
    community.post(*(day_report(day) for day in days_of(JULY)))
    assert totals(community, JULY)[3] == 2**31 - 1


def test_post__report_with_predecessor__reverts(community: Community) -> None:
    predecessor = b"\x01" * 32
    with reverts("EnergyLedger_WrongPredecessor", community.configuration, DAY, bytes(32), predecessor):
        community.post(day_report(predecessor=predecessor))


def test_post__same_report_again__reverts_naming_the_accepted_one(community: Community) -> None:
    report = day_report()
    community.post(report)
    with reverts("EnergyLedger_WrongPredecessor", community.configuration, DAY, report_id(report), bytes(32)):
        community.post(report)


def test_post__other_report_of_an_accepted_day__reverts(community: Community) -> None:
    community.post(day_report())
    with reverts("EnergyLedger_WrongPredecessor", community.configuration, DAY):
        community.post(day_report(root=b"\x02" * 32))


def test_post__day_twice_in_a_batch__reverts(community: Community) -> None:
    with reverts("EnergyLedger_WrongPredecessor", community.configuration, DAY):
        community.post(day_report(), day_report(root=b"\x02" * 32))


@pytest.mark.parametrize(
    ("day", "hours", "given"),
    [
        (SPRING, 23, 240),
        (SPRING, 23, 250),
        (DAY, 24, 230),
        (DAY, 24, 250),
        (AUTUMN, 25, 240),
        (AUTUMN, 25, 230),
    ],
)
def test_post__hours_of_another_day_length__reverts(
    community: Community, day: int, hours: int, given: int
) -> None:
    report = DayReport(day, bytes(32), bytes(32), bytes(32), 0, bytes(32), bytes(given))
    with reverts("EnergyLedger_WrongHourTotalsLength", day, given, hours * 10):
        community.post(report)


@pytest.mark.parametrize("given", [0, 1, 239, 241, 480])
def test_post__hours_not_whole_or_empty__reverts(community: Community, given: int) -> None:
    with reverts("EnergyLedger_WrongHourTotalsLength", DAY, given, 240):
        community.post(replace(day_report(), hours=bytes(given)))


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (DAY, 24), (AUTUMN, 25)])
def test_post__day_of_any_length__enters_its_month(community: Community, day: int, hours: int) -> None:
    community.post(day_report(day, [3] * hours, [2] * hours))
    civil = date.fromordinal(date(1970, 1, 1).toordinal() + day)
    month = month_number(civil.year, civil.month)
    assert totals(community, month) == (3 * hours, 2 * hours, 2 * hours, 1 << (civil.day - 1))


def test_post__accepted__stores_and_reports_the_id(community: Community) -> None:
    report = day_report()
    receipt = community.post(report)
    assert community.ledger.call("reportOf", community.configuration, DAY) == report_id(report)
    assert receipt.only("DayAccepted") == {
        "configuration": community.configuration,
        "day": DAY,
        "report": report_id(report),
        "predecessor": bytes(32),
        "root": report.root,
        "roster": report.roster,
        "pods": report.pods,
        "blinding": report.blinding,
        "hourTotals": report.hours,
    }


def test_post__hours_where_either_side_is_smaller__shares_the_minimum_of_each(community: Community) -> None:
    community.post(day_report(DAY, [10, 0, 7] + [5] * 21, [4, 9, 7] + [0] * 21))
    assert totals(community, JULY) == (10 + 7 + 21 * 5, 20, 4 + 0 + 7, 1)


def test_post__hours_of_forty_bits__add_up_exactly(community: Community) -> None:
    """A month's sums have 48 bits, 281 TWh: ten days of the largest hours fit, eleven are refused."""
    most = 2**40 - 1
    days = days_of(JULY)
    community.post(*(day_report(day, [most] * 24, [most] * 24) for day in days[:10]))
    assert totals(community, JULY)[:3] == (10 * 24 * most,) * 3
    with reverts("SafeCastOverflowedUintDowncast", 48):
        community.post(day_report(days[10], [most] * 24, [most] * 24))


def test_post__batch_over_two_months__enters_both(community: Community) -> None:
    last = days_of(JULY)[-1]
    community.post(day_report(last, [1] * 24, [1] * 24), day_report(last + 1, [2] * 24, [2] * 24))
    assert totals(community, JULY) == (24, 24, 24, 1 << 30)
    assert totals(community, JULY + 1) == (48, 48, 48, 1)


def test_post__one_bad_report_in_a_batch__accepts_none(community: Community) -> None:
    with reverts("EnergyLedger_WrongHourTotalsLength"):
        community.post(day_report(), replace(day_report(DAY + 1), hours=b""))
    assert community.ledger.call("reportOf", community.configuration, DAY) == bytes(32)
    assert totals(community, JULY) == (0, 0, 0, 0)


def test_post__anyone_relays__is_accepted(community: Community) -> None:
    report = day_report()
    signed = community.sign_batch([report])
    stranger = community.chain.accounts[7]
    batch = community.batch_row([report], signatures=signed)
    community.ledger.send("post", batch, sender=stranger)
    assert community.ledger.call("reportOf", community.configuration, DAY) == report_id(report)


def test_post__last_acceptance__is_the_block_time(community: Community) -> None:
    community.post(day_report())
    acceptance = community.ledger.call("totalsOf", community.configuration, JULY)[4]
    assert acceptance == community.chain.transport.now()


def test_hash_report__drawn_reports__is_the_python_id(community: Community) -> None:
    changes: dict[str, Any] = {
        "predecessor": b"\x09" * 32,
        "roster": b"\x08" * 32,
        "pods": 2**32 - 1,
        "blinding": bytes(32),
    }
    changed = [replace(day_report(), **{name: value}) for name, value in changes.items()]
    for report in (day_report(), day_report(SPRING), *changed):
        assert community.ledger.call("hashReport", report_row(report)) == report_id(report)


def test_post__configurations__do_not_mix(community: Community) -> None:
    other = community.under("AC001E00124").configuration
    community.post(day_report())
    assert community.ledger.call("reportOf", other, DAY) == bytes(32)
    assert community.ledger.call("totalsOf", other, JULY)[:4] == (0, 0, 0, 0)


def test_encode_hours__what_is_posted__is_what_python_encodes(community: Community) -> None:
    injected, withdrawn = list(range(24)), [2**39 + hour for hour in range(24)]
    report = day_report(DAY, injected, withdrawn)
    assert community.post(report).only("DayAccepted")["hourTotals"] == encode_hours(injected, withdrawn)

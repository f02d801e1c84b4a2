"""
correct
├── given replaced and replacement are of different days
│   └── it should revert naming both
├── given the replacement does not name the report that is spelled out
│   └── it should revert
├── given the spelled-out report is not the accepted one: never posted, or replaced already
│   └── it should revert naming the accepted one
├── given hour totals that do not fit the day
│   └── it should revert
└── otherwise
    ├── it should store the replacement's id and report what it replaces
    ├── it should move the month's totals by the difference, down as well as up
    ├── it should start the finality delay anew
    └── in a month that a settlement has read, it should leave the difference to the next one
"""

from dataclasses import replace

import pytest

from oracle.attest.messages import DayReport, report_id
from tests.contracts.expect import reverts
from tools.testchain.community import (
    DAY,
    Community,
    Founder,
    day_report,
    days_of,
    month_number,
    report_row,
)

JULY = month_number(2024, 7)
FIRST = day_report(DAY, [10] * 24, [20] * 24)


def replacing(report: DayReport, injected: int = 30, withdrawn: int = 5) -> DayReport:
    """A report that replaces another, of the same day."""
    return day_report(report.day, [injected] * 24, [withdrawn] * 24, predecessor=report_id(report))


def test_correct__other_day__reverts(community: Community) -> None:
    community.post(FIRST)
    with reverts("EnergyLedger_OtherDay", DAY, DAY + 1):
        community.correct(FIRST, replace(replacing(FIRST), day=DAY + 1))


@pytest.mark.parametrize("named", [bytes(32), b"\x01" * 32])
def test_correct__names_another_report__reverts(community: Community, named: bytes) -> None:
    community.post(FIRST)
    with reverts("EnergyLedger_WrongPredecessor", community.configuration, DAY, report_id(FIRST), named):
        community.correct(FIRST, replace(replacing(FIRST), predecessor=named))


def test_correct__day_without_report__reverts(community: Community) -> None:
    with reverts("EnergyLedger_WrongPredecessor", community.configuration, DAY, bytes(32), report_id(FIRST)):
        community.correct(FIRST, replacing(FIRST))


def test_correct__predecessor_race__only_the_first_correction_counts(community: Community) -> None:
    community.post(FIRST)
    winner, loser = replacing(FIRST, 30, 5), replacing(FIRST, 31, 6)
    community.correct(FIRST, winner)
    with reverts(
        "EnergyLedger_WrongPredecessor", community.configuration, DAY, report_id(winner), report_id(FIRST)
    ):
        community.correct(FIRST, loser)


def test_correct__same_correction_again__reverts(community: Community) -> None:
    community.post(FIRST)
    community.correct(FIRST, replacing(FIRST))
    with reverts("EnergyLedger_WrongPredecessor", community.configuration, DAY):
        community.correct(FIRST, replacing(FIRST))


def test_correct__predecessor_spelled_wrong__reverts(community: Community) -> None:
    community.post(FIRST)
    misspelled = replace(FIRST, hours=bytes(240))
    with reverts("EnergyLedger_WrongPredecessor", community.configuration, DAY):
        community.correct(misspelled, replacing(FIRST))


def test_correct__relayed_as_a_post__reverts(community: Community) -> None:
    community.post(FIRST)
    with reverts("EnergyLedger_WrongPredecessor", community.configuration, DAY):
        community.post(replacing(FIRST))


@pytest.mark.parametrize("length", [0, 230, 250])
def test_correct__hours_of_another_length__reverts(community: Community, length: int) -> None:
    community.post(FIRST)
    with reverts("EnergyLedger_WrongHourTotalsLength", DAY, length, 240):
        community.correct(FIRST, replace(replacing(FIRST), hours=bytes(length)))


def test_correct__other_number_of_replaced_reports__reverts(community: Community) -> None:
    community.post(FIRST)
    for count in (0, 2):
        with reverts("EnergyLedger_ReplacedCountDiffers", count, 1):
            batch = community.batch_row([replacing(FIRST)])
            community.ledger.send("correct", batch, [report_row(FIRST)] * count)


def test_correct__several_days__changes_all_or_none(community: Community) -> None:
    second = day_report(DAY + 1, [10] * 24, [20] * 24)
    community.post(FIRST, second)
    good, bad = replacing(FIRST), replace(replacing(second), hours=b"")
    replaced = [report_row(FIRST), report_row(second)]
    with reverts("EnergyLedger_WrongHourTotalsLength"):
        community.ledger.send("correct", community.batch_row([good, bad]), replaced)
    assert community.ledger.call("reportOf", community.configuration, DAY) == report_id(FIRST)
    community.ledger.send("correct", community.batch_row([good, replacing(second)]), replaced)
    assert community.ledger.call("totalsOf", community.configuration, JULY)[:3] == (48 * 30, 48 * 5, 48 * 5)


def test_correct__too_few_signatures__reverts(community: Community) -> None:
    community.post(FIRST)
    community.reporters = community.reporters[:2]
    with reverts("CommunityRegistry_TooFewSignatures", 2, 3):
        community.correct(FIRST, replacing(FIRST))


def test_correct__accepted__stores_and_reports_both_ids(community: Community) -> None:
    community.post(FIRST)
    replacement = replacing(FIRST)
    event = community.correct(FIRST, replacement).only("DayAccepted")
    assert (event["report"], event["predecessor"]) == (report_id(replacement), report_id(FIRST))
    named = (event["root"], event["roster"], event["pods"], event["blinding"])
    assert named == (replacement.root, replacement.roster, replacement.pods, replacement.blinding)
    assert community.ledger.call("reportOf", community.configuration, DAY) == report_id(replacement)


@pytest.mark.parametrize(("injected", "withdrawn"), [(30, 40), (0, 0), (30, 5), (10, 20)])
def test_correct__other_energy__moves_totals_by_the_difference(
    community: Community, injected: int, withdrawn: int
) -> None:
    other = day_report(DAY + 1, [7] * 24, [3] * 24)
    community.post(FIRST, other)
    community.correct(FIRST, replacing(FIRST, injected, withdrawn))
    shared = min(injected, withdrawn)
    expected = tuple(24 * sum(pair) for pair in ((injected, 7), (withdrawn, 3), (shared, 3)))
    assert community.ledger.call("totalsOf", community.configuration, JULY)[:4] == (*expected, 0b11)


def test_correct__twice__totals_are_those_of_the_last(community: Community) -> None:
    community.post(FIRST)
    second = replacing(FIRST, 2**40 - 1, 2**40 - 1)
    community.correct(FIRST, second)
    community.correct(second, replacing(second, 1, 2))
    assert community.ledger.call("totalsOf", community.configuration, JULY)[:3] == (24, 48, 24)


def test_correct__back_to_the_first_energy__has_an_id_of_its_own(community: Community) -> None:
    community.post(FIRST)
    second = replacing(FIRST)
    community.correct(FIRST, second)
    third = replacing(second, 10, 20)
    community.correct(second, third)
    assert report_id(third) != report_id(FIRST)
    with reverts("EnergyLedger_WrongPredecessor"):  # so the first correction cannot be played again
        community.correct(FIRST, second)


def test_correct__complete_month__delays_finality_anew(found: Founder) -> None:
    community = found(finality_delay=1_000)
    reports = [day_report(day) for day in days_of(JULY)]
    community.post(*reports)
    community.chain.transport.travel(900)
    community.correct(reports[0], replacing(reports[0]))
    community.chain.transport.travel(900)
    assert not community.ledger.call("isFinal", community.configuration, JULY)
    community.chain.transport.travel(200)
    assert community.ledger.call("isFinal", community.configuration, JULY)

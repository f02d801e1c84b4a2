"""
isFinal
├── given a civil day of the month is missing
│   └── it should be false, whatever the length of the month
├── given the finality delay has not passed since the last acceptance
│   └── it should be false
└── otherwise
    └── it should be true

settleMonth
├── given the caller is not the configuration's vault
│   └── it should revert naming the caller
├── given the month is not final
│   └── it should revert naming it
└── otherwise
    ├── it should return the month's shared energy and number of corrections, and close it to corrections
    └── it should do so again when asked again
"""

from dataclasses import replace

import pytest

from oracle.attest.messages import report_id
from tests.contracts.expect import reverts
from tools.testchain.client import Contract
from tools.testchain.community import (
    CONFIGURATION,
    MONTH,
    Community,
    Founder,
    day_report,
    days_of,
    month_number,
)

OTHER = b"\x07" * 32
STUBBED = month_number(2024, 2)


@pytest.fixture
def stub(community: Community) -> Contract:
    """A vault that settles months of a configuration of its own, whose February 2024 is complete."""
    vault = community.chain.deploy("VaultStub", community.ledger.address)
    community.ledger.send("registerConfiguration", OTHER, vault.address)
    community.configuration = OTHER
    community.post(*(day_report(day, [5] * 24, [4] * 24) for day in days_of(STUBBED)))
    return vault


@pytest.mark.parametrize(
    ("year", "month", "length"),
    [
        (2023, 2, 28),
        (2024, 2, 29),
        (2000, 2, 29),
        (2024, 3, 31),
        (2024, 4, 30),
        (2024, 10, 31),
    ],
)
def test_is_final__last_day_missing__is_false_until_it_comes(
    community: Community, year: int, month: int, length: int
) -> None:
    number = month_number(year, month)
    reports = [day_report(day) for day in days_of(number)]
    assert len(reports) == length
    community.post(*reports[:-1])
    assert not community.ledger.call("isFinal", CONFIGURATION, number)
    community.post(reports[-1])
    assert community.ledger.call("isFinal", CONFIGURATION, number)


def test_is_final__first_day_missing__is_false(community: Community) -> None:
    number = month_number(2024, 9)
    community.post(*(day_report(day) for day in days_of(number)[1:]))
    assert not community.ledger.call("isFinal", CONFIGURATION, number)


def test_is_final__nothing_posted__is_false(community: Community) -> None:
    assert not community.ledger.call("isFinal", CONFIGURATION, MONTH + 1)


def test_is_final__delay_running__is_false_until_it_has_passed(found: Founder) -> None:
    community = found(finality_delay=3_600)
    community.post(*(day_report(day) for day in days_of(MONTH)))
    community.chain.transport.travel(3_500)
    assert not community.ledger.call("isFinal", CONFIGURATION, MONTH)
    community.chain.transport.travel(200)
    assert community.ledger.call("isFinal", CONFIGURATION, MONTH)


def test_settle_month__stranger__reverts(community: Community) -> None:
    stranger = community.chain.accounts[0]
    with reverts("EnergyLedger_NotVault", CONFIGURATION, stranger):
        community.ledger.send("settleMonth", CONFIGURATION, MONTH)


def test_settle_month__vault_of_another_configuration__reverts(community: Community, stub: Contract) -> None:
    with reverts("EnergyLedger_NotVault", CONFIGURATION, stub.address):
        stub.send("settleMonth", CONFIGURATION, MONTH)


def test_settle_month__unknown_configuration__reverts(community: Community, stub: Contract) -> None:
    with reverts("EnergyLedger_NotVault", b"\x08" * 32, stub.address):
        stub.send("settleMonth", b"\x08" * 32, MONTH)


def test_settle_month__incomplete_month__reverts_naming_it(community: Community, stub: Contract) -> None:
    with reverts("EnergyLedger_MonthNotFinal", OTHER, STUBBED + 1):
        stub.send("settleMonth", OTHER, STUBBED + 1)


def test_settle_month__final_month__returns_shared_energy_every_time(
    community: Community, stub: Contract
) -> None:
    shared = 29 * 24 * 4
    first = day_report(days_of(STUBBED)[0], [5] * 24, [4] * 24)
    community.correct(first, replace(first, predecessor=report_id(first), root=b"\x01" * 32))
    assert stub.call("settleMonth", OTHER, STUBBED) == (shared, 1)
    stub.send("settleMonth", OTHER, STUBBED)
    assert community.ledger.call("totalsOf", OTHER, STUBBED)[6] is True
    assert stub.call("settleMonth", OTHER, STUBBED) == (shared, 1)
    stub.send("settleMonth", OTHER, STUBBED)


def test_settle_month__once_settled__totals_stand(community: Community, stub: Contract) -> None:
    before = community.ledger.call("totalsOf", OTHER, STUBBED)
    stub.send("settleMonth", OTHER, STUBBED)
    after = community.ledger.call("totalsOf", OTHER, STUBBED)
    assert after[:6] == before[:6]
    assert not community.ledger.call("totalsOf", CONFIGURATION, STUBBED)[6]

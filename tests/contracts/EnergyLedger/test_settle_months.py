"""
isFinal
├── given a civil day of the month is missing
│   └── it should be false, whatever the length of the month
├── given the finality delay has not passed since the last acceptance
│   └── it should be false
└── otherwise
    └── it should be true

settleMonths
├── given the caller is not the community's vault
│   └── it should revert naming the caller
├── given no month or more than 64, or months not in strictly ascending order
│   └── it should revert
├── given a month that is not final, of another community, or of other shares than the first
│   └── it should revert naming it
└── otherwise
    ├── it should return shared energy, corrections, hidden days and shares, and mark the months as settled
    └── it should do so again when asked again
"""

from dataclasses import replace

import pytest

from oracle.attest.messages import report_id
from tests.contracts.expect import reverts
from tools.testchain.client import Contract
from tools.testchain.community import (
    MONTH,
    SHARES_BPS,
    Community,
    Founder,
    day_report,
    days_of,
    month_number,
    signature,
)

STUBBED = month_number(2024, 2)
SETTLED = 7  # position in a month's totals
DIGEST = b"\x0d" * 32


@pytest.fixture
def stub(community: Community) -> Contract:
    """A vault that settles whatever it is told to, in the place of the community's."""
    vault = community.chain.deploy("VaultStub", community.ledger.address, community.id)
    community.govern(community.ledger, "setVault", community.id, vault.address)
    community.post(*(day_report(day, [5] * 24, [4] * 24) for day in days_of(STUBBED)))
    return vault


def arguments(community: Community, *months: tuple[bytes, int]) -> tuple[object, ...]:
    """What a vault asks for: months, epoch, and a digest with signatures."""
    return list(months), community.epoch, DIGEST, community.signatures(DIGEST)


@pytest.mark.parametrize(
    ("year", "month", "length"),
    [(2023, 2, 28), (2024, 2, 29), (2000, 2, 29), (2024, 3, 31), (2024, 4, 30), (2024, 10, 31)],
)
def test_is_final__last_day_missing__is_false_until_it_comes(
    community: Community, year: int, month: int, length: int
) -> None:
    number = month_number(year, month)
    reports = [day_report(day) for day in days_of(number)]
    assert len(reports) == length
    community.post(*reports[:-1])
    assert not community.ledger.call("isFinal", community.configuration, number)
    community.post(reports[-1])
    assert community.ledger.call("isFinal", community.configuration, number)


def test_is_final__first_day_missing__is_false(community: Community) -> None:
    number = month_number(2024, 9)
    community.post(*(day_report(day) for day in days_of(number)[1:]))
    assert not community.ledger.call("isFinal", community.configuration, number)


def test_is_final__nothing_posted__is_false(community: Community) -> None:
    assert not community.ledger.call("isFinal", community.configuration, MONTH + 1)


def test_is_final__delay_running__is_false_until_it_has_passed(found: Founder) -> None:
    community = found(finality_delay=3_600)
    community.post(*(day_report(day) for day in days_of(MONTH)))
    community.chain.transport.travel(3_500)
    assert not community.ledger.call("isFinal", community.configuration, MONTH)
    community.chain.transport.travel(200)
    assert community.ledger.call("isFinal", community.configuration, MONTH)


def test_settle_months__stranger__reverts(community: Community) -> None:
    stranger = community.chain.accounts[0]
    months = arguments(community, (community.configuration, MONTH))
    with reverts("EnergyLedger_NotVault", community.id, stranger):
        community.ledger.send("settleMonths", community.id, *months)


def test_settle_months__too_few_signatures__reverts(community: Community, stub: Contract) -> None:
    months, epoch, digest, _ = arguments(community, (community.configuration, MONTH))
    with reverts("CommunityRegistry_TooFewSignatures", 1, 3):
        stub.send("settleMonths", months, epoch, digest, signature(community.reporters[0], DIGEST))


@pytest.mark.parametrize("count", [0, 65])
def test_settle_months__no_or_too_many__reverts(community: Community, stub: Contract, count: int) -> None:
    months = [(community.configuration, MONTH + offset) for offset in range(count)]
    with reverts("EnergyLedger_MonthCountOutOfRange", count, 64):
        stub.send("settleMonths", *arguments(community, *months))


def test_settle_months__not_ascending__reverts(community: Community, stub: Contract) -> None:
    own = community.configuration
    later = (own, MONTH)
    for other in (later, (own, MONTH - 1), (bytes(32), MONTH + 1)):
        with reverts("EnergyLedger_MonthsNotAscending", 1):
            stub.send("settleMonths", *arguments(community, later, other))


def test_settle_months__incomplete_month__reverts_naming_it(community: Community, stub: Contract) -> None:
    with reverts("EnergyLedger_MonthNotFinal", community.configuration, STUBBED + 1):
        stub.send("settleMonths", *arguments(community, (community.configuration, STUBBED + 1)))


def test_settle_months__configuration_of_another_community__reverts(
    community: Community, stub: Contract
) -> None:
    """Another community on the same ledger cannot have its months counted here."""
    other = register_another(community)
    configuration = community.ledger.call("configurationId", other, b"\x01" * 32)
    community.ledger.send("registerConfiguration", other, b"\x01" * 32)
    with reverts("EnergyLedger_OtherCommunity", configuration, other):
        stub.send("settleMonths", *arguments(community, (configuration, MONTH)))


def register_another(community: Community) -> bytes:
    """A second community of the same administrator."""
    addresses = [reporter.address for reporter in community.reporters]
    roles = (community.timelock.address, community.guardian, addresses, community.threshold)
    receipt = community.ledger.send("registerCommunity", b"\x02" * 32, (*roles, 5, SHARES_BPS))
    registered: bytes = receipt.only("CommunityRegistered")["community"]
    return registered


def test_settle_months__final_month__is_read_every_time(community: Community, stub: Contract) -> None:
    shared = 29 * 24 * 4
    first = day_report(days_of(STUBBED)[0], [5] * 24, [4] * 24)
    community.correct(first, replace(first, predecessor=report_id(first), root=b"\x01" * 32))
    asked = arguments(community, (community.configuration, STUBBED))
    for _ in range(2):
        assert stub.call("settleMonths", *asked) == (shared, 0, 1, 0, SHARES_BPS)
        event = stub.send("settleMonths", *asked).only("MonthSettled")
        assert event == {
            "configuration": community.configuration,
            "month": STUBBED,
            "sharedWh": shared,
            "hiddenDays": 0,
        }
        assert community.ledger.call("totalsOf", community.configuration, STUBBED)[SETTLED] is True


def test_settle_months__once_settled__totals_stand(community: Community, stub: Contract) -> None:
    before = community.ledger.call("totalsOf", community.configuration, STUBBED)
    stub.send("settleMonths", *arguments(community, (community.configuration, STUBBED)))
    after = community.ledger.call("totalsOf", community.configuration, STUBBED)
    assert after[:SETTLED] == before[:SETTLED]
    assert not community.ledger.call("totalsOf", community.configuration, MONTH)[SETTLED]

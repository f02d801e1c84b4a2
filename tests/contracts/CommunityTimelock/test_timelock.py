"""
CommunityTimelock
├── schedule: given no resolution, one call or several
│   └── it should revert
├── schedule: given an account without the office, or a delay below the least
│   └── it should revert
├── execute: given a call that waits, was cancelled, was made, or whose predecessor was not
│   └── it should revert
└── otherwise
    ├── anyone should carry out what waited long enough, once, with the resolution in the record
    ├── several calls of one resolution should be made all or none
    ├── administrator and guardian of the registry should cancel, and lose that with the office
    └── roles and delay should change by resolution only
"""

from collections.abc import Callable

import pytest

from oracle.attest.keccak import keccak256
from tests.contracts.expect import reverts
from tools.testchain.client import Contract
from tools.testchain.community import Community, Founder

DELAY = 7 * 86_400
RESOLUTION = keccak256(b"resolution of 12 May")
NONE = bytes(32)

Operation = tuple[str, int, bytes, bytes, bytes]


@pytest.fixture
def community(found: Founder) -> Community:
    """A community whose resolutions wait for a week."""
    made: Community = found(governance_delay=DELAY)
    return made


def resolved(community: Community, persons: int, after: bytes = NONE) -> Operation:
    """A call that sets the smallest group."""
    data = community.ledger.encoded("setSmallestGroup", community.id, persons)
    return community.ledger.address, 0, data, after, RESOLUTION


def schedule(community: Community, operation: Operation) -> bytes:
    """Propose a call, and return its name."""
    community.timelock.send("schedule", *operation, DELAY, sender=community.administrator)
    name: bytes = community.timelock.call("hashOperation", *operation)
    return name


def test_deployed__shows_registry_community_and_delay(community: Community) -> None:
    assert community.timelock.call("registry") == community.ledger.address.lower()
    assert community.timelock.call("community") == community.id
    assert community.timelock.call("getMinDelay") == DELAY


def test_schedule__no_resolution__reverts(community: Community) -> None:
    operation = resolved(community, 9)[:4]
    with reverts("CommunityTimelock_NoResolution"):
        community.timelock.send("schedule", *operation, NONE, DELAY)
    several = ([operation[0]], [0], [operation[2]], NONE, NONE, DELAY)
    with reverts("CommunityTimelock_NoResolution"):
        community.timelock.send("scheduleBatch", *several)


@pytest.mark.parametrize("office", ["guardian", "treasurer"])
def test_schedule__not_the_administrator__reverts(community: Community, office: str) -> None:
    with reverts("AccessControlUnauthorizedAccount", getattr(community, office)):
        community.timelock.send("schedule", *resolved(community, 9), DELAY, sender=getattr(community, office))


def test_schedule__delay_below_the_least__reverts(community: Community) -> None:
    with reverts("TimelockInsufficientDelay", DELAY - 1, DELAY):
        community.timelock.send("schedule", *resolved(community, 9), DELAY - 1)


def test_execute__delay_over__anyone_carries_out_once(community: Community) -> None:
    operation = resolved(community, 9)
    name, stranger = schedule(community, operation), community.chain.accounts[9]
    community.chain.transport.travel(DELAY - 60)
    with reverts("TimelockUnexpectedOperationState", name):
        community.timelock.send("execute", *operation, sender=stranger)
    community.chain.transport.travel(60)
    receipt = community.timelock.send("execute", *operation, sender=stranger)
    assert receipt.only("CallExecuted")["id"] == name
    assert receipt.only("SmallestGroupSet")["persons"] == 9
    with reverts("TimelockUnexpectedOperationState", name):
        community.timelock.send("execute", *operation, sender=stranger)


def test_schedule__record__names_the_resolution(community: Community) -> None:
    receipt = community.timelock.send("schedule", *resolved(community, 9), DELAY)
    assert receipt.only("CallSalt")["salt"] == RESOLUTION
    assert receipt.only("CallScheduled")["data"] == resolved(community, 9)[2]


def test_execute__predecessor_not_made__reverts(community: Community) -> None:
    first = resolved(community, 8)
    second = resolved(community, 9, after=schedule(community, first))
    schedule(community, second)
    community.chain.transport.travel(DELAY)
    with reverts("TimelockUnexecutedPredecessor"):
        community.timelock.send("execute", *second)
    community.timelock.send("execute", *first)
    community.timelock.send("execute", *second)
    assert community.ledger.call("smallestGroupOf", community.id) == 9


def test_execute_batch__one_call_refused__makes_none(community: Community) -> None:
    good = community.ledger.encoded("setSmallestGroup", community.id, 9)
    bad = community.ledger.encoded("setShares", community.id, (1, 1, 1))
    calls = ([community.ledger.address] * 2, [0, 0], [good, bad], NONE, RESOLUTION)
    community.timelock.send("scheduleBatch", *calls, DELAY)
    community.chain.transport.travel(DELAY)
    with reverts("CommunityRegistry_SharesNotWhole", 3):
        community.timelock.send("executeBatch", *calls)
    assert community.ledger.call("smallestGroupOf", community.id) == 5


@pytest.mark.parametrize("office", ["administrator", "guardian"])
def test_cancel__administrator_and_guardian__end_a_call(community: Community, office: str) -> None:
    operation = resolved(community, 9)
    name = schedule(community, operation)
    community.timelock.send("cancel", name, sender=getattr(community, office))
    community.chain.transport.travel(DELAY)
    with reverts("TimelockUnexpectedOperationState", name):
        community.timelock.send("execute", *operation)


def test_cancel__guardian_replaced__cancels_no_more(community: Community) -> None:
    community.govern(community.ledger, "setGuardian", community.id, community.chain.accounts[6])
    name = schedule(community, resolved(community, 9))
    with reverts("AccessControlUnauthorizedAccount", community.guardian):
        community.timelock.send("cancel", name, sender=community.guardian)
    community.timelock.send("cancel", name, sender=community.chain.accounts[6])


def delay_of(timelock: Contract) -> tuple[object, ...]:
    """Call that shortens the delay."""
    return timelock, "updateDelay", 60


def proposer_of(timelock: Contract) -> tuple[object, ...]:
    """Call that lets a ballot propose."""
    return timelock, "grantRole", timelock.call("PROPOSER_ROLE"), "0x" + "1" * 40


@pytest.mark.parametrize("change", [delay_of, proposer_of], ids=["delay", "proposer"])
def test_own_terms__changed__by_resolution_only(
    community: Community, change: Callable[[Contract], tuple[object, ...]]
) -> None:
    target, function, *arguments = change(community.timelock)
    assert isinstance(target, Contract)
    assert isinstance(function, str)
    with pytest.raises(Exception, match="Unauthorized"):
        target.send(function, *arguments, sender=community.administrator)
    community.govern(target, function, *arguments)
    if function == "updateDelay":
        assert community.timelock.call("getMinDelay") == 60
    else:
        assert community.timelock.call("hasRole", *arguments)


def test_roles__nobody_holds_them_for_good__but_the_timelock_itself(community: Community) -> None:
    """The administrator's roles follow the registry; no deployer keeps any."""
    for role in ("DEFAULT_ADMIN_ROLE", "EXECUTOR_ROLE"):
        assert not community.timelock.call("hasRole", community.timelock.call(role), community.administrator)
    admin = community.timelock.call("DEFAULT_ADMIN_ROLE")
    assert community.timelock.call("hasRole", admin, community.timelock.address)

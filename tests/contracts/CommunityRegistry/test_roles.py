"""
offerAdministration, acceptAdministration
├── given the caller is not the one to whom it is offered
│   └── it should revert naming the caller
└── otherwise
    ├── it should need both steps, and end the former administrator's say, at the timelock too
    ├── it should be withdrawn by an offer to nobody
    └── it should be offered by resolution, when the administrator's key is lost

setGovernor, setGuardian, setSmallestGroup, nameSuccessor
├── given nobody as governor or guardian
│   └── it should revert
└── otherwise
    └── it should take effect at once, and be reported

setReporters, removeReporter
├── given an account that is no reporter
│   └── it should revert naming it
└── otherwise
    ├── it should begin an epoch, in which only the named reporters count
    └── a removal should leave the threshold as it was

setPaused
└── it should pass guardian and governor, both ways, and be reported
"""

from dataclasses import replace

import pytest

from tests.contracts.expect import reverts
from tools.testchain.community import ZERO_ADDRESS, Community, day_report, reporter_accounts

WORD = b"\x01" * 32


def test_administration__offered_and_accepted__passes_on(community: Community) -> None:
    successor = community.chain.accounts[6]
    offered = community.ledger.send("offerAdministration", community.id, successor)
    assert offered.only("AdministrationOffered")["administrator"] == successor.lower()
    assert community.ledger.call("offeredTo", community.id) == successor.lower()
    assert community.ledger.call("administratorOf", community.id) == community.administrator.lower()

    accepted = community.ledger.send("acceptAdministration", community.id, sender=successor)
    assert accepted.only("AdministrationAccepted")["administrator"] == successor.lower()
    assert community.ledger.call("administratorOf", community.id) == successor.lower()
    assert community.ledger.call("offeredTo", community.id) == ZERO_ADDRESS
    with reverts("CommunityRegistry_NotAdministrator", community.id, community.administrator):
        community.ledger.send("setRoster", community.id, WORD, 1)


def test_administration__not_offered__reverts(community: Community) -> None:
    stranger = community.chain.accounts[6]
    for offered in (community.chain.accounts[7], ZERO_ADDRESS):
        community.ledger.send("offerAdministration", community.id, offered)
        with reverts("CommunityRegistry_NotOffered", community.id, stranger):
            community.ledger.send("acceptAdministration", community.id, sender=stranger)


def test_administration__withdrawn__cannot_be_accepted(community: Community) -> None:
    successor = community.chain.accounts[6]
    community.ledger.send("offerAdministration", community.id, successor)
    community.ledger.send("offerAdministration", community.id, ZERO_ADDRESS)
    with reverts("CommunityRegistry_NotOffered", community.id, successor):
        community.ledger.send("acceptAdministration", community.id, sender=successor)


def test_administration__offered_by_resolution__passes_on(community: Community) -> None:
    successor = community.chain.accounts[6]
    community.govern(community.ledger, "offerAdministration", community.id, successor)
    community.ledger.send("acceptAdministration", community.id, sender=successor)
    assert community.ledger.call("administratorOf", community.id) == successor.lower()


def test_administration__accepted__moves_the_timelocks_roles_too(community: Community) -> None:
    successor = community.chain.accounts[6]
    proposer, canceller = (community.timelock.call(role) for role in ("PROPOSER_ROLE", "CANCELLER_ROLE"))
    community.ledger.send("offerAdministration", community.id, successor)
    community.ledger.send("acceptAdministration", community.id, sender=successor)
    for role in (proposer, canceller):
        assert community.timelock.call("hasRole", role, successor)
        assert not community.timelock.call("hasRole", role, community.administrator)


@pytest.mark.parametrize(
    ("function", "event", "view"),
    [("setGovernor", "GovernorSet", "governorOf"), ("setGuardian", "GuardianSet", "guardianOf")],
)
def test_set_role__by_resolution__takes_effect_and_is_reported(
    community: Community, function: str, event: str, view: str
) -> None:
    successor = community.chain.accounts[6]
    reported = community.govern(community.ledger, function, community.id, successor).only(event)
    assert successor.lower() in reported.values()
    assert community.ledger.call(view, community.id) == successor.lower()


@pytest.mark.parametrize("function", ["setGovernor", "setGuardian"])
def test_set_role__nobody__reverts(community: Community, function: str) -> None:
    with reverts("CommunityRegistry_InvalidRole", community.id, ZERO_ADDRESS):
        community.govern(community.ledger, function, community.id, ZERO_ADDRESS)


def test_set_smallest_group__by_resolution__is_shown_and_reported(community: Community) -> None:
    event = community.govern(community.ledger, "setSmallestGroup", community.id, 9).only("SmallestGroupSet")
    assert event == {"community": community.id, "persons": 9}
    assert community.ledger.call("smallestGroupOf", community.id) == 9


def test_name_successor__by_resolution__is_reported(community: Community) -> None:
    other = community.chain.deploy("EnergyLedger", 0).address
    event = community.govern(community.ledger, "nameSuccessor", community.id, other).only("SuccessorNamed")
    assert event == {"community": community.id, "successor": other.lower()}


def test_set_reporters__other_ones__only_they_count(community: Community) -> None:
    newcomers = reporter_accounts(7)
    kept = [reporter for reporter in newcomers if reporter not in community.reporters]
    event = community.govern(
        community.ledger, "setReporters", community.id, [reporter.address for reporter in kept], 2
    ).only("ReportersSet")
    assert (event["epoch"], event["threshold"]) == (2, 2)
    with reverts("CommunityRegistry_NotAReporter", community.reporters[0].address):
        community.post(day_report())
    replace(community, reporters=kept, threshold=2).post(day_report())


def test_set_reporters__refused_list__leaves_the_epoch(community: Community) -> None:
    descending = [reporter.address for reporter in reversed(community.reporters)]
    with reverts("CommunityRegistry_ReportersNotAscending"):
        community.govern(community.ledger, "setReporters", community.id, descending, 3)
    assert community.epoch == 1
    community.post(day_report())


@pytest.mark.parametrize("position", range(5))
def test_remove_reporter__any_of_five__the_others_go_on(community: Community, position: int) -> None:
    removed = community.reporters[position]
    receipt = community.ledger.send(
        "removeReporter", community.id, removed.address, sender=community.guardian
    )
    kept = [reporter for reporter in community.reporters if reporter != removed]
    lower = tuple(reporter.address.lower() for reporter in kept)
    assert receipt.only("ReportersSet") == {
        "community": community.id,
        "epoch": 2,
        "reporters": lower,
        "threshold": 3,
    }
    assert community.ledger.call("reportersOf", community.id) == (lower, 3, 2)
    replace(community, reporters=kept).post(day_report())


def test_remove_reporter__stranger__reverts_naming_it(community: Community) -> None:
    for account in (community.administrator, ZERO_ADDRESS):
        with reverts("CommunityRegistry_UnknownReporter", community.id, account):
            community.ledger.send("removeReporter", community.id, account, sender=community.guardian)
    assert community.epoch == 1


def test_remove_reporter__below_the_threshold__accepts_nothing(community: Community) -> None:
    for reporter in community.reporters[2:]:
        community.ledger.send("removeReporter", community.id, reporter.address, sender=community.guardian)
    community.reporters = community.reporters[:2]
    with reverts("CommunityRegistry_TooFewSignatures", 2, 3):
        community.post(day_report())


@pytest.mark.parametrize("by_resolution", [False, True])
def test_set_paused__guardian_or_governor__both_ways(community: Community, *, by_resolution: bool) -> None:
    for paused in (True, False):
        if by_resolution:
            receipt = community.govern(community.ledger, "setPaused", community.id, paused)
        else:
            receipt = community.ledger.send("setPaused", community.id, paused, sender=community.guardian)
        assert receipt.only("PauseSet") == {"community": community.id, "paused": paused}
        assert community.ledger.call("isPaused", community.id) is paused


def test_set_paused__one_community__does_not_touch_another(community: Community) -> None:
    addresses = [reporter.address for reporter in community.reporters]
    terms = (community.timelock.address, community.guardian, addresses, 3, 5, (10_000, 0, 0))
    receipt = community.ledger.send("registerCommunity", WORD, terms)
    other = replace(community, id=receipt.only("CommunityRegistered")["community"])
    community.ledger.send("setPaused", community.id, True, sender=community.guardian)
    other.post(day_report())
    with reverts("CommunityRegistry_Paused", community.id):
        community.post(day_report())

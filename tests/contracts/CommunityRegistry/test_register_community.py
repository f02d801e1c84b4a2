"""
registerCommunity
├── given a salt that the caller has used
│   └── it should revert naming the community
├── given no governor or guardian
│   └── it should revert naming it
├── given no reporter, more than sixteen, or a threshold of zero or above their number
│   └── it should revert
├── given reporters not in strictly ascending order, which the zero address never is
│   └── it should revert naming both
├── given shares that are not the whole
│   └── it should revert naming their sum
└── otherwise
    ├── it should make the caller administrator under an id that Python derives too
    └── it should show and report all terms

registerConfiguration
├── given no area, or one that the community has
│   └── it should revert naming it
└── otherwise
    └── it should belong to the community under an id that Python derives too

setVault
├── given what is no vault of this ledger and community
│   └── it should revert naming it
├── given there is a vault, and the caller is not the governor
│   └── it should revert naming the caller
└── otherwise
    └── it should name the new and the previous vault
"""

from typing import Any

import pytest

from oracle.attest import identifiers
from tests.contracts.expect import reverts
from tools.testchain.client import Receipt
from tools.testchain.community import SHARES_BPS, ZERO_ADDRESS, Community, reporter_accounts

SALT = identifiers.community_salt("Altra")
AREA_CODE = "AC001E00999"
ADDRESSES = [reporter.address for reporter in reporter_accounts(17)]


def register(community: Community, **changes: Any) -> Receipt:
    """Register a community on valid terms, but for the changes."""
    terms: dict[str, Any] = {
        "governor": community.timelock.address,
        "guardian": community.guardian,
        "reporters": ADDRESSES[:5],
        "threshold": 3,
        "smallest_group": 7,
        "shares": SHARES_BPS,
    }
    salt, sender = changes.pop("salt", SALT), changes.pop("sender", None)
    return community.ledger.send("registerCommunity", salt, tuple((terms | changes).values()), sender=sender)


def test_register__salt_again__reverts_naming_the_community(community: Community) -> None:
    register(community)
    named = identifiers.community_id(bytes.fromhex(community.administrator[2:]), SALT)
    with reverts("CommunityRegistry_AlreadyRegistered", named):
        register(community, threshold=1)


def test_register__salt_of_another__is_another_community(community: Community) -> None:
    other = community.chain.accounts[8]
    first = register(community).only("CommunityRegistered")["community"]
    second = register(community, sender=other).only("CommunityRegistered")["community"]
    assert second == identifiers.community_id(bytes.fromhex(other[2:]), SALT) != first


@pytest.mark.parametrize("role", ["governor", "guardian"])
def test_register__nobody_in_a_role__reverts(community: Community, role: str) -> None:
    with reverts("CommunityRegistry_InvalidRole"):
        register(community, **{role: ZERO_ADDRESS})


@pytest.mark.parametrize(("reporters", "threshold"), [(0, 0), (0, 1), (5, 0), (5, 6), (16, 17)])
def test_register__threshold_out_of_range__reverts(
    community: Community, reporters: int, threshold: int
) -> None:
    with reverts("CommunityRegistry_ThresholdOutOfRange", threshold, reporters):
        register(community, reporters=ADDRESSES[:reporters], threshold=threshold)


def test_register__seventeen_reporters__reverts(community: Community) -> None:
    with reverts("CommunityRegistry_TooManyReporters", 17, 16):
        register(community, reporters=ADDRESSES)
    register(community, reporters=ADDRESSES[:16], threshold=16)


@pytest.mark.parametrize(
    ("reporters", "named"),
    [
        ([ADDRESSES[1], ADDRESSES[0]], (ADDRESSES[1], ADDRESSES[0])),
        ([ADDRESSES[0], ADDRESSES[0]], (ADDRESSES[0], ADDRESSES[0])),
        ([ZERO_ADDRESS, ADDRESSES[0]], (ZERO_ADDRESS, ZERO_ADDRESS)),
    ],
    ids=["descending", "twice", "zero"],
)
def test_register__reporters_not_ascending__reverts_naming_both(
    community: Community, reporters: list[str], named: tuple[str, str]
) -> None:
    with reverts("CommunityRegistry_ReportersNotAscending", *named):
        register(community, reporters=reporters, threshold=1)


@pytest.mark.parametrize("shares", [(7_000, 2_000, 999), (7_000, 2_000, 1_001), (0, 0, 0), (65_535,) * 3])
def test_register__shares_not_the_whole__reverts(community: Community, shares: tuple[int, int, int]) -> None:
    with reverts("CommunityRegistry_SharesNotWhole", sum(shares)):
        register(community, shares=shares)


def test_register__accepted__shows_and_reports_its_terms(community: Community) -> None:
    receipt = register(community)
    named = identifiers.community_id(bytes.fromhex(community.administrator[2:]), SALT)
    assert receipt.only("CommunityRegistered") == {
        "community": named,
        "administrator": community.administrator.lower(),
        "salt": SALT,
    }
    lower = tuple(address.lower() for address in ADDRESSES[:5])
    assert receipt.only("ReportersSet") == {
        "community": named,
        "epoch": 1,
        "reporters": lower,
        "threshold": 3,
    }
    assert receipt.only("SharesSet") == {"community": named, "from": 0, "shares": SHARES_BPS}
    ask = community.ledger.call
    assert ask("communityId", community.administrator, SALT) == named
    assert ask("administratorOf", named) == community.administrator.lower()
    assert ask("governorOf", named) == community.timelock.address.lower()
    assert ask("guardianOf", named) == community.guardian.lower()
    assert ask("reportersOf", named) == (lower, 3, 1)
    assert ask("smallestGroupOf", named) == 7
    assert ask("sharesOf", named, 0) == ask("sharesOf", named, 2**32 - 1) == SHARES_BPS
    assert ask("vaultOf", named) == ZERO_ADDRESS
    assert not ask("isPaused", named)


@pytest.mark.parametrize("count", [1, 5, 16])
def test_is_reporter__reporters_strangers_and_zero__only_reporters(community: Community, count: int) -> None:
    named = register(community, reporters=ADDRESSES[:count], threshold=1).only("CommunityRegistered")
    ask = [community.ledger.call("isReporter", named["community"], address) for address in ADDRESSES]
    assert ask == [True] * count + [False] * (17 - count)
    assert not community.ledger.call("isReporter", named["community"], ZERO_ADDRESS)


def test_register_configuration__no_area__reverts(community: Community) -> None:
    with reverts("CommunityRegistry_InvalidArea", bytes(32)):
        community.ledger.send("registerConfiguration", community.id, bytes(32))


def test_register_configuration__again__reverts_naming_it(community: Community) -> None:
    with reverts("CommunityRegistry_ConfigurationKnown", community.configuration):
        community.under(community.area_code)


def test_register_configuration__new_area__belongs_to_the_community(community: Community) -> None:
    area = identifiers.area(AREA_CODE)
    event = community.ledger.send("registerConfiguration", community.id, area).only("ConfigurationRegistered")
    expected = identifiers.configuration_id(community.id, AREA_CODE)
    assert event == {"community": community.id, "configuration": expected, "area": area}
    assert community.ledger.call("configurationId", community.id, area) == expected
    assert community.ledger.call("communityOf", expected) == community.id


def test_set_vault__account_without_code__reverts(community: Community) -> None:
    named = register(community).only("CommunityRegistered")["community"]
    for vault in (ZERO_ADDRESS, community.chain.accounts[4]):
        with reverts("CommunityRegistry_InvalidVault", named, vault):
            community.ledger.send("setVault", named, vault)


def test_set_vault__of_another_ledger_or_community_or_no_vault__reverts(community: Community) -> None:
    named = register(community).only("CommunityRegistered")["community"]
    elsewhere = community.chain.deploy("EnergyLedger", 0).address
    strangers = [
        community.chain.deploy("VaultStub", elsewhere, named).address,
        community.vault.address,
        community.timelock.address,
    ]
    for vault in strangers:
        with reverts("CommunityRegistry_InvalidVault", named, vault):
            community.ledger.send("setVault", named, vault)


def test_set_vault__by_resolution__is_named_with_the_previous_one(community: Community) -> None:
    first, second = (
        community.chain.deploy("VaultStub", community.ledger.address, community.id) for _ in range(2)
    )
    for vault, previous in ((first, community.vault), (second, first)):
        event = community.govern(community.ledger, "setVault", community.id, vault.address).only("VaultSet")
        assert event == {
            "community": community.id,
            "vault": vault.address.lower(),
            "previous": previous.address.lower(),
        }
        assert community.ledger.call("vaultOf", community.id) == vault.address.lower()

"""
constructor
├── given a ledger without code, no treasurer, shares that are not the whole, or a token without six decimals
│   └── it should revert naming it
├── given a root delay above 90 days
│   └── it should revert
├── given reporters or a threshold that the ledger would refuse
│   └── it should revert
└── otherwise
    └── it should know its terms and hold nothing
"""

from typing import Any

import pytest

from oracle.attest.messages import VAULT_NAME, Domain
from tests.contracts.expect import reverts
from tools.testchain.client import Chain, Contract
from tools.testchain.community import COMMUNITY, ZERO_ADDRESS, Community, reporter_accounts

REPORTERS = [reporter.address for reporter in reporter_accounts(5)]


def deploy(community: Community, **changes: Any) -> Contract:
    """A vault on valid terms, but for the changes."""
    terms: dict[str, Any] = {
        "ledger": community.ledger.address,
        "community": COMMUNITY,
        "treasurer": community.treasurer,
        "token": ZERO_ADDRESS,
        "reporters": REPORTERS,
        "threshold": 3,
        "producers": 7_000,
        "social": 2_000,
        "grid": 1_000,
        "root_delay": 60,
    }
    return community.chain.deploy("CommunityVault", tuple((terms | changes).values()))


def test_constructor__ledger_without_code__reverts(community: Community) -> None:
    for address in (ZERO_ADDRESS, community.chain.accounts[5]):
        with reverts("CommunityVault_InvalidLedger", address):
            deploy(community, ledger=address)


def test_constructor__no_treasurer__reverts(community: Community) -> None:
    with reverts("CommunityVault_InvalidTreasurer", ZERO_ADDRESS):
        deploy(community, treasurer=ZERO_ADDRESS)


@pytest.mark.parametrize(
    ("producers", "social", "grid"), [(7_000, 2_000, 999), (7_000, 2_000, 1_001), (0, 0, 0), (65_535,) * 3]
)
def test_constructor__shares_not_the_whole__reverts(
    community: Community, producers: int, social: int, grid: int
) -> None:
    with reverts("CommunityVault_SharesNotWhole", producers + social + grid):
        deploy(community, producers=producers, social=social, grid=grid)


@pytest.mark.parametrize("decimals", [0, 5, 7, 18])
def test_constructor__token_without_six_decimals__reverts(community: Community, decimals: int) -> None:
    token = community.chain.deploy("HostileToken", decimals)
    with reverts("CommunityVault_WrongDecimals", token.address, decimals):
        deploy(community, token=token.address)


def test_constructor__delay_above_90_days__reverts(community: Community) -> None:
    most = 90 * 86_400
    with reverts("CommunityVault_DelayTooLong", most + 1, most):
        deploy(community, root_delay=most + 1)
    assert deploy(community, root_delay=most).call("rootDelay") == most


def test_constructor__threshold_above_reporters__reverts(community: Community) -> None:
    with reverts("ReporterQuorum_ThresholdOutOfRange", 6, 5):
        deploy(community, threshold=6)


@pytest.mark.parametrize("shares", [(10_000, 0, 0), (0, 10_000, 0), (3_334, 3_333, 3_333)])
def test_constructor__valid_terms__are_shown(community: Community, shares: tuple[int, int, int]) -> None:
    producers, social, grid = shares
    vault = deploy(community, producers=producers, social=social, grid=grid)
    assert vault.call("shares") == shares
    assert vault.call("ledger") == community.ledger.address.lower()
    assert vault.call("community") == COMMUNITY
    assert vault.call("treasurer") == community.treasurer.lower()
    assert vault.call("token") == ZERO_ADDRESS
    assert vault.call("rootDelay") == 60
    assert list(vault.call("reporters")) == [address.lower() for address in REPORTERS]


def test_constructor__new_vault__holds_nothing(community: Community) -> None:
    vault = deploy(community)
    assert vault.call("funds") == (0, 0, 0, 0)
    assert vault.call("distributionCount") == 0
    assert vault.call("distributionOf", 1) == (bytes(32), 0, 0, 0, 0)
    assert vault.call("creditOf", bytes(32)) == (0, False)
    assert vault.call("statusOf", 1, 0) == (False, False)


def test_domain_separator__deployed__is_that_of_the_python_domain(community: Community) -> None:
    chain: Chain = community.chain
    domain = Domain(VAULT_NAME, chain.chain_id, community.vault.address_bytes)
    assert community.vault.call("domainSeparator") == domain.separator

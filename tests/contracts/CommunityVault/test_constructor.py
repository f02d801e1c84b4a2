"""
constructor
├── given a ledger without code, no treasurer, or a token without six decimals
│   └── it should revert naming it
├── given a root delay above 90 days
│   └── it should revert
└── otherwise
    └── it should know its terms and hold nothing

setTreasurer
├── given the caller is not the governor, or no treasurer
│   └── it should revert naming it
└── otherwise
    └── the former treasurer should have no say any more
"""

from typing import Any

import pytest

from oracle.attest.messages import VAULT_NAME, Domain
from tests.contracts.expect import reverts
from tools.testchain.client import Chain, Contract
from tools.testchain.community import ZERO_ADDRESS, Community


def deploy(community: Community, **changes: Any) -> Contract:
    """A vault on valid terms, but for the changes."""
    terms: dict[str, Any] = {
        "ledger": community.ledger.address,
        "community": community.id,
        "treasurer": community.treasurer,
        "token": ZERO_ADDRESS,
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


def test_constructor__valid_terms__are_shown(community: Community) -> None:
    vault = deploy(community)
    assert vault.call("ledger") == community.ledger.address.lower()
    assert vault.call("community") == community.id
    assert vault.call("treasurer") == community.treasurer.lower()
    assert vault.call("token") == ZERO_ADDRESS
    assert vault.call("rootDelay") == 60


def test_constructor__new_vault__holds_nothing(community: Community) -> None:
    vault = deploy(community)
    assert vault.call("funds") == (0, 0, 0, 0)
    assert vault.call("distributionCount") == 0
    assert vault.call("singleCount") == 0
    assert vault.call("distributionOf", 1) == (bytes(26), 0, 0)
    assert vault.call("creditOf", bytes(32)) == (0, False)
    assert vault.call("statusOf", 1, 0) == (False, False)
    assert vault.call("redirectionOf", 2**31) == (bytes(32), 0)
    assert vault.call("sweepAnnouncedAt", 1) == 0


def test_domain_separator__deployed__is_that_of_the_python_domain(community: Community) -> None:
    chain: Chain = community.chain
    domain = Domain(VAULT_NAME, chain.chain_id, community.vault.address_bytes)
    assert community.vault.call("domainSeparator") == domain.separator


def test_set_treasurer__resolved__hands_the_bank_account_over(community: Community) -> None:
    successor = community.chain.accounts[5]
    event = community.govern(community.vault, "setTreasurer", successor).only("TreasurerSet")
    assert event == {"treasurer": successor.lower()}
    assert community.vault.call("treasurer") == successor.lower()
    with reverts("CommunityVault_NotTreasurer", community.treasurer):
        community.vault.send("credit", bytes(32), 1, sender=community.treasurer)


def test_set_treasurer__nobody__reverts(community: Community) -> None:
    with reverts("CommunityVault_InvalidTreasurer", ZERO_ADDRESS):
        community.govern(community.vault, "setTreasurer", ZERO_ADDRESS)


def test_set_treasurer__treasurer_itself__reverts(community: Community) -> None:
    with reverts("CommunityVault_NotGovernor", community.treasurer):
        community.vault.send("setTreasurer", community.chain.accounts[5], sender=community.treasurer)

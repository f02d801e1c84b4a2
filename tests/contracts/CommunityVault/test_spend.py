"""
spend
├── given more than the fund has, from either fund
│   └── it should revert naming fund, amount and what is there
├── given a leaf that can never be paid, or a social one
│   └── it should revert
├── given the carry, while the vault is the community's
│   └── it should revert
└── otherwise
    ├── it should take the amount from that fund alone, and open a single payout that is paid at once
    └── it should report fund, amount and resolution
"""

import pytest

from oracle.attest.keccak import keccak256
from oracle.attest.payout_tree import Leaf, PayoutTree, encode_leaf
from tests.contracts.expect import reverts
from tests.contracts.leaves import EURO, NOBODY, account, bank, social, wallet, wallets
from tools.testchain.client import Receipt
from tools.testchain.community import Community, Founder, opened_single

RESOLUTION = keccak256(b"resolution")
SOCIAL, GRID, CARRY = range(3)
CENT = 10_000
SUPPLIER = account("supplier")


def spend(community: Community, fund: int, leaf: Leaf) -> Receipt:
    """Spend by resolution."""
    return community.govern(community.vault, "spend", fund, encode_leaf(leaf), RESOLUTION)


@pytest.fixture
def rich(community: Community) -> Community:
    """A community with two euro in its social fund, and one in its grid fund."""
    community.distribute(wallets(7))
    assert community.vault.call("funds")[:2] == (2_000_002, 1_000_001)
    return community


@pytest.mark.parametrize("fund", [SOCIAL, GRID])
def test_spend__wallet__takes_from_that_fund_and_is_paid(rich: Community, fund: int) -> None:
    before = rich.vault.call("funds")
    receipt = spend(rich, fund, wallet(SUPPLIER, EURO))
    single = opened_single(receipt)
    assert receipt.only("FundSpent") == {
        "fund": fund,
        "single": single.distribution,
        "amount": EURO,
        "resolution": RESOLUTION,
    }
    after = rich.vault.call("funds")
    assert after[fund] == before[fund] - EURO
    assert after[1 - fund :: 2] == before[1 - fund :: 2]
    rich.claim(single, 0)
    assert rich.balance(SUPPLIER) == EURO
    assert rich.vault.call("funds")[3] == before[3] - EURO == rich.balance(rich.vault.address)


def test_spend__bank__is_paid_by_the_bank(found: Founder) -> None:
    community = found(token=None)
    community.distribute(wallets(7))
    held = community.vault.call("funds")[3]
    single = opened_single(spend(community, SOCIAL, bank("supplier")))
    community.reserve(single, 0)
    community.confirm(single, 0)
    assert community.vault.call("funds")[3] == held - EURO


@pytest.mark.parametrize(("fund", "available"), [(SOCIAL, 2_000_002), (GRID, 1_000_001)])
def test_spend__more_than_the_fund_has__reverts(rich: Community, fund: int, available: int) -> None:
    with reverts("CommunityVault_FundTooSmall", fund, 3 * EURO, available):
        spend(rich, fund, wallet(SUPPLIER, 3 * EURO))


def test_spend__again_and_again__never_more_than_there_is(rich: Community) -> None:
    for number in range(2):
        spend(rich, SOCIAL, wallet(account(f"supplier {number}"), EURO))
    with reverts("CommunityVault_FundTooSmall", SOCIAL, EURO, 2):
        spend(rich, SOCIAL, wallet(SUPPLIER, EURO))


@pytest.mark.parametrize(
    "leaf",
    [social(EURO), wallet("0x" + "0" * 40, EURO), bank("x")._replace(payee=bytes(32))],
    ids=["social", "zero wallet", "zero bank"],
)
def test_spend__to_what_can_never_be_paid__reverts(rich: Community, leaf: Leaf) -> None:
    with reverts("CommunityVault_NeverPayable", encode_leaf(leaf)):
        spend(rich, SOCIAL, leaf)


def test_spend__carry__waits_for_the_next_distribution(rich: Community) -> None:
    with reverts("CommunityVault_CarryInUse"):
        spend(rich, CARRY, wallet(SUPPLIER, 1))


def test_spend__carry_of_a_vault_that_was_succeeded__is_paid(rich: Community) -> None:
    """No distribution of the old vault will take it up any more."""
    rich.settle(rich.propose(PayoutTree([]), [rich.credit(10 * EURO)]))
    carry = rich.vault.call("funds")[2]
    terms = (rich.ledger.address, rich.id, rich.treasurer, NOBODY, 0)
    successor = rich.chain.deploy("CommunityVault", terms)
    rich.govern(rich.ledger, "setVault", rich.id, successor.address)
    rich.claim(opened_single(spend(rich, CARRY, wallet(SUPPLIER, carry // CENT * CENT))), 0)
    assert rich.vault.call("funds")[2] == carry % CENT
    assert rich.balance(SUPPLIER) == carry // CENT * CENT


def test_spend__fourth_fund__is_none(rich: Community) -> None:
    with reverts("FailedCall"):
        spend(rich, 3, wallet(SUPPLIER, EURO))

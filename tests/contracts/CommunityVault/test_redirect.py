"""
redirect
├── given a leaf or new leaf that move would refuse, or a leaf that nobody owns and so nobody can refuse
│   └── it should revert as move does
└── otherwise
    └── it should open a single payout that can be paid from 14 days later

refuseRedirection
├── given what was not redirected, another former leaf, another caller than the owner, or 14 days gone by
│   └── it should revert
└── otherwise
    └── it should open a single payout to the former payee at once, and end the redirected one
"""

import pytest

from oracle.attest.keccak import keccak256
from oracle.attest.payout_tree import Leaf, encode_leaf
from tests.contracts.expect import reverts
from tests.contracts.leaves import EURO, NOBODY, account, bank, wallet
from tools.testchain.client import Receipt
from tools.testchain.community import Community, Payouts, leaf_row, opened_single

PERIOD = 14 * 86_400
MARGIN = 600
RESOLUTION = keccak256(b"resolution")
NEW = wallet(account("new key"), 10 * EURO)
WALLET, BANK, UNOWNED = range(3)


def owner(community: Community) -> str:
    """The account that has the leaves."""
    return community.chain.accounts[6]


@pytest.fixture
def payouts(community: Community) -> Payouts:
    """A wallet and a bank leaf of one owner, and a bank leaf that nobody owns."""
    name = owner(community)
    leaves = (wallet(name, 10 * EURO), bank("b", 10 * EURO, name), bank("c", 10 * EURO))
    return community.distribute(leaves)


def redirect(community: Community, payouts: Payouts, index: int = WALLET, leaf: Leaf = NEW) -> Receipt:
    """Redirect by resolution."""
    arguments = (leaf_row(payouts, index), encode_leaf(leaf), RESOLUTION)
    return community.govern(community.vault, "redirect", *arguments)


def refuse(community: Community, single: Payouts, former: Leaf, sender: str) -> Receipt:
    """Refuse a redirection."""
    arguments = (single.distribution, encode_leaf(former))
    return community.vault.send("refuseRedirection", *arguments, sender=sender)


@pytest.mark.parametrize("index", [WALLET, BANK])
def test_redirect__by_resolution__is_paid_fourteen_days_later(
    community: Community, payouts: Payouts, index: int
) -> None:
    receipt = redirect(community, payouts, index)
    single = opened_single(receipt)
    assert community.valid_at(single) == community.chain.transport.now() + PERIOD
    assert receipt.only("LeafRedirected") == {
        "distribution": 1,
        "index": index,
        "single": single.distribution,
        "resolution": RESOLUTION,
    }
    former = keccak256(encode_leaf(payouts.tree.leaves[index]))
    assert community.vault.call("redirectionOf", single.distribution) == (former, community.valid_at(single))
    with reverts("CommunityVault_NotYetValid", single.distribution, community.valid_at(single)):
        community.claim(single, 0)
    community.chain.transport.travel(PERIOD)
    community.claim(single, 0)
    assert community.balance(account("new key")) == 10 * EURO
    assert community.status(payouts, index) == "paid"


def test_redirect__leaf_that_nobody_owns__reverts(community: Community, payouts: Payouts) -> None:
    with reverts("CommunityVault_NotOwner", NOBODY):
        redirect(community, payouts, UNOWNED)


def test_redirect__paid_or_reserved_leaf__reverts(community: Community, payouts: Payouts) -> None:
    community.claim(payouts, WALLET)
    community.reserve(payouts, BANK)
    with reverts("CommunityVault_AlreadyPaid", 1, WALLET):
        redirect(community, payouts, WALLET)
    with reverts("CommunityVault_AlreadyReserved", 1, BANK):
        redirect(community, payouts, BANK)


def test_redirect__other_amount_or_never_payable__reverts(community: Community, payouts: Payouts) -> None:
    with reverts("CommunityVault_OtherAmount", 11 * EURO, 10 * EURO):
        redirect(community, payouts, leaf=wallet(account("new key"), 11 * EURO))
    with reverts("CommunityVault_NeverPayable"):
        redirect(community, payouts, leaf=wallet(NOBODY, 10 * EURO))


@pytest.mark.parametrize("index", [WALLET, BANK])
def test_refuse__owner_in_time__gets_the_leaf_back(
    community: Community, payouts: Payouts, index: int
) -> None:
    former = payouts.tree.leaves[index]
    single = opened_single(redirect(community, payouts, index))
    community.chain.transport.travel(PERIOD - MARGIN)
    receipt = refuse(community, single, former, owner(community))
    back = opened_single(receipt)
    assert receipt.only("RedirectionRefused") == {
        "refused": single.distribution,
        "single": back.distribution,
    }
    assert back.tree.leaves == (former,)
    assert community.vault.call("redirectionOf", single.distribution) == (bytes(32), 0)
    community.chain.transport.travel(PERIOD)
    with reverts("CommunityVault_Cancelled", single.distribution):
        community.claim(single, 0)
    if index == WALLET:
        community.claim(back, 0)
        assert community.balance(owner(community)) == 10 * EURO
    else:
        community.reserve(back, 0)
        community.confirm(back, 0)


def test_refuse__too_late__reverts(community: Community, payouts: Payouts) -> None:
    single = opened_single(redirect(community, payouts))
    community.chain.transport.travel(PERIOD)
    with reverts("CommunityVault_AlreadyValid", single.distribution, community.valid_at(single)):
        refuse(community, single, payouts.tree.leaves[WALLET], owner(community))


def test_refuse__again__reverts(community: Community, payouts: Payouts) -> None:
    """Else the leaf would be promised twice."""
    former = payouts.tree.leaves[WALLET]
    single = opened_single(redirect(community, payouts))
    refuse(community, single, former, owner(community))
    with reverts("CommunityVault_NotRedirected", single.distribution):
        refuse(community, single, former, owner(community))
    assert community.vault.call("singleCount") == 2


def test_refuse__not_the_owner__reverts(community: Community, payouts: Payouts) -> None:
    single = opened_single(redirect(community, payouts))
    for stranger in (community.administrator, community.guardian):
        with reverts("CommunityVault_NotOwner", owner(community)):
            refuse(community, single, payouts.tree.leaves[WALLET], stranger)


def test_refuse__other_former_leaf__reverts(community: Community, payouts: Payouts) -> None:
    """Whoever could name a former leaf could have what was redirected."""
    single = opened_single(redirect(community, payouts, BANK))
    with reverts("CommunityVault_NotRedirected", single.distribution):
        refuse(community, single, payouts.tree.leaves[WALLET], owner(community))


def test_refuse__moved_payout__reverts(community: Community, payouts: Payouts) -> None:
    with reverts("CommunityVault_NotRedirected", 2**31):
        refuse(community, Payouts(2**31, payouts.tree), payouts.tree.leaves[0], owner(community))

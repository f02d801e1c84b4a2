"""
push with a token that misbehaves
├── given a transfer that reverts, burns its allowance, or answers anything but true
│   ├── it should keep nothing of that transfer, leave its leaf payable, and pay the others
│   └── it should pay the leaf later, when the token behaves again
├── given a token that takes more from the vault than it was told to
│   └── it should revert as a whole
├── given a token that calls back
│   └── it should refuse the call, whatever it calls
└── given a token that takes a fee from the recipient
    └── it should count the leaf as paid: the vault gave what it promised
"""

from typing import Any

import pytest

from oracle.attest.payout_tree import PayoutTree
from tests.contracts.expect import reverts
from tests.contracts.hostile import HostileCommunity, Manner, hostile
from tests.contracts.leaves import EURO, MIXED, WALLETS, account, address_of, wallet, wallets
from tools.testchain.community import (
    MONTH,
    Founder,
    Payouts,
    selection,
)

FAILING = (
    Manner.REVERTS,
    Manner.RETURNS_FALSE,
    Manner.MOVES_AND_RETURNS_FALSE,
    Manner.RETURNS_NOTHING,
    Manner.RETURNS_TWO,
    Manner.RETURNS_SHORT,
    Manner.REVERTS_WITH_BOMB,
    Manner.BURNS_GAS,
)


@pytest.fixture
def community(found: Founder) -> HostileCommunity:
    """A community with the hostile token."""
    return hostile(found)


def solvent(community: HostileCommunity) -> bool:
    """The vault has at least what it holds for others."""
    return community.balance(community.vault.address) >= int(community.vault.call("funds")[3])


@pytest.mark.parametrize("manner", FAILING)
@pytest.mark.parametrize("position", [0, 2, 4])
def test_push__one_transfer_fails__keeps_nothing_of_it_and_pays_the_others(
    community: HostileCommunity, manner: Manner, position: int
) -> None:
    payouts = community.distribute(MIXED)
    held = community.vault.call("funds")[3]
    blocked = address_of(MIXED[position])
    community.set_manner(blocked, manner)
    event = community.push(payouts).only("BatchPaid")
    assert event["failed"] == selection((position,))
    assert event["paid"] == selection({*WALLETS, 5} - {position})
    assert community.balance(blocked) == 0
    assert community.status(payouts, position) == "open"
    paid_out = sum(MIXED[index].amount_micro_eur for index in WALLETS if index != position)
    assert community.vault.call("funds")[3] == held - paid_out
    assert community.balance(community.vault.address) == held - paid_out
    assert (event["toWallets"], event["toSocial"]) == (paid_out, 60 * EURO)


@pytest.mark.parametrize("manner", FAILING)
def test_push__once_the_token_behaves__pays_what_was_left(
    community: HostileCommunity, manner: Manner
) -> None:
    payouts = community.distribute(MIXED)
    blocked = address_of(MIXED[2])
    community.set_manner(blocked, manner)
    community.push(payouts)
    community.set_manner(blocked, Manner.PLAIN)
    assert community.push(payouts).only("BatchPaid")["paid"] == selection((2,))
    assert community.balance(blocked) == 30 * EURO


@pytest.mark.parametrize("manner", FAILING)
def test_push__all_transfers_fail__pays_none(community: HostileCommunity, manner: Manner) -> None:
    leaves = wallets(5)
    payouts = community.distribute(leaves)
    for leaf in leaves:
        community.set_manner(address_of(leaf), manner)
    event = community.push(payouts).only("BatchPaid")
    assert (event["paid"], event["failed"]) == (0, 0b11111)
    assert event["toWallets"] == 0
    assert solvent(community)


def test_push__each_in_its_own_manner__pays_those_that_behave(community: HostileCommunity) -> None:
    leaves = wallets(2 * len(FAILING))
    payouts = community.distribute(leaves)
    for leaf, manner in zip(leaves[::2], FAILING, strict=True):
        community.set_manner(address_of(leaf), manner)
    event = community.push(payouts).only("BatchPaid")
    assert event["failed"] == selection(range(0, len(leaves), 2))
    assert event["paid"] == selection(range(1, len(leaves), 2))
    assert [community.balance(address_of(leaf)) for leaf in leaves] == [0, EURO] * len(FAILING)


def test_push__long_answer_that_begins_with_true__is_a_transfer(community: HostileCommunity) -> None:
    leaf = wallet(account("long"))
    payouts = community.distribute([leaf])
    community.set_manner(address_of(leaf), Manner.RETURNS_BOMB)
    assert community.push(payouts).only("BatchPaid")["paid"] == 1
    assert community.balance(address_of(leaf)) == EURO


@pytest.mark.parametrize("manner", FAILING)
def test_claim__transfer_fails__reverts_and_leaves_it_open(
    community: HostileCommunity, manner: Manner
) -> None:
    payouts = community.distribute(MIXED)
    community.set_manner(address_of(MIXED[0]), manner)
    with reverts("CommunityVault_TransferRefused", address_of(MIXED[0]), 10 * EURO):
        community.claim(payouts, 0, gas=2_000_000)
    assert community.status(payouts, 0) == "open"
    assert community.balance(address_of(MIXED[0])) == 0


def test_push__token_takes_more__reverts_as_a_whole(community: HostileCommunity) -> None:
    payouts = community.distribute(MIXED)
    community.set_manner(address_of(MIXED[2]), Manner.TAKES_FEE_ON_TOP)
    with reverts("CommunityVault_TokenTookMore"):
        community.push(payouts)
    community.push(payouts, 0, 1)  # the others are still paid around it
    community.push(payouts, 4, 1)
    assert [community.status(payouts, index) for index in WALLETS] == ["paid", "open", "paid"]
    assert solvent(community)


def test_push__token_takes_what_another_transfer_kept__reverts_as_a_whole(
    community: HostileCommunity,
) -> None:
    """What a failed transfer leaves in the vault must not hide what the token took on top."""
    payouts = community.distribute(MIXED)
    community.set_manner(address_of(MIXED[0]), Manner.REVERTS)
    community.set_manner(address_of(MIXED[2]), Manner.TAKES_FEE_ON_TOP)
    with reverts("CommunityVault_TokenTookMore"):
        community.push(payouts)
    assert solvent(community)


def test_claim__token_takes_more__reverts(community: HostileCommunity) -> None:
    payouts = community.distribute(MIXED)
    community.set_manner(address_of(MIXED[2]), Manner.TAKES_FEE_ON_TOP)
    with reverts("CommunityVault_TokenTookMore"):
        community.claim(payouts, 2)
    assert solvent(community)


def test_confirm__token_refuses_the_treasurer__reverts(community: HostileCommunity) -> None:
    payouts = community.distribute(MIXED)
    community.reserve(payouts, 1)
    community.set_manner(community.treasurer, Manner.RETURNS_FALSE)
    with reverts("CommunityVault_TransferRefused", community.treasurer, 20 * EURO):
        community.confirm(payouts, 1)
    assert community.status(payouts, 1) == "reserved"


def test_push__token_takes_a_fee_from_the_recipient__counts_as_paid(community: HostileCommunity) -> None:
    payouts = community.distribute(MIXED)
    community.set_manner(address_of(MIXED[0]), Manner.TAKES_FEE_FROM_AMOUNT)
    community.push(payouts)
    assert community.status(payouts, 0) == "paid"
    assert community.balance(address_of(MIXED[0])) == 10 * EURO - 1
    assert solvent(community)


# Calls that get as far as the guard; short, because a push allows the token little gas.
BRANCH = (1, 0, b"", b"")
CALLS: dict[str, tuple[Any, ...]] = {
    "push": (BRANCH,),
    "claim": (BRANCH,),
    "settle": ((2, 1, [], [], 0, bytes(32), bytes(32), 0, 0, 0), b""),
    "cancel": (1, bytes(32), 0),
    "reserve": (BRANCH, 1),
    "release": (BRANCH, 1),
    "confirm": (BRANCH, []),
    "credit": (bytes(32), 1),
    "voidCredit": (bytes(32),),
    "takeDonation": (),
    "move": (BRANCH, b"", b""),
    "refuseRedirection": (1, b""),
    "sweep": (BRANCH,),
    "payOut": (b"", 1),
}


def expect_call_back(community: HostileCommunity, function: str) -> None:
    """The token will call this function in the middle of paying leaf 2, whose balance is not zero."""
    assert community.token is not None
    community.token.send("mint", address_of(MIXED[2]), 1)
    community.set_manner(address_of(MIXED[2]), Manner.CALLS_BACK)
    community.call_back(function, *CALLS[function])


WITH_ROLES = ("reserve", "release", "confirm", "credit", "voidCredit", "payOut")


@pytest.mark.parametrize("function", sorted(CALLS.keys() - set(WITH_ROLES)))
@pytest.mark.parametrize("entry", ["push", "claim"])
def test_reentrancy__token_calls_back__is_refused(
    community: HostileCommunity, function: str, entry: str
) -> None:
    payouts = community.distribute(MIXED)
    expect_call_back(community, function)
    if entry == "push":
        community.push(payouts)
    else:
        community.claim(payouts, 2)
    assert community.callback_error() == "ReentrancyGuardReentrantCall"
    assert community.balance(address_of(MIXED[2])) == 30 * EURO + 1
    assert solvent(community)


def test_reentrancy__token_calls_pay_out__is_refused(community: HostileCommunity) -> None:
    payouts = community.distribute(MIXED)
    expect_call_back(community, "payOut")
    community.push(payouts)
    assert community.callback_error() == "CommunityVault_NotSelf"
    assert solvent(community)


@pytest.mark.parametrize("function", ["reserve", "release", "confirm", "credit", "voidCredit"])
def test_reentrancy__token_is_the_treasurer__is_refused_too(found: Founder, function: str) -> None:
    community = token_as_treasurer(found)
    payouts = pay_in_as_token(community)
    expect_call_back(community, function)
    community.push(payouts)
    assert community.callback_error() == "ReentrancyGuardReentrantCall"
    assert community.status(payouts, 1) == "open"


def token_as_treasurer(found: Founder) -> HostileCommunity:
    """A community whose treasurer is the token itself, so that its call back may do what a treasurer may."""
    community = hostile(found)
    token = community.token
    assert token is not None
    community.govern(community.vault, "setTreasurer", token.address)
    community.post_month(MONTH)
    return community


def pay_in_as_token(community: HostileCommunity) -> Payouts:
    """The mixed tree, settled over a receipt that the token credited."""
    token, vault = community.token, community.vault
    assert token is not None
    tree = PayoutTree(MIXED)
    amount, receipt = tree.total_micro_eur * 10 // 7 + 10, b"\x01" * 32
    token.send("mint", token.address, amount)
    token.send("execute", token.address, token.encoded("approve", vault.address, amount))
    token.send("execute", vault.address, vault.encoded("credit", receipt, amount))
    community.settle(community.propose(tree, [receipt]))
    return Payouts(1, tree)

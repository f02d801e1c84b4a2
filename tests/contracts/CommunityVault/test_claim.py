"""
claim
├── given a distribution, proof or leaf that push would refuse, or anything but one leaf
│   └── it should revert as push does
├── given a leaf that is paid, by claim or by push
│   └── it should revert naming it
├── given a bank leaf, an unknown channel, a payee that is no address, or a wallet in a vault without token
│   └── it should revert naming it
└── otherwise
    ├── it should pay the wallet, whoever calls, or credit the social fund
    └── it should report the leaf
"""

from dataclasses import replace

import pytest

from oracle.attest.payout_tree import Leaf, encode_leaf, encode_proof
from tests.contracts.expect import ANYTHING, reverts
from tests.contracts.leaves import (
    BANKS,
    EURO,
    MIXED,
    SOCIAL,
    WALLETS,
    ForgedTree,
    account,
    address_of,
    bank,
    branch,
    encoded,
    promise,
    wallet,
    wallets,
)
from tools.testchain.community import Community, Founder, Payouts


@pytest.fixture
def payouts(community: Community) -> Payouts:
    """The mixed tree, ready to be paid."""
    return community.distribute(MIXED)


def test_claim__unknown_distribution__reverts(community: Community, payouts: Payouts) -> None:
    with reverts("CommunityVault_UnknownDistribution", 2):
        community.claim(replace(payouts, distribution=2), 0)


def test_claim__before_the_root_delay__reverts(found: Founder) -> None:
    community = found(root_delay=100)
    payouts = community.distribute(MIXED)
    with reverts("CommunityVault_NotYetValid", 1):
        community.claim(payouts, 0)


@pytest.mark.parametrize("leaf", [b"", bytes(60), bytes(62), bytes(122)])
def test_claim__not_one_leaf__reverts(community: Community, payouts: Payouts, leaf: bytes) -> None:
    with reverts("CommunityVault_LeafCountOutOfRange", len(leaf) // 61 * (len(leaf) % 61 == 0), 1):
        community.vault.send("claim", branch(payouts, 0, leaf, encode_proof(payouts.tree.proof(0))))


@pytest.mark.parametrize("index", [1, 2, 4, 5])
def test_claim__wrong_index__reverts(community: Community, payouts: Payouts, index: int) -> None:
    with reverts("CommunityVault_OtherRoot", 1, ANYTHING):
        community.vault.send(
            "claim", branch(payouts, index, encode_leaf(MIXED[0]), encode_proof(payouts.tree.proof(0)))
        )


@pytest.mark.parametrize("index", [8, 9, 2**32 - 8])
def test_claim__index_outside_the_tree__reverts(community: Community, payouts: Payouts, index: int) -> None:
    with reverts("CommunityVault_UnalignedBatch", index, 0):
        community.vault.send(
            "claim", branch(payouts, index, encode_leaf(MIXED[0]), encode_proof(payouts.tree.proof(0)))
        )


CHANGED = {
    "amount": MIXED[0]._replace(amount_micro_eur=10 * EURO + 1),
    "payee": wallet(account("thief"), 10 * EURO),
    "channel": bank("b", 10 * EURO)._replace(payee=MIXED[0].payee),
    "owner": MIXED[0]._replace(owner=bytes(19) + b"\x01"),
}


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED.keys())
def test_claim__leaf_changed__reverts(community: Community, payouts: Payouts, changed: Leaf) -> None:
    with reverts("CommunityVault_OtherRoot", 1, ANYTHING):
        community.vault.send(
            "claim", branch(payouts, 0, encode_leaf(changed), encode_proof(payouts.tree.proof(0)))
        )


def test_claim__proof_of_another_leaf__reverts(community: Community, payouts: Payouts) -> None:
    with reverts("CommunityVault_OtherRoot"):
        community.vault.send(
            "claim", branch(payouts, 0, encode_leaf(MIXED[0]), encode_proof(payouts.tree.proof(2)))
        )


def test_claim__inner_node_as_leaf__reverts(community: Community, payouts: Payouts) -> None:
    """The 80 bytes below a node, cut or stretched to a leaf's 61, are no leaf."""
    left, right = payouts.tree.proof(1)[0], payouts.tree.proof(0)[0]
    message = encode_proof([left, right])
    with reverts("CommunityVault_OtherRoot"):
        community.vault.send(
            "claim", branch(payouts, 0, message[:61], encode_proof(payouts.tree.proof(0, 1)))
        )


def test_claim__twice__reverts(community: Community, payouts: Payouts) -> None:
    community.claim(payouts, 2)
    with reverts("CommunityVault_AlreadyPaid", 1, 2):
        community.claim(payouts, 2)
    assert community.balance(address_of(MIXED[2])) == 30 * EURO


@pytest.mark.parametrize("index", [*WALLETS, SOCIAL])
def test_claim__after_push__reverts(community: Community, payouts: Payouts, index: int) -> None:
    community.push(payouts)
    with reverts("CommunityVault_AlreadyPaid", 1, index):
        community.claim(payouts, index)


@pytest.mark.parametrize("index", BANKS)
def test_claim__bank_leaf__reverts_whatever_its_status(
    community: Community, payouts: Payouts, index: int
) -> None:
    with reverts("CommunityVault_NotClaimable", 1, index):
        community.claim(payouts, index)
    community.reserve(payouts, index)
    with reverts("CommunityVault_NotClaimable", 1, index):
        community.claim(payouts, index)


def test_claim__wallet_in_a_vault_without_token__reverts(found: Founder) -> None:
    community = found(token=None)
    payouts = community.distribute(MIXED)
    with reverts("CommunityVault_NotClaimable", 1, 0):
        community.claim(payouts, 0)
    community.claim(payouts, SOCIAL)


@pytest.mark.parametrize("position", [0, 1], ids=["unknown channel", "payee that is no address"])
def test_claim__malformed_leaf_of_a_forged_tree__reverts(community: Community, position: int) -> None:
    good = encoded(wallet(account("good")))
    bad = good[:position] + b"\x09" + good[position + 1 :]
    tree = ForgedTree([bad, good])
    payouts = promise(community, tree)
    with reverts("CommunityVault_NotClaimable", 1, 0):
        community.vault.send("claim", branch(payouts, 0, bad, tree.proof(0)))
    community.vault.send("claim", branch(payouts, 1, good, tree.proof(1)))


def test_claim__wallet__pays_its_payee_whoever_calls(community: Community, payouts: Payouts) -> None:
    stranger = community.chain.accounts[6]
    held = community.vault.call("funds")[3]
    event = community.claim(payouts, 0, sender=stranger).only("LeafClaimed")
    assert event == {"distribution": 1, "index": 0, "amount": 10 * EURO}
    assert community.balance(address_of(MIXED[0])) == 10 * EURO
    assert community.balance(stranger) == 0
    assert community.vault.call("funds")[3] == held - 10 * EURO


def test_claim__social__credits_the_fund_and_moves_nothing(community: Community, payouts: Payouts) -> None:
    fund, *_, held = community.vault.call("funds")
    community.claim(payouts, SOCIAL)
    assert community.vault.call("funds")[0] == fund + 60 * EURO
    assert community.vault.call("funds")[3] == held == community.balance(community.vault.address)
    assert community.status(payouts, SOCIAL) == "paid"


def test_claim__every_leaf_of_an_odd_tree__pays_exactly_the_funded_sum(community: Community) -> None:
    payouts = community.distribute(wallets(7))
    held = community.vault.call("funds")[3]
    for index in range(7):
        community.claim(payouts, index)
    assert held - community.vault.call("funds")[3] == payouts.tree.total_micro_eur == 7 * EURO


def test_claim__leaf_beside_padding__needs_no_longer_proof(community: Community) -> None:
    """The padding on its right may be spelled as siblings or left to the vault: either way it is one leaf."""
    payouts = community.distribute(wallets(5))
    leaf = encode_leaf(payouts.tree.leaves[4])
    community.vault.send("claim", branch(payouts, 4, leaf, encode_proof(payouts.tree.proof(4, 2))))
    with reverts("CommunityVault_AlreadyPaid", 1, 4):
        community.claim(payouts, 4)

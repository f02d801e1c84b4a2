"""
setRoster, isMember
├── given another address, salt, position or proof
│   └── it should be no member
└── otherwise
    └── it should find each id that Python put into the tree, and no node of it

setAnchoring, anchor
├── given an account that may not anchor
│   └── it should revert naming it
└── otherwise
    └── it should report topic, digest and who anchored, for administrator and allowed accounts alike
"""

import pytest

from oracle.attest.hash_tree import HashTree
from oracle.attest.identifiers import member_leaf
from oracle.attest.keccak import keccak256
from tests.contracts.expect import reverts
from tools.testchain.community import Community

TOPIC, DIGEST = b"\x01" * 32, b"\x02" * 32


def salt(number: int) -> bytes:
    """A member's salt."""
    return keccak256(b"salt" + bytes([number]))


def enrol(community: Community, count: int) -> HashTree:
    """Make the first accounts members, and return the tree of their ids."""
    accounts = community.chain.accounts[:count]
    leaves = [member_leaf(salt(number), bytes.fromhex(name[2:])) for number, name in enumerate(accounts)]
    tree = HashTree(leaves)
    receipt = community.ledger.send("setRoster", community.id, tree.root, count)
    assert receipt.only("RosterSet") == {"community": community.id, "root": tree.root, "members": count}
    return tree


@pytest.mark.parametrize("count", [1, 2, 3, 8, 9])
def test_is_member__each_member_of_pythons_tree__is_found(community: Community, count: int) -> None:
    tree = enrol(community, count)
    assert community.ledger.call("rosterOf", community.id) == (tree.root, count)
    for number, name in enumerate(community.chain.accounts[:count]):
        asked = (community.id, name, salt(number), number, tree.proof(number))
        assert community.ledger.call("isMember", *asked)


def test_is_member__anything_changed__is_none(community: Community) -> None:
    tree, (first, second) = enrol(community, 5), community.chain.accounts[:2]
    refused = [
        (second, salt(0), 0, tree.proof(0)),
        (first, salt(1), 0, tree.proof(0)),
        (first, salt(0), 1, tree.proof(0)),
        (first, salt(0), 0, tree.proof(1)),
        (first, salt(0), 0, tree.proof(0)[:-1]),
        (first, salt(0), 0, [*tree.proof(0), bytes(32)]),
        (first, salt(0), 0, []),
    ]
    assert not any(community.ledger.call("isMember", community.id, *asked) for asked in refused)


def test_is_member__no_roster__is_none(community: Community) -> None:
    account = community.chain.accounts[0]
    assert not community.ledger.call("isMember", community.id, account, salt(0), 0, [])


def test_set_roster__again__replaces_the_members(community: Community) -> None:
    former, account = enrol(community, 5), community.chain.accounts[4]
    enrol(community, 3)
    asked = (community.id, account, salt(4), 4, former.proof(4))
    assert not community.ledger.call("isMember", *asked)


def test_anchor__not_allowed__reverts(community: Community) -> None:
    for stranger in (community.guardian, community.treasurer):
        with reverts("CommunityRegistry_MayNotAnchor", community.id, stranger):
            community.ledger.send("anchor", community.id, TOPIC, DIGEST, sender=stranger)


def test_anchor__administrator_and_allowed_account__are_reported(community: Community) -> None:
    clerk = community.chain.accounts[6]
    allowed = community.ledger.send("setAnchoring", community.id, clerk, True).only("AnchoringSet")
    assert allowed == {"community": community.id, "account": clerk.lower(), "allowed": True}
    for sender in (community.administrator, clerk):
        assert community.ledger.call("mayAnchor", community.id, sender)
        event = community.ledger.send("anchor", community.id, TOPIC, DIGEST, sender=sender).only("Anchored")
        assert event == {
            "community": community.id,
            "topic": TOPIC,
            "account": sender.lower(),
            "digest": DIGEST,
        }
    community.ledger.send("setAnchoring", community.id, clerk, False)
    with reverts("CommunityRegistry_MayNotAnchor", community.id, clerk):
        community.ledger.send("anchor", community.id, TOPIC, DIGEST, sender=clerk)

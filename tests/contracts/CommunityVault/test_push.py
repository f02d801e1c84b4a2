"""
push
├── given a distribution that does not exist, or is not yet valid
│   └── it should revert naming it
├── given a proof that is not whole siblings, longer than the tree, or leaves a batch wider than 256
│   └── it should revert naming its length
├── given a start that is not aligned to the batch, or lies outside the tree
│   └── it should revert naming it
├── given no leaf, a part of a leaf, or more leaves than the batch is wide
│   └── it should revert naming their number
├── given leaves that differ from the tree's in anything, or a tree of another depth than was settled
│   └── it should revert naming the root and the sum that they give
├── given a root that promises more or less than the pool less the carry, or sums that left 64 bits
│   └── it should revert naming the sum
├── given the community is paused
│   └── it should revert
└── otherwise
    ├── it should pay open wallets and credit open social leaves, once
    ├── it should skip bank leaves and paid leaves
    ├── it should refuse wallet leaves without an address, of an unknown channel, or in a vault without token
    ├── it should refuse fields that the channel does not have: an owner unless bank, a payee if social
    └── it should take padding on the right for granted
"""

from dataclasses import replace

import pytest

from oracle.attest.payout_tree import Leaf, Node, PayoutTree, encode_leaves, encode_proof, seal
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
    social,
    wallet,
    wallets,
)
from tools.testchain.community import MONTH, Community, Founder, Payouts, selection
from tools.testchain.errors import Reverted


@pytest.fixture
def payouts(community: Community) -> Payouts:
    """The mixed tree, ready to be paid."""
    return community.distribute(MIXED)


@pytest.mark.parametrize("number", [0, 2, 2**32 - 1])
def test_push__unknown_distribution__reverts(community: Community, payouts: Payouts, number: int) -> None:
    with reverts("CommunityVault_UnknownDistribution", number):
        community.push(replace(payouts, distribution=number))


def test_push__before_the_root_delay__reverts(found: Founder) -> None:
    community = found(root_delay=100)
    payouts = community.distribute(MIXED)
    with reverts("CommunityVault_NotYetValid", 1, community.chain.transport.now() + 100):
        community.push(payouts)


@pytest.mark.parametrize("length", [1, 39, 41, 160])
def test_push__proof_of_another_length__reverts(community: Community, payouts: Payouts, length: int) -> None:
    with reverts("CommunityVault_MalformedProof", length, 3):
        community.vault.send("push", branch(payouts, 0, encoded(MIXED[0]), bytes(length)))


def test_push__batch_wider_than_a_word__reverts(community: Community) -> None:
    tree = PayoutTree(wallets(300, 10_000))
    payouts = promise(community, tree)
    with reverts("CommunityVault_MalformedProof", 0, 9):
        community.vault.send("push", branch(payouts, 0, encode_leaves(tree.leaves)))


@pytest.mark.parametrize(("start", "height"), [(1, 1), (2, 2), (1, 3), (4, 3), (6, 2)])
def test_push__unaligned_start__reverts(
    community: Community, payouts: Payouts, start: int, height: int
) -> None:
    proof = encode_proof(payouts.tree.proof(0, height))
    with reverts("CommunityVault_UnalignedBatch", start, height):
        community.vault.send("push", branch(payouts, start, encoded(MIXED[0]), proof))


@pytest.mark.parametrize("start", [8, 16, 2**31])
def test_push__start_outside_the_tree__reverts(community: Community, payouts: Payouts, start: int) -> None:
    with reverts("CommunityVault_UnalignedBatch", start, 0):
        community.vault.send(
            "push", branch(payouts, start, encoded(MIXED[0]), encode_proof(payouts.tree.proof(0)))
        )


@pytest.mark.parametrize("length", [0, 1, 60, 62, 6 * 61 - 1])
def test_push__no_whole_leaf__reverts(community: Community, payouts: Payouts, length: int) -> None:
    with reverts("CommunityVault_LeafCountOutOfRange", 0, 8):
        community.vault.send("push", branch(payouts, 0, encoded(*MIXED)[:length].ljust(length, b"\0")))


def test_push__more_leaves_than_the_batch_is_wide__reverts(community: Community, payouts: Payouts) -> None:
    proof = encode_proof(payouts.tree.proof(0, 1))
    with reverts("CommunityVault_LeafCountOutOfRange", 3, 2):
        community.vault.send("push", branch(payouts, 0, encoded(*MIXED[:3]), proof))


CHANGED = {
    "amount": MIXED[0]._replace(amount_micro_eur=11 * EURO),
    "payee": wallet(account("thief"), 10 * EURO),
    "channel": bank("b", 10 * EURO)._replace(payee=MIXED[0].payee),
    "owner": MIXED[0]._replace(owner=bytes.fromhex(account("thief")[2:])),
}


@pytest.mark.parametrize("changed", CHANGED.values(), ids=CHANGED.keys())
def test_push__leaf_changed__reverts_with_the_root_that_it_gives(
    community: Community, payouts: Payouts, changed: Leaf
) -> None:
    with reverts("CommunityVault_OtherRoot", 1):
        community.vault.send("push", branch(payouts, 0, encoded(changed, *MIXED[1:])))


def test_push__leaves_swapped__reverts(community: Community, payouts: Payouts) -> None:
    with reverts("CommunityVault_OtherRoot"):
        community.vault.send("push", branch(payouts, 0, encoded(MIXED[1], MIXED[0], *MIXED[2:])))


def test_push__leaf_left_out__reverts(community: Community, payouts: Payouts) -> None:
    with reverts("CommunityVault_OtherRoot"):
        community.vault.send("push", branch(payouts, 0, encoded(*MIXED[:5])))


@pytest.mark.parametrize("depth", [2, 4])
def test_push__settled_with_another_depth_than_the_tree_has__pays_nobody(
    community: Community, depth: int
) -> None:
    tree = PayoutTree(MIXED)
    settlement = community.propose(tree, [community.credit(1_000 * EURO)], depth=depth)
    community.settle(settlement)
    payouts = Payouts(settlement.distribution, tree)
    for index in (0, 4):
        with pytest.raises(Reverted, match=r"MalformedProof|OtherRoot|UnalignedBatch"):
            community.claim(payouts, index)
    with pytest.raises(Reverted, match=r"LeafCountOutOfRange|OtherRoot"):
        community.push(payouts)


def test_push__paused__reverts_until_it_goes_on(community: Community, payouts: Payouts) -> None:
    community.ledger.send("setPaused", community.id, True, sender=community.guardian)
    with reverts("CommunityVault_Paused"):
        community.push(payouts)
    community.ledger.send("setPaused", community.id, False, sender=community.guardian)
    community.push(payouts)


def test_distribution_of__settled__is_sealed_as_python_seals(community: Community, payouts: Payouts) -> None:
    top = Node(payouts.tree.root, payouts.tree.total_micro_eur)
    assert community.vault.call("distributionOf", payouts.distribution)[:2] == (seal(top), 3)


def test_push__padding_spelled_out__reverts(community: Community, payouts: Payouts) -> None:
    with reverts("CommunityVault_OtherRoot"):
        community.vault.send("push", branch(payouts, 0, encoded(*MIXED) + bytes(61)))


@pytest.mark.parametrize("bit", [0, 255, 256, 319])
def test_push__bit_of_the_proof_flipped__reverts(community: Community, payouts: Payouts, bit: int) -> None:
    proof = encode_proof(payouts.tree.proof(0, 2))
    flipped = (int.from_bytes(proof, "big") ^ (1 << (319 - bit))).to_bytes(len(proof), "big")
    with reverts("CommunityVault_OtherRoot"):
        community.vault.send("push", branch(payouts, 0, encoded(*MIXED[:4]), flipped))


def test_push__path_of_another_distribution__reverts(community: Community, payouts: Payouts) -> None:
    other = community.distribute([leaf._replace(amount_micro_eur=EURO) for leaf in MIXED])
    with reverts("CommunityVault_OtherRoot", 1, other.tree.root, 6 * EURO):
        community.push(replace(other, distribution=payouts.distribution))


@pytest.mark.parametrize("funded", [209 * EURO, 211 * EURO, 0, 210 * EURO - 1, 700 * EURO])
def test_push__root_that_promises_another_sum__reverts(community: Community, funded: int) -> None:
    tree = PayoutTree(MIXED)
    payouts = promise(community, tree, funded)
    for height in (0, 1, 3):
        with reverts("CommunityVault_OtherRoot", 1, tree.root, 210 * EURO):
            community.push(payouts, 0, height)


def test_push__inner_sum_forged_to_fit__pays_no_leaf_below_it(community: Community) -> None:
    """Two leaves of ten euro under a root of eleven: no sibling can be shrunk to make it fit."""
    rich, poor = wallet(account("rich"), 10 * EURO), wallet(account("poor"), 10 * EURO)
    honest = PayoutTree([rich, poor])
    payouts = promise(community, honest, 11 * EURO)
    lie = Node(honest.proof(0)[0].hash, EURO)
    with reverts("CommunityVault_OtherRoot"):
        community.vault.send("push", branch(payouts, 0, encoded(rich), encode_proof([lie])))
    with reverts("CommunityVault_OtherRoot", 1, honest.root, 20 * EURO):
        community.vault.send("push", branch(payouts, 0, encoded(rich), encode_proof(honest.proof(0))))


def test_push__sums_that_left_64_bits__revert(community: Community) -> None:
    """Amounts whose sum is the funded one only after it wrapped around."""
    funded = 5 * EURO
    leaves = [encoded(wallet(account("rich"), 2**64 - EURO)), encoded(wallet(account("poor"), 6 * EURO))]
    tree = ForgedTree(leaves)
    assert tree.levels[-1][0][1] == funded
    payouts = promise(community, tree, funded)
    with reverts("CommunityVault_OtherRoot", 1, tree.root, 2**64 + funded):
        community.vault.send("push", branch(payouts, 0, b"".join(leaves)))
    with reverts("CommunityVault_OtherRoot", 1, tree.root, 2**64 + funded):
        community.vault.send("push", branch(payouts, 1, leaves[1], tree.proof(1)))


def test_push__mixed_leaves__pays_wallets_and_credits_social(community: Community, payouts: Payouts) -> None:
    funds = community.vault.call("funds")
    event = community.push(payouts).only("BatchPaid")
    paid = selection((*WALLETS, SOCIAL))
    sums = {"toWallets": 90 * EURO, "toSocial": 60 * EURO}
    assert event == {"distribution": 1, "start": 0, "paid": paid, "failed": 0} | sums
    assert [community.balance(address_of(MIXED[index])) for index in WALLETS] == [
        10 * EURO,
        30 * EURO,
        50 * EURO,
    ]
    assert [community.status(payouts, index) for index in range(6)] == [
        "open" if index in BANKS else "paid" for index in range(6)
    ]
    social_fund, grid, carry, held = community.vault.call("funds")
    assert (social_fund, grid, carry) == (funds[0] + 60 * EURO, funds[1], funds[2])
    assert held == funds[3] - 90 * EURO == community.balance(community.vault.address)


def test_push__again__pays_nothing(community: Community, payouts: Payouts) -> None:
    community.push(payouts)
    before = community.vault.call("funds")
    event = community.push(payouts).only("BatchPaid")
    assert (event["paid"], event["failed"]) == (0, 0)
    assert community.vault.call("funds") == before
    assert community.balance(address_of(MIXED[0])) == 10 * EURO


@pytest.mark.parametrize("height", [0, 1, 2])
def test_push__part_of_the_tree__pays_that_part(community: Community, payouts: Payouts, height: int) -> None:
    width = 1 << height
    starts = range(0, 6, width)
    pushed = [community.push(payouts, start, height).only("BatchPaid") for start in starts]
    for start, event in zip(starts, pushed, strict=True):
        expected = selection(i for i in range(width) if start + i in (*WALLETS, SOCIAL))
        assert (event["start"], event["paid"], event["failed"]) == (start, expected, 0)
    assert sum(event["toWallets"] + event["toSocial"] for event in pushed) == 150 * EURO


def test_push__after_some_were_claimed__pays_the_rest(community: Community, payouts: Payouts) -> None:
    community.claim(payouts, 2)
    community.claim(payouts, SOCIAL)
    assert community.push(payouts).only("BatchPaid")["paid"] == selection((0, 4))
    assert community.balance(address_of(MIXED[2])) == 30 * EURO


def test_push__after_a_bank_leaf_was_reserved__leaves_it_reserved(
    community: Community, payouts: Payouts
) -> None:
    community.reserve(payouts, 1)
    community.push(payouts)
    assert community.status(payouts, 1) == "reserved"


def test_push__one_address_in_two_leaves__is_paid_for_both(community: Community) -> None:
    twice = wallet(account("twice"), 3 * EURO)
    community.push(community.distribute([twice, twice]))
    assert community.balance(address_of(twice)) == 6 * EURO


def test_push__tree_of_one_leaf__is_paid(community: Community) -> None:
    leaf = wallet(account("alone"))
    payouts = community.distribute([leaf])
    assert payouts.tree.depth == 0
    community.push(payouts)
    assert community.balance(address_of(leaf)) == EURO


def test_push__second_word__has_bits_of_its_own(community: Community) -> None:
    payouts = community.distribute([*wallets(257, 10_000), social()])
    event = community.push(payouts, 256, 8).only("BatchPaid")
    assert (event["start"], event["paid"]) == (256, 0b11)
    assert [community.status(payouts, index) for index in (0, 1, 256, 257)] == [
        "open",
        "open",
        "paid",
        "paid",
    ]


def test_push__full_word__pays_all_256(community: Community) -> None:
    payouts = community.distribute(wallets(256, 10_000))
    event = community.push(payouts).only("BatchPaid")
    assert (event["paid"], event["toWallets"]) == (2**256 - 1, 256 * 10_000)


def test_push__empty_tree__has_nothing_to_push(community: Community) -> None:
    payouts = community.distribute([])
    with reverts("CommunityVault_LeafCountOutOfRange", 0, 1):
        community.vault.send("push", branch(payouts, 0, b""))
    with reverts("CommunityVault_OtherRoot", 1, ANYTHING, 0):
        community.vault.send("push", branch(payouts, 0, bytes(61)))


def test_push__two_distributions__do_not_mix(community: Community) -> None:
    first, second = community.distribute(MIXED), community.distribute(MIXED)
    community.push(second)
    assert community.status(first, 0) == "open"
    community.push(first)
    assert community.balance(address_of(MIXED[0])) == 20 * EURO


def test_push__bookkeeping_vault__refuses_wallets_and_credits_social(found: Founder) -> None:
    community = found(token=None)
    payouts = community.distribute(MIXED)
    event = community.push(payouts).only("BatchPaid")
    assert (event["paid"], event["failed"]) == (selection((SOCIAL,)), selection(WALLETS))
    assert community.status(payouts, 0) == "open"


@pytest.mark.parametrize("channel", [3, 4, 255])
def test_push__unknown_channel__is_refused_and_blocks_nobody(community: Community, channel: int) -> None:
    good = encoded(wallet(account("good")))
    tree = ForgedTree([bytes([channel]) + good[1:], good])
    payouts = promise(community, tree, 2 * EURO)
    bad = bytes([channel]) + good[1:]
    event = community.vault.send("push", branch(payouts, 0, bad + good)).only("BatchPaid")
    assert (event["paid"], event["failed"]) == (0b10, 0b01)


def test_push__payee_that_is_no_address__is_refused_and_blocks_nobody(community: Community) -> None:
    good = encoded(wallet(account("good")))
    bad = good[:1] + b"\x01" + good[2:]
    tree = ForgedTree([bad, good])
    payouts = promise(community, tree, 2 * EURO)
    event = community.vault.send("push", branch(payouts, 0, bad + good)).only("BatchPaid")
    assert (event["paid"], event["failed"]) == (0b10, 0b01)


@pytest.mark.parametrize(
    ("leaf", "position"),
    [
        (wallet(account("odd")), 33),
        (wallet(account("odd")), 52),
        (social(), 33),
        (social(), 1),
        (social(), 32),
    ],
    ids=[
        "wallet owner begins",
        "wallet owner ends",
        "social owner",
        "social payee begins",
        "social payee ends",
    ],
)
def test_push__field_that_the_channel_does_not_have__is_refused_and_blocks_nobody(
    community: Community, leaf: Leaf, position: int
) -> None:
    good, plain = encoded(wallet(account("good"))), encoded(leaf)
    bad = plain[:position] + b"\x01" + plain[position + 1 :]
    tree = ForgedTree([bad, good])
    payouts = promise(community, tree, 2 * EURO)
    event = community.vault.send("push", branch(payouts, 0, bad + good)).only("BatchPaid")
    assert (event["paid"], event["failed"]) == (0b10, 0b01)


def test_push__zero_address__fails_and_blocks_nobody(community: Community) -> None:
    payouts = community.distribute([wallet("0x" + "0" * 40), wallet(account("good"))])
    event = community.push(payouts).only("BatchPaid")
    assert (event["paid"], event["failed"], event["toWallets"]) == (0b10, 0b01, EURO)


def test_push__vault_pays_itself__still_holds_enough_for_the_others(community: Community) -> None:
    payouts = community.distribute([wallet(community.vault.address, 3 * EURO), wallet(account("good"))])
    assert community.push(payouts).only("BatchPaid")["paid"] == 0b11
    held = community.vault.call("funds")[3]
    assert community.balance(community.vault.address) == held + 3 * EURO


def test_push__tokens_sent_by_a_stranger__belong_to_nobody(community: Community) -> None:
    payouts = community.distribute(MIXED)
    assert community.token is not None
    held = community.vault.call("funds")[3]
    community.token.send("mint", community.vault.address, 5 * EURO)
    assert community.vault.call("funds")[3] == held
    community.push(payouts)
    assert community.balance(community.vault.address) == community.vault.call("funds")[3] + 5 * EURO


def test_push__final_month_of_a_year_ago__changes_nothing_for_payouts(community: Community) -> None:
    payouts = community.distribute(MIXED)
    community.chain.transport.travel(400 * 86_400)
    community.push(payouts)
    assert community.months == [MONTH]

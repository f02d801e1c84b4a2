"""Payout trees in Python; tests/contracts/libraries/test_sum_tree.py compares them with Solidity."""

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.attest.keccak import keccak256
from oracle.attest.payout_tree import (
    LEAF_BYTES,
    Channel,
    Leaf,
    Node,
    PayoutTree,
    bank_payee,
    batches,
    climb,
    decode_proof,
    depth_of,
    encode_leaf,
    encode_leaves,
    encode_proof,
    hash_leaf,
    root_of,
    seal,
    wallet_payee,
)

ADDRESS = bytes(range(1, 21))
VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "payout_trees.json").read_text("utf-8"))
CENT = 10_000
amounts = st.integers(0, 10**9).map(lambda cents: cents * CENT)
hashes = st.binary(min_size=32, max_size=32)
addresses = st.binary(min_size=20, max_size=20)
leaves = st.one_of(
    st.builds(lambda a, m: Leaf(Channel.WALLET, wallet_payee(a), bytes(20), m), addresses, amounts),
    st.builds(lambda h, a, m: Leaf(Channel.BANK, h, a, m), hashes, addresses, amounts),
    st.builds(lambda m: Leaf(Channel.SOCIAL, bytes(32), bytes(20), m), amounts),
)


def wallet(amount: int = CENT) -> Leaf:
    """A valid wallet leaf."""
    return Leaf(Channel.WALLET, wallet_payee(ADDRESS), bytes(20), amount)


def test_encode_leaf__wallet__is_spelled_field_by_field() -> None:
    expected = "00" + "00" * 12 + ADDRESS.hex() + "00" * 20 + "00000000000f4240"
    assert encode_leaf(wallet(1_000_000)).hex() == expected
    assert len(encode_leaf(wallet())) == LEAF_BYTES
    assert encode_leaves([wallet(), wallet()]) == encode_leaf(wallet()) * 2


def test_hash_leaf__index_and_tag__are_part_of_it() -> None:
    assert hash_leaf(258, wallet()) == keccak256(b"\x00" + b"\x00\x00\x01\x02" + encode_leaf(wallet()))


def test_tree__two_leaves__root_hashes_both_hashes_and_sums() -> None:
    tree = PayoutTree([wallet(3 * CENT), wallet(4 * CENT)])
    left = hash_leaf(0, wallet(3 * CENT)) + (3 * CENT).to_bytes(8, "big")
    right = hash_leaf(1, wallet(4 * CENT)) + (4 * CENT).to_bytes(8, "big")
    assert tree.root == keccak256(b"\x01" + left + right)
    assert (tree.depth, tree.total_micro_eur) == (1, 7 * CENT)


def test_tree__no_leaf__is_zero() -> None:
    tree = PayoutTree([])
    assert (tree.root, tree.depth, tree.total_micro_eur, tree.proof(0)) == (bytes(32), 0, 0, [])


def test_tree__one_leaf__is_its_own_root() -> None:
    assert PayoutTree([wallet()]).root == hash_leaf(0, wallet())


@pytest.mark.parametrize(
    ("count", "depth"), [(0, 0), (1, 0), (2, 1), (3, 2), (255, 8), (256, 8), (257, 9), (10_000, 14)]
)
def test_depth_of__leaf_counts__is_that_of_the_smallest_perfect_tree(count: int, depth: int) -> None:
    assert depth_of(count) == depth


@given(st.lists(leaves, min_size=1, max_size=40), st.data())
def test_proof__any_leaf_of_any_tree__ends_in_root_and_total(drawn: list[Leaf], data: st.DataObject) -> None:
    tree = PayoutTree(drawn)
    index = data.draw(st.integers(0, len(drawn) - 1))
    assert root_of(index, drawn[index], tree.proof(index)) == Node(tree.root, tree.total_micro_eur)
    assert tree.total_micro_eur == sum(leaf.amount_micro_eur for leaf in drawn)


@given(st.lists(leaves, min_size=2, max_size=20), st.data())
def test_proof__anything_changed__does_not_end_there(drawn: list[Leaf], data: st.DataObject) -> None:
    tree = PayoutTree(drawn)
    index = data.draw(st.integers(0, len(drawn) - 1))
    leaf, proof = drawn[index], tree.proof(index)
    level = data.draw(st.integers(0, len(proof) - 1))
    sibling = proof[level]
    changed_sum = [*proof[:level], sibling._replace(sum=sibling.sum + CENT), *proof[level + 1 :]]
    changed_hash = [*proof[:level], sibling._replace(hash=keccak256(sibling.hash)), *proof[level + 1 :]]
    richer = leaf._replace(amount_micro_eur=leaf.amount_micro_eur + CENT)
    top = Node(tree.root, tree.total_micro_eur)
    assert root_of(index, richer, proof) != top
    assert root_of(index ^ 1, leaf, proof) != top
    assert root_of(index, leaf, changed_sum) != top
    assert root_of(index, leaf, changed_hash) != top


@given(st.lists(leaves, min_size=1, max_size=40), st.data())
def test_proof__any_aligned_subtree__ends_in_root_and_total(drawn: list[Leaf], data: st.DataObject) -> None:
    tree = PayoutTree(drawn)
    height = data.draw(st.integers(0, tree.depth))
    start = data.draw(st.integers(0, (1 << tree.depth - height) - 1)) << height
    nodes = [
        Node(hash_leaf(start + offset, leaf), leaf.amount_micro_eur)
        for offset, leaf in enumerate(tree.batch(start, height))
    ]
    nodes += [Node(bytes(32), 0)] * ((1 << height) - len(nodes))
    while len(nodes) > 1:
        nodes = [climb(left, 0, [right]) for left, right in zip(nodes[::2], nodes[1::2], strict=True)]
    assert climb(nodes[0], start >> height, tree.proof(start, height)) == Node(
        tree.root, tree.total_micro_eur
    )


@pytest.mark.parametrize(("start", "height"), [(1, 1), (2, 2), (8, 0), (0, 4), (-1, 0)])
def test_proof__no_subtree_there__raises(start: int, height: int) -> None:
    with pytest.raises(ValueError, match="no subtree"):
        PayoutTree([wallet()] * 6).proof(start, height)


@given(st.lists(st.builds(Node, hashes, st.integers(0, 2**64 - 1)), max_size=32))
def test_decode_proof__encoded__is_the_proof(proof: list[Node]) -> None:
    assert decode_proof(encode_proof(proof)) == proof
    assert len(encode_proof(proof)) == 40 * len(proof)


@pytest.mark.parametrize("length", [1, 39, 41, 79])
def test_decode_proof__other_length__raises(length: int) -> None:
    with pytest.raises(ValueError, match="40 bytes a level"):
        decode_proof(bytes(length))


def test_seal__root_and_sum__are_a_word_each_and_cut_to_26_bytes() -> None:
    top = Node(bytes(range(32)), 7 * CENT)
    assert seal(top) == keccak256(top.hash + (7 * CENT).to_bytes(32, "big"))[:26]


def test_root_of__index_outside_the_tree__raises() -> None:
    with pytest.raises(ValueError, match="outside a tree of depth 1"):
        root_of(2, wallet(), [Node(bytes(32), 0)])


def test_root_of__sum_beyond_64_bits__raises() -> None:
    with pytest.raises(OverflowError, match="64 bits"):
        root_of(0, wallet(), [Node(bytes(32), 2**64 - 1)])


MALFORMED = {
    "payee has 32 bytes": wallet()._replace(payee=bytes(31)),
    "owner has 20 bytes": wallet()._replace(owner=b""),
    "64 bits": wallet()._replace(amount_micro_eur=-CENT),
    "64 bits, got 18": wallet()._replace(amount_micro_eur=2**64),
    "whole cents": wallet(CENT + 1),
    "only a bank leaf names an owner": wallet()._replace(owner=ADDRESS),
    "left-padded": wallet()._replace(payee=b"\x01" + bytes(31)),
    "no payee": Leaf(Channel.SOCIAL, bytes(31) + b"\x01", bytes(20), CENT),
    "got a SOCIAL leaf": Leaf(Channel.SOCIAL, bytes(32), ADDRESS, CENT),
}


@pytest.mark.parametrize(("sentence", "leaf"), MALFORMED.items(), ids=MALFORMED.keys())
def test_tree__malformed_leaf__raises(sentence: str, leaf: Leaf) -> None:
    with pytest.raises(ValueError, match=sentence):
        PayoutTree([wallet(), leaf])


def test_tree__total_beyond_64_bits__raises() -> None:
    most = (2**64 - 1) // CENT * CENT
    with pytest.raises(OverflowError, match="64 bits"):
        PayoutTree([wallet(most), wallet(most)])


def test_node__message_of_64_or_80_bytes__is_never_a_leafs() -> None:
    """A leaf has 66 bytes and begins with 0, a node 81 and begins with 1: no preimage serves both."""
    tree = PayoutTree([wallet(), wallet(2 * CENT)])
    left, right = tree.proof(1)[0], tree.proof(0)[0]
    for message in (
        left.hash + right.hash,
        encode_proof([left, right]),
        b"\x00" + encode_proof([left, right]),
    ):
        assert keccak256(message) != tree.root


def test_wallet_payee__other_length__raises() -> None:
    with pytest.raises(ValueError, match="address has 20 bytes"):
        wallet_payee(bytes(32))


def test_bank_payee__salt_and_iban__hide_each_other() -> None:
    assert bank_payee(bytes(32), "IT60") == keccak256(bytes(32) + b"IT60")
    assert bank_payee(bytes(32), "") == keccak256(bytes(32))
    with pytest.raises(ValueError, match="salt has 32 bytes"):
        bank_payee(b"", "IT60")


@dataclass(frozen=True)
class Cover:
    """What batches of a leaf count must be."""

    count: int
    size: int
    height: int
    starts: tuple[int, ...]


@pytest.mark.parametrize(
    "cover",
    [
        Cover(0, 256, 0, ()),
        Cover(1, 256, 0, (0,)),
        Cover(3, 256, 2, (0,)),
        Cover(256, 256, 8, (0,)),
        Cover(257, 256, 8, (0, 256)),
        Cover(10, 4, 2, (0, 4, 8)),
        Cover(3, 1, 0, (0, 1, 2)),
    ],
)
def test_batches__leaf_counts__are_aligned_and_cover_all(cover: Cover) -> None:
    assert list(batches(cover.count, cover.size)) == [(start, cover.height) for start in cover.starts]
    assert all(right - left == 1 << cover.height for left, right in pairwise(cover.starts))


@pytest.mark.parametrize("size", [0, 3, 255, 512, -1])
def test_batches__other_size__raises(size: int) -> None:
    with pytest.raises(ValueError, match="power of two"):
        list(batches(10, size))


@pytest.mark.parametrize("vector", VECTORS["trees"], ids=lambda vector: vector["name"])
def test_vectors__seal__is_over_root_and_sum(vector: dict[str, Any]) -> None:
    top = Node(bytes.fromhex(vector["root"][2:]), int(vector["total_eur"].replace(".", "")))
    assert "0x" + seal(top).hex() == vector["seal"]
    assert seal(Node(top.hash, top.sum + 1)) != seal(top)


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["name"])
def test_vectors__refused_path__is_refused_for_its_reason(vector: dict[str, object]) -> None:
    leaf, index = vector["leaf"], vector["index"]
    assert isinstance(leaf, dict)
    assert isinstance(index, int)
    proof = [
        Node(bytes.fromhex(node["hash"][2:]), int(node["sum_eur"].replace(".", "")))
        for node in vector["proof"]  # type: ignore[attr-defined]
    ]
    changed = Leaf(
        Channel[leaf["channel"]],
        bytes.fromhex(leaf["payee"][2:]),
        bytes.fromhex(leaf["owner"][2:]),
        int(leaf["amount_eur"].replace(".", "")),
    )
    top = climb(Node(hash_leaf(index, changed), changed.amount_micro_eur), index, proof)
    same_root = "0x" + top.hash.hex() == vector["root"]
    same_sum = top.sum == int(str(vector["total_eur"]).replace(".", ""))
    assert (same_root, same_sum) != (True, True)
    assert same_root is (vector["reason"] == "sum")

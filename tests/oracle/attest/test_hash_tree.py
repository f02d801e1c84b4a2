"""The plain tree under lists and rosters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.attest.hash_tree import HashTree, parent, root_of
from oracle.attest.keccak import keccak256

LEAF = bytes(range(32))
hashes = st.binary(min_size=32, max_size=32)


def test_tree__three_leaves__is_padded_with_zeros() -> None:
    one, two, three = (keccak256(bytes([number])) for number in range(3))
    tree = HashTree([one, two, three])
    assert tree.root == parent(parent(one, two), parent(three, bytes(32)))
    assert tree.depth == 2


def test_parent__node__has_its_own_tag_and_length() -> None:
    assert parent(LEAF, bytes(32)) == keccak256(b"\x03" + LEAF + bytes(32))


def test_tree__none_and_one__are_zero_and_itself() -> None:
    assert (HashTree([]).root, HashTree([]).depth) == (bytes(32), 0)
    assert HashTree([LEAF]).root == LEAF


@given(st.lists(hashes, min_size=1, max_size=40), st.data())
def test_proof__any_position__ends_in_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    tree = HashTree(leaves)
    position = data.draw(st.integers(0, len(leaves) - 1))
    assert root_of(position, leaves[position], tree.proof(position)) == tree.root


@given(st.lists(hashes, min_size=2, max_size=40, unique=True), st.data())
def test_proof__other_leaf_or_position__does_not(leaves: list[bytes], data: st.DataObject) -> None:
    tree = HashTree(leaves)
    position = data.draw(st.integers(0, len(leaves) - 1))
    proof = tree.proof(position)
    assert root_of(position, keccak256(leaves[position]), proof) != tree.root
    assert root_of(position ^ 1, leaves[position], proof) != tree.root


@pytest.mark.parametrize("position", [-1, 4, 5])
def test_proof__outside_the_tree__raises(position: int) -> None:
    with pytest.raises(ValueError, match="outside a tree of depth 2"):
        HashTree([LEAF] * 3).proof(position)
    with pytest.raises(ValueError, match="outside a tree of depth 2"):
        root_of(position, LEAF, [LEAF, LEAF])

"""
SumTree, against the vectors that Python and JavaScript use
├── fold and climb: it should end in the vector's root and sum, from any subtree of at most 256 leaves
├── it should end elsewhere for every path that the vectors refuse
└── hashOf: it should hash a leaf's 61 bytes with its tag and index
"""

import json
from pathlib import Path
from typing import Any

import pytest

from oracle.attest.payout_tree import (
    Channel,
    Leaf,
    Node,
    PayoutTree,
    encode_leaf,
    encode_leaves,
    encode_proof,
    hash_leaf,
)
from tools.testchain.client import Chain, Contract

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "payout_trees.json").read_text("utf-8"))
BATCH_HEIGHT_MAX = 8


@pytest.fixture
def harness(chain: Chain) -> Contract:
    """The library, callable."""
    return chain.deploy("LibraryHarness")


def micro_eur(text: str) -> int:
    """Micro-euro of a vector's amount."""
    return int(text.replace(".", ""))


def unhex(text: str) -> bytes:
    """Bytes of a vector's hex."""
    return bytes.fromhex(text[2:])


def leaf_of(vector: dict[str, str]) -> Leaf:
    """A vector's leaf."""
    channel, payee, owner = Channel[vector["channel"]], unhex(vector["payee"]), unhex(vector["owner"])
    return Leaf(channel, payee, owner, micro_eur(vector["amount_eur"]))


def proof_of(vector: list[dict[str, str]]) -> list[Node]:
    """A vector's siblings."""
    return [Node(unhex(node["hash"]), micro_eur(node["sum_eur"])) for node in vector]


def top(
    harness: Contract, leaves: list[Leaf], start: int, height: int, proof: list[Node]
) -> tuple[bytes, int]:
    """Root and sum that the contract computes from a batch and its proof."""
    hashed, total = harness.call("fold", encode_leaves(leaves), start, height)
    found: tuple[bytes, int] = harness.call("climb", hashed, total, start >> height, encode_proof(proof))
    return found


@pytest.mark.parametrize("vector", VECTORS["trees"], ids=lambda vector: vector["name"])
def test_vectors__every_proof__ends_in_root_and_sum(harness: Contract, vector: dict[str, Any]) -> None:
    leaves = [leaf_of(leaf) for leaf in vector["leaves"]]
    assert PayoutTree(leaves).root == unhex(vector["root"])
    expected = (unhex(vector["root"]), micro_eur(vector["total_eur"]))
    for path in vector["proofs"]:
        start, height = path["start"], path["height"]
        batch = leaves[start : start + (1 << height)]
        assert top(harness, batch, start, height, proof_of(path["proof"])) == expected, (start, height)


@pytest.mark.parametrize("vector", VECTORS["trees"], ids=lambda vector: vector["name"])
def test_vectors__widest_batches__end_in_root_and_sum(harness: Contract, vector: dict[str, Any]) -> None:
    tree = PayoutTree([leaf_of(leaf) for leaf in vector["leaves"]])
    height = min(tree.depth, BATCH_HEIGHT_MAX)
    for start in range(0, len(tree.leaves), 1 << height):
        found = top(harness, list(tree.batch(start, height)), start, height, tree.proof(start, height))
        assert found == (tree.root, tree.total_micro_eur)


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["name"])
def test_vectors__refused_path__ends_elsewhere(harness: Contract, vector: dict[str, Any]) -> None:
    proof = proof_of(vector["proof"])
    root, total = top(harness, [leaf_of(vector["leaf"])], vector["index"], 0, proof)
    assert (root == unhex(vector["root"])) is (vector["reason"] == "sum")
    assert (root, total) != (unhex(vector["root"]), micro_eur(vector["total_eur"]))


def test_hash_of__leaf_at_any_index__is_pythons(harness: Contract) -> None:
    leaf = leaf_of(VECTORS["trees"][3]["leaves"][7])
    for index in (0, 1, 255, 256, 2**32 - 1):
        assert harness.call("hashLeaf", encode_leaf(leaf), index) == hash_leaf(index, leaf)


@pytest.mark.parametrize("count", range(9))
def test_fold__any_number_of_leaves__pads_as_python_does(harness: Contract, count: int) -> None:
    leaves = [leaf_of(leaf) for leaf in VECTORS["trees"][3]["leaves"][:count]]
    padded = PayoutTree(leaves + [Leaf(Channel.SOCIAL, bytes(32), bytes(20), 0)] * 0)
    for height in range(padded.depth, 5):
        node = Node(padded.root, padded.total_micro_eur)
        empty = Node(bytes(32), 0)
        for level in range(height):
            if level >= padded.depth:
                node = Node(*harness.call("climb", node.hash, node.sum, 0, encode_proof([empty])))
            empty = Node(*harness.call("climb", empty.hash, 0, 0, encode_proof([empty])))
        assert harness.call("fold", encode_leaves(leaves), 0, height) == (node.hash, node.sum)

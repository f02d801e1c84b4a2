"""Vectors of published payout trees: files that a verifier accepts, and files to refuse, with the place."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

from oracle.attest.payout_tree import Leaf, Node, PayoutTree, hash_leaf, seal
from settlement.domain.rounding import micro_eur_text
from tools.draw import Draw, hexed

VALID_AT = 1_722_500_000
VAULT = "0x" + "5a" * 20
SIZES = (0, 1, 2, 5, 31)

Document = dict[str, Any]
Drawn = Callable[[Draw, int], list[Leaf]]


def tree_files(leaves_of: Drawn) -> Document:
    """Files, what the vault keeps of their distribution, and the first check that each to refuse fails.

    `reason` is neverPayable or leafDiffers, `place` then the leaf's index, or totalDiffers or rootDiffers.
    """
    trees = [PayoutTree(leaves_of(Draw(f"file-{size}"), size)) for size in SIZES]
    changed, other = trees[3], trees[4]
    return {
        "about": "Published payout trees; kept is what the vault answers for the file's distribution.",
        "accepted": [{"kept": kept_of(tree), "file": file_of(tree)} for tree in trees],
        "refused": list(refused_files(changed, other)),
    }


def file_of(tree: PayoutTree) -> Document:
    """The published file of a tree."""
    return {
        "kind": "condivisa/payout-tree/1",
        "chain_id": 31_337,
        "vault": VAULT,
        "distribution": 1,
        "total_eur": micro_eur_text(tree.total_micro_eur),
        "leaves": [leaf_of(index, leaf) for index, leaf in enumerate(tree.leaves)],
    }


def kept_of(tree: PayoutTree) -> str:
    """What the vault answers for the tree: seal, depth and time of first payment, a word each."""
    words = (tree.depth.to_bytes(32, "big"), VALID_AT.to_bytes(32, "big"))
    return hexed(seal(Node(tree.root, tree.total_micro_eur)).ljust(32, b"\0") + b"".join(words))


def leaf_of(index: int, leaf: Leaf) -> Document:
    """A leaf as published."""
    return {
        "channel": leaf.channel.name,
        "payee": hexed(leaf.payee),
        "owner": hexed(leaf.owner),
        "amount_eur": micro_eur_text(leaf.amount_micro_eur),
        "hash": hexed(hash_leaf(index, leaf)),
    }


def refused_files(tree: PayoutTree, other: PayoutTree) -> Iterator[Document]:
    """A tree's file with one thing changed; where a forger fits all else, only the root tells."""
    first, richer = tree.leaves[0], tree.leaves[2]._replace(amount_micro_eur=10_000)
    forged = [*tree.leaves[:2], richer, *tree.leaves[3:]]
    exchanged = [tree.leaves[1], first, *tree.leaves[2:]]
    changes: list[tuple[str, str, int | None, Callable[[Document], Any]]] = [
        ("an amount", "leafDiffers", 2, lambda file: file["leaves"][2].update(amount_eur="0.010000")),
        ("a payee", "leafDiffers", 4, lambda file: file["leaves"].__setitem__(4, file["leaves"][3])),
        ("a leaf removed", "leafDiffers", 1, lambda file: file["leaves"].pop(1)),
        ("the last leaf removed", "totalDiffers", None, lambda file: file["leaves"].pop()),
        ("a leaf added", "leafDiffers", 5, lambda file: file["leaves"].append(file["leaves"][0])),
        ("leaves in another order", "leafDiffers", 0, lambda file: file["leaves"].reverse()),
        (
            "part of a cent",
            "neverPayable",
            3,
            lambda file: file["leaves"][3].update(amount_eur="0.010001"),
        ),
        ("the total", "totalDiffers", None, lambda file: file.update(total_eur="0.010000")),
        ("an amount, hash and total to fit", "rootDiffers", None, lambda file: file.update(fitting(forged))),
        ("two leaves, hashes to fit", "rootDiffers", None, lambda file: file.update(fitting(exchanged))),
        (
            "a leaf removed, all to fit",
            "rootDiffers",
            None,
            lambda file: file.update(fitting(tree.leaves[1:])),
        ),
        ("another distribution", "rootDiffers", None, lambda file: file.update(fitting(other.leaves))),
    ]
    for name, reason, place, change in changes:
        file = copy.deepcopy(file_of(tree))
        change(file)
        yield {"name": name, "reason": reason, "place": place, "kept": kept_of(tree), "file": file}


def fitting(leaves: list[Leaf] | tuple[Leaf, ...]) -> Document:
    """Leaves with their own hashes and sum."""
    found = file_of(PayoutTree(leaves))
    return {key: found[key] for key in ("leaves", "total_eur")}

"""Payouts against the vault, which keeps a distribution's seal of root and sum, its depth and its time."""

from collections import defaultdict
from collections.abc import Iterable

from oracle.attest.payout_tree import (
    SEAL_BYTES,
    Channel,
    Leaf,
    Node,
    PayoutTree,
    check_leaf,
    hash_leaf,
    root_of,
    seal,
)
from oracle.chain.check import Check, Mismatch, euro, hexed, integer
from oracle.chain.fates import FIRST_SINGLE, Fate, Kind, fates_of
from oracle.chain.json_fields import UINT64_MAX
from oracle.chain.receipt import PayoutReceipt, PublishedTree

UINT40_MAX = 2**40 - 1
UNTOLD = (
    "paid, or replaced by a single payout or a sweep: this node does not tell by which transaction, and the "
    "vault's bit alone does not tell payment from replacement"
)


def check_payout(check: Check, receipt: PayoutReceipt) -> None:
    """Checks 5 to 7 of a payout."""
    levels = len(receipt.proof)
    check.require(receipt.index < 1 << levels, f"a path of {levels} levels has no leaf {receipt.index}")
    sums = receipt.leaf.amount_micro_eur + sum(node.sum for node in receipt.proof)
    check.require(sums <= UINT64_MAX, "the sums of the path exceed what the vault can count")
    top = root_of(receipt.index, receipt.leaf, receipt.proof)
    valid_at = check_root(check, receipt.distribution, top, levels, "the leaf's path ends")
    check.status = _status(check, receipt, valid_at)


def check_tree(check: Check, tree: PublishedTree) -> None:
    """Checks 5 to 8 of a payout tree."""
    for index, (leaf, told) in enumerate(zip(tree.leaves, tree.hashes, strict=True)):
        _check_leaf(check, index, leaf, told)
    count, total = len(tree.leaves), sum(leaf.amount_micro_eur for leaf in tree.leaves)
    check.require(
        total == tree.total_micro_eur,
        f"the {count} leaves add up to {euro(total)}, the file says {euro(tree.total_micro_eur)}",
    )
    built = PayoutTree(tree.leaves)
    top = Node(built.root, total)
    valid_at = check_root(check, tree.distribution, top, built.depth, f"the {count} leaves end")
    check.status = f"{count} leaves together: {euro(total)}"
    check.counted = tuple(_counted(check, tree, valid_at))


def _check_leaf(check: Check, index: int, leaf: Leaf, told: bytes) -> None:
    """Check 5: the vault can pay the leaf, and it is the one that the file's hash at this place is of."""
    try:
        check_leaf(leaf)
    except ValueError as error:
        raise Mismatch(f"leaf {index} can never be paid: {error}") from error
    found = hash_leaf(index, leaf)
    check.require(
        found == told,
        f"leaf {index} was changed or stands in another's place: its hash is {hexed(found)}, "
        f"the file says {hexed(told)}",
    )


def check_root(check: Check, number: int, top: Node, depth: int, words: str) -> int:
    """Seal and depth are those that the vault keeps; returns the time from which it can be paid."""
    single = number >= FIRST_SINGLE
    called = f"single payout {number}" if single else f"distribution {number}"
    sealed, levels, first = check.view(check.trust.vault, "distributionOf(uint32)", number, words=3)
    stored, valid_at = sealed[:SEAL_BYTES], integer(first)
    check.require(
        valid_at <= UINT40_MAX,
        f"the trusted vault {check.trust.vault} answers no time for {called}: it is another kind of contract",
    )
    check.require(valid_at > 0, f"the vault has no {called}")
    by = "its former owner refused the redirection" if single else "the guardian cancelled it"
    check.require(any(stored), f"{called} was cancelled before it could be paid: {by}")
    check.require(
        seal(top) == stored and depth == integer(levels),
        f"{words} in root {hexed(top.hash)} with sum {euro(top.sum)} and depth {depth}: the vault holds "
        f"another root, sum or depth for {called}",
        f"{words} in the root that the vault holds for {called}: {hexed(top.hash)}",
    )
    check.compared.append(f"all leaves together are exactly the funded {euro(top.sum)}")
    return valid_at


def _status(check: Check, receipt: PayoutReceipt, valid_at: int) -> str:
    ((paid, reserved),) = _bits(check, receipt.distribution, [receipt.index])
    if paid:
        fate = fates_of(check, receipt.distribution, receipt.index).get(receipt.index)
        return str(fate) if fate else UNTOLD
    if reserved:
        return "reserved for a bank payment"
    return _open(check, valid_at)


def _open(check: Check, valid_at: int) -> str:
    assert check.head is not None
    if valid_at > check.head.timestamp:
        return f"open, not yet payable: from timestamp {valid_at}"
    return "open: not paid yet"


def _bits(check: Check, distribution: int, indexes: Iterable[int]) -> list[tuple[bool, bool]]:
    """Whether each leaf counts as paid, and whether it is reserved."""
    each = [(distribution, index) for index in indexes]
    answers = check.views(check.trust.vault, "statusOf(uint32,uint32)", each, words=2)
    return [(any(paid), any(reserved)) for paid, reserved in answers]


def _counted(check: Check, tree: PublishedTree, valid_at: int) -> Iterable[str]:
    """Check 8: how many leaves, and how much, per channel and per state."""
    sums: defaultdict[str, list[int]] = defaultdict(list)
    bits = _bits(check, tree.distribution, range(len(tree.leaves)))
    fates = fates_of(check, tree.distribution) if any(paid for paid, _ in bits) else {}
    for index, (leaf, (paid, reserved)) in enumerate(zip(tree.leaves, bits, strict=True)):
        sums[leaf.channel.name].append(leaf.amount_micro_eur)
        if paid:
            sums[_kind(fates.get(index))].append(leaf.amount_micro_eur)
        else:
            state = "reserved for a bank payment" if reserved else _open(check, valid_at)
            sums[state].append(leaf.amount_micro_eur)
    channels = [channel.name for channel in Channel if channel.name in sums]
    states = [*Kind, UNTOLD, "reserved for a bank payment", _open(check, valid_at)]
    for name in [*channels, *(state for state in states if state in sums)]:
        leaves = "leaf" if len(sums[name]) == 1 else "leaves"
        yield f"{len(sums[name])} {leaves}, {euro(sum(sums[name]))}: {name}"


def _kind(fate: Fate | None) -> str:
    return fate.kind if fate else UNTOLD

"""Payouts as a perfect Merkle tree whose nodes also commit to sums, as the vault's SumTree.sol.

A path proves its leaf and, at its top, the sum of all leaves; so a root cannot promise more than its pool.
Leaves and nodes have their own tag and length: neither can be taken for the other. Padding has hash zero,
which no leaf can have.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from oracle.attest.keccak import HASH_BYTES, keccak256

ADDRESS_BYTES = 20
SUM_BYTES = 8
LEAF_BYTES = 61
SEAL_BYTES = 26
SUM_MAX_MICRO_EUR = 2**64 - 1
CENT_MICRO_EUR = 10_000
BATCH_LEAVES_MAX = 256  # one bitmap word of the vault
DEPTH_MAX = 32  # an index has 32 bits
ZERO_ADDRESS = bytes(ADDRESS_BYTES)
ZERO_HASH = bytes(HASH_BYTES)

_LEAF_TAG = b"\x00"
_NODE_TAG = b"\x01"


class Channel(IntEnum):
    """How a leaf is paid."""

    WALLET = 0
    BANK = 1
    SOCIAL = 2


class Leaf(NamedTuple):
    """One payout; its index is its position in the tree.

    `payee` is 32 bytes: a wallet's address, left-padded; a bank leaf's salted hash; zero for social.
    `owner` is 20 bytes: a bank leaf's member's address or zero, zero otherwise.
    """

    channel: Channel
    payee: bytes
    owner: bytes
    amount_micro_eur: int


class Node(NamedTuple):
    """Hash of a subtree and the sum of its leaves in micro-euro."""

    hash: bytes
    sum: int


PADDING = Node(ZERO_HASH, 0)


def wallet_payee(address: bytes) -> bytes:
    """Payee of a wallet leaf: the 20-byte address, left-padded to 32 bytes."""
    _require_length("address", address, ADDRESS_BYTES)
    return address.rjust(HASH_BYTES, b"\0")


def bank_payee(salt: bytes, iban: str) -> bytes:
    """Payee of a bank leaf: hash of a 32-byte salt and the IBAN, which may be empty."""
    _require_length("salt", salt, HASH_BYTES)
    return keccak256(salt + iban.encode())


def check_leaf(leaf: Leaf) -> None:
    """Raise ValueError unless the leaf is what the vault can pay through its channel, in whole cents."""
    _require_length("payee", leaf.payee, HASH_BYTES)
    _require_length("owner", leaf.owner, ADDRESS_BYTES)
    if not 0 <= leaf.amount_micro_eur <= SUM_MAX_MICRO_EUR:
        raise ValueError(f"a leaf's amount has 64 bits, got {leaf.amount_micro_eur}")
    if leaf.amount_micro_eur % CENT_MICRO_EUR:
        raise ValueError(f"a leaf is whole cents, got {leaf.amount_micro_eur} micro-euro")
    if leaf.channel is not Channel.BANK and leaf.owner != ZERO_ADDRESS:
        raise ValueError(f"only a bank leaf names an owner, got a {leaf.channel.name} leaf")
    if leaf.channel is Channel.WALLET and leaf.payee != wallet_payee(leaf.payee[-ADDRESS_BYTES:]):
        raise ValueError(f"a wallet's payee is a left-padded address, got 0x{leaf.payee.hex()}")
    if leaf.channel is Channel.SOCIAL and leaf.payee != ZERO_HASH:
        raise ValueError("a social leaf has no payee")


def hash_leaf(index: int, leaf: Leaf) -> bytes:
    """Hash of a leaf at its position, over 66 bytes."""
    return keccak256(_LEAF_TAG + index.to_bytes(4, "big") + encode_leaf(leaf))


def encode_leaf(leaf: Leaf) -> bytes:
    """A leaf as the vault reads it, 61 bytes: uint8 channel, bytes32 payee, address owner, uint64 amount."""
    amount = leaf.amount_micro_eur.to_bytes(SUM_BYTES, "big")
    return bytes([leaf.channel]) + leaf.payee + leaf.owner + amount


def encode_leaves(leaves: Iterable[Leaf]) -> bytes:
    """Leaves side by side, as the vault's functions take them."""
    return b"".join(encode_leaf(leaf) for leaf in leaves)


def parent(left: Node, right: Node) -> Node:
    """Node over two children, over 81 bytes. Raises OverflowError when the sum leaves 64 bits."""
    total = left.sum + right.sum
    if total > SUM_MAX_MICRO_EUR:
        raise OverflowError(f"the sum of a node has 64 bits, got {total}")
    return Node(keccak256(_NODE_TAG + _encode_node(left) + _encode_node(right)), total)


def root_of(index: int, leaf: Leaf, proof: Sequence[Node]) -> Node:
    """Node reached from a leaf through its siblings, bottom-up.

    The caller compares hash and sum with the chain's. Raises ValueError when the index lies outside the
    tree that the proof spans, OverflowError when a sum leaves 64 bits.
    """
    if not 0 <= index < 1 << len(proof):
        raise ValueError(f"index {index} lies outside a tree of depth {len(proof)}")
    return climb(Node(hash_leaf(index, leaf), leaf.amount_micro_eur), index, proof)


def climb(node: Node, position: int, proof: Sequence[Node]) -> Node:
    """Node reached from the node at a position of its level through the siblings, bottom-up."""
    for sibling in proof:
        node = parent(sibling, node) if position & 1 else parent(node, sibling)
        position >>= 1
    return node


def encode_proof(nodes: Sequence[Node]) -> bytes:
    """Siblings as the vault reads them: 40 bytes each, hash and sum."""
    return b"".join(_encode_node(node) for node in nodes)


def decode_proof(proof: bytes) -> list[Node]:
    """Inverse of encode_proof. Raises ValueError unless the length is a multiple of 40 bytes."""
    width = HASH_BYTES + SUM_BYTES
    if len(proof) % width:
        raise ValueError(f"a proof has {width} bytes a level, got {len(proof)} bytes")
    siblings = (proof[start : start + width] for start in range(0, len(proof), width))
    return [Node(sibling[:HASH_BYTES], int.from_bytes(sibling[HASH_BYTES:], "big")) for sibling in siblings]


def seal(top: Node) -> bytes:
    """What the vault keeps of a distribution's root and promised sum: 26 bytes of their hash."""
    return keccak256(top.hash + top.sum.to_bytes(HASH_BYTES, "big"))[:SEAL_BYTES]


def batches(leaf_count: int, size: int = BATCH_LEAVES_MAX) -> Iterator[tuple[int, int]]:
    """Aligned batches (start, height) that cover the leaves, each of min(size, tree) = 2^height positions.

    Raises ValueError unless the size is a power of two of at most 256.
    """
    if not 1 <= size <= BATCH_LEAVES_MAX or size & (size - 1):
        raise ValueError(f"a batch is a power of two of at most {BATCH_LEAVES_MAX} leaves, got {size}")
    height = min(depth_of(leaf_count), size.bit_length() - 1)
    for start in range(0, leaf_count, 1 << height):
        yield start, height


def depth_of(leaf_count: int) -> int:
    """Depth of the smallest perfect tree that holds the leaves."""
    return max(leaf_count - 1, 0).bit_length()


class PayoutTree:
    """Tree over the leaves of one distribution. No leaf at all gives hash zero, sum zero, depth 0.

    Raises ValueError on a leaf that the vault could not pay, OverflowError when the total leaves 64 bits.
    """

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        for leaf in leaves:
            check_leaf(leaf)
        self.leaves = tuple(leaves)
        self.depth = depth_of(len(leaves))
        if self.depth > DEPTH_MAX:
            raise ValueError(f"an index has 32 bits, got {len(leaves)} leaves")
        nodes = [Node(hash_leaf(index, leaf), leaf.amount_micro_eur) for index, leaf in enumerate(leaves)]
        nodes += [PADDING] * ((1 << self.depth) - len(nodes))
        self._levels = [nodes]
        while len(nodes) > 1:
            nodes = [parent(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=True)]
            self._levels.append(nodes)

    @property
    def root(self) -> bytes:
        """Root hash, 32 bytes."""
        return self._levels[-1][0].hash

    @property
    def total_micro_eur(self) -> int:
        """Sum of all leaves."""
        return self._levels[-1][0].sum

    def proof(self, start: int, height: int = 0) -> list[Node]:
        """Siblings, bottom-up, of the subtree of 2^height leaves that begins at `start`.

        Raises ValueError unless the start is aligned and lies in the tree.
        """
        position = start >> height
        if start != position << height or not 0 <= height <= self.depth or not 0 <= start < 1 << self.depth:
            raise ValueError(f"no subtree of height {height} starts at {start}, depth is {self.depth}")
        return [self._levels[level][(start >> level) ^ 1] for level in range(height, self.depth)]

    def batch(self, start: int, height: int) -> tuple[Leaf, ...]:
        """Leaves of the subtree of 2^height positions that begins at `start`, without padding."""
        return self.leaves[start : start + (1 << height)]


def _encode_node(node: Node) -> bytes:
    return node.hash + node.sum.to_bytes(SUM_BYTES, "big")


def _require_length(name: str, field: bytes, length: int) -> None:
    if len(field) != length:
        raise ValueError(f"{name} has {length} bytes, got {len(field)}")

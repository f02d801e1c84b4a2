"""A plain Merkle tree over 32-byte leaves: it proves membership and position, nothing about sums.

Whoever makes the leaves gives them a tag and a length of their own, so that none can be taken for a node.
"""

from collections.abc import Sequence

from oracle.attest.keccak import HASH_BYTES, keccak256

ZERO_HASH = bytes(HASH_BYTES)

_NODE_TAG = b"\x03"


def parent(left: bytes, right: bytes) -> bytes:
    """Node over two children, over 65 bytes."""
    return keccak256(_NODE_TAG + left + right)


def root_of(position: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """Root reached from a leaf through its siblings, bottom-up.

    The caller compares it with the report's. Raises ValueError when the position lies outside the tree that
    the proof spans.
    """
    if not 0 <= position < 1 << len(proof):
        raise ValueError(f"position {position} lies outside a tree of depth {len(proof)}")
    node = leaf
    for sibling in proof:
        node = parent(sibling, node) if position & 1 else parent(node, sibling)
        position >>= 1
    return node


class HashTree:
    """Tree over leaves, padded with zeros to a power of two. No leaf at all gives root zero, depth 0."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self.depth = max(len(leaves) - 1, 0).bit_length()
        nodes = [*leaves, *[ZERO_HASH] * ((1 << self.depth) - len(leaves))]
        self._levels = [nodes]
        while len(nodes) > 1:
            nodes = [parent(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=True)]
            self._levels.append(nodes)

    @property
    def root(self) -> bytes:
        """Root hash, 32 bytes; zero without leaves."""
        return self._levels[-1][0]

    def proof(self, position: int) -> list[bytes]:
        """Siblings of a leaf, bottom-up. Raises ValueError outside the tree."""
        if not 0 <= position < 1 << self.depth:
            raise ValueError(f"position {position} lies outside a tree of depth {self.depth}")
        return [self._levels[level][(position >> level) ^ 1] for level in range(self.depth)]

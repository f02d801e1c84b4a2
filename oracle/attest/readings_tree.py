"""Salted commitments of a day's readings, one per POD, as a plain Merkle tree.

Nobody reads a consumption from the root, and once the key of a POD's month is deleted, its commitments cannot
be linked to anything. The tree proves membership, not sums: these are checked by those who hold all readings.
"""

import hashlib
import hmac
import struct
from collections.abc import Sequence

from oracle.attest.keccak import HASH_BYTES, keccak256

POD_BYTES = 16
HOUR_COUNTS = (23, 24, 25)
ZERO_HASH = bytes(HASH_BYTES)

_COMMITMENT_TAG = b"\x02"
_NODE_TAG = b"\x03"
_SALT_LABEL = b"condivisa/salt"


def salt(key: bytes, day: int) -> bytes:
    """Salt of a POD's day, 32 bytes, from the POD's key of the month (HMAC-SHA256)."""
    return hmac.digest(key, _SALT_LABEL + day.to_bytes(4, "big"), hashlib.sha256)


def commitment(
    salt: bytes, pod: str, day: int, injected_wh: Sequence[int], withdrawn_wh: Sequence[int]
) -> bytes:
    """Hash of one POD's hours of one day, in Wh.

    Raises ValueError unless the salt has 32 bytes, the POD at most 16 ASCII characters, both directions the
    same 23, 24 or 25 hours, and every hour 32 bits.
    """
    hour_count = len(injected_wh)
    if len(salt) != HASH_BYTES:
        raise ValueError(f"a salt has {HASH_BYTES} bytes, got {len(salt)}")
    if not pod.isascii() or not 1 <= len(pod) <= POD_BYTES:
        raise ValueError(f"a POD has 1 to {POD_BYTES} ASCII characters, got {pod!r}")
    if hour_count not in HOUR_COUNTS or len(withdrawn_wh) != hour_count:
        raise ValueError(
            f"a day has 23, 24 or 25 hours, got {hour_count} injected, {len(withdrawn_wh)} withdrawn"
        )
    try:
        hours = struct.pack(f">{2 * hour_count}I", *injected_wh, *withdrawn_wh)
    except struct.error as error:
        raise ValueError(f"an hour of a POD has 32 bits of Wh: {error}") from error
    header = _COMMITMENT_TAG + salt + day.to_bytes(4, "big") + pod.encode().ljust(POD_BYTES, b"\0")
    return keccak256(header + bytes([hour_count]) + hours)


def parent(left: bytes, right: bytes) -> bytes:
    """Node over two children, over 65 bytes."""
    return keccak256(_NODE_TAG + left + right)


def root_of(position: int, commitment: bytes, proof: Sequence[bytes]) -> bytes:
    """Root reached from a commitment through its siblings, bottom-up.

    The caller compares it with the report's. Raises ValueError when the position lies outside the tree that
    the proof spans.
    """
    if not 0 <= position < 1 << len(proof):
        raise ValueError(f"position {position} lies outside a tree of depth {len(proof)}")
    node = commitment
    for sibling in proof:
        node = parent(sibling, node) if position & 1 else parent(node, sibling)
        position >>= 1
    return node


class ReadingsTree:
    """Tree over a day's commitments, which the caller has sorted by POD code.

    Padded with zeros to a power of two. No commitment at all gives root zero, depth 0.
    """

    def __init__(self, commitments: Sequence[bytes]) -> None:
        self.depth = max(len(commitments) - 1, 0).bit_length()
        nodes = [*commitments, *[ZERO_HASH] * ((1 << self.depth) - len(commitments))]
        self._levels = [nodes]
        while len(nodes) > 1:
            nodes = [parent(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=True)]
            self._levels.append(nodes)

    @property
    def root(self) -> bytes:
        """Root hash, 32 bytes; zero without commitments."""
        return self._levels[-1][0]

    def proof(self, position: int) -> list[bytes]:
        """Siblings of a commitment, bottom-up. Raises ValueError outside the tree."""
        if not 0 <= position < 1 << self.depth:
            raise ValueError(f"position {position} lies outside a tree of depth {self.depth}")
        return [self._levels[level][(position >> level) ^ 1] for level in range(self.depth)]

"""What the chain keeps of a distribution and of a day, encoded as its contracts do.

Sources: SumTree.sol, HashTree.sol, Messages.sol and the interfaces of the contracts.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from oracle.audit.keccak import keccak256

HASH_BYTES = 32
CHANNELS = {"WALLET": 0, "BANK": 1, "SOCIAL": 2}
SUM_MAX = 2**64 - 1
_LEAF, _SUM_NODE, _NODE, _ENTRY, _ROSTER = (bytes([tag]) for tag in (0, 1, 3, 4, 5))
_REPORT_TYPE = (
    b"DayReport(uint32 day,bytes32 predecessor,bytes32 root,bytes32 roster,uint32 pods,"
    b"bytes32 blinding,bytes hours)"
)
Node = TypeVar("Node")


class Leaf(NamedTuple):
    """A payout: payee of 32 bytes, owner of 20, amount in micro-euro."""

    channel: str
    payee: bytes
    owner: bytes
    amount_micro_eur: int


def hash_leaf(index: int, leaf: Leaf) -> bytes:
    """A leaf at its position."""
    fields = (
        bytes([CHANNELS[leaf.channel]]) + leaf.payee + leaf.owner + leaf.amount_micro_eur.to_bytes(8, "big")
    )
    return keccak256(_LEAF + index.to_bytes(4, "big") + fields)


def payout_root(hashes: Sequence[bytes], amounts: Sequence[int]) -> tuple[bytes, int, int]:
    """Root, sum and depth of the tree whose nodes commit to both children's hashes and sums."""
    nodes = list(zip(hashes, amounts, strict=True))
    root, depth = _climb(nodes, (bytes(HASH_BYTES), 0), _sum_node)
    return *root, depth


def _sum_node(left: tuple[bytes, int], right: tuple[bytes, int]) -> tuple[bytes, int]:
    encoded = b"".join(node + total.to_bytes(8, "big") for node, total in (left, right))
    return keccak256(_SUM_NODE + encoded), left[1] + right[1]


def seal(root: bytes, funded: int) -> bytes:
    """What the vault keeps of root and promised sum."""
    return keccak256(root + funded.to_bytes(HASH_BYTES, "big"))[:26]


def list_root(entries: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Root over pseudonyms and commitments."""
    return _hash_root([keccak256(_ENTRY + name + commitment) for name, commitment in entries])


def roster_root(names: Sequence[bytes]) -> bytes:
    """Root over the pseudonyms alone."""
    return _hash_root([keccak256(_ROSTER + name) for name in names])


def _hash_root(leaves: Sequence[bytes]) -> bytes:
    return _climb(list(leaves), bytes(HASH_BYTES), lambda left, right: keccak256(_NODE + left + right))[0]


def _climb(nodes: list[Node], padding: Node, join: Callable[[Node, Node], Node]) -> tuple[Node, int]:
    """The top over the nodes, padded to a power of two, and how many levels lie below it."""
    depth = max(len(nodes) - 1, 0).bit_length()
    for _ in range(depth):
        if len(nodes) % 2:
            nodes.append(padding)
        nodes = [join(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=True)]
        padding = join(padding, padding)
    return nodes[0] if nodes else padding, depth


def configuration_id(community: bytes, area_code: str) -> bytes:
    """Name of a configuration on the ledger."""
    return keccak256(community + area_code.encode().ljust(HASH_BYTES, b"\0"))


class Report(NamedTuple):
    """A day's report; `day` counts from 1970-01-01, `hours` are totals or 32 bytes that hide them."""

    day: int
    predecessor: bytes
    root: bytes
    roster: bytes
    pods: int
    blinding: bytes
    hours: bytes

    @property
    def id(self) -> bytes:
        """The EIP-712 struct hash, which the ledger stores for the day."""
        return keccak256(
            keccak256(_REPORT_TYPE)
            + self.day.to_bytes(HASH_BYTES, "big")
            + self.predecessor
            + self.root
            + self.roster
            + self.pods.to_bytes(HASH_BYTES, "big")
            + self.blinding
            + keccak256(self.hours)
        )


def encode_hours(pairs: Sequence[tuple[int, int]]) -> bytes:
    """Injected and withdrawn Wh of each hour, 40 bits each."""
    return b"".join(total.to_bytes(5, "big") for pair in pairs for total in pair)

"""What became of leaves that count as paid: the vault's bit does not tell payment from replacement, logs do.

Many nodes keep no old logs. That takes nothing from a verdict, and then nothing is claimed here.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from oracle.attest.keccak import keccak256
from oracle.attest.payout_tree import BATCH_LEAVES_MAX
from oracle.chain.check import WORD, Check, hexed, integer
from oracle.errors import NodeUnreachable

FIRST_SINGLE = 1 << 31
Fates = Mapping[int, "Fate"]


class Kind(StrEnum):
    """Why a leaf counts as paid."""

    PAID = "paid"
    MOVED = "moved to a single payout"
    REDIRECTED = "redirected to a single payout"
    SWEPT = "swept to the social fund"


class Fate(NamedTuple):
    """Why a leaf counts as paid, by which transaction, and the single payout in its place if any."""

    kind: Kind
    transaction: str
    block: int
    single: int | None = None

    def __str__(self) -> str:
        words = {
            Kind.MOVED: f"not paid here: moved to single payout {self.single}, as its owner signed,",
            Kind.REDIRECTED: f"not paid here: redirected to single payout {self.single} by a resolution,",
            Kind.SWEPT: "not paid: swept to the social fund",
        }
        return f"{words.get(self.kind, 'paid')} by transaction {self.transaction} in block {self.block}"


def _topic(signature: str) -> str:
    return hexed(keccak256(signature.encode()))


# Of one leaf: topics are distribution and index. Of a batch: data begins with its first index and a bitmap.
LEAF_EVENTS = {
    _topic("LeafClaimed(uint32,uint32,uint64)"): Kind.PAID,
    _topic("BankConfirmed(uint32,uint32,bytes32,uint64)"): Kind.PAID,
    _topic("LeafMoved(uint32,uint32,uint32)"): Kind.MOVED,
    _topic("LeafRedirected(uint32,uint32,uint32,bytes32)"): Kind.REDIRECTED,
}
BATCH_EVENTS = {
    _topic("BatchPaid(uint32,uint32,uint256,uint256,uint64,uint64)"): Kind.PAID,
    _topic("LeavesSwept(uint32,uint32,uint256,uint64)"): Kind.SWEPT,
}


def fates_of(check: Check, distribution: int, index: int | None = None) -> Fates:
    """What the logs tell of a distribution's leaves, or of one, by index."""
    of_one = [] if index is None else [_word(index)]
    found: dict[int, Fate] = {}
    try:
        for log in _logs(check, [list(LEAF_EVENTS), _word(distribution), *of_one]):
            found.update(_of_leaf(log))
        for log in _logs(check, [list(BATCH_EVENTS), _word(distribution)]):
            found.update(_of_batch(log))
    except (NodeUnreachable, AttributeError, LookupError, TypeError, ValueError):
        return {}
    return found


def _of_leaf(log: Any) -> Iterator[tuple[int, Fate]]:
    topics = log["topics"]
    kind = LEAF_EVENTS[topics[0]]
    single = int(topics[3], 16) if kind in (Kind.MOVED, Kind.REDIRECTED) else None
    yield int(topics[2], 16), _fate(kind, log, single)


def _of_batch(log: Any) -> Iterator[tuple[int, Fate]]:
    octets = bytes.fromhex(log["data"][2:])
    start, leaves = integer(octets[:WORD]), integer(octets[WORD : 2 * WORD])
    fate = _fate(BATCH_EVENTS[log["topics"][0]], log)
    return ((start + bit, fate) for bit in range(BATCH_LEAVES_MAX) if leaves >> bit & 1)


def _fate(kind: Kind, log: Any, single: int | None = None) -> Fate:
    return Fate(kind, str(log["transactionHash"]), int(log["blockNumber"], 16), single)


def _logs(check: Check, topics: list[Any]) -> list[Any]:
    assert check.head is not None
    query = {
        "address": check.trust.vault,
        "fromBlock": "0x0",
        "toBlock": hex(check.head.number),
        "topics": topics,
    }
    found = check.rpc.call("eth_getLogs", query)
    return list(found)


def _word(value: int) -> str:
    return hexed(value.to_bytes(WORD, "big"))

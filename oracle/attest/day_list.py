"""The published list of a configuration's day: one pseudonym and one commitment per POD.

The list shows neither POD nor reading. Anyone can add it up and compare the sum with the totals of the day's
report; the holder of an entry's opening can find it in the list.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from oracle.attest.hash_tree import HashTree
from oracle.attest.keccak import HASH_BYTES, keccak256
from oracle.attest.pedersen import POINT_BYTES, add_up, total_point

ENTRY_BYTES = HASH_BYTES + POINT_BYTES

_ENTRY_TAG = b"\x04"
_ROSTER_TAG = b"\x05"


class Entry(NamedTuple):
    """A POD in a list: its pseudonym of the month (32 bytes) and its commitment (33 bytes)."""

    id: bytes
    commitment: bytes


def entry_leaf(entry: Entry) -> bytes:
    """Leaf of an entry in the list's tree, over 66 bytes."""
    return keccak256(_ENTRY_TAG + entry.id + entry.commitment)


def roster_leaf(pseudonym: bytes) -> bytes:
    """Leaf of an id in the roster's tree, over 33 bytes."""
    return keccak256(_ROSTER_TAG + pseudonym)


def is_ascending(entries: Sequence[Entry]) -> bool:
    """Whether ids rise strictly: then nobody stands in the list twice, and a set has one list."""
    return all(one.id < other.id for one, other in pairwise(entries))


def encode_entries(entries: Sequence[Entry]) -> bytes:
    """Entries side by side, 65 bytes each."""
    return b"".join(entry.id + entry.commitment for entry in entries)


def decode_entries(octets: bytes) -> tuple[Entry, ...]:
    """Inverse of encode_entries."""
    starts = range(0, len(octets), ENTRY_BYTES)
    return tuple(
        Entry(octets[start : start + HASH_BYTES], octets[start + HASH_BYTES : start + ENTRY_BYTES])
        for start in starts
    )


class DayList:
    """A list in the order of its ids. Without entries both roots are zero."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = tuple(entries)
        self.tree = HashTree([entry_leaf(entry) for entry in entries])
        self.roster_tree = HashTree([roster_leaf(entry.id) for entry in entries])

    @property
    def root(self) -> bytes:
        """Root over the entries, 32 bytes."""
        return self.tree.root

    @property
    def roster(self) -> bytes:
        """Root over the ids alone, 32 bytes: who is in the list, whatever was read."""
        return self.roster_tree.root

    def adds_up_to(
        self, blinding_sum: bytes, injected_wh: Sequence[int], withdrawn_wh: Sequence[int]
    ) -> bool:
        """Whether the commitments add up to these hour totals under this sum of blindings.

        Raises ValueError when a commitment is no point, the blinding sum no number below the order, or a sum
        is the point at infinity: no honest list comes there, and a made-up one must not pass by it.
        """
        found = add_up([entry.commitment for entry in self.entries])
        return found == total_point(blinding_sum, injected_wh, withdrawn_wh)

"""Digests that a community records on the ledger under a topic: heads of an audit log, documents, ballots.

The ledger keeps them as events alone; digest and topic have 32 bytes.
"""

import re
from typing import NamedTuple

from oracle.attest.keccak import HASH_BYTES
from oracle.attest.payout_tree import ZERO_HASH
from oracle.records import ContractKind
from oracle.usecases.governance import Governing, Order, Seats
from oracle.usecases.resolutions import Action, require_address

_HASH = re.compile(r"0x[0-9a-fA-F]{64}", re.ASCII)


class Anchor(NamedTuple):
    """A digest on the ledger: under which topic, by whom (20 bytes), in which block."""

    topic: bytes
    account: bytes
    digest: bytes
    block_number: int


def topic_of(text: str) -> bytes:
    """A topic as it is typed: 0x and 64 hexadecimal digits, or a word of 1 to 32 printable ASCII characters.

    Raises ValueError. A word stands on the ledger as it is, so that whoever looks can read it.
    """
    if _HASH.fullmatch(text):
        return bytes.fromhex(text[2:])
    if not 1 <= len(text) <= HASH_BYTES or not all("!" <= letter <= "~" for letter in text):
        raise ValueError(
            f'"{text}" is no topic: 1 to {HASH_BYTES} ASCII characters without spaces, or 0x and 64 '
            "hexadecimal digits"
        )
    return text.encode().ljust(HASH_BYTES, b"\0")


def anchor(topic: bytes, digest: bytes) -> Action:
    """Record a digest. Raises ValueError when it is zero, which is nothing's."""
    if digest == ZERO_HASH:
        raise ValueError("the digest is zero: it is no file's")
    return Action(ContractKind.LEDGER, "anchor", (topic, digest))


def set_anchoring(account: bytes, allowed: bool) -> Action:
    """Let an account anchor, or no longer."""
    return Action(ContractKind.LEDGER, "setAnchoring", (require_address(account), allowed))


def by_anchoring(governing: Governing, seats: Seats, action: Action) -> Order:
    """What the administrator, or an account that it named, has to send."""
    office = f"the administrator 0x{seats.administrator.hex()} or an account that it lets anchor"
    return Order(governing.call(seats, action), office, governing.may_anchor(seats, governing.sender))

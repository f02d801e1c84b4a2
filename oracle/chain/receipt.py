"""What members and auditors hold: receipts, published lists and payout trees, parsed strictly.

A file that is no receipt is *unreadable*; a receipt whose values were changed is readable and does not match.
Unknown keys are ignored, `statement` is information and is never compared.
"""

import re
from dataclasses import dataclass

from oracle.attest.day_list import Entry
from oracle.attest.messages import DayReport
from oracle.attest.payout_tree import Channel, Leaf, Node
from oracle.chain.json_fields import BRACKETS_MAX, UINT32_MAX, Fields, document, octets

PAYOUT = "condivisa/payout/2"
TREE = "condivisa/payout-tree/1"
READING = "condivisa/reading/2"
LIST = "condivisa/readings-list/1"
CHAIN_ID_MAX = 2**53 - 1  # what every JSON reader holds exactly
PODS_MAX = 65_536
LIST_TEXT_MAX_CHARACTERS = 256 * PODS_MAX
LEAVES_MAX = 65_536
TREE_TEXT_MAX_CHARACTERS = 384 * LEAVES_MAX
_POD = re.compile(r"[!-~]{1,16}")


@dataclass(frozen=True, slots=True)
class PayoutReceipt:
    """One leaf of a payout tree and its path, as long as the tree is deep. `vault` is lower-case.

    Sums and amounts in micro-euro.
    """

    chain_id: int
    vault: str
    distribution: int
    index: int
    leaf: Leaf
    proof: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class PublishedTree:
    """All leaves of a distribution in the order of their indexes.

    `hashes` and `total_micro_eur` are what the file says of its leaves, so that a changed one can be named.
    """

    chain_id: int
    vault: str
    distribution: int
    total_micro_eur: int
    leaves: tuple[Leaf, ...]
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ReadingReceipt:
    """One POD-day with what opens its entry, the entry's path, and the day's report. Energy is Wh."""

    chain_id: int
    ledger: str
    configuration: bytes
    pod: str
    salt: bytes
    blinding: bytes
    injected_wh: tuple[int, ...]
    withdrawn_wh: tuple[int, ...]
    position: int
    proof: tuple[bytes, ...]
    report: DayReport


@dataclass(frozen=True, slots=True)
class Opening:
    """What shows the hidden hour totals of a report: `hours` as oracle.attest.hours encodes them.

    `blinding` is the sum of the blindings of the list's entries.
    """

    salt: bytes
    hours: bytes
    blinding: bytes


@dataclass(frozen=True, slots=True)
class ReadingsList:
    """A configuration's published list of a day, the day's report and, where its totals are hidden, perhaps
    what opens them."""

    chain_id: int
    ledger: str
    configuration: bytes
    report: DayReport
    entries: tuple[Entry, ...]
    opening: Opening | None = None


def parse_payout(text: str) -> PayoutReceipt:
    """A payout receipt. Raises ReceiptUnreadable."""
    fields = Fields(document(text, PAYOUT))
    return PayoutReceipt(
        chain_id=fields.integer("chain_id", CHAIN_ID_MAX),
        vault="0x" + fields.octets("vault", 20).hex(),
        distribution=fields.integer("distribution", UINT32_MAX),
        index=fields.integer("index", UINT32_MAX),
        leaf=_leaf(fields.inner("leaf")),
        proof=tuple(
            Node(node.octets("hash", 32), node.micro_eur("sum_eur")) for node in fields.inners("proof")
        ),
    )


def parse_tree(text: str) -> PublishedTree:
    """A published payout tree. Raises ReceiptUnreadable."""
    fields = Fields(document(text, TREE, TREE_TEXT_MAX_CHARACTERS, LEAVES_MAX + BRACKETS_MAX))
    rows = fields.inners("leaves", LEAVES_MAX)
    return PublishedTree(
        chain_id=fields.integer("chain_id", CHAIN_ID_MAX),
        vault="0x" + fields.octets("vault", 20).hex(),
        distribution=fields.integer("distribution", UINT32_MAX),
        total_micro_eur=fields.micro_eur("total_eur"),
        leaves=tuple(_leaf(row) for row in rows),
        hashes=tuple(row.octets("hash", 32) for row in rows),
    )


def parse_reading(text: str) -> ReadingReceipt:
    """A reading receipt. Raises ReceiptUnreadable."""
    fields = Fields(document(text, READING))
    injected, withdrawn = fields.energies("injected_wh"), fields.energies("withdrawn_wh")
    if len(injected) != len(withdrawn):
        fields.refuse("withdrawn_wh", "must have as many hours as injected_wh")
    if not _POD.fullmatch(fields.text("pod")):
        fields.refuse("pod", "must be a POD code of at most 16 characters")
    return ReadingReceipt(
        chain_id=fields.integer("chain_id", CHAIN_ID_MAX),
        ledger="0x" + fields.octets("ledger", 20).hex(),
        configuration=fields.octets("configuration", 32),
        pod=fields.text("pod"),
        salt=fields.octets("salt", 32),
        blinding=fields.octets("blinding", 32),
        injected_wh=injected,
        withdrawn_wh=withdrawn,
        position=fields.integer("position", UINT32_MAX),
        proof=tuple(octets("proof", item, 32) for item in fields.items("proof")),
        report=_report(fields),
    )


def parse_list(text: str) -> ReadingsList:
    """A published list. Raises ReceiptUnreadable."""
    fields = Fields(document(text, LIST, LIST_TEXT_MAX_CHARACTERS, PODS_MAX + BRACKETS_MAX))
    return ReadingsList(
        chain_id=fields.integer("chain_id", CHAIN_ID_MAX),
        ledger="0x" + fields.octets("ledger", 20).hex(),
        configuration=fields.octets("configuration", 32),
        report=_report(fields),
        entries=tuple(
            Entry(entry.octets("id", 32), entry.octets("commitment", 33))
            for entry in fields.inners("entries", PODS_MAX)
        ),
        opening=_opening(fields.inner("opening")) if "opening" in fields.values else None,
    )


def _leaf(fields: Fields) -> Leaf:
    name = fields.text("channel")
    if name not in Channel.__members__:
        fields.refuse("channel", "must be WALLET, BANK or SOCIAL")
    amount_micro_eur = fields.micro_eur("amount_eur")
    return Leaf(Channel[name], fields.octets("payee", 32), fields.octets("owner", 20), amount_micro_eur)


def _opening(fields: Fields) -> Opening:
    return Opening(fields.octets("salt", 32), fields.octets("hours", None), fields.octets("blinding", 32))


def _report(fields: Fields) -> DayReport:
    report = fields.inner("report")
    return DayReport(
        day=fields.day("day"),
        predecessor=report.octets("predecessor", 32),
        root=report.octets("root", 32),
        roster=report.octets("roster", 32),
        pods=report.integer("pods", UINT32_MAX),
        blinding=report.octets("blinding", 32),
        hours=report.octets("hours", None),
    )

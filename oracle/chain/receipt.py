"""Receipts as a member holds them, and published lists: JSON files parsed strictly before any comparison.

A file that is no receipt is *unreadable*; a receipt whose values were changed is readable and does not match.
Unknown keys are ignored, `statement` is information and is never compared.
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

from oracle.attest.day_list import Entry
from oracle.attest.messages import DayReport
from oracle.attest.payout_tree import Channel, Leaf, Node
from settlement.domain.calendar import day_number

PAYOUT = "condivisa/payout/1"
READING = "condivisa/reading/2"
LIST = "condivisa/readings-list/1"
UINT64_MAX = 2**64 - 1
UINT32_MAX = 2**32 - 1
CHAIN_ID_MAX = 2**53 - 1  # what every JSON reader holds exactly
TEXT_MAX_CHARACTERS = 262_144
BRACKETS_MAX = 256
PODS_MAX = 65_536
LIST_TEXT_MAX_CHARACTERS = 256 * PODS_MAX
_EURO = re.compile(r"(0|[1-9][0-9]{0,13})\.([0-9]{6})")
_POD = re.compile(r"[!-~]{1,16}")


class ReceiptUnreadable(Exception):  # noqa: N818 - the names of errors say what happened
    """The file is not a receipt; the sentence names the first thing that is wrong with it."""


@dataclass(frozen=True, slots=True)
class PayoutReceipt:
    """One leaf of a payout tree and its path. `vault` is lower-case; sums and amounts in micro-euro."""

    chain_id: int
    vault: str
    distribution: int
    index: int
    leaf: Leaf
    proof: tuple[Node, ...]


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
class ReadingsList:
    """A configuration's published list of a day, and the day's report."""

    chain_id: int
    ledger: str
    configuration: bytes
    report: DayReport
    entries: tuple[Entry, ...]


def parse_payout(text: str) -> PayoutReceipt:
    """A payout receipt. Raises ReceiptUnreadable."""
    fields = _Fields(_document(text, PAYOUT))
    leaf = fields.inner("leaf")
    name = leaf.text("channel")
    if name not in Channel.__members__:
        leaf.refuse("channel", "must be WALLET, BANK or SOCIAL")
    return PayoutReceipt(
        chain_id=fields.integer("chain_id", CHAIN_ID_MAX),
        vault="0x" + fields.octets("vault", 20).hex(),
        distribution=fields.integer("distribution", UINT32_MAX),
        index=fields.integer("index", UINT32_MAX),
        leaf=Leaf(
            Channel[name], leaf.octets("payee", 32), leaf.octets("owner", 20), leaf.micro_eur("amount_eur")
        ),
        proof=tuple(
            Node(node.octets("hash", 32), node.micro_eur("sum_eur")) for node in fields.inners("proof")
        ),
    )


def parse_reading(text: str) -> ReadingReceipt:
    """A reading receipt. Raises ReceiptUnreadable."""
    fields = _Fields(_document(text, READING))
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
        proof=tuple(_octets("proof", item, 32) for item in fields.items("proof")),
        report=_report(fields),
    )


def parse_list(text: str) -> ReadingsList:
    """A published list. Raises ReceiptUnreadable."""
    fields = _Fields(_document(text, LIST, LIST_TEXT_MAX_CHARACTERS, PODS_MAX + BRACKETS_MAX))
    return ReadingsList(
        chain_id=fields.integer("chain_id", CHAIN_ID_MAX),
        ledger="0x" + fields.octets("ledger", 20).hex(),
        configuration=fields.octets("configuration", 32),
        report=_report(fields),
        entries=tuple(
            Entry(entry.octets("id", 32), entry.octets("commitment", 33))
            for entry in fields.inners("entries", PODS_MAX)
        ),
    )


def _report(fields: "_Fields") -> DayReport:
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


def _document(
    text: str, kind: str, characters_max: int = TEXT_MAX_CHARACTERS, brackets_max: int = BRACKETS_MAX
) -> dict[str, Any]:
    # A parser that follows deep nesting may exhaust the stack, so what no receipt has is not parsed at all.
    if len(text) > characters_max or text.count("[") + text.count("{") > brackets_max:
        raise ReceiptUnreadable("the file is too long for a receipt")
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise ReceiptUnreadable(f"this is not a JSON file ({error})") from error
    found = document.get("kind") if isinstance(document, dict) else None
    if found != kind:
        raise ReceiptUnreadable(f'the file is not a receipt of kind "{kind}" (its kind is {found!r:.60})')
    fields: dict[str, Any] = document
    return fields


def _refuse(key: str, what: str) -> NoReturn:
    raise ReceiptUnreadable(f'"{key}" {what}')


def _octets(key: str, value: object, size: int | None) -> bytes:
    digits = "*" if size is None else f"{{{size}}}"
    if not isinstance(value, str) or not re.fullmatch(f"0x([0-9a-fA-F]{{2}}){digits}", value):
        _refuse(key, f"must be 0x and {'hexadecimal bytes' if size is None else f'{size} hexadecimal bytes'}")
    return bytes.fromhex(value[2:])


@dataclass(frozen=True, slots=True)
class _Fields:
    """Typed access to the keys of one JSON object; every defect names its key."""

    values: dict[str, Any]
    path: str = ""

    def refuse(self, key: str, what: str) -> NoReturn:
        _refuse(self.path + key, what)

    def _get(self, key: str) -> Any:
        if key not in self.values:
            self.refuse(key, "is missing")
        return self.values[key]

    def text(self, key: str) -> str:
        value = self._get(key)
        if not isinstance(value, str):
            self.refuse(key, "must be a text")
        return str(value)

    def integer(self, key: str, highest: int) -> int:
        value = self._get(key)
        if type(value) is not int or not 0 <= value <= highest:
            self.refuse(key, f"must be a whole number from 0 to {highest}")
        return int(value)

    def octets(self, key: str, size: int | None) -> bytes:
        return _octets(self.path + key, self._get(key), size)

    def micro_eur(self, key: str) -> int:
        match = _EURO.fullmatch(self.text(key))
        if match is None:
            self.refuse(key, 'must be euro with six decimals, e.g. "12.340000"')
        amount_micro_eur = int(match[1] + match[2])
        if amount_micro_eur > UINT64_MAX:
            self.refuse(key, "is larger than any amount of the vault")
        return amount_micro_eur

    def day(self, key: str) -> int:
        text = self.text(key)
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.refuse(key, "must be a date, e.g. 2024-07-01")
        if day.isoformat() != text or not date(1970, 1, 1) <= day:
            self.refuse(key, "must be a date since 1970, e.g. 2024-07-01")
        return day_number(day)

    def items(self, key: str, most: int = 32) -> list[Any]:
        value = self._get(key)
        if not isinstance(value, list):
            self.refuse(key, "must be a list")
        if len(value) > most:
            self.refuse(key, f"has more than {most} entries")
        return list(value)

    def energies(self, key: str) -> tuple[int, ...]:
        value = self.items(key)
        if not 23 <= len(value) <= 25:
            self.refuse(key, "must have 23, 24 or 25 hours")
        if not all(type(wh) is int and 0 <= wh <= UINT32_MAX for wh in value):
            self.refuse(key, f"must hold whole Wh from 0 to {UINT32_MAX}")
        return tuple(value)

    def inner(self, key: str) -> "_Fields":
        value = self._get(key)
        if not isinstance(value, dict):
            self.refuse(key, "must be an object")
        return _Fields(value, f"{self.path}{key}.")

    def inners(self, key: str, most: int = 32) -> list["_Fields"]:
        values = self.items(key, most)
        if not all(isinstance(value, dict) for value in values):
            self.refuse(key, "must hold objects")
        return [_Fields(value, f"{self.path}{key}[{number}].") for number, value in enumerate(values)]

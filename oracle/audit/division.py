"""A distribution anew: receipts, the members' accounts, and the leaves of the payout tree."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from oracle.audit.differences import Difference, require_same
from oracle.audit.numbers import CENT_MICRO_EUR, fixed, scaled
from oracle.audit.statement import Statement, divide, split
from oracle.audit.texts import Document, Table, canonical, read_json

DIVISION = "condivisa/division/1"
RECEIPT = "condivisa/receipt/1"
DIVISION_FILE = "division.json"
SOCIAL_FUND = ""
KINDS = ("advance", "balance", "correction")
_RECEIPT_KEYS = (
    "document",
    "community",
    "kind",
    "received_on",
    "gross_eur",
    "fee_withheld_eur",
    "costs_eur",
    "net_eur",
    "bank_reference",
)


class Receipt(NamedTuple):
    """A bank receipt: SHA-256 of its document, and what of it is divided."""

    hash: bytes
    net_micro_eur: int


class Division(NamedTuple):
    """A distribution in micro-euro; `leaves` holds member and amount by position in the tree."""

    amount: int
    parts: Mapping[str, int]
    pool: int
    carry: int
    leaves: Sequence[tuple[str, int]]


def micro_eur(table: Table, key: str) -> int:
    """An amount with six decimals."""
    text = table.text(key)
    units = scaled(text, 6)
    if units is None or fixed(units, 6) != text:
        raise table.fail(key, f"is no amount with six decimals: {text!r:.60}")
    return units


def read_receipt(file: str, content: bytes, community: str) -> Receipt:
    """A receipt whose net is gross less fee and costs. Raises Difference."""
    document = read_json(file, content)
    if canonical(document) != content:
        raise Difference(f"{file}: the document is not in its canonical form, so its hash is another one")
    table = Table(file, document)
    table.only(*_RECEIPT_KEYS)
    require_same(file, "document", table.text("document"), RECEIPT)
    require_same(file, "community", table.text("community"), community)
    table.one_of("kind", KINDS)
    table.text("bank_reference")
    gross, fee, costs = (micro_eur(table, f"{name}_eur") for name in ("gross", "fee_withheld", "costs"))
    require_same(file, "net_eur", table.text("net_eur"), fixed(gross - fee - costs, 6))
    return Receipt(hashlib.sha256(content).digest(), gross - fee - costs)


def divide_again(
    content: bytes, number: int, receipts: Sequence[Receipt], statements: Sequence[Statement]
) -> Division:
    """The division of the receipts by the settlements, compared with the pack's. Raises Difference.

    The accounts that it starts from are the pack's own word: their sum is checked, and the carry is the
    chain's.
    """
    told = read_json(DIVISION_FILE, content)
    table = Table(DIVISION_FILE, told)
    previous = _previous(table)
    start = table.table("previous")
    unallocated, carry = (micro_eur(start, f"{name}_eur") for name in ("unallocated", "carry"))
    owed = fixed(sum(previous.values()) + unallocated, 6)
    require_same(DIVISION_FILE, "previous.carry_eur", fixed(carry, 6), owed)
    if number == 1 and (carry or unallocated or any(previous.values())):
        raise Difference(f"{DIVISION_FILE}: the first distribution starts from an account that is not empty")
    before = _paid_before(table, number)
    amount = sum(receipt.net_micro_eur for receipt in receipts)
    parts = _parts(amount, statements)
    weights = _weights(statements)
    enterprises = sorted({name for row in statements for name in row.enterprises})
    cap = _cap(statements, sum(paid for _, paid in before))
    shares, rest, moved = divide(parts["producers"] + unallocated, weights, enterprises, cap)
    rows = _rows(shares, moved, previous, weights)
    leaves = [(str(row["member"]), paid) for row, paid in rows if paid]
    pool = parts["producers"] + carry
    kept = pool - sum(paid for _, paid in leaves)
    require_same(
        DIVISION_FILE,
        "",
        told,
        {
            "kind": DIVISION,
            "distribution": number,
            "amount_eur": fixed(amount, 6),
            "split_eur": {name: fixed(part, 6) for name, part in parts.items()},
            "previous": {"carry_eur": fixed(carry, 6), "unallocated_eur": fixed(unallocated, 6)},
            "enterprises": {
                "cap_eur": None if cap is None else fixed(cap, 6),
                "paid_before": [
                    {"distribution": earlier, "entitlement_eur": fixed(paid, 6)} for earlier, paid in before
                ],
            },
            "pool_eur": fixed(pool, 6),
            "carry_eur": fixed(kept, 6),
            "unallocated_eur": fixed(rest, 6),
            "moved_to_social_eur": fixed(moved, 6),
            "members": [row for row, _ in rows],
            "leaves": [name for name, _ in leaves],
        },
    )
    return Division(amount, parts, pool, kept, leaves)


def _previous(table: Table) -> dict[str, int]:
    """What the pack says that each account held before, by member."""
    found: dict[str, int] = {}
    for row in table.tables("members"):
        member = row.get("member", str)
        if member in found:
            raise row.fail("member", f"stands twice: {member!r:.60}")
        found[member] = micro_eur(row, "previous_eur")
    return found


def _paid_before(table: Table, number: int) -> list[tuple[int, int]]:
    found = []
    for row in table.table("enterprises").tables("paid_before"):
        earlier = row.get("distribution", int)
        if not 0 < earlier < number:
            raise row.fail("distribution", f"is no earlier one: {earlier}")
        found.append((earlier, micro_eur(row, "entitlement_eur")))
    return found


def _parts(amount: int, statements: Sequence[Statement]) -> dict[str, int]:
    shares = statements[0].community.shares_bps
    for statement in statements[1:]:
        if statement.community.shares_bps != shares:
            raise Difference(f"{DIVISION_FILE}: the settlements divide revenue by different shares")
    return split(amount, shares)


def _weights(statements: Sequence[Statement]) -> Counter[str]:
    weights: Counter[str] = Counter()
    for statement in statements:
        weights.update(statement.weights)
    return weights


def _cap(statements: Sequence[Statement], paid_before: int) -> int | None:
    """What enterprises may still receive once every settlement is final."""
    caps = [row.cap_micro_eur for row in statements if row.cap_micro_eur is not None]
    return max(0, sum(caps) - paid_before) if len(caps) == len(statements) else None


def _rows(
    shares: Mapping[str, int], moved: int, previous: Mapping[str, int], weights: Mapping[str, int]
) -> list[tuple[Document, int]]:
    """The accounts by member, the social fund last, each with its leaf; a leaf is whole cents."""
    names = sorted((shares.keys() | previous.keys()) - {SOCIAL_FUND}, key=str.encode)
    if moved or SOCIAL_FUND in previous:
        names.append(SOCIAL_FUND)
    rows = []
    for name in names:
        before, entitled = previous.get(name, 0), moved if name == SOCIAL_FUND else shares.get(name, 0)
        due = before + entitled
        leaf = max(0, due // CENT_MICRO_EUR * CENT_MICRO_EUR)
        amounts = {"previous": before, "entitlement": entitled, "leaf": leaf, "balance": due - leaf}
        row: Document = {"member": name, "weight": weights.get(name, 0)}
        rows.append((row | {f"{key}_eur": fixed(amount, 6) for key, amount in amounts.items()}, leaf))
    return rows

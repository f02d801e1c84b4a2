"""A distribution anew: receipts, the members' accounts, and the leaves of the payout tree."""

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from oracle.audit.accounts import (
    SOCIAL_FUND,
    Accounts,
    Amounts,
    Statements,
    enterprises_of,
    in_order,
    micro_eur,
    read_accounts,
    read_bound,
    weights_of,
)
from oracle.audit.differences import Difference, require_same
from oracle.audit.numbers import CENT_MICRO_EUR, fixed
from oracle.audit.statement import Statement, divide, split
from oracle.audit.texts import Document, Table, canonical, read_json

DIVISION = "condivisa/division/1"
RECEIPT = "condivisa/receipt/1"
DIVISION_FILE = "division.json"
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
    """A distribution in micro-euro; `leaves` holds member and amount by position in the tree.

    `accounts` are what it starts from.
    """

    amount: int
    parts: Mapping[str, int]
    pool: int
    carry: int
    leaves: Sequence[tuple[str, int]]
    accounts: Accounts


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
    content: bytes,
    number: int,
    receipts: Sequence[Receipt],
    statements: Statements,
    correcting: Statements = MappingProxyType({}),
) -> Division:
    """The division of the receipts by the settlements, compared with the pack's. Raises Difference.

    `correcting` are other settlements, each of which some correction divides by. Without receipts nobody has
    a weight: what is owed is paid, what nobody was entitled to waits.
    """
    told = read_json(DIVISION_FILE, content)
    table = Table(DIVISION_FILE, told)
    accounts = read_accounts(table, number, {**statements, **correcting})
    _check_named(table, correcting, accounts)
    weighing = list(statements.values()) if receipts else []
    cap, bound = None, None
    if receipts:
        cap, bound = read_bound(table.table("enterprises"), number, weighing, accounts.corrected)
    amount = sum(receipt.net_micro_eur for receipt in receipts)
    parts = _parts(amount, list(statements.values()))
    weights = weights_of(weighing)
    divisible = parts["producers"] + accounts.unallocated
    shares, rest, moved = divide(divisible, weights, enterprises_of(weighing), cap)
    pool = parts["producers"] + accounts.carry
    rows = _rows(shares, moved, accounts.previous, weights, pool)
    leaves = [(str(row["member"]), paid) for row, paid in rows if paid]
    kept = pool - sum(paid for _, paid in leaves)
    require_same(
        DIVISION_FILE,
        "",
        told,
        accounts.document
        | {
            "kind": DIVISION,
            "distribution": number,
            "amount_eur": fixed(amount, 6),
            "split_eur": {name: fixed(part, 6) for name, part in parts.items()},
            "enterprises": bound,
            "pool_eur": fixed(pool, 6),
            "carry_eur": fixed(kept, 6),
            "unallocated_eur": fixed(rest, 6),
            "moved_to_social_eur": fixed(moved, 6),
            "members": [row for row, _ in rows],
            "leaves": [name for name, _ in leaves],
        },
    )
    return Division(amount, parts, pool, kept, leaves, accounts)


def _check_named(table: Table, correcting: Statements, accounts: Accounts) -> None:
    """No settlement is in the pack beside the distribution's but for a correction. Raises Difference."""
    for evidence in sorted(correcting.keys() - accounts.correcting):
        raise table.fail("corrections", f"divide by no settlement {evidence}, which is in the pack")


def _parts(amount: int, statements: Sequence[Statement]) -> dict[str, int]:
    shares = statements[0].community.shares_bps
    for statement in statements[1:]:
        if statement.community.shares_bps != shares:
            raise Difference(f"{DIVISION_FILE}: the settlements divide revenue by different shares")
    return split(amount, shares)


def _rows(
    shares: Amounts, moved: int, previous: Amounts, weights: Amounts, pool: int
) -> list[tuple[Document, int]]:
    """The accounts by member, the social fund last, each with its leaf."""
    entitled = {**shares, SOCIAL_FUND: moved} if moved else dict(shares)
    names = in_order(entitled.keys() | previous.keys())
    owed = {name: previous.get(name, 0) + entitled.get(name, 0) for name in names}
    leaves = _leaves(owed, pool)
    rows = []
    for name in names:
        amounts = {
            "previous": previous.get(name, 0),
            "entitlement": entitled.get(name, 0),
            "leaf": leaves[name],
            "balance": owed[name] - leaves[name],
        }
        row: Document = {"member": name, "weight": weights.get(name, 0)}
        row |= {f"{key}_eur": fixed(amount, 6) for key, amount in amounts.items()}
        rows.append((row, leaves[name]))
    return rows


def _leaves(owed: Amounts, pool: int) -> dict[str, int]:
    """What is owed in whole cents; where the pool has less, each the same part of it, in whole cents."""
    dues = {name: max(0, _floored(amount)) for name, amount in owed.items()}
    wanted = sum(dues.values())
    if wanted <= pool:
        return dues
    return {name: _floored(pool * due // wanted) for name, due in dues.items()}


def _floored(micro_eur: int) -> int:
    return micro_eur // CENT_MICRO_EUR * CENT_MICRO_EUR

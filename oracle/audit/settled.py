"""The payout tree of a division, and what the vault is said to have settled."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from oracle.audit.accounts import micro_eur
from oracle.audit.days import Place, octets
from oracle.audit.differences import require_same
from oracle.audit.division import Division, Receipt
from oracle.audit.ledger import CHANNELS, HASH_BYTES, Leaf, configuration_id, hash_leaf, payout_root
from oracle.audit.numbers import fixed
from oracle.audit.rome import day_of, midnight, month_name, month_of
from oracle.audit.statement import Statement
from oracle.audit.texts import Table

TREE, SETTLED = "condivisa/payout-tree/1", "condivisa/settled/1"
ADDRESS_BYTES = 20
HEAD = ("transaction", "block", "block_hash")


class Top(NamedTuple):
    """Root of a payout tree, the sum that it promises in micro-euro, and its depth."""

    root: bytes
    funded: int
    depth: int


class MonthSum(NamedTuple):
    """A configuration's month: injected, withdrawn and shared Wh; None where settlements have only a part."""

    configuration: bytes
    month: int
    sums_wh: tuple[int, int, int] | None


def read_place(settled: Table) -> Place:
    """Where the distribution was settled."""
    return Place(
        settled.get("chain_id", int),
        octets(settled, "ledger", ADDRESS_BYTES),
        octets(settled, "vault", ADDRESS_BYTES),
        octets(settled, "community", HASH_BYTES),
    )


def check_tree(table: Table, place: Place, number: int, division: Division) -> Top:
    """The tree of the division's leaves; whom each pays is the file's word. Raises Difference."""
    told = table.tables("leaves")
    require_same(table.file, "number of leaves", len(told), len(division.leaves))
    pairs = zip(told, division.leaves, strict=True)
    leaves = [_leaf(row, member, amount) for row, (member, amount) in pairs]
    hashes = [hash_leaf(index, leaf) for index, leaf in enumerate(leaves)]
    top = Top(*payout_root(hashes, [leaf.amount_micro_eur for leaf in leaves]))
    expected = {
        "kind": TREE,
        "chain_id": place.chain_id,
        "vault": _hex(place.vault),
        "distribution": number,
        "total_eur": fixed(top.funded, 6),
        "leaves": [
            {
                "channel": leaf.channel,
                "payee": _hex(leaf.payee),
                "owner": _hex(leaf.owner),
                "amount_eur": fixed(leaf.amount_micro_eur, 6),
                "hash": _hex(hashed),
            }
            for leaf, hashed in zip(leaves, hashes, strict=True)
        ],
    }
    require_same(table.file, "", table.values, expected)
    return top


def _leaf(row: Table, member: str, amount: int) -> Leaf:
    """A leaf that the vault can pay to a member, or to the social fund where there is none."""
    channel = row.one_of("channel", CHANNELS)
    payee, owner = octets(row, "payee", HASH_BYTES), octets(row, "owner", ADDRESS_BYTES)
    if (channel == "SOCIAL") != (member == ""):
        raise row.fail("channel", f"is {channel}, the leaf is of {member or 'the social fund'}")
    if channel != "BANK" and any(owner):
        raise row.fail("owner", "is only a bank leaf's")
    if (channel == "SOCIAL" and any(payee)) or (channel == "WALLET" and any(payee[:-ADDRESS_BYTES])):
        raise row.fail("payee", "is none of its channel")
    told = fixed(micro_eur(row, "amount_eur"), 6)
    require_same(row.file, f"{row.path}amount_eur", told, fixed(amount, 6))
    return Leaf(channel, payee, owner, amount)


def month_sums(place: Place, statements: Sequence[Statement]) -> list[MonthSum]:
    """Energy of each configuration and month that the settlements touch, in the ledger's order."""
    sums: dict[tuple[bytes, int], list[tuple[int, int]]] = {}
    for row in statements:
        for name, configuration in row.community.configurations.items():
            known_as = configuration_id(place.community, configuration.area_code)
            for at, pair in enumerate(row.energy.hours[name]):
                month = month_of(day_of(row.community.start + at))
                sums.setdefault((known_as, month), []).append(pair)
    return [MonthSum(*key, _whole(key[1], pairs)) for key, pairs in sorted(sums.items())]


def _whole(month: int, pairs: Sequence[tuple[int, int]]) -> tuple[int, int, int] | None:
    first, after = (
        midnight(date(1970 + number // 12, number % 12 + 1, 1).toordinal()) for number in (month, month + 1)
    )
    if len(pairs) != after - first:
        return None
    return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs), sum(min(pair) for pair in pairs)


def check_settled(
    table: Table,
    place: Place,
    number: int,
    division: Division,
    top: Top,
    receipts: Sequence[Receipt],
    months: Sequence[MonthSum],
    evidence: bytes,
) -> None:
    """What the vault must have recorded is what was recomputed. Raises Difference."""
    amounts = {"amount": division.amount, **division.parts, "pool": division.pool, "carry": division.carry}
    octets(table, "transaction", HASH_BYTES)
    octets(table, "block_hash", HASH_BYTES)
    expected = {key: table.values.get(key) for key in HEAD} | {
        "kind": SETTLED,
        "chain_id": place.chain_id,
        "ledger": _hex(place.ledger),
        "vault": _hex(place.vault),
        "community": _hex(place.community),
        "distribution": number,
        "block": table.get("block", int),
        "evidence": _hex(evidence),
        "root": _hex(top.root),
        "depth": top.depth,
        **{f"{key}_eur": fixed(amount, 6) for key, amount in amounts.items()},
        "receipts": [_hex(receipt.hash) for receipt in receipts],
        "months": [
            {"configuration": _hex(row.configuration), "month": month_name(row.month)} for row in months
        ],
    }
    require_same(table.file, "", table.values, expected)


def _hex(octets_: bytes) -> str:
    return "0x" + octets_.hex()

"""What a distribution starts from: balances as they were, corrections of earlier distributions, departures.

A correction divides what an earlier distribution allotted once more, by newer settlements. Where these are in
the pack it is computed again; else it is the pack's word, and only that it adds up to zero is checked.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from re import ASCII, compile
from typing import NamedTuple

from oracle.audit.differences import Difference, require_same
from oracle.audit.numbers import fixed, scaled
from oracle.audit.statement import Statement, divide
from oracle.audit.texts import Document, Table

SOCIAL_FUND = ""
_EVIDENCE = compile(r"0x[0-9a-f]{64}", ASCII)

Amounts = Mapping[str, int]
Statements = Mapping[str, Statement]
"""Settlements of the pack by their evidence, in the order of their periods."""


class Accounts(NamedTuple):
    """Micro-euro from which a division starts. `outside` stands behind balances and is not in the pool.

    `corrected` is what distributions have allotted after the corrections, by number. `corrections` counts
    these, `divided_again` those of them that were computed from settlements of the pack; `correcting` is the
    evidence of all settlements that they name.
    """

    previous: Amounts
    carry: int
    unallocated: int
    outside: int
    corrected: Mapping[int, Amounts]
    corrections: int
    divided_again: int
    correcting: frozenset[str]
    document: Document


class _Correction(NamedTuple):
    """What a distribution had allotted, has allotted now, and what went back to the pool."""

    distribution: int
    before: Amounts
    after: Amounts
    unallocated: int
    divided_again: bool
    document: Document


def micro_eur(table: Table, key: str) -> int:
    """An amount with six decimals."""
    text = table.text(key)
    units = scaled(text, 6)
    if units is None or fixed(units, 6) != text:
        raise table.fail(key, f"is no amount with six decimals: {text!r:.60}")
    return units


def in_order(names: Iterable[str]) -> list[str]:
    """Names in UTF-8 order, the social fund last."""
    return sorted(names, key=lambda name: (name == SOCIAL_FUND, name.encode()))


def read_accounts(table: Table, number: int, statements: Statements) -> Accounts:
    """The accounts after corrections and departures, as the document must state them. Raises Difference.

    How they stood before is the pack's own word: their sum is the carry, which is the chain's.
    """
    start = table.table("before")
    held = _amounts(start.tables("members"), "balance_eur")
    unallocated, outside = (micro_eur(start, f"{name}_eur") for name in ("unallocated", "outside"))
    carry = sum(held.values()) + unallocated - outside
    corrections = _corrections(table, number, statements)
    departures = _amounts(table.tables("departures"), "owed_eur")
    if number == 1 and (held or unallocated or outside or corrections or departures):
        raise Difference(f"{table.file}: the first distribution starts from an account that is not empty")
    before = {"unallocated_eur": fixed(unallocated, 6), "outside_eur": fixed(outside, 6)}
    previous = _moved(held, corrections, departures)
    unallocated += sum(row.unallocated for row in corrections)
    outside += sum(departures.values())
    _check_departures(table, held, corrections, departures, outside)
    return Accounts(
        previous=previous,
        carry=carry,
        unallocated=unallocated,
        outside=outside,
        corrected={row.distribution: row.after for row in corrections},
        corrections=len(corrections),
        divided_again=sum(row.divided_again for row in corrections),
        correcting=frozenset(one for row in corrections for one in row.document["evidence"]),
        document={
            "before": before | {"members": _listed(held, "balance_eur")},
            "corrections": [row.document for row in corrections],
            "departures": _listed(departures, "owed_eur"),
            "previous": {
                "carry_eur": fixed(carry, 6),
                "unallocated_eur": fixed(unallocated, 6),
                "outside_eur": fixed(outside, 6),
            },
        },
    )


def read_bound(
    table: Table, number: int, statements: Sequence[Statement], corrected: Mapping[int, Amounts]
) -> tuple[int | None, Document]:
    """What enterprises may still receive once every settlement is final, and the object that says so.

    What distributions before a number allotted to them of these periods is the pack's word, but for those
    that it corrects. Raises Difference.
    """
    enterprises, before = enterprises_of(statements), list[tuple[int, int]]()
    for row in table.tables("paid_before"):
        earlier, paid = row.get("distribution", int), micro_eur(row, "entitlement_eur")
        if not 0 < earlier < number:
            raise row.fail("distribution", f"is no earlier one: {earlier}")
        if earlier in corrected:
            allotted = sum(corrected[earlier].get(name, 0) for name in enterprises)
            require_same(row.file, f"{row.path}entitlement_eur", fixed(paid, 6), fixed(allotted, 6))
        before.append((earlier, paid))
    caps = [row.cap_micro_eur for row in statements if row.cap_micro_eur is not None]
    final = len(caps) == len(statements)
    cap = max(0, sum(caps) - sum(paid for _, paid in before)) if final else None
    rows = [{"distribution": earlier, "entitlement_eur": fixed(paid, 6)} for earlier, paid in before]
    return cap, {"cap_eur": None if cap is None else fixed(cap, 6), "paid_before": rows}


def weights_of(statements: Iterable[Statement]) -> Counter[str]:
    """The members' weights, added up."""
    weights: Counter[str] = Counter()
    for statement in statements:
        weights.update(statement.weights)
    return weights


def enterprises_of(statements: Iterable[Statement]) -> list[str]:
    """Who is bound by the excess in any of the settlements."""
    return sorted({name for row in statements for name in row.enterprises})


def _amounts(rows: Iterable[Table], key: str) -> dict[str, int]:
    """Amounts by member, those that are nothing left out."""
    found: dict[str, int] = {}
    for row in rows:
        member = row.get("member", str)
        if member in found:
            raise row.fail("member", f"stands twice: {member!r:.60}")
        found[member] = micro_eur(row, key)
    return {name: amount for name, amount in found.items() if amount}


def _listed(amounts: Amounts, key: str) -> list[Document]:
    return [{"member": name, key: fixed(amounts[name], 6)} for name in in_order(amounts)]


def _moved(held: Amounts, corrections: Sequence[_Correction], departures: Amounts) -> dict[str, int]:
    """Balances after corrections; what a member that left owes is no balance any more."""
    found = Counter(held)
    for row in corrections:
        found.update(row.after)
        found.subtract(row.before)
    found.update(departures)
    return {name: amount for name, amount in found.items() if amount}


def _check_departures(
    table: Table, held: Amounts, corrections: Sequence[_Correction], departures: Amounts, outside: int
) -> None:
    """Who left owes what its balance lacked, no more: nothing else moves out of the pool. Raises Difference.

    Who is back owes in its balance again; how much that was, only the earlier packs say.
    """
    for name, owed in departures.items():
        changes = [row.after.get(name, 0) - row.before.get(name, 0) for row in corrections]
        lowest = held.get(name, 0) + sum(min(0, change) for change in changes)
        left = held.get(name, 0) + sum(changes) + owed
        if owed > 0 and not (owed <= -lowest and left >= 0):
            raise table.fail(
                "departures", f"moves {fixed(owed, 6)} EUR of {name!r:.60}, who owes another sum"
            )
    if outside < 0:
        raise table.fail("previous.outside_eur", "is negative: nobody owes less than nothing")


def _corrections(table: Table, number: int, statements: Statements) -> list[_Correction]:
    found: list[_Correction] = []
    corrected: dict[int, Amounts] = {}
    for row in table.tables("corrections"):
        one = _correction(row, number, statements, corrected)
        former = corrected.get(one.distribution, one.before)
        told, known = (_listed(amounts, "before_eur") for amounts in (one.before, former))
        require_same(row.file, f"{row.path}before_eur", told, known)
        corrected[one.distribution] = one.after
        found.append(one)
    return found


def _correction(
    row: Table, number: int, statements: Statements, corrected: Mapping[int, Amounts]
) -> _Correction:
    earlier = row.get("distribution", int)
    if not 0 < earlier < number:
        raise row.fail("distribution", f"is no earlier one: {earlier}")
    before: Amounts = _amounts(row.tables("members"), "before_eur")
    after: Amounts = _amounts(row.tables("members"), "after_eur")
    rest, bound = micro_eur(row, "unallocated_eur"), None
    named = _evidence(row)
    newer = [statements[one] for one in named if one in statements]
    again = len(newer) == len(named)
    if again:
        cap, bound = read_bound(row.table("enterprises"), earlier, newer, corrected)
        after, rest = _divided_again(sum(before.values()), newer, cap)
    elif sum(before.values()) != sum(after.values()) + rest:
        raise row.fail("members", "lose or gain money: a correction adds up to zero")
    return _Correction(
        earlier,
        before,
        after,
        rest,
        again,
        {
            "distribution": earlier,
            "evidence": named,
            "enterprises": bound,
            "unallocated_eur": fixed(rest, 6),
            "members": [
                {
                    "member": name,
                    "before_eur": fixed(before.get(name, 0), 6),
                    "after_eur": fixed(after.get(name, 0), 6),
                }
                for name in in_order(before.keys() | after.keys())
            ],
        },
    )


def _evidence(row: Table) -> list[str]:
    """Evidence of the settlements by which is divided again."""
    named: list[object] = row.get("evidence", list)
    found = [one for one in named if isinstance(one, str) and _EVIDENCE.fullmatch(one)]
    if not named or len(found) < len(named):
        raise row.fail("evidence", "is no list of evidence hashes")
    return found


def _divided_again(total: int, statements: Sequence[Statement], cap: int | None) -> tuple[Amounts, int]:
    parts, rest, moved = divide(total, weights_of(statements), enterprises_of(statements), cap)
    after = {**parts, SOCIAL_FUND: moved}
    return {name: amount for name, amount in after.items() if amount}, rest

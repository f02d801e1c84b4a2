"""Vectors of published lists: generators, openings of entries, lists that add up, and lists to refuse."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from oracle.attest import pedersen
from oracle.attest.day_list import DayList, Entry, is_ascending
from oracle.attest.hours import encode_hours
from oracle.attest.messages import NO_PREDECESSOR
from oracle.attest.month_key import blinding, month_salt, pseudonym
from settlement.domain.calendar import day_of_number, month_number
from tools.draw import Draw, hexed

FIRST_DAY = 19_905  # 2024-07-01
DAYS = ((FIRST_DAY, 24), (19_813, 23), (20_023, 25))
SIZES = (0, 1, 2, 3, 5, 31, 257)
HOURS = range(25)


class Opened(NamedTuple):
    """An entry and all that opens it."""

    key: bytes
    pod: str
    day: int
    predecessor: bytes
    injected_wh: list[int]
    withdrawn_wh: list[int]
    salt: bytes
    blinding: bytes
    entry: Entry


class Published(NamedTuple):
    """A list with what the report says of it."""

    name: str
    entries: list[Entry]
    roster: bytes
    root: bytes
    pods: int
    blinding: bytes
    hours: bytes


def list_vectors() -> dict[str, Any]:
    """Everything that Python and JavaScript must agree on about lists."""
    return {
        "about": "oracle/attest: pedersen, month_key, day_list; a list is ascending by id, directions are "
        "injected 0, withdrawn 1.",
        "generators": [
            {"direction": int(direction), "hour": hour, "point": hexed(pedersen.generator(direction, hour))}
            for direction in pedersen.Direction
            for hour in HOURS
        ],
        "openings": [opening_json(opened(f"day-{hours}", day, hours)) for day, hours in DAYS],
        "lists": [with_proofs_json(drawn_list(size)) for size in SIZES],
        "refused": list(refused_lists(drawn_list(5), drawn_list(3))),
    }


def opened(label: str, day: int, hour_count: int, most_wh: int = 2**32) -> Opened:
    """A drawn POD's day."""
    draw = Draw(label)
    key, pod = draw.hash32(), f"IT001E{draw.below(10**8):08d}"
    predecessor = draw.hash32() if draw.below(2) else NO_PREDECESSOR
    injected = [draw.below(5_000) for _ in range(hour_count)]
    withdrawn = [draw.below(most_wh) for _ in range(hour_count)]
    month = month_number(day_of_number(day))
    salt = month_salt(key, month)
    hidden_by = blinding(key, day, predecessor, injected, withdrawn)
    entry = Entry(pseudonym(salt, month, pod), pedersen.commit(hidden_by, injected, withdrawn))
    return Opened(key, pod, day, predecessor, injected, withdrawn, salt, hidden_by, entry)


def opening_json(given: Opened) -> dict[str, Any]:
    """One POD's day from its key to its entry."""
    return {
        "key": hexed(given.key),
        "pod": given.pod,
        "day": given.day,
        "month": month_number(day_of_number(given.day)),
        "predecessor": hexed(given.predecessor),
        "injected_wh": given.injected_wh,
        "withdrawn_wh": given.withdrawn_wh,
        "salt": hexed(given.salt),
        "id": hexed(given.entry.id),
        "blinding": hexed(given.blinding),
        "commitment": hexed(given.entry.commitment),
    }


def drawn_list(size: int) -> Published:
    """A list of drawn days, with the totals of its readings."""
    rows = sorted(
        (opened(f"list-{size}/{number}", FIRST_DAY, 24, 10_000) for number in range(size)),
        key=lambda row: row.entry.id,
    )
    injected = [sum(row.injected_wh[hour] for row in rows) for hour in range(24)]
    withdrawn = [sum(row.withdrawn_wh[hour] for row in rows) for hour in range(24)]
    sum_of_blindings = pedersen.add_blindings([row.blinding for row in rows])
    hours = encode_hours(injected, withdrawn)
    return published(f"size {size}", [row.entry for row in rows], sum_of_blindings, hours)


def published(name: str, entries: Sequence[Entry], sum_of_blindings: bytes, hours: bytes) -> Published:
    """A list whose report names exactly these entries, whether they add up or not."""
    day_list = DayList(entries)
    return Published(
        name, list(entries), day_list.roster, day_list.root, len(entries), sum_of_blindings, hours
    )


def published_json(given: Published) -> dict[str, Any]:
    """A list and what the report says of it."""
    return {
        "name": given.name,
        "pods": given.pods,
        "root": hexed(given.root),
        "roster": hexed(given.roster),
        "blinding": hexed(given.blinding),
        "hours": hexed(given.hours),
        "entries": [[hexed(entry.id), hexed(entry.commitment)] for entry in given.entries],
    }


def with_proofs_json(given: Published) -> dict[str, Any]:
    """A list with the paths of its corners and of its middle."""
    tree = DayList(given.entries).tree
    positions = sorted({0, given.pods // 2, given.pods - 1}) if given.pods else []
    proofs = [
        {"position": position, "proof": [hexed(node) for node in tree.proof(position)]}
        for position in positions
    ]
    return published_json(given) | {"proofs": proofs}


def refused_lists(base: Published, other: Published) -> Iterator[dict[str, Any]]:
    """Lists that fail in one thing; `reason` is the first check that fails."""
    first, *rest = base.entries
    foreign = Entry(first.id, other.entries[0].commitment)
    no_point = Entry(first.id, b"\x02" + b"\xff" * 32)
    negated = Entry(first.id, bytes([first.commitment[0] ^ 1]) + first.commitment[1:])
    hours = base.hours[:4] + bytes([base.hours[4] ^ 1]) + base.hours[5:]
    one_more = ((int.from_bytes(base.blinding, "big") + 1) % pedersen.ORDER).to_bytes(32, "big")
    pair = [Entry(first.id, first.commitment), Entry(rest[0].id, negated.commitment)]
    changed = {
        "an entry dropped": (base._replace(entries=rest), "size"),
        "an entry added": (base._replace(entries=[*base.entries, other.entries[-1]]), "size"),
        "two entries exchanged": (base._replace(entries=[rest[0], first, *rest[1:]]), "order"),
        "an entry twice": (published("", [first, first, *rest], base.blinding, base.hours), "order"),
        "another POD's id": (base._replace(entries=[Entry(bytes(32), first.commitment), *rest]), "roster"),
        "another commitment": (base._replace(entries=[foreign, *rest]), "entries"),
        "another commitment, its root signed": (
            published("", [foreign, *rest], base.blinding, base.hours), "totals"
        ),
        "a commitment that is no point, its root signed": (
            published("", [no_point, *rest], base.blinding, base.hours), "totals"
        ),
        "a commitment with its sign turned, its root signed": (
            published("", [negated, *rest], base.blinding, base.hours), "totals"
        ),
        "a total that differs by one Wh": (base._replace(hours=hours), "totals"),
        "another sum of blindings": (base._replace(blinding=one_more), "totals"),
        "a sum of blindings beyond the order": (base._replace(blinding=b"\xff" * 32), "totals"),
        "commitments that cancel each other, all totals zero": (
            published("", pair, bytes(32), bytes(240)), "totals"
        ),
        "no entries under totals": (published("", [], bytes(32), base.hours), "totals"),
    }  # fmt: skip
    for name, (given, reason) in changed.items():
        if first_failure(given) != reason:
            raise ValueError(f"the vector {name!r} is refused by {first_failure(given)}, not by {reason}")
        yield {"reason": reason} | published_json(given._replace(name=name))


def first_failure(given: Published) -> str:
    """The first check that the list fails; empty when it fails none."""
    found = DayList(given.entries)
    totals = [int.from_bytes(given.hours[at : at + 5], "big") for at in range(0, len(given.hours), 5)]
    if len(given.entries) != given.pods:
        return "size"
    if not is_ascending(given.entries):
        return "order"
    if found.roster != given.roster:
        return "roster"
    if found.root != given.root:
        return "entries"
    try:
        adds_up = found.adds_up_to(given.blinding, totals[::2], totals[1::2])
    except ValueError:
        adds_up = False
    return "" if adds_up else "totals"

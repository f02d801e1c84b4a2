"""The published list: it opens to the totals, finds any change, and has a limit that stands here as a test.

DayList
├── it should hash entries and ids with tags of their own
├── given entries that add up to the totals, it should say so
├── given any single change of an entry, a total or the sum of blindings, it should say that they do not
└── given a phantom whose negative hours are offset by another, it should see nothing: that is the limit
"""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.attest.day_list import (
    DayList,
    Entry,
    decode_entries,
    encode_entries,
    entry_leaf,
    is_ascending,
    roster_leaf,
)
from oracle.attest.hash_tree import parent, root_of
from oracle.attest.hours import decode_hours
from oracle.attest.keccak import keccak256
from oracle.attest.month_key import blinding, month_salt, pseudonym
from oracle.attest.pedersen import ORDER, Direction, add_blindings, commit, generator
from tests import curve
from tools.list_vectors import first_failure, published

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "readings_lists.json").read_text("utf-8"))
ONE = Entry(b"\x01" * 32, commit(b"\x11" * 32, [1] * 24, [2] * 24))
TWO = Entry(b"\x02" * 32, commit(b"\x12" * 32, [3] * 24, [4] * 24))
SUM = add_blindings([b"\x11" * 32, b"\x12" * 32])


def octets(text: str) -> bytes:
    """Bytes of 0x… text."""
    return bytes.fromhex(text[2:])


def entries_of(vector: dict[str, Any]) -> list[Entry]:
    """Entries of a list of the vectors."""
    return [Entry(octets(name), octets(commitment)) for name, commitment in vector["entries"]]


def test_leaves__entry_and_id__have_tags_and_lengths_of_their_own() -> None:
    assert entry_leaf(ONE) == keccak256(b"\x04" + ONE.id + ONE.commitment)
    assert roster_leaf(ONE.id) == keccak256(b"\x05" + ONE.id)
    found = DayList([ONE, TWO])
    assert found.root == parent(entry_leaf(ONE), entry_leaf(TWO))
    assert found.roster == parent(roster_leaf(ONE.id), roster_leaf(TWO.id))


def test_day_list__no_entries__roots_are_zero_and_add_up_to_nothing() -> None:
    empty = DayList([])
    assert (empty.root, empty.roster) == (bytes(32), bytes(32))
    assert empty.adds_up_to(bytes(32), [0] * 24, [0] * 24)
    assert not empty.adds_up_to(bytes(32), [0] * 24, [1] + [0] * 23)
    assert not empty.adds_up_to(bytes(31) + b"\x01", [0] * 24, [0] * 24)


def test_is_ascending__equal_or_falling_ids__no() -> None:
    assert is_ascending([ONE, TWO])
    assert is_ascending([])
    assert not is_ascending([ONE, ONE])
    assert not is_ascending([TWO, ONE])


def test_encode_entries__decoded__are_the_same() -> None:
    assert decode_entries(encode_entries([ONE, TWO])) == (ONE, TWO)
    assert len(encode_entries([ONE, TWO])) == 2 * 65


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 49), st.integers(1, 2**32))
def test_adds_up_to__one_number_changed__no(place: int, more: int) -> None:
    numbers = [4] * 24 + [6] * 24
    found = DayList([ONE, TWO])
    assert found.adds_up_to(SUM, numbers[:24], numbers[24:])
    if place < 48:
        numbers[place] += more
        assert not found.adds_up_to(SUM, numbers[:24], numbers[24:])
    else:
        other = ((int.from_bytes(SUM, "big") + more) % ORDER).to_bytes(32, "big")
        assert not found.adds_up_to(other, numbers[:24], numbers[24:])


LISTS = [*VECTORS["lists"]]
REFUSED = [*VECTORS["refused"]]


@pytest.mark.parametrize("vector", LISTS, ids=lambda vector: vector["name"])
def test_vectors__lists__open_to_their_totals_and_every_path_ends_in_the_root(vector: dict[str, Any]) -> None:
    entries = entries_of(vector)
    found = DayList(entries)
    assert (found.root, found.roster) == (octets(vector["root"]), octets(vector["roster"]))
    assert is_ascending(entries)
    assert found.adds_up_to(octets(vector["blinding"]), *decode_hours(octets(vector["hours"])))
    for path in vector["proofs"]:
        leaf = entry_leaf(entries[path["position"]])
        assert root_of(path["position"], leaf, [octets(node) for node in path["proof"]]) == found.root


@pytest.mark.parametrize("vector", REFUSED, ids=lambda vector: vector["name"])
def test_vectors__refused_lists__fail_by_the_reason_named(vector: dict[str, Any]) -> None:
    given = published("", entries_of(vector), octets(vector["blinding"]), octets(vector["hours"]))
    named = given._replace(root=octets(vector["root"]), roster=octets(vector["roster"]), pods=vector["pods"])
    assert first_failure(named) == vector["reason"]


@pytest.mark.parametrize("vector", VECTORS["openings"], ids=lambda vector: len(vector["injected_wh"]))
def test_vectors__openings__derive_from_the_key_and_equal_the_models(vector: dict[str, Any]) -> None:
    key, hours = octets(vector["key"]), (vector["injected_wh"], vector["withdrawn_wh"])
    assert month_salt(key, vector["month"]) == octets(vector["salt"])
    assert pseudonym(octets(vector["salt"]), vector["month"], vector["pod"]) == octets(vector["id"])
    hidden_by = blinding(key, vector["day"], octets(vector["predecessor"]), *hours)
    assert hidden_by == octets(vector["blinding"])
    assert commit(hidden_by, *hours) == octets(vector["commitment"])
    assert curve.commitment(int.from_bytes(hidden_by, "big"), *hours) == octets(vector["commitment"])


def test_vectors__generators__are_those_of_the_code() -> None:
    assert len(VECTORS["generators"]) == 50
    for row in VECTORS["generators"]:
        assert octets(row["point"]) == generator(Direction(row["direction"]), row["hour"])


def test_limit__phantom_with_negative_hours_offset_by_another__adds_up_all_the_same() -> None:
    """What mathematics does not see: see docs/what-is-proved.md.

    A commitment is to numbers modulo the order of the curve, so minus 500 Wh is a number like any other. An
    invented POD that injects 500 Wh, and one that injects minus 500, leave every total as it was; so does an
    invented POD alone, when the totals are raised with it. Only who checks the roster against the real PODs,
    and the readings against the meters, finds either.
    """
    noon = [500 if hour == 12 else 0 for hour in range(24)]
    invented = Entry(b"\x03" * 32, commit(b"\x13" * 32, noon, [0] * 24))
    taken_away = curve.add(
        curve.multiply(int.from_bytes(b"\x14" * 32, "big"), curve.G),
        curve.multiply(curve.N - 500, curve.generator(Direction.INJECTED, 12)),
    )
    negative = Entry(b"\x04" * 32, curve.encode(taken_away))
    with_phantoms = DayList([ONE, TWO, invented, negative])
    sum_of_blindings = add_blindings([SUM, b"\x13" * 32, b"\x14" * 32])
    assert is_ascending(with_phantoms.entries)
    assert with_phantoms.adds_up_to(sum_of_blindings, [4] * 24, [6] * 24)
    # Another roster and another size are what the report then has to show.
    assert with_phantoms.roster != DayList([ONE, TWO]).roster


def test_limit__all_other_members_together__find_the_remaining_reading() -> None:
    """Totals less what all the others know is the last one's day: no commitment can hide that."""
    others = [3] * 24, [4] * 24
    remaining = [[total - own for own in hours] for total, hours in zip((4, 6), others, strict=True)]
    their_blindings = int.from_bytes(b"\x12" * 32, "big")
    left = ((int.from_bytes(SUM, "big") - their_blindings) % ORDER).to_bytes(32, "big")
    assert commit(left, *remaining) == ONE.commitment

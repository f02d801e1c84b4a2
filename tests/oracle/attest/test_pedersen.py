"""Commitments against a model of the curve of their own, and the algebra that a list rests on.

commit
├── it should be the point that the definition gives, whatever the hours and their number
├── it should be bound to the position and the direction of every hour
└── given no number that hides, or no day, it should refuse
add_up
├── it should open to the sums of hours and blindings, whatever the order of the members
├── given commitments that cancel each other, or bytes that are no point, it should refuse
└── given no commitment, it should give none
"""

import itertools
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oracle.attest.pedersen import (
    HOUR_MAX_WH,
    ORDER,
    Direction,
    add_blindings,
    add_up,
    commit,
    generator,
    total_point,
)
from tests import curve

ZEROS = [0] * 24
BLINDING = b"\x11" * 32
hours = st.lists(st.integers(0, HOUR_MAX_WH), min_size=24, max_size=24)
blindings = st.integers(1, ORDER - 1)
days = st.tuples(blindings, hours, hours)


def octets(number: int) -> bytes:
    """A number as 32 bytes."""
    return number.to_bytes(32, "big")


def committed(day: tuple[int, list[int], list[int]]) -> bytes:
    """Commitment to a drawn day."""
    return commit(octets(day[0]), day[1], day[2])


def test_generator__every_hour_and_direction__is_the_models_and_its_own() -> None:
    found = {(direction, hour): generator(direction, hour) for direction in Direction for hour in range(25)}
    for (direction, hour), point in found.items():
        assert point == curve.encode(curve.generator(direction, hour))
    assert len({*found.values(), curve.encode(curve.G)}) == 51


@pytest.mark.parametrize("hour_count", [23, 24, 25])
def test_commit__drawn_day__is_the_models(hour_count: int) -> None:
    dice = random.Random(hour_count)
    number = dice.randrange(1, ORDER)
    injected = [dice.choice([0, 1, 255, 256, 65_535, HOUR_MAX_WH]) for _ in range(hour_count)]
    withdrawn = [dice.randrange(2**32) for _ in range(hour_count)]
    assert commit(octets(number), injected, withdrawn) == curve.commitment(number, injected, withdrawn)


def test_commit__nothing_flows__is_the_blinding_alone() -> None:
    assert commit(BLINDING, ZEROS, ZEROS) == curve.encode(
        curve.multiply(int.from_bytes(BLINDING, "big"), curve.G)
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(days, min_size=1, max_size=6), st.randoms())
def test_add_up__any_members_in_any_order__opens_to_the_sums(
    members: list[tuple[int, list[int], list[int]]], dice: random.Random
) -> None:
    commitments = [committed(day) for day in members]
    injected = [sum(day[1][hour] for day in members) for hour in range(24)]
    withdrawn = [sum(day[2][hour] for day in members) for hour in range(24)]
    sum_of_blindings = add_blindings([octets(day[0]) for day in members])
    dice.shuffle(commitments)
    assert add_up(commitments) == total_point(sum_of_blindings, injected, withdrawn)


@settings(max_examples=30, deadline=None)
@given(days, st.integers(0, 47), st.integers(1, HOUR_MAX_WH))
def test_commit__one_hour_changed__is_another(
    day: tuple[int, list[int], list[int]], place: int, other_wh: int
) -> None:
    flat = [*day[1], *day[2]]
    flat[place] = (flat[place] + other_wh) % 2**32
    assert commit(octets(day[0]), flat[:24], flat[24:]) != committed(day)


def test_commit__the_same_energy_elsewhere__is_another() -> None:
    rows = [[100 if place == at else 0 for place in range(48)] for at in range(48)]
    found = {commit(BLINDING, row[:24], row[24:]) for row in rows}
    assert len(found) == 48
    for one, other in itertools.combinations(range(0, 48, 7), 2):
        assert commit(BLINDING, rows[one][:24], rows[one][24:]) != commit(
            BLINDING, rows[other][:24], rows[other][24:]
        )


def test_commit__other_blinding__is_another() -> None:
    assert commit(BLINDING, ZEROS, ZEROS) != commit(b"\x12" * 32, ZEROS, ZEROS)


REFUSED: dict[str, tuple[Any, ...]] = {
    "a blinding has 32 bytes, got 31": (BLINDING[:31], ZEROS, ZEROS),
    "24 injected, 23 withdrawn": (BLINDING, ZEROS, ZEROS[:23]),
    "22 injected": (BLINDING, ZEROS[:22], ZEROS[:22]),
    "26 injected": (BLINDING, [0] * 26, [0] * 26),
    "32 bits of Wh, got 4294967296": (BLINDING, [2**32, *ZEROS[1:]], ZEROS),
    "32 bits of Wh, got -1": (BLINDING, ZEROS, [*ZEROS[1:], -1]),
}


@pytest.mark.parametrize(("sentence", "arguments"), REFUSED.items(), ids=REFUSED.keys())
def test_commit__not_a_pods_day__raises(sentence: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=sentence):
        commit(*arguments)


@pytest.mark.parametrize("number", [0, ORDER, 2**256 - 1])
def test_commit__blinding_that_is_no_scalar__raises(number: int) -> None:
    with pytest.raises(ValueError):
        commit(octets(number), ZEROS, ZEROS)


def test_add_up__commitments_that_cancel_each_other__raises() -> None:
    one, other = commit(octets(5), ZEROS, ZEROS), commit(octets(ORDER - 5), ZEROS, ZEROS)
    with pytest.raises(ValueError):
        add_up([one, other])
    assert add_up([one, other, one]) == one


def test_add_up__none__is_none_and_so_is_a_total_of_nothing() -> None:
    assert add_up([]) is None
    assert total_point(bytes(32), ZEROS, ZEROS) is None
    assert add_blindings([]) == bytes(32)


@pytest.mark.parametrize(
    "octets", [b"", b"\x02" * 32, b"\x02" + b"\xff" * 32, b"\x04" + b"\x01" * 32, b"\0" * 33]
)
def test_add_up__no_point__raises(octets: bytes) -> None:
    with pytest.raises(ValueError):
        add_up([commit(BLINDING, ZEROS, ZEROS), octets])


def test_add_up__uncompressed_point__raises() -> None:
    assert curve.G is not None
    whole = b"\x04" + curve.G[0].to_bytes(32, "big") + curve.G[1].to_bytes(32, "big")
    with pytest.raises(ValueError, match="a point has 33 bytes, got 65"):
        add_up([whole])


def test_total_point__totals_of_40_bits__is_the_models() -> None:
    injected, withdrawn = [2**40 - 1, *ZEROS[1:]], [*ZEROS[1:], 2**39]
    assert total_point(octets(7), injected, withdrawn) == curve.commitment(7, injected, withdrawn)
    without = curve.commitment(0, injected, withdrawn)
    assert total_point(bytes(32), injected, withdrawn) == without


@pytest.mark.parametrize("blinding_sum", [octets(ORDER), b"\xff" * 32, bytes(31)])
def test_total_point__blinding_sum_that_is_no_scalar__raises(blinding_sum: bytes) -> None:
    with pytest.raises(ValueError, match="below the order of the curve"):
        total_point(blinding_sum, ZEROS, ZEROS)


def test_add_blindings__sum_beyond_the_order__starts_anew() -> None:
    assert add_blindings([octets(ORDER - 1), octets(3)]) == octets(2)

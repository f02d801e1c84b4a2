"""Largest-remainder division: the scalar rule and its vectorised twin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.division import INT64_MAX, divide_rows
from settlement.domain.rounding import divide_largest_remainder

WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=12)


def named(weights: list[int]) -> dict[str, int]:
    """Weights under ids whose byte order is their position."""
    return {f"{position:03d}": weight for position, weight in enumerate(weights)}


@given(st.integers(0, 10**12), WEIGHTS)
def test_divide__any_total__conserves_it_and_stays_within_one_of_the_quota(
    total: int, weights: list[int]
) -> None:
    parts = divide_largest_remainder(total, named(weights))
    weight_sum = sum(weights)
    assert sum(parts.values()) == (total if weight_sum else 0)
    for key, weight in named(weights).items():
        assert weight_sum == 0 or abs(parts[key] * weight_sum - total * weight) < weight_sum


@given(st.lists(st.tuples(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=4, max_size=4))))
def test_divide_rows__any_rows__gives_what_the_scalar_rule_gives(rows: list[tuple[int, list[int]]]) -> None:
    totals = np.array([total for total, _ in rows], dtype=np.int64)
    weights = np.array([row for _, row in rows], dtype=np.int64).reshape(-1, 4)
    expected = [list(divide_largest_remainder(total, named(row)).values()) for total, row in rows]
    assert divide_rows(totals, weights).tolist() == expected


@given(st.integers(0, INT64_MAX), st.lists(st.integers(0, INT64_MAX // 4), min_size=4, max_size=4))
def test_divide_rows__products_beyond_64_bits__stay_exact(total: int, weights: list[int]) -> None:
    found = divide_rows(np.array([total]), np.array([weights]))
    assert found.tolist() == [list(divide_largest_remainder(total, named(weights)).values())]


def test_divide_rows__weights_beyond_64_bits__stay_exact() -> None:
    weights = [10**30, 2 * 10**30, 1]
    found = divide_rows(np.array([100]), np.array([weights], dtype=np.object_))
    assert found.tolist() == [list(divide_largest_remainder(100, named(weights)).values())]


def test_divide_rows__weights_all_zero__gives_zeros() -> None:
    assert divide_rows(np.array([5]), np.array([[0, 0]])).tolist() == [[0, 0]]


@pytest.mark.parametrize(("ids", "winner"), [(("b", "a"), "a"), (("Z", "a"), "Z"), (("é", "z"), "z")])
def test_divide__equal_remainders__favour_the_lower_id_in_utf8_bytes(
    ids: tuple[str, str], winner: str
) -> None:
    parts = divide_largest_remainder(1, dict.fromkeys(ids, 1))
    assert parts[winner] == 1

"""Sums of energy times rate: three ways, one exact result."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.premium import weighted_sums

ENERGY = st.lists(st.integers(0, 2_000_000_000), min_size=3, max_size=3)


@given(
    st.lists(ENERGY, min_size=1, max_size=4),
    st.lists(
        st.integers(0, 10**6) | st.integers(10**9, 4 * 10**9) | st.integers(0, 2**62), min_size=3, max_size=3
    ),
)
def test_weighted_sums__small_large_or_huge_products__are_exact(
    energy: list[list[int]], rates: list[int]
) -> None:
    expected = [sum(wh * rate for wh, rate in zip(row, rates, strict=True)) for row in energy]
    assert weighted_sums(np.array(energy), np.array(rates, dtype=np.int64)) == expected


def test_weighted_sums__products_fit_but_their_sum_does_not__uses_two_limbs() -> None:
    energy, rate, hours = 2_000_000_000, 4_000_000_000, 1_000
    found = weighted_sums(np.full((1, hours), energy), np.full(hours, rate))
    assert found == [energy * rate * hours]
    assert energy * rate < 2**63 < energy * rate * hours


def test_weighted_sums__rates_beyond_64_bits__are_exact_also_for_no_energy() -> None:
    rates = np.array([10**30, 1], dtype=np.object_)
    assert weighted_sums(np.array([[0, 0], [2, 3]]), rates) == [0, 2 * 10**30 + 3]


def test_weighted_sums__no_plants_or_hours__is_zero() -> None:
    assert weighted_sums(np.zeros((2, 0), dtype=np.int64), np.zeros(0, dtype=np.int64)) == [0, 0]

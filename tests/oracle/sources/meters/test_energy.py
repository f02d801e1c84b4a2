"""Exact energies and the two roundings, against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.sources.meters.energy import NANO, carry_wh, nano_wh, of_power
from oracle.sources.whole_days import rome_days

FIRST = 28_401_060  # 2023-12-31T23:00Z, when 2024 begins in Italy, in minutes


@pytest.mark.parametrize(
    ("text", "unit", "mark", "nano"),
    [
        ("0,058", "kWh", ",", 58 * NANO),
        ("12", "Wh", ".", 12 * NANO),
        ("0.000000000000499", "kWh", ".", 0),
        ("0.0000000000005", "kWh", ".", 1),
        ("4.6e-05", "kWh", ".", 46_000_000),
        ("-0.0", "kWh", ".", 0),
        ("0.5", "MWh", ".", 500_000 * NANO),
        ("500000000", "Wh", ".", 500_000_000 * NANO),
    ],
)
def test_nano_wh__number__is_exact_or_half_up(text: str, unit: str, mark: str, nano: int) -> None:
    assert nano_wh(text, unit, mark) == nano


@pytest.mark.parametrize(
    "text", ["", "1.234,5", "1.2", "1 000", "٣", "1e", "0x1", "inf", "1_0", "--1", "1e999"]
)
def test_nano_wh__what_is_no_decimal_with_that_mark__is_told(text: str) -> None:
    assert isinstance(nano_wh(text, "kWh", ","), str)


@given(nano=st.lists(st.integers(0, 10 * NANO), min_size=1, max_size=300))
def test_carry_wh__any_energies__conserve_each_days_sum_to_half_a_wh(nano: list[int]) -> None:
    start = FIRST + 60 * np.arange(len(nano))
    energy = np.array(nano, dtype=np.int64)
    wh = carry_wh(start, energy)
    assert (wh >= 0).all()
    assert (abs(wh - energy // NANO) <= 1).all()
    days = rome_days(start)
    for day in np.unique(days):
        exact = Fraction(int(energy[days == day].sum()), NANO)
        assert abs(int(wh[days == day].sum()) - exact) <= Fraction(1, 2)


@given(nano=st.lists(st.integers(0, 3 * NANO), min_size=48, max_size=96), cut=st.integers(0, 2))
def test_carry_wh__a_day__gives_the_same_whatever_stands_before_it(nano: list[int], cut: int) -> None:
    start, energy = FIRST + 60 * np.arange(len(nano)), np.array(nano, dtype=np.int64)
    day = slice(24 * cut, 24 * cut + 24)
    assert carry_wh(start, energy)[day].tolist() == carry_wh(start[day], energy[day]).tolist()


@given(power=st.integers(0, 5 * 10**17), minutes=st.sampled_from((15, 60)))
def test_of_power__any_power__is_the_energy_half_up(power: int, minutes: int) -> None:
    exact = Fraction(power * minutes, 60)
    assert abs(int(of_power(np.array([power]), minutes)[0]) - exact) <= Fraction(1, 2)

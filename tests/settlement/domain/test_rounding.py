"""Money is rounded where its name says so, in the direction that it says."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.case import Shares
from settlement.domain.rounding import (
    decimal_text,
    exact_eur_text,
    floor_cents_micro_eur,
    half_up_cents,
    plain_text,
    split_revenue,
)


@pytest.mark.parametrize(
    ("amount_eur", "cents"),
    [("0.005", 1), ("0.0049999", 0), ("1.015", 102), ("2.675", 268), ("8.9375", 894), ("0", 0)],
)
def test_half_up_cents__half_a_cent__goes_up(amount_eur: str, cents: int) -> None:
    assert half_up_cents(Fraction(amount_eur)) == cents


@given(st.integers(0, 10**18), st.integers(0, 10_000), st.integers(0, 10_000))
def test_split_revenue__any_amount__adds_up_and_favours_producers(amount: int, one: int, other: int) -> None:
    social, grid = min(one, other), abs(one - other)
    split = split_revenue(amount, Shares(10_000 - social - grid, social, grid))
    assert split.producers_micro_eur + split.social_micro_eur + split.grid_micro_eur == amount
    assert split.social_micro_eur == amount * social // 10_000
    assert split.grid_micro_eur == amount * grid // 10_000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(0), "0"),
        (Fraction(3), "3"),
        (Fraction("8.9375"), "8.9375"),
        (Fraction(1, 3), "0.333333333333"),
        (Fraction(2, 3), "0.666666666667"),
        (Fraction(5, 10**13), "0.000000000001"),
        (Fraction(49, 10**14), "0"),
    ],
)
def test_exact_eur_text__any_fraction__is_half_up_at_the_twelfth_decimal(value: Fraction, text: str) -> None:
    assert exact_eur_text(value) == text


def test_floor_cents__fraction_of_a_cent__is_dropped() -> None:
    assert floor_cents_micro_eur(12_349_999) == 12_340_000


def test_decimal_text__units_below_one__keep_their_zeros() -> None:
    assert decimal_text(5, 6) == "0.000005"
    assert plain_text(-120, 2) == "-1.2"

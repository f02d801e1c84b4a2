"""The advance by the draft of 2023, and what is left to pay for a year."""

from datetime import date
from fractions import Fraction

import pytest

from settlement.domain.gse_advance import BalanceOfYear, monthly_advance_eur
from tests.settlement.domain.worlds import micro


def test_advance__hundred_kilowatt__is_a_twelfth_of_the_year() -> None:
    # 0.1 MW x 1,200 h / 12 x 49 % x 90 €/MWh
    found = monthly_advance_eur(micro("100"), Fraction(1200), micro("90"), date(2024, 6, 1))
    assert found == 441


@pytest.mark.parametrize(
    ("advances", "balances", "due"), [(9_000, 0, 1_500), (9_000, 1_500, 0), (12_000, 0, -1_500)]
)
def test_balance__of_a_year__is_what_was_not_paid_yet(advances: int, balances: int, due: int) -> None:
    assert BalanceOfYear(2024, 10_000, 500, advances, balances, is_complete=True).due_cents == due

"""FACTS E24: 40 % of the eligible cost, which is capped by power."""

from datetime import date

import pytest

from settlement.domain.capital_grant import CapitalGrant, capital_grant
from tests.settlement.domain.worlds import micro

DAY = date(2025, 9, 1)


@pytest.mark.parametrize(
    ("kw", "cost", "eligible", "grant"),
    [
        ("18", 30_000, 27_000, 10_800),
        ("20", 28_000, 28_000, 11_200),
        ("150", 200_000, 180_000, 72_000),
        ("350", 420_000, 385_000, 154_000),
        ("900", 900_000, 900_000, 360_000),
        ("20.5", 30_000, 24_600, 9_840),
    ],
)
def test_grant__worked_example__is_as_solved_by_hand(kw: str, cost: int, eligible: int, grant: int) -> None:
    assert capital_grant(micro(kw), 100 * cost, DAY) == CapitalGrant(100 * eligible, 100 * grant)


def test_grant__above_the_last_class__is_none() -> None:
    assert capital_grant(micro("1000.1"), 100, DAY) is None

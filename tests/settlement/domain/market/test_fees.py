"""FACTS E25: the yearly fee of GSE; the fee of a grant application by class."""

from datetime import date

import pytest

from settlement.domain.market.fees import grant_fee_cents, yearly_fee_cents
from tests.settlement.domain.worlds import micro, plant

DAY = date(2025, 1, 1)


@pytest.mark.parametrize(
    ("kw", "euro"),
    [("3", 0), ("3.000001", 15), ("20", 15), ("100", 95), ("200", 195), ("500", 495), ("1000", 995)],
)
def test_yearly_fee__worked_example__is_the_published_one(kw: str, euro: int) -> None:
    assert yearly_fee_cents(plant(kw=kw), DAY) == 100 * euro


def test_yearly_fee__part_of_a_kilowatt__is_half_up_to_the_cent() -> None:
    assert yearly_fee_cents(plant(kw="20.005"), DAY) == 1501


@pytest.mark.parametrize(
    ("kw", "euro"), [("20", 50), ("20.1", 450), ("200", 450), ("600", 1300), ("1000", 2300), ("1000.1", None)]
)
def test_grant_fee__bounds__are_inclusive_downwards(kw: str, euro: int | None) -> None:
    assert grant_fee_cents(micro(kw), DAY) == (None if euro is None else 100 * euro)

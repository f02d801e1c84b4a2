"""Dedicated withdrawal, solved by hand.

dedicated_withdrawal
├── it should value each hour's injection at the zonal price, negative ones too
├── given a small photovoltaic plant in 2024
│   ├── when zonal prices are lower it should pay the guaranteed minimum of 46.4 €/MWh
│   ├── when zonal prices are higher it should pay them
│   └── when energy exceeds 1,500 MWh it should value the rest at zonal prices
├── given an incentivised plant above 100 kW it should have no minimum
├── given a year without published minimum it should say so and pay zonal prices
└── given a whole calendar year it should be final
"""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from settlement.domain.calendar import day_start
from settlement.domain.case import Case, Source
from settlement.domain.market.dedicated_withdrawal import YearOfWithdrawal, dedicated_withdrawal
from tests.settlement.domain.worlds import A, B, case, micro, plant

MWH = 1_000_000


def only(given: Case) -> YearOfWithdrawal:
    """The single row of the case's single plant and year."""
    (row,) = dedicated_withdrawal(given)
    return row


def world(kw: str = "50", price: str | list[int] = "40", **changes: object) -> Case:
    """One plant that injects 1 MWh and 2 MWh."""
    return case(
        injected={A: [MWH, 2 * MWH]}, withdrawn={B: [0, 0]}, plants=[plant(kw=kw)], price=price, **changes
    )


def test_withdrawal__zonal_price_below_the_minimum__pays_the_minimum() -> None:
    row = only(world(price="40"))
    assert row.zonal_eur == 120
    assert (row.paid_eur, row.is_at_minimum) == (Fraction("139.2"), True)


def test_withdrawal__zonal_price_above_the_minimum__pays_the_zonal_price() -> None:
    row = only(world(price="60"))
    assert (row.paid_eur, row.is_at_minimum) == (180, False)


def test_withdrawal__negative_hour__lowers_the_zonal_revenue() -> None:
    quarters = [micro("100")] * 4 + [-micro("20")] * 4
    row = only(world(kw="150", price=quarters))
    assert row.paid_eur == 60


def test_withdrawal__incentivised_above_100_kw__has_no_minimum() -> None:
    row = only(world(kw="100.000001", price="40"))
    assert (row.paid_eur, row.minimum.eur_per_mwh) == (120, None)
    assert "incentivised" in row.minimum.reason


def test_withdrawal__existing_plant_above_100_kw__is_not_incentivised_and_has_the_minimum() -> None:
    old = plant("OLD", kw="150", entry_into_operation=date(2019, 1, 1))
    given = case(injected={A: [MWH]}, withdrawn={B: [0]}, plants=[old], price="40")
    assert only(given).paid_eur == Fraction("46.4")


def test_withdrawal__energy_above_the_limit__is_valued_at_zonal_prices() -> None:
    # 1,400 MWh at 40 and 200 MWh at 10 €/MWh: the limit of 1,500 MWh falls into the last hour.
    given = case(
        injected={A: [500 * MWH, 500 * MWH, 400 * MWH, 200 * MWH]},
        withdrawn={B: [0, 0, 0, 0]},
        plants=[plant(kw="50")],
        price=[micro("40")] * 12 + [micro("10")] * 4,
    )
    row = only(given)
    assert row.within_limit_zonal_eur == 1_400 * 40 + 100 * 10
    assert row.guaranteed_eur == 1_500 * Fraction("46.4")
    assert row.paid_eur == 1_500 * Fraction("46.4") + 100 * 10


def test_withdrawal__other_source__says_that_its_minimum_is_not_known() -> None:
    given = case(
        injected={A: [MWH]}, withdrawn={B: [0]}, plants=[plant(kw="50", source=Source.HYDRO)], price="40"
    )
    row = only(given)
    assert (row.paid_eur, row.fee_eur) == (40, None)
    assert "source hydro" in row.minimum.reason


def test_withdrawal__year_without_published_minimum__pays_zonal_prices_and_says_so() -> None:
    row = only(world(price="40", start=datetime(2025, 7, 1, 10, tzinfo=UTC)))
    assert row.paid_eur == 120
    assert "2025 is not known" in row.minimum.reason


def test_withdrawal__two_years__have_a_row_each() -> None:
    given = world(price="40", start=datetime(2024, 12, 31, 22, tzinfo=UTC))
    assert [(row.year, row.injected_wh) for row in dedicated_withdrawal(given)] == [
        (2024, MWH), (2025, 2 * MWH)
    ]  # fmt: skip


@pytest.mark.parametrize(("hours", "final"), [(8784, True), (8783, False)])
def test_withdrawal__calendar_year__is_final(hours: int, final: bool) -> None:
    given = case(
        injected={A: [0] * hours},
        withdrawn={B: [0] * hours},
        plants=[plant()],
        start=day_start(date(2024, 1, 1)),
    )
    assert only(given).is_final is final


def test_fee__photovoltaic__is_per_kilowatt_and_year() -> None:
    assert only(world(kw="50")).fee_eur == 35

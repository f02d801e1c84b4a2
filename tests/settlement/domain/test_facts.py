"""FACTS section 10, the worked examples, through the engine's public interface.

Out of the engine's scope: E22 (request deadlines), E24 (PNRR grants), E25 (GSE fees), E26 (tariff bands).
E21's cents are the payout's concern; its division rule is the engine's and is tested here.
"""

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from settlement.domain.allocation import divide_pool
from settlement.domain.calendar import day_hours, day_start
from settlement.domain.case import Attribution, Case, MemberCategory, Shares, Source
from settlement.domain.eligibility import existing_breaches, unit_breaches
from settlement.domain.engine import settle
from settlement.domain.excess import TIP_ONLY, TIP_PLUS_GRANT, excess_set
from settlement.domain.parameters import resolve
from settlement.domain.rounding import divide_largest_remainder, split_revenue
from settlement.domain.rulesets import law
from tests.settlement.domain.worlds import (
    A,
    B,
    C,
    case,
    exact_premium,
    held,
    micro,
    person,
    plant,
    premium,
    sme,
)

KWH = 1_000
MWH = 1_000_000


def one_plant(kw: str, price: str, wh: int = 100 * KWH, **changes: Any) -> Case:
    """One plant, one hour, everything shared."""
    zone = law().regions[str(changes.get("region", "Piemonte"))].zone
    return case(
        injected={A: [wh]}, withdrawn={B: [wh]}, price=price, plants=[plant(kw=kw, **changes)], zone=zone
    )


@pytest.mark.parametrize(
    ("example", "kw", "price", "wh", "changes", "premium_eur"),
    [
        ("E0", "700", "180", MWH, {"region": "Emilia-Romagna"}, "70.00"),
        ("E0", "700", "140", MWH, {"region": "Emilia-Romagna"}, "110.00"),
        ("E1", "150", "95", 100 * KWH, {}, "13.00"),
        ("E2", "150", "150", 100 * KWH, {}, "12.00"),
        ("E3", "150", "205", 100 * KWH, {}, "9.00"),
        ("E3", "150", "180", 100 * KWH, {}, "9.00"),
        ("E4", "100", "-10", MWH, {}, "130.00"),
        ("E5", "500", "120", 100 * KWH, {"region": "Puglia", "source": Source.WIND}, "11.00"),
        ("E5", "500", "152.5", 100 * KWH, {"region": "Puglia", "source": Source.WIND}, "9.75"),
        ("E6", "800", "130", 250 * KWH, {"region": "Lazio"}, "26.00"),
        ("E6", "800", "165", 250 * KWH, {"region": "Lazio"}, "19.75"),
        ("E7", "200", "180", MWH, {"source": Source.WIND}, "80.00"),
        ("E7", "200.1", "180", MWH, {"source": Source.WIND}, "70.00"),
        ("E7", "600", "180", MWH, {"source": Source.WIND}, "70.00"),
        ("E7", "600.1", "180", MWH, {"source": Source.WIND}, "60.00"),
        ("E7", "1000", "180", MWH, {"source": Source.WIND}, "60.00"),
        ("E8", "150", "95", 100 * KWH, {"grant_pct": "40"}, "6.50"),
        ("E8", "150", "95", 100 * KWH, {"grant_pct": "25"}, "8.94"),
    ],
)
def test_premium__worked_example__gives_the_stated_amount(
    example: str, kw: str, price: str, wh: int, changes: dict[str, object], premium_eur: str
) -> None:
    assert premium(one_plant(kw, price, wh, **changes)) == premium_eur, example


def test_limits__e7_plant_of_1000_1_kw__is_a_breach() -> None:
    limit = micro("1000")
    assert unit_breaches([plant(kw="1000")], limit) == []
    assert [breach.key for breach in unit_breaches([plant(kw="1000.1")], limit)] == ["power_kw"]


def test_premium__e8_grant_of_25_pct__is_exact_before_rounding() -> None:
    assert exact_premium(one_plant("150", "95", grant_pct="25")) == "8.9375"


def test_premium__e9_sixty_of_hundred_kwh_exempt__reduces_the_rest_only() -> None:
    given = case(
        injected={A: [100 * KWH]},
        withdrawn={B: [60 * KWH], C: [40 * KWH]},
        plants=[plant(grant_pct="40")],
        members=[sme("M1"), sme("M2", category=MemberCategory.LOCAL_ADMIN), sme("M3")],
    )
    assert premium(given) == "10.40"


E10_PLANTS = (
    plant("A", A, "150"),
    plant("B", B, "500", entry_into_operation=date(2024, 6, 1)),
)


@pytest.mark.parametrize(
    ("rule", "plant_a_wh", "premium_eur"),
    [(Attribution.ENTRY_ORDER, 60 * KWH, "9.00"), (Attribution.PRO_RATA_INJECTION, 30 * KWH, "8.70")],
)
def test_attribution__e10_two_plants__follows_the_rule(
    rule: Attribution, plant_a_wh: int, premium_eur: str
) -> None:
    given = case(
        injected={A: [60 * KWH], B: [80 * KWH]},
        withdrawn={C: [70 * KWH]},
        plants=E10_PLANTS,
        attribution=rule,
    )
    assert settle(given).plants["A"].shared_wh == plant_a_wh
    assert premium(given) == premium_eur


def test_exemption__e11_municipality_withdraws_thirty__fills_the_grant_plant_first() -> None:
    grant = plant("B", B, "500", "40", entry_into_operation=date(2024, 6, 1))
    given = case(
        injected={A: [60 * KWH], B: [80 * KWH]},
        withdrawn={A: [30 * KWH], C: [40 * KWH]},
        plants=[E10_PLANTS[0], grant],
        members=[sme("M1", category=MemberCategory.TERRITORIAL_BODY), sme("M2"), sme("M3")],
    )
    assert premium(given) == "9.00"


@pytest.mark.parametrize(
    ("example", "name", "shared_wh", "injected_wh", "premium_cents", "excess_cents"),
    [
        ("E12", TIP_ONLY, 60_000, 100_000, 720_000, 36_000),
        ("E13", TIP_ONLY, 56_000, 100_000, 672_000, 6_720),
        ("E13", TIP_PLUS_GRANT, 50_000, 100_000, 325_000, 16_250),
        ("E14", TIP_ONLY, 55_000, 100_000, 720_000, 0),
    ],
)
def test_excess__worked_example__counts_percentage_points(
    example: str, name: str, shared_wh: int, injected_wh: int, premium_cents: int, excess_cents: int
) -> None:
    values = resolve(case(injected={A: [0]}).community)
    found = excess_set("", name, [(shared_wh, injected_wh)], premium_cents, values)
    assert found.excess_cents == excess_cents, example


@pytest.mark.parametrize(
    ("injected_wh", "withdrawn_wh", "shared_wh"),
    [(40, 0, 0), (0, 25, 0), (0, 0, 0), (12_500, 12_500, 12_500)],
)
def test_sharing__e15_one_hour__is_the_smaller_side(
    injected_wh: int, withdrawn_wh: int, shared_wh: int
) -> None:
    given = case(injected={A: [injected_wh]}, withdrawn={B: [withdrawn_wh]})
    assert settle(given).document()["shared_wh"] == shared_wh


def test_sharing__e16_quarter_hours__are_summed_before_the_minimum() -> None:
    given = case(
        injected={A: [4000, 0, 0, 4000]}, withdrawn={B: [1000, 3000, 3000, 1000]}, resolution_minutes=15
    )
    assert settle(given).document()["shared_wh"] == 8000


def test_price__e17_four_quarters__counts_their_exact_mean() -> None:
    quarters = [micro(price) for price in ("100", "110", "130", "140")]
    varying = case(injected={A: [MWH]}, withdrawn={B: [MWH]}, plants=[plant(kw="300")], price=quarters)
    even = case(injected={A: [MWH]}, withdrawn={B: [MWH]}, plants=[plant(kw="300")], price="120")
    assert premium(varying) == premium(even)


@pytest.mark.parametrize(
    ("day", "hours", "starts"),
    [
        (date(2026, 3, 29), 23, datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (date(2026, 10, 25), 25, datetime(2026, 10, 24, 22, tzinfo=UTC)),
    ],
)
def test_sharing__e18_clock_change__has_all_quarters(day: date, hours: int, starts: datetime) -> None:
    assert (day_hours(day), day_start(day)) == (hours, starts)
    quarters = [1000] * (4 * hours)
    given = case(
        injected={A: quarters},
        withdrawn={B: quarters},
        start=starts,
        resolution_minutes=15,
        parameters_micro={"tras_e_eur_per_mwh": micro("10.57")},
    )
    document = settle(given).document()
    assert (document["hours"], document["shared_wh"]) == (hours, 4 * hours * 1000)


def test_valorisation__e19_tariff_of_2024__is_rounded_once() -> None:
    document = settle(case(injected={A: [4_321_500]}, withdrawn={B: [4_321_500]})).document()
    assert document["valorisation_exact_eur"] == "45.678255"
    assert document["valorisation_eur"] == "45.68"


def test_premium__e20_three_hours__is_rounded_once_over_the_period() -> None:
    given = case(
        injected={A: [10_040] * 3},
        withdrawn={B: [10_040] * 3},
        plants=[plant(kw="300", region="Puglia")],
        price="150",
        zone="SUD",
    )
    assert exact_premium(given) == "3.012"
    assert premium(given) == "3.01"


def test_division__e21_three_equal_parts__ties_go_to_the_lower_id() -> None:
    assert divide_largest_remainder(10_000, {"c": 1, "a": 1, "b": 1}) == {"a": 3334, "b": 3333, "c": 3333}


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        ("10.01", ("7.007", "2.002", "1.001")),
        ("0.05", ("0.035", "0.010", "0.005")),
        ("12345.67", ("8641.969", "2469.134", "1234.567")),
    ],
)
def test_split__e21_seventy_twenty_ten__is_exact_in_micro_euro(amount: str, parts: tuple[str, ...]) -> None:
    split = split_revenue(micro(amount), Shares(7000, 2000, 1000))
    found = (split.producers_micro_eur, split.social_micro_eur, split.grid_micro_eur)
    assert found == tuple(map(micro, parts))


@pytest.mark.parametrize(
    ("existing_kw", "new_kw", "is_breach"),
    [("30", "70", False), ("31", "70", True), ("60", "140", False), ("86", "200", True)],
)
def test_limits__e23_existing_plants__may_be_exactly_thirty_percent(
    existing_kw: str, new_kw: str, is_breach: bool
) -> None:
    old = plant("OLD", A, existing_kw, entry_into_operation=date(2021, 12, 15))
    found = existing_breaches([old, plant("NEW", B, new_kw)], micro("30"))
    assert [breach.plant for breach in found] == (["OLD"] if is_breach else [])


def test_tariff__e27_seven_plants_of_225_6_kw__are_each_of_the_first_class() -> None:
    pods = [f"IT001E0000001{n}" for n in range(7)]
    plants = [plant(f"P{n}", pod, "76" if n == 0 else "24.933333") for n, pod in enumerate(pods)]
    given = case(
        injected={pod: [MWH] for pod in pods},
        withdrawn={B: [7 * MWH]},
        plants=plants,
        price="180",
        pods=[held(pod, "M1") for pod in [*pods, B]],
    )
    assert [row.premium_exact_eur for row in settle(given).plants.values()] == [Fraction(90)] * 7


@pytest.mark.parametrize(("enterprise_eur", "moved_eur"), [("600", "0"), ("960", "10")])
def test_allocation__e28_enterprises__receive_at_most_premium_less_excess(
    enterprise_eur: str, moved_eur: str
) -> None:
    pool, cap = micro("1000"), micro("950")
    weights = {"E": micro(enterprise_eur), "P": pool - micro(enterprise_eur)}
    division = divide_pool(pool, weights, ["E"], cap)
    assert division.moved_to_social_micro_eur == micro(moved_eur)
    assert division.payouts_micro_eur["E"] == micro(enterprise_eur) - micro(moved_eur)


def test_exemption__e9_by_a_person__depends_on_the_day() -> None:
    """DM 127/2025 exempts natural persons from 2025-06-26; the same hour a year earlier is reduced."""

    def settled_on(start: datetime) -> str:
        return premium(
            case(
                injected={A: [100 * KWH]},
                withdrawn={B: [60 * KWH], C: [40 * KWH]},
                plants=[plant(grant_pct="40")],
                members=[sme("M1"), person("M2"), sme("M3")],
                start=start,
                parameters_micro={"tras_e_eur_per_mwh": 0},
            )
        )

    assert settled_on(datetime(2025, 6, 25, 21, tzinfo=UTC)) == "6.50"
    assert settled_on(datetime(2025, 6, 25, 22, tzinfo=UTC)) == "10.40"

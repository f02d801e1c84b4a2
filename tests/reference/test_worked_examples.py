"""The worked examples of the rules (E1 to E28), solved by hand, against the reference and the engine.

Energy is written in kWh in the examples and in Wh here. Unless a test says otherwise a case is one or more
ordinary hours of July 2024, in Piemonte (zone NORD), with one small firm that withdraws, so that nobody is
exempt from the reduction for grants.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.reference.conftest import Settle
from tests.reference.examples import NOON, add_consumer, add_member, add_plant, empty_case, one_plant, pod
from tests.reference.folder import ROME, CaseFolder, quarters, write
from tests.reference.production import run_settle

E0_TO_E8 = [
    ("E0_high_price", "700", 1_000_000, "180", {"region": "Emilia-Romagna"}, "70", "70.00"),
    ("E0_low_price", "700", 1_000_000, "140", {"region": "Emilia-Romagna"}, "110", "110.00"),
    ("E1", "150", 100_000, "95", {}, "13", "13.00"),
    ("E2", "150", 100_000, "150", {}, "12", "12.00"),
    ("E3_above", "150", 100_000, "205", {}, "9", "9.00"),
    ("E3_at", "150", 100_000, "180", {}, "9", "9.00"),
    ("E4_negative_price", "100", 1_000_000, "-10", {}, "130", "130.00"),
    ("E7_200", "200", 1_000_000, "180", {"source": "wind"}, "80", "80.00"),
    ("E7_200.1", "200.1", 1_000_000, "180", {"source": "wind"}, "70", "70.00"),
    ("E7_600", "600", 1_000_000, "180", {"source": "wind"}, "70", "70.00"),
    ("E7_600.1", "600.1", 1_000_000, "180", {"source": "wind"}, "60", "60.00"),
    ("E7_1000", "1000", 1_000_000, "180", {"source": "wind"}, "60", "60.00"),
    ("E8_grant_40", "150", 100_000, "95", {"grant_pct": "40"}, "6.5", "6.50"),
    ("E8_grant_25", "150", 100_000, "95", {"grant_pct": "25"}, "8.9375", "8.94"),
]


@pytest.mark.parametrize(
    ("power_kw", "wh", "price", "plant", "exact", "cents"),
    [row[1:] for row in E0_TO_E8],
    ids=[row[0] for row in E0_TO_E8],
)
def test_premium__one_plant_one_hour__as_worked_out(
    settle: Settle, power_kw: str, wh: int, price: str, plant: dict[str, Any], exact: str, cents: str
) -> None:
    document = settle(one_plant(power_kw, wh, price, **plant))
    assert document["plants"]["P1"]["premium_exact_eur"] == exact
    assert document["plants"]["P1"]["premium_eur"] == cents
    assert document["premium_eur"] == cents


@pytest.mark.parametrize(("price", "exact", "cents"), [("120", "11", "11.00"), ("152.5", "9.75", "9.75")])
def test_premium__e5_wind_in_puglia__no_geographic_term(
    settle: Settle, price: str, exact: str, cents: str
) -> None:
    document = settle(one_plant("500", 100_000, price, zone="SUD", source="wind", region="Puglia"))
    assert document["plants"]["P1"]["premium_exact_eur"] == exact
    assert document["premium_eur"] == cents


@pytest.mark.parametrize(("price", "cents"), [("130", "26.00"), ("165", "19.75")])
def test_premium__e6_photovoltaic_in_lazio__centre_term_outside_the_cap(
    settle: Settle, price: str, cents: str
) -> None:
    assert settle(one_plant("800", 250_000, price, zone="CSUD", region="Lazio"))["premium_eur"] == cents


def test_premium__e9_sixty_of_hundred_exempt__reduced_only_on_the_rest(settle: Settle) -> None:
    case = empty_case()
    add_plant(case, 1, "150", [100_000], grant_pct="40")
    add_consumer(case, 2, [60_000], category="TERRITORIAL_BODY")
    add_consumer(case, 3, [40_000])
    case.price_series("NORD", "95")
    assert settle(case)["premium_eur"] == "10.40"


def two_plants(b_grant_pct: str = "0", exempt_wh: int = 0) -> CaseFolder:
    """E10: A injects 60 kWh, B (later, bigger) 80 kWh, 70 kWh are withdrawn."""
    case = empty_case(start=datetime(2025, 7, 1, 12, tzinfo=ROME))
    case.parameters = {"tras_e_eur_per_mwh": "10.57"}
    add_plant(case, 1, "150", [60_000])
    add_plant(case, 2, "500", [80_000], entry_into_operation=date(2025, 2, 1), grant_pct=b_grant_pct)
    add_consumer(case, 3, [70_000 - exempt_wh])
    add_consumer(case, 4, [exempt_wh], category="TERRITORIAL_BODY")
    case.price_series("NORD", "95")
    return case


def test_attribution__e10_entry_order__first_plant_first(settle: Settle) -> None:
    document = settle(two_plants())
    assert [document["plants"][p]["shared_wh"] for p in ("P1", "P2")] == [60_000, 10_000]
    assert [document["plants"][p]["premium_eur"] for p in ("P1", "P2")] == ["7.80", "1.20"]
    assert document["premium_eur"] == "9.00"


def test_attribution__e10_pro_rata__by_injection(settle: Settle) -> None:
    case = two_plants()
    case.top["attribution"] = "PRO_RATA_INJECTION"
    document = settle(case)
    assert [document["plants"][p]["shared_wh"] for p in ("P1", "P2")] == [30_000, 40_000]
    assert document["premium_eur"] == "8.70"


def test_premium__e11_exempt_entity__fills_the_grant_plant_first(settle: Settle) -> None:
    assert settle(two_plants(b_grant_pct="40", exempt_wh=30_000))["premium_eur"] == "9.00"


def test_premium__e11_exempt_persons__have_no_priority(settle: Settle) -> None:
    """Persons, exempt from 26 June 2025: 30·10/70 = 4.285714 kWh of B's 10, whole Wh by largest remainder."""
    case = two_plants(b_grant_pct="40", exempt_wh=30_000)
    case.members[3]["category"] = "NATURAL_PERSON"
    plants = settle(case)["plants"]
    assert plants["P1"]["premium_eur"] == "7.80"
    # 4,286 Wh at 120 €/MWh and 5,714 Wh at 60 €/MWh: 0.51432 + 0.34284
    assert plants["P2"]["premium_exact_eur"] == "0.85716"


def test_excess__e12_premium_only__percentage_points_above_55(settle: Settle) -> None:
    case = empty_case()
    add_plant(case, 1, "150", [100_000_000], source="wind")
    add_consumer(case, 2, [60_000_000])
    case.price_series("NORD", "95")
    assert settle(case)["excess"] == [
        {
            "set": "TIP_ONLY",
            "shared_wh": 60_000_000,
            "injected_wh": 100_000_000,
            "premium_eur": "7200.00",
            "excess_eur": "360.00",
            "provisional": True,
        }
    ]


def test_excess__e13_both_sets__each_with_its_threshold(settle: Settle) -> None:
    case = empty_case(hours=2)
    add_plant(case, 1, "150", [56_000_000, 44_000_000], source="wind")
    add_plant(case, 2, "150", [50_000_000, 50_000_000], grant_pct="40")
    add_consumer(case, 3, [106_000_000, 0])
    case.price_series("NORD", "95")
    excess = settle(case)["excess"]
    assert [entry["set"] for entry in excess] == ["TIP_ONLY", "TIP_PLUS_GRANT"]
    assert [entry["premium_eur"] for entry in excess] == ["6720.00", "3250.00"]
    assert [entry["excess_eur"] for entry in excess] == ["67.20", "162.50"]


def test_excess__e14_exactly_at_the_threshold__zero(settle: Settle) -> None:
    case = empty_case()
    add_plant(case, 1, "150", [100_000])
    add_consumer(case, 2, [55_000])
    case.price_series("NORD", "95")
    assert settle(case)["excess"][0]["excess_eur"] == "0.00"


@pytest.mark.parametrize(
    ("injected_wh", "withdrawn_wh", "shared_wh"),
    [(40_000, 0, 0), (0, 25_000, 0), (0, 0, 0), (12_500, 12_500, 12_500)],
)
def test_shared__e15_one_hour__the_smaller_side(
    settle: Settle, injected_wh: int, withdrawn_wh: int, shared_wh: int
) -> None:
    case = empty_case()
    add_plant(case, 1, "150", [injected_wh])
    add_consumer(case, 2, [withdrawn_wh])
    case.price_series("NORD", "95")
    assert settle(case)["shared_wh"] == shared_wh


def test_shared__e16_quarter_hours__summed_before_the_minimum(settle: Settle) -> None:
    case = empty_case()
    add_plant(case, 1, "150", [0])
    add_member(case, 2)
    case.readings = [
        (start, pod(number), direction, wh, "")
        for number, direction, values in (
            (1, "injected", [4000, 0, 0, 4000]),
            (2, "withdrawn", [1000, 3000, 3000, 1000]),
        )
        for start, wh in zip(quarters(NOON.astimezone(UTC)), values, strict=True)
    ]
    case.price_series("NORD", "95")
    assert settle(case)["shared_wh"] == 8000


def test_price__e17_quarter_hours__the_exact_mean(settle: Settle) -> None:
    """Mean 120; the reference price is lowered to 150 because the cap would hide it: 80 + 30 + 10."""
    case = one_plant("150", 100_000, "0")
    case.parameters = {"price_reference_eur_per_mwh": "150"}
    starts = quarters(NOON.astimezone(UTC))
    case.prices = [
        (at, "NORD", price) for at, price in zip(starts, ("100", "110", "130", "140"), strict=True)
    ]
    assert settle(case)["premium_eur"] == "12.00"


@pytest.mark.parametrize(
    ("day", "start", "end", "hours"),
    [
        (date(2026, 3, 29), "2026-03-28T23:00:00+00:00", "2026-03-29T22:00:00+00:00", 23),
        (date(2026, 10, 25), "2026-10-24T22:00:00+00:00", "2026-10-25T23:00:00+00:00", 25),
    ],
)
def test_day__e18_clock_change__every_quarter_counts_once(
    settle: Settle, day: date, start: str, end: str, hours: int
) -> None:
    case = empty_case(hours=hours, start=datetime(day.year, day.month, day.day, tzinfo=ROME))
    assert (case.start.astimezone(UTC).isoformat(), case.end.astimezone(UTC).isoformat()) == (start, end)
    case.parameters = {"tras_e_eur_per_mwh": "1"}
    add_plant(case, 1, "150", [0] * hours)
    add_member(case, 2)
    case.readings = [
        (at, pod(number), direction, 1000, "")
        for number, direction in ((1, "injected"), (2, "withdrawn"))
        for hour in case.hours()
        for at in quarters(hour)
    ]
    case.price_series("NORD", "95")
    document = settle(case)
    assert (document["hours"], document["shared_wh"]) == (hours, hours * 4000)


def test_valorisation__e19_tiad_2024__once_to_the_cent(settle: Settle) -> None:
    case = empty_case()
    add_plant(case, 1, "150", [4_321_500])
    add_consumer(case, 2, [5_000_000])
    case.price_series("NORD", "95")
    document = settle(case)
    assert document["valorisation_exact_eur"] == "45.678255"
    assert document["valorisation_eur"] == "45.68"


def test_premium__e20_three_hours__rounded_once(settle: Settle) -> None:
    case = empty_case(hours=3)
    add_plant(case, 1, "150", [10_040] * 3, source="wind")
    add_consumer(case, 2, [10_040] * 3)
    case.price_series("NORD", "160")
    document = settle(case)
    assert document["plants"]["P1"]["premium_exact_eur"] == "3.012"
    assert document["premium_eur"] == "3.01"


def revenue_case(revenue_eur: str, members: int = 3, hours: int = 1, start: datetime = NOON) -> CaseFolder:
    case = empty_case(hours=hours, start=start)
    case.top |= {"revenue_eur": revenue_eur, "allocation": "EQUAL"}
    case.members = [{"id": f"M{n}", "category": "SME"} for n in range(1, members + 1)]
    case.price_series("NORD", "95")
    return case


def test_division__e21_three_equal_parts__the_remainder_to_the_lowest_id(settle: Settle) -> None:
    case = revenue_case("100.00")
    case.community["shares_bps"] = {"producers": 10000, "social": 0, "grid": 0}
    payouts = [member["payout_eur"] for member in settle(case)["members"].values()]
    assert payouts == ["33.333334", "33.333333", "33.333333"]


@pytest.mark.parametrize(
    ("revenue", "producers", "social", "grid"),
    [
        ("10.01", "7.007000", "2.002000", "1.001000"),
        ("0.05", "0.035000", "0.010000", "0.005000"),
        ("12345.67", "8641.969000", "2469.134000", "1234.567000"),
    ],
)
def test_split__e21_seventy_twenty_ten__exact(
    settle: Settle, revenue: str, producers: str, social: str, grid: str
) -> None:
    assert settle(revenue_case(revenue))["split_eur"] == {
        "producers": producers,
        "social": social,
        "grid": grid,
    }


def existing_case(old_kw: str, new_kw: str) -> CaseFolder:
    case = empty_case()
    add_plant(case, 1, old_kw, [100_000], entry_into_operation=date(2021, 12, 15))
    add_plant(case, 2, new_kw, [100_000])
    add_consumer(case, 3, [150_000])
    case.price_series("NORD", "95")
    return case


@pytest.mark.parametrize(("old_kw", "new_kw"), [("30", "70"), ("60", "140")])
def test_existing_plants__e23_at_most_30_percent__no_premium_for_them(
    settle: Settle, old_kw: str, new_kw: str
) -> None:
    """The existing plant is first in the order: it takes 100 kWh of the 150, the new one 50 at 130 €/MWh."""
    document = settle(existing_case(old_kw, new_kw))
    assert [document["plants"][p]["shared_wh"] for p in ("P1", "P2")] == [100_000, 50_000]
    assert [document["plants"][p]["premium_eur"] for p in ("P1", "P2")] == ["0.00", "6.50"]
    assert document["valorisation_exact_eur"] == "1.5855"


@pytest.mark.parametrize(("old_kw", "new_kw"), [("31", "70"), ("86", "200")])
def test_existing_plants__e23_above_30_percent__a_finding(tmp_path: Path, old_kw: str, new_kw: str) -> None:
    outcome = run_settle(write(existing_case(old_kw, new_kw), tmp_path))
    assert outcome.exit_code == 2
    assert [file for file, _, _ in outcome.findings] == ["community.toml"]


@pytest.mark.parametrize(("power_kw", "grant_pct"), [("1000.1", "0"), ("150", "41")])
def test_plant__e7_e8_beyond_a_limit__a_finding(tmp_path: Path, power_kw: str, grant_pct: str) -> None:
    outcome = run_settle(write(one_plant(power_kw, 100, "95", grant_pct=grant_pct), tmp_path))
    assert outcome.exit_code == 2
    assert outcome.findings


def test_class__e27_seven_plants_of_225_6_kw__each_in_class_1(settle: Settle) -> None:
    case = empty_case()
    powers = ["76", "60", "30", "25.6", "14", "12", "8"]
    for number, power_kw in enumerate(powers, 1):
        add_plant(case, number, power_kw, [1_000_000])
    add_consumer(case, 8, [7_000_000])
    case.price_series("NORD", "180")
    plants = settle(case)["plants"]
    assert [plants[f"P{n}"]["premium_eur"] for n in range(1, 8)] == ["90.00"] * 7


@pytest.mark.parametrize(
    ("revenue", "enterprise_payout", "moved"),
    [("1200.00", "600.000000", "0.000000"), ("1920.00", "950.000000", "10.000000")],
)
def test_finality__e28_whole_year__enterprises_stay_under_premium_less_excess(
    settle: Settle, revenue: str, enterprise_payout: str, moved: str
) -> None:
    """9 of 15 MWh shared (60 %): 5 MWh at 120 and 4 MWh at 100 €/MWh are 1,000 €; the cap is 950 €."""
    hours = 8760
    case = revenue_case(revenue, members=0, hours=hours, start=datetime(2023, 1, 1, tzinfo=ROME))
    case.community["shares_bps"] = {"producers": 10000, "social": 0, "grid": 0}
    rest = [0] * (hours - 3)
    add_plant(
        case,
        1,
        "150",
        [5_000_000, 4_000_000, 6_000_000, *rest],
        source="wind",
        entry_into_operation=date(2022, 1, 1),
    )
    add_consumer(case, 2, [5_000_000, 4_000_000, 0, *rest])
    case.members[0]["enterprise"] = True
    case.prices = [(hour, "NORD", "160" if n == 1 else "140") for n, hour in enumerate(case.hours())]
    document = settle(case)
    assert document["premium_eur"] == "1000.00"
    assert document["excess"][0]["excess_eur"] == "50.00"
    assert document["excess"][0]["provisional"] is False
    assert document["members"]["M1"]["payout_eur"] == enterprise_payout
    assert document["moved_to_social_eur"] == moved

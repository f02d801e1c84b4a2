"""Edges that the worked examples do not reach, solved by hand, against the reference and the engine."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from tests.reference import engine
from tests.reference.conftest import Settle
from tests.reference.examples import add_consumer, add_member, add_plant, empty_case, one_plant, pod
from tests.reference.folder import HOUR, ROME, CaseFolder, quarters, write
from tests.reference.production import run_settle
from tests.reference.world import MissingParameter


def around_midnight(day: date, hours: int = 2) -> CaseFolder:
    """The last hour before the day's midnight in Rome, and the hours after it."""
    start = datetime(day.year, day.month, day.day, tzinfo=ROME).astimezone(UTC) - HOUR
    case = empty_case(hours=hours, start=start.astimezone(ROME))
    case.parameters = {"tras_e_eur_per_mwh": "1"}
    case.price_series("NORD", "95")
    return case


def test_plants_of_one_pod__equal_power__remainder_by_id_in_byte_order(settle: Settle) -> None:
    """11 Wh over four equal plants: 2.75 each; three units go to the lowest ids as bytes, not as letters."""
    case = one_plant("1", 11, "95")
    (plant,) = case.plants
    case.plants = [plant | {"id": name} for name in ("é", "z", "9", "10")]
    plants = settle(case)["plants"]
    assert {name: plants[name]["injected_wh"] for name in plants} == {"10": 3, "9": 3, "z": 3, "é": 2}


def test_plants_of_one_pod__later_entry__joins_at_midnight(settle: Settle) -> None:
    case = around_midnight(date(2024, 7, 2))
    add_plant(case, 1, "30", [100, 100])
    case.plants.append(
        case.plants[0] | {"id": "P2", "power_kw": "10", "entry_into_operation": date(2024, 7, 2)}
    )
    add_consumer(case, 2, [0, 0])
    plants = settle(case)["plants"]
    assert [plants[name]["injected_wh"] for name in ("P1", "P2")] == [175, 25]


def test_class__same_pod_and_source__summed_power_and_other_source_apart(settle: Settle) -> None:
    """150 + 50.000001 kW wind are class 2 together (70 at a high price); 150 kW hydro stays class 1 (80)."""
    case = one_plant("150", 3_000_000, "200", source="wind")
    plant = case.plants[0]
    case.plants += [
        plant | {"id": "P2", "power_kw": "50.000001"},
        plant | {"id": "P3", "source": "hydro", "power_kw": "199.999999"},
    ]
    plants = settle(case)["plants"]
    wh = {name: plants[name]["shared_wh"] for name in plants}
    assert sum(wh.values()) == 3_000_000
    rates = {"P1": 70, "P2": 70, "P3": 80}
    premiums = {name: Fraction(plants[name]["premium_exact_eur"]) for name in plants}
    assert premiums == {name: Fraction(wh[name] * rates[name], 10**6) for name in plants}


def test_pod__new_owner_at_midnight__each_hour_to_its_owner(settle: Settle) -> None:
    case = around_midnight(date(2024, 7, 2))
    add_plant(case, 1, "30", [70, 50])
    add_consumer(case, 2, [60, 40])
    case.members.append({"id": "M3", "category": "SME"})
    for row in list(case.pods):
        row["valid_to"] = date(2024, 7, 2)
        case.pods.append({"code": row["code"], "member": "M3", "valid_from": date(2024, 7, 2)})
    document = settle(case)
    members = document["members"]
    assert [members[m]["injected_wh"] for m in ("M1", "M2", "M3")] == [70, 0, 50]
    assert [members[m]["withdrawn_wh"] for m in ("M1", "M2", "M3")] == [0, 60, 40]
    assert [members[m]["shared_injection_wh"] for m in ("M1", "M2", "M3")] == [60, 0, 40]
    assert [members[m]["shared_withdrawal_wh"] for m in ("M1", "M2", "M3")] == [0, 60, 40]


def test_premium__twenty_years__the_last_hour_earns_and_the_next_does_not(settle: Settle) -> None:
    case = around_midnight(date(2044, 7, 2))
    add_plant(case, 1, "150", [100_000, 100_000], entry_into_operation=date(2024, 7, 2))
    add_consumer(case, 2, [100_000, 100_000])
    document = settle(case)
    assert document["plants"]["P1"]["premium_exact_eur"] == "13"
    assert document["plants"]["P1"]["shared_wh"] == 200_000
    assert document["valorisation_exact_eur"] == "0.2"


@pytest.mark.parametrize(("midnight", "exact"), [(date(2100, 3, 1), "13"), (date(2100, 2, 28), "26")])
def test_premium__entry_on_29_february__ends_on_1_march_where_there_is_none(
    settle: Settle, midnight: date, exact: str
) -> None:
    case = around_midnight(midnight)
    add_plant(case, 1, "150", [100_000, 100_000], entry_into_operation=date(2080, 2, 29))
    add_consumer(case, 2, [100_000, 100_000])
    assert settle(case)["plants"]["P1"]["premium_exact_eur"] == exact


def test_premium__entry_on_29_february_2024__ends_on_29_february_2044(settle: Settle) -> None:
    case = around_midnight(date(2044, 2, 29))
    add_plant(case, 1, "150", [100_000, 100_000], entry_into_operation=date(2024, 2, 29))
    add_consumer(case, 2, [100_000, 100_000])
    assert settle(case)["plants"]["P1"]["premium_exact_eur"] == "13"


def test_exemption__natural_person__from_the_first_hour_of_26_june_2025(settle: Settle) -> None:
    """100 kWh an hour at 130 €/MWh: 6.50 with half the tariff on 25 June, 13.00 on 26 June."""
    case = around_midnight(date(2025, 6, 26))
    add_plant(case, 1, "150", [100_000, 100_000], grant_pct="40")
    add_consumer(case, 2, [100_000, 100_000], category="NATURAL_PERSON")
    assert settle(case)["plants"]["P1"]["premium_exact_eur"] == "19.5"


def test_exemption__persons_part__over_what_entities_left(settle: Settle) -> None:
    """Grant plants A and B hold 60 and 40 Wh; entities take 50 of A; persons' 30 fall 6 to A and 24 to B.

    A: (56 + 4/2)·120, B: (24 + 16/2)·120, in millionths of a euro (wind, price 95).
    """
    case = around_midnight(date(2025, 7, 2), hours=1)
    add_plant(case, 1, "150", [60], source="wind", grant_pct="40")
    add_plant(case, 2, "150", [40], source="wind", grant_pct="40", entry_into_operation=date(2024, 6, 1))
    add_consumer(case, 3, [50], category="RELIGIOUS_BODY")
    add_consumer(case, 4, [30], category="NATURAL_PERSON")
    add_consumer(case, 5, [20])
    plants = settle(case)["plants"]
    assert plants["P1"]["premium_exact_eur"] == "0.00696"
    assert plants["P2"]["premium_exact_eur"] == "0.00384"


def test_exemption__entities__fill_in_entry_order_even_when_attribution_is_pro_rata(settle: Settle) -> None:
    """50 Wh each; the entities' 30 all go to the older P2: (30 + 20/2)·120 against 50/2·120."""
    case = around_midnight(date(2024, 7, 2), hours=1)
    case.top["attribution"] = "PRO_RATA_INJECTION"
    add_plant(case, 1, "150", [80], source="wind", grant_pct="40")
    add_plant(case, 2, "150", [80], source="wind", grant_pct="40", entry_into_operation=date(2023, 6, 1))
    add_consumer(case, 3, [30], category="THIRD_SECTOR")
    add_consumer(case, 4, [70])
    plants = settle(case)["plants"]
    assert plants["P1"]["premium_exact_eur"] == "0.003"
    assert plants["P2"]["premium_exact_eur"] == "0.0048"


def test_exemption__existing_grant_plant__is_not_filled(settle: Settle) -> None:
    """The entities' 40 Wh skip the existing P1 and free 40 of P2's 50: (40 + 10/2)·120."""
    case = around_midnight(date(2024, 7, 2), hours=1)
    add_plant(case, 1, "30", [50], source="wind", grant_pct="40", entry_into_operation=date(2021, 12, 15))
    add_plant(case, 2, "150", [50], source="wind", grant_pct="40")
    add_consumer(case, 3, [40], category="ENV_PROTECTION")
    add_consumer(case, 4, [60])
    plants = settle(case)["plants"]
    assert plants["P1"]["premium_exact_eur"] == "0"
    assert plants["P2"]["premium_exact_eur"] == "0.0054"


def test_shared_withdrawal__three_equal_members__one_unit_to_the_lowest_id(settle: Settle) -> None:
    case = one_plant("150", 10, "95")
    case.readings = [row for row in case.readings if row[2] == "injected"]
    case.members, case.pods = case.members[:1], case.pods[:1]
    for number in (2, 3, 4):
        add_consumer(case, number, [7])
    members = settle(case)["members"]
    assert [members[f"M{n}"]["shared_withdrawal_wh"] for n in (2, 3, 4)] == [4, 3, 3]


def test_valorisation__period_over_new_year__each_hour_its_year(settle: Settle) -> None:
    """1 MWh in 2023 and 1 MWh in 2024: 8.48 + 10.57, both listed."""
    case = around_midnight(date(2024, 1, 1))
    case.parameters = {}
    add_plant(case, 1, "150", [1_000_000] * 2, entry_into_operation=date(2022, 1, 1))
    add_consumer(case, 2, [1_000_000] * 2)
    document = settle(case)
    assert document["valorisation_exact_eur"] == "19.05"
    used = document["rules"]["parameters_used"]
    assert [used[f"tras_e_eur_per_mwh@{year}"]["value"] for year in (2023, 2024)] == ["8.48", "10.57"]
    assert "tras_e_eur_per_mwh" not in used


def test_valorisation__second_year_without_tras_e__named_by_both(tmp_path: Path) -> None:
    case = around_midnight(date(2025, 1, 1))
    case.parameters = {}
    add_consumer(case, 1, [0, 0])
    outcome = run_settle(write(case, tmp_path))
    assert outcome.exit_code == 3, outcome.stderr
    assert "tras_e_eur_per_mwh" in outcome.stderr
    with pytest.raises(MissingParameter, match="tras_e_eur_per_mwh"):
        engine.settle(tmp_path)


def test_configurations__two_areas__share_nothing_with_each_other(settle: Settle) -> None:
    case = empty_case(zone="NORD")
    del case.community["area_code"], case.community["zone"]
    case.configurations = [
        {"id": "a", "area_code": "AC001E00001", "zone": "NORD"},
        {"id": "Z", "area_code": "AC001E00002", "zone": "SUD"},
    ]
    add_plant(case, 1, "150", [100])
    add_consumer(case, 2, [30])
    add_plant(case, 3, "150", [40], region="Puglia")
    add_consumer(case, 4, [900])
    for row, area in zip(case.pods, "aaZZ", strict=True):
        row["configuration"] = area
    case.price_series("NORD", "180")
    case.price_series("SUD", "95")
    document = settle(case)
    assert document["shared_wh"] == 70
    assert document["configurations"] == {
        "Z": {"hours": 1, "injected_wh": 40, "withdrawn_wh": 900, "shared_wh": 40},
        "a": {"hours": 1, "injected_wh": 100, "withdrawn_wh": 30, "shared_wh": 30},
    }
    # 30 Wh at 80 + 10 in the north, 40 Wh at 120 in the south
    assert [document["plants"][p]["premium_exact_eur"] for p in ("P1", "P3")] == ["0.0027", "0.0048"]
    assert [(entry["configuration"], entry["shared_wh"]) for entry in document["excess"]] == [
        ("Z", 40),
        ("a", 30),
    ]


def test_pod__moves_between_areas__counts_where_it_is(settle: Settle) -> None:
    """The consumer leaves the plant's area at midnight: only the first hour is shared."""
    case = around_midnight(date(2024, 7, 2))
    del case.community["area_code"], case.community["zone"]
    case.configurations = [
        {"id": name, "area_code": f"AC001E0000{n}", "zone": "NORD"} for n, name in enumerate("AB")
    ]
    add_plant(case, 1, "150", [100, 100])
    add_consumer(case, 2, [80, 80])
    case.pods[0]["configuration"] = "A"
    case.pods[1] |= {"configuration": "A", "valid_to": date(2024, 7, 2)}
    later = {"code": pod(2), "member": "M2", "configuration": "B", "valid_from": date(2024, 7, 2)}
    case.pods.append(later)
    document = settle(case)
    assert document["shared_wh"] == 80
    assert document["configurations"]["B"]["withdrawn_wh"] == 80


def test_pool__nobody_has_weight__carried(settle: Settle) -> None:
    case = empty_case()
    case.top["revenue_eur"] = "10"
    add_consumer(case, 1, [500])
    case.price_series("NORD", "95")
    document = settle(case)
    assert document["carried_eur"] == document["split_eur"]["producers"] == "7.000000"
    assert document["members"]["M1"]["payout_eur"] == "0.000000"


def test_split__odd_shares__funds_floored_and_producers_take_the_rest(settle: Settle) -> None:
    """One cent by 1/3333/6666 basis points: 10,000 micro-euro are 1, 3,333 and 6,666."""
    case = empty_case()
    case.top["revenue_eur"] = "0.01"
    case.community["shares_bps"] = {"producers": 1, "social": 3333, "grid": 6666}
    add_member(case, 1)
    case.series(pod(1), "withdrawn", 0)
    case.price_series("NORD", "95")
    assert settle(case)["split_eur"] == {"producers": "0.000001", "social": "0.003333", "grid": "0.006666"}


def test_price__quarter_hours__mean_of_six_decimals_is_exact(settle: Settle) -> None:
    """Prices 170, 170, 170 and 170.000001: 80 + 180 − 170.00000025 = 89.99999975; 1 MWh, wind."""
    case = one_plant("150", 1_000_000, "0", source="wind")
    starts = quarters(next(case.hours()))
    prices = ("170", "170", "170", "170.000001")
    case.prices = [(at, "NORD", price) for at, price in zip(starts, prices, strict=True)]
    plant = settle(case)["plants"]["P1"]
    assert (plant["premium_exact_eur"], plant["premium_eur"]) == ("89.99999975", "90.00")


def test_premium__half_a_cent__rounds_up(settle: Settle) -> None:
    """125 Wh of hydro at 120 €/MWh are 0.015 €."""
    plant = settle(one_plant("150", 125, "95", source="hydro"))["plants"]["P1"]
    assert (plant["premium_exact_eur"], plant["premium_eur"]) == ("0.015", "0.02")


def test_premium__thirteenth_decimal__shown_half_up(settle: Settle) -> None:
    """1 Wh at 80.0000005 €/MWh (two quarter prices of six decimals, mean 179.9999995): 0.0000800000005."""
    case = one_plant("150", 1, "0", source="wind")
    starts = quarters(next(case.hours()))
    prices = ("179.999999", "179.999999", "180", "180")
    case.prices = [(at, "NORD", price) for at, price in zip(starts, prices, strict=True)]
    assert settle(case)["plants"]["P1"]["premium_exact_eur"] == "0.000080000001"


def test_excess__calendar_year_but_one_hour__stays_provisional(settle: Settle) -> None:
    start = datetime(2023, 1, 1, 1, tzinfo=ROME)
    case = empty_case(hours=8759, start=start)
    assert case.end == datetime(2024, 1, 1, tzinfo=ROME)
    case.top |= {"revenue_eur": "100", "allocation": "EQUAL"}
    add_plant(case, 1, "150", [100] * 8759, entry_into_operation=date(2022, 1, 1))
    case.members[0]["enterprise"] = True
    case.price_series("NORD", "95")
    document = settle(case)
    assert document["excess"][0]["provisional"] is True
    assert document["moved_to_social_eur"] == "0.000000"


def test_finality__two_enterprises__cap_divided_by_their_payouts(settle: Settle) -> None:
    """Nothing is shared, so the cap is 0: both enterprises' parts of the pool move, the person's stays."""
    case = empty_case(hours=8760, start=datetime(2023, 1, 1, tzinfo=ROME))
    case.top |= {"revenue_eur": "0.03", "allocation": "EQUAL"}
    case.community["shares_bps"] = {"producers": 10000, "social": 0, "grid": 0}
    case.members = [
        {"id": "A", "category": "SME", "enterprise": True},
        {"id": "B", "category": "NATURAL_PERSON"},
        {"id": "C", "category": "SME", "enterprise": True},
        {"id": "D", "category": "SME"},
    ]
    case.price_series("NORD", "95")
    document = settle(case)
    payouts = {name: member["payout_eur"] for name, member in document["members"].items()}
    assert payouts == {"A": "0.000000", "B": "0.007500", "C": "0.000000", "D": "0.007500"}
    assert document["moved_to_social_eur"] == "0.015000"
    assert document["excess"] == []


def test_finality__unequal_enterprises__cap_divided_by_their_payouts(settle: Settle) -> None:
    """The cap is the premium, 0.12 €: 1 kWh at 120 €/MWh of 2 injected (50 %, no excess).

    Of the pool of 1 € by withdrawals (700, 100 and 200 Wh) enterprises M2 and M4 get 0.70 and 0.20 €;
    0.12 € by 7:2 are 93,333.3 and 26,666.7, so 93,333 and 26,667; 780,000 move.
    """
    case = empty_case(hours=8760, start=datetime(2023, 1, 1, tzinfo=ROME))
    case.top |= {"revenue_eur": "1", "allocation": "SHARED_WITHDRAWAL"}
    case.community["shares_bps"] = {"producers": 10000, "social": 0, "grid": 0}
    rest = [0] * 8759
    add_plant(case, 1, "9", [2000, *rest], source="wind", entry_into_operation=date(2022, 1, 1))
    for number, wh in ((2, 700), (3, 100), (4, 200)):
        add_consumer(case, number, [wh, *rest])
        case.members[-1]["enterprise"] = number != 3
    case.price_series("NORD", "95")
    document = settle(case)
    payouts = {name: member["payout_eur"] for name, member in document["members"].items()}
    assert payouts == {"M1": "0.000000", "M2": "0.093333", "M3": "0.100000", "M4": "0.026667"}
    assert document["moved_to_social_eur"] == "0.780000"


def test_readings__five_hundred_million_by_quarter_hours__an_hour_of_two_thousand_million(
    settle: Settle,
) -> None:
    case = empty_case()
    add_plant(case, 1, "150", [0])
    add_member(case, 2)
    case.readings = [
        (start, code, direction, 500_000_000, "")
        for code, direction in ((pod(1), "injected"), (pod(2), "withdrawn"))
        for start in quarters(next(case.hours()))
    ]
    case.price_series("NORD", "-100000")
    document = settle(case)
    assert document["shared_wh"] == 2_000_000_000
    assert document["premium_eur"] == "260000.00"


def test_period__one_hour_inside_the_repeated_hour__counts_once(settle: Settle) -> None:
    start = datetime(2024, 10, 27, 1, tzinfo=UTC)
    case = empty_case(start=start.astimezone(ROME))
    assert case.end.astimezone(UTC) - start == timedelta(hours=1)
    add_plant(case, 1, "150", [100])
    add_consumer(case, 2, [100])
    case.price_series("NORD", "95")
    document = settle(case)
    assert (document["hours"], document["shared_wh"]) == (1, 100)

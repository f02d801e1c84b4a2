"""The engine's clauses one by one: validity, limits of the premium, finality, several configurations."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from settlement.domain import configuration
from settlement.domain.calendar import day_start, hour_count
from settlement.domain.canonical import canonical_json
from settlement.domain.case import (
    Allocation,
    Configuration,
    LateRequestPolicy,
    MemberCategory,
    Source,
    StoragePolicy,
)
from settlement.domain.engine import NotReady, settle, settle_or_findings
from settlement.domain.findings import Finding
from settlement.domain.parameters import ParameterMissing
from tests.settlement.domain.worlds import A, B, C, case, exact_premium, held, micro, person, plant, sme

TRAS_E = {"tras_e_eur_per_mwh": micro("10.57")}


def members(document: dict[str, Any], key: str) -> dict[str, Any]:
    """One figure of every member."""
    return {member: row[key] for member, row in document["members"].items()}


def test_pod__changes_its_member_at_midnight__each_hour_belongs_to_the_one_valid_then() -> None:
    midnight = day_start(date(2024, 7, 2))
    rows = [
        held(A, "M1", valid_to=date(2024, 7, 2)),
        held(A, "M2", valid_from=date(2024, 7, 2)),
        held(B, "M3"),
    ]
    given = case(
        injected={A: [10, 20, 40]},
        withdrawn={A: [1, 2, 4], B: [100, 100, 100]},
        pods=rows,
        start=midnight - timedelta(hours=2),
    )
    document = settle(given).document()
    assert members(document, "injected_wh") == {"M1": 30, "M2": 40, "M3": 0}
    assert members(document, "withdrawn_wh") == {"M1": 3, "M2": 4, "M3": 300}
    assert members(document, "shared_injection_wh") == {"M1": 30, "M2": 40, "M3": 0}


def test_plants__of_one_pod__divide_its_injection_by_power_once_in_operation() -> None:
    midnight = day_start(date(2024, 7, 2))
    plants = [plant("P1", kw="10"), plant("P2", kw="20", entry_into_operation=date(2024, 7, 2))]
    given = case(
        injected={A: [10, 10]}, withdrawn={B: [50, 50]}, plants=plants, start=midnight - timedelta(hours=1)
    )
    document = settle(given).document()
    assert document["plants"]["P1"]["injected_wh"] == 10 + 3
    assert document["plants"]["P2"]["injected_wh"] == 7


def test_class__follows_the_power_of_all_plants_of_a_pod_and_source() -> None:
    given = case(
        injected={A: [2_000_000]},
        withdrawn={B: [2_000_000]},
        plants=[plant("P1", kw="150"), plant("P2", kw="150"), plant("W", kw="150", source=Source.WIND)],
        price="180",
    )
    rates = {key: row.premium_exact_eur / row.shared_wh * 10**6 for key, row in settle(given).plants.items()}
    assert rates == {"P1": 80, "P2": 80, "W": 80}


def test_premium__of_a_plant_before_16_december_2021__is_nothing_but_it_takes_part() -> None:
    old = plant("OLD", A, "30", entry_into_operation=date(2021, 12, 15))
    given = case(injected={A: [60], B: [60]}, withdrawn={C: [70]}, plants=[old, plant("NEW", B, "70")])
    document = settle(given).document()
    assert document["plants"]["OLD"] == {
        "injected_wh": 60, "shared_wh": 60, "premium_exact_eur": "0", "premium_eur": "0.00"
    }  # fmt: skip
    assert document["plants"]["NEW"]["shared_wh"] == 10
    assert [row["set"] for row in document["excess"]] == ["TIP_ONLY"]
    assert document["excess"][0]["injected_wh"] == 60


@pytest.mark.parametrize(
    ("entry", "end"), [(date(2024, 5, 10), date(2044, 5, 10)), (date(2024, 2, 29), date(2044, 2, 29))]
)
def test_premium__twenty_years_after_entry__has_ended(entry: date, end: date) -> None:
    given = case(
        injected={A: [1_000_000, 1_000_000]},
        withdrawn={B: [1_000_000, 1_000_000]},
        plants=[plant(entry_into_operation=entry)],
        start=day_start(end) - timedelta(hours=1),
        price="180",
        parameters_micro=TRAS_E,
    )
    assert exact_premium(given) == "90"


def test_premium__stops_recognised__lasts_that_many_days_longer() -> None:
    given = case(
        injected={A: [1_000_000, 1_000_000]},
        withdrawn={B: [1_000_000, 1_000_000]},
        plants=[plant(stop_days=31)],
        start=day_start(date(2044, 6, 10)) - timedelta(hours=1),
        price="180",
        parameters_micro=TRAS_E,
    )
    assert exact_premium(given) == "90"


def test_premium__more_stops_than_the_calendar_holds__never_ends() -> None:
    given = case(
        injected={A: [1_000_000]},
        withdrawn={B: [1_000_000]},
        plants=[plant(stop_days=10**12)],
        start=day_start(date(2100, 1, 1)),
        price="180",
        parameters_micro=TRAS_E,
    )
    assert exact_premium(given) == "90"


LAST_DAY, DAY_AFTER, MONTH_AFTER = date(2024, 9, 7), date(2024, 9, 8), date(2024, 10, 10)
TRUNCATE, REJECT = LateRequestPolicy.TRUNCATE, LateRequestPolicy.REJECT


@pytest.mark.parametrize(
    ("requested_on", "policy", "premium"),
    [
        (None, REJECT, "180"),
        (LAST_DAY, REJECT, "180"),
        (DAY_AFTER, TRUNCATE, "180"),
        (MONTH_AFTER, TRUNCATE, "90"),
        (date(2024, 10, 11), TRUNCATE, "0"),
        (DAY_AFTER, REJECT, "0"),
    ],
)
def test_premium__asked_for_on_a_day__begins_as_the_policy_says(
    requested_on: date | None, policy: LateRequestPolicy, premium: str
) -> None:
    """Entry on 10 May 2024: the term of 120 days ends on 7 September; hours on 9 and 10 October."""
    given = case(
        injected={A: [1_000_000, 1_000_000]},
        withdrawn={B: [1_000_000, 1_000_000]},
        plants=[plant(entry_into_operation=date(2024, 5, 10), requested_on=requested_on)],
        start=day_start(MONTH_AFTER) - timedelta(hours=1),
        price="180",
        late_request_policy=policy,
    )
    assert exact_premium(given) == premium


def test_premium__plant_older_than_the_decree__has_the_term_of_the_portal() -> None:
    """FACTS E22: 120 days from 8 April 2024 end on 6 August."""
    plants = [
        plant("P1", A, entry_into_operation=date(2022, 3, 1), requested_on=date(2024, 8, 6)),
        plant("P2", B, entry_into_operation=date(2022, 3, 1), requested_on=date(2024, 8, 7)),
    ]
    given = case(
        injected={A: [1_000_000], B: [1_000_000]},
        withdrawn={B: [2_000_000]},
        plants=plants,
        late_request_policy=REJECT,
    )
    found = settle(given)
    assert [row.premium_exact_eur > 0 for row in found.plants.values()] == [True, False]
    assert [(row.name, row.injected_wh) for row in found.excess] == [("TIP_ONLY", 1_000_000)]


def test_premium__late_request__ends_twenty_years_after_entry_all_the_same() -> None:
    given = case(
        injected={A: [1_000_000, 1_000_000]},
        withdrawn={B: [1_000_000, 1_000_000]},
        plants=[plant(entry_into_operation=date(2024, 5, 10), requested_on=MONTH_AFTER)],
        start=day_start(date(2044, 5, 10)) - timedelta(hours=1),
        price="180",
        parameters_micro=TRAS_E,
    )
    assert exact_premium(given) == "90"


@pytest.mark.parametrize(
    ("policy", "withdrawn_wh", "shared_wh"),
    [(StoragePolicy.EXCLUDE_FROM_WITHDRAWAL, 30, 30), (StoragePolicy.COUNT_AS_WITHDRAWAL, 80, 60)],
)
def test_storage__stands_alone__withdraws_what_the_policy_counts(
    policy: StoragePolicy, withdrawn_wh: int, shared_wh: int
) -> None:
    given = case(
        injected={A: [60]},
        withdrawn={B: [30], C: [50]},
        pods=[held(A, "M1"), held(B, "M2"), held(C, "M3", storage=True)],
        storage_policy=policy,
    )
    document = settle(given).document()
    assert (document["withdrawn_wh"], document["shared_wh"]) == (withdrawn_wh, shared_wh)
    assert document["members"]["M3"]["withdrawn_wh"] == withdrawn_wh - 30


def test_storage__gives_back_in_a_later_hour__is_shared_once() -> None:
    # 10 Wh go into the storage at noon and come back in the evening, when they are consumed.
    given = case(
        injected={A: [10, 0], C: [0, 10]},
        withdrawn={B: [0, 10], C: [10, 0]},
        plants=[plant(), plant("S", C, source=Source.OTHER)],
        pods=[held(A, "M1"), held(B, "M2"), held(C, "M3", storage=True)],
    )
    assert settle(given).document()["shared_wh"] == 10


def test_valorisation__period_over_new_year__takes_each_years_tariff() -> None:
    given = case(
        injected={A: [1_000_000, 2_000_000]},
        withdrawn={B: [5_000_000, 5_000_000]},
        plants=[plant(entry_into_operation=date(2023, 5, 10))],
        pods=[held(A, "M1", valid_from=date(2023, 1, 1)), held(B, "M2", valid_from=date(2023, 1, 1))],
        start=day_start(date(2024, 1, 1)) - timedelta(hours=1),
    )
    document: dict[str, Any] = settle(given).document()
    assert document["valorisation_exact_eur"] == "29.62"
    used = document["rules"]["parameters_used"]
    yearly = {key: row["value"] for key, row in used.items() if key.startswith("tras_e")}
    assert yearly == {"tras_e_eur_per_mwh@2023": "8.48", "tras_e_eur_per_mwh@2024": "10.57"}


def test_parameter__absent_for_the_year__is_named_even_when_nothing_was_shared() -> None:
    given = case(injected={A: [0]}, withdrawn={B: [0]}, start=datetime(2026, 6, 1, tzinfo=UTC))
    with pytest.raises(ParameterMissing, match="tras_e_eur_per_mwh of 2026") as raised:
        settle(given)
    assert raised.value.names == (("tras_e_eur_per_mwh", 2026),)


def test_parameter__overridden__is_used_and_shown_as_not_verified() -> None:
    given = case(
        injected={A: [1_000_000]},
        withdrawn={B: [1_000_000]},
        parameters_micro={"tras_e_eur_per_mwh": micro("8.2"), "class1_cap_eur_per_mwh": micro("100")},
    )
    document: dict[str, Any] = settle(given).document()
    assert document["valorisation_eur"] == "8.20"
    assert document["premium_eur"] == "110.00"
    used = document["rules"]["parameters_used"]
    assert (used["tras_e_eur_per_mwh"]["value"], used["tras_e_eur_per_mwh"]["verified"]) == ("8.2", False)
    assert "tras_e_eur_per_mwh@2024" not in used
    assert "community_max_kw" not in used


def test_parameter__beyond_64_bits__stays_exact() -> None:
    huge = 10**30
    given = case(
        injected={A: [1_000_000]},
        withdrawn={B: [1_000_000]},
        parameters_micro={"class1_cap_eur_per_mwh": huge, "class1_base_eur_per_mwh": huge},
    )
    assert settle(given).plants["P1"].premium_exact_eur == 10**24 + 10


@pytest.mark.parametrize(
    ("allocation", "payouts"),
    [
        (Allocation.SHARED_INJECTION, {"M1": "70.000000", "M2": "0.000000", "M3": "0.000000"}),
        (Allocation.SHARED_WITHDRAWAL, {"M1": "0.000000", "M2": "52.500000", "M3": "17.500000"}),
        (Allocation.SHARED_BOTH, {"M1": "35.000000", "M2": "26.250000", "M3": "8.750000"}),
        (Allocation.EQUAL, {"M1": "23.333334", "M2": "23.333333", "M3": "23.333333"}),
    ],
)
def test_allocation__each_rule__divides_the_pool_by_its_weights(
    allocation: Allocation, payouts: dict[str, str]
) -> None:
    given = case(
        injected={A: [80]},
        withdrawn={B: [90], C: [30]},
        allocation=allocation,
        revenue_micro_eur=micro("100"),
    )
    assert members(settle(given).document(), "payout_eur") == payouts


def test_allocation__nothing_shared__carries_the_pool() -> None:
    given = case(injected={A: [0]}, withdrawn={B: [5]}, revenue_micro_eur=micro("10.01"))
    document = settle(given).document()
    assert document["carried_eur"] == "7.007000"
    assert set(members(document, "payout_eur").values()) == {"0.000000"}
    assert document["excess"][0]["excess_eur"] == "0.00"  # type: ignore[index]


def year_case(hours_short: int = 0, **changes: Any) -> Any:
    """The year 2024 with one sunny hour: 60 % of 100 kWh shared, one half by an enterprise."""
    start, end = day_start(date(2024, 1, 1)), day_start(date(2025, 1, 1)) - timedelta(hours=hours_short)
    hours = hour_count(start, end)
    sunny = np.zeros(hours, dtype=np.int64)
    sunny[5000] = 100_000
    return case(
        injected={A: list(sunny)},
        withdrawn={B: list(sunny * 3 // 10), C: list(sunny * 3 // 10)},
        plants=[plant(entry_into_operation=date(2023, 5, 10))],
        start=start,
        members=[sme("M1"), sme("M2", enterprise=True), sme("M3")],
        allocation=Allocation.SHARED_WITHDRAWAL,
        **changes,
    )


def test_excess__calendar_year__is_final_and_binds_enterprises() -> None:
    document: dict[str, Any] = settle(year_case(revenue_micro_eur=micro("30"))).document()
    assert document["premium_eur"] == "7.80"
    assert document["excess"][0] | {"premium_eur": "7.80"} == {
        "set": "TIP_ONLY", "shared_wh": 60_000, "injected_wh": 100_000,
        "premium_eur": "7.80", "excess_eur": "0.39", "provisional": False,
    }  # fmt: skip
    # Producers 21.00, each half 10.50; enterprises at most 7.80 - 0.39 = 7.41.
    assert members(document, "payout_eur") == {"M1": "0.000000", "M2": "7.410000", "M3": "10.500000"}
    assert document["moved_to_social_eur"] == "3.090000"
    assert document["split_eur"]["social"] == "6.000000"


def test_excess__an_hour_short_of_a_year__is_provisional_and_moves_nothing() -> None:
    document: dict[str, Any] = settle(year_case(hours_short=1, revenue_micro_eur=micro("30"))).document()
    assert document["excess"][0]["provisional"] is True
    assert document["moved_to_social_eur"] == "0.000000"
    assert members(document, "payout_eur")["M2"] == "10.500000"


def test_configurations__two__share_apart_and_add_up() -> None:
    rows = [
        held(A, "M1", configuration="north"),
        held(B, "M1", configuration="south"),
        held(C, "M2", configuration="south"),
    ]
    given = case(
        injected={A: [50], C: [30]},
        withdrawn={A: [20], B: [40]},
        pods=rows,
        plants=[plant("P1", A), plant("P2", C, region="Puglia")],
        configurations=(
            Configuration("north", "AC001E00001", "NORD"),
            Configuration("south", "AC001E00002", "SUD"),
        ),
    )
    document: dict[str, Any] = settle(given).document()
    assert document["configurations"] == {
        "north": {"hours": 1, "injected_wh": 50, "withdrawn_wh": 20, "shared_wh": 20},
        "south": {"hours": 1, "injected_wh": 30, "withdrawn_wh": 40, "shared_wh": 30},
    }
    assert (document["hours"], document["injected_wh"], document["shared_wh"]) == (1, 80, 50)
    assert [(row["configuration"], row["shared_wh"]) for row in document["excess"]] == [
        ("north", 20),
        ("south", 30),
    ]
    assert members(document, "shared_withdrawal_wh") == {"M1": 50, "M2": 0, "M3": 0}


def test_exemption__persons_part__is_divided_over_what_the_entities_left() -> None:
    """100 Wh from plants X (60) and G (40, grant): entities' 30 fill G first, persons' 50 go 43 : 7."""
    given = case(
        injected={A: [60], B: [40]},
        withdrawn={A: [30], B: [50], C: [20]},
        plants=[plant("X", A), plant("G", B, grant_pct="40", entry_into_operation=date(2024, 6, 1))],
        members=[sme("M1", category=MemberCategory.RELIGIOUS_BODY), person("M2"), sme("M3")],
        start=datetime(2025, 7, 1, 10, tzinfo=UTC),
        price="180",
        parameters_micro=TRAS_E,
    )
    # G: 40 Wh, exempt 30 + 50 * 10 / 70 = 30 + 7, so 3 Wh carry F = 1/2; the rate is 90 EUR/MWh.
    assert exact_premium(given, "G") == "0.003465"
    assert exact_premium(given, "X") == "0.0054"


def test_settle__missing_interval__refuses_instead_of_counting_zero() -> None:
    given = case(injected={A: [5, 5]}, withdrawn={B: [5, 5]})
    given.series[1].present[1] = False
    found = settle_or_findings(given)
    sentence = (
        f"POD {B} withdrawn lacks 1 of 2 readings of 60 minutes; the first missing is 2024-07-01T13:00+02:00"
    )
    assert found == [Finding("readings.csv", 1, sentence)]
    with pytest.raises(NotReady):
        settle(given)


def test_document__any_block_size__is_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = np.random.default_rng(1).integers(0, 5_000, (5, 48))
    given = case(
        injected={A: list(numbers[0]), B: list(numbers[1])},
        withdrawn={A: list(numbers[2]), B: list(numbers[3]), C: list(numbers[4])},
        plants=[plant("P1", A, grant_pct="40"), plant("P2", B)],
        members=[person("M1"), sme("M2", category=MemberCategory.LOCAL_ADMIN), sme("M3")],
        start=datetime(2025, 6, 25, 10, tzinfo=UTC),
        parameters_micro=TRAS_E,
    )
    whole = canonical_json(settle(given).document())
    original = configuration.compute
    monkeypatch.setattr(
        "settlement.domain.engine.compute", lambda given_, loops: original(given_, loops, block_hours=2)
    )
    assert canonical_json(settle(given).document()) == whole

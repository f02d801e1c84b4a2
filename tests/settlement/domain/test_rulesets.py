"""The rules are dated data: no gaps, no overlaps, a source for every row, nothing inherited by accident."""

from dataclasses import fields
from datetime import date, timedelta
from itertools import pairwise

import pytest

from settlement.domain.case import Attribution, Community, LateRequestPolicy, MemberCategory, StoragePolicy
from settlement.domain.rule_rows import RuleRow, Status, row_of
from settlement.domain.rulesets import (
    LAW,
    RULE_SETS,
    TRAS_E,
    ZONES,
    RuleMissing,
    law,
    parameter_names,
    rule_set,
)

NORMATIVE_NAMES = {
    "plant_max_kw",
    "community_max_kw",
    "existing_max_pct",
    *(f"class{number}_{part}_eur_per_mwh" for number in (1, 2, 3) for part in ("base", "cap")),
    "price_reference_eur_per_mwh",
    *(f"fc_{area}_eur_per_mwh" for area in ("north", "centre", "south")),
    "tip_only_threshold_pct",
    "tip_plus_grant_threshold_pct",
    "tras_e_eur_per_mwh",
}
KEYS = [(name, key) for name in RULE_SETS for key in rule_set(name).rows]
ROWS = sorted({row for name, key in KEYS for row in rule_set(name).rows[key]}, key=str)


def test_parameters__all_rule_sets__have_the_normative_names() -> None:
    assert parameter_names() == NORMATIVE_NAMES
    assert rule_set("cacer-2024").parameters == NORMATIVE_NAMES - {"community_max_kw"}
    assert rule_set("seed").parameters == NORMATIVE_NAMES


@pytest.mark.parametrize(("name", "key"), KEYS)
def test_rows__of_one_key__cover_every_day_exactly_once(name: str, key: str) -> None:
    rows = rule_set(name).rows[key]
    assert rows[0].valid_from is None
    assert rows[-1].valid_to is None
    for earlier, later in pairwise(rows):
        assert earlier.valid_to is not None
        assert earlier.valid_to == later.valid_from


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.key}-{row.valid_from}")
def test_row__every__states_a_value_or_why_there_is_none(row: RuleRow) -> None:
    assert (row.value is None) == bool(row.gap)
    assert row.source
    assert row.unit


@pytest.mark.parametrize("name", RULE_SETS)
def test_parameters__but_the_yearly_tariff__apply_to_any_period(name: str) -> None:
    for key in rule_set(name).parameters - {TRAS_E}:
        assert [(row.valid_from, row.valid_to) for row in rule_set(name).rows[key]] == [(None, None)], key


def test_tras_e__years__are_2023_and_2024_only() -> None:
    rules = rule_set("cacer-2024")
    values = {year: rules.at(TRAS_E, date(year, 6, 1)) for year in range(2022, 2027)}
    found = {year: row.value_micro if row else None for year, row in values.items()}
    assert found == {2022: None, 2023: 8_480_000, 2024: 10_570_000, 2025: None, 2026: None}


def test_needed__a_declared_gap__is_named_with_its_reason() -> None:
    with pytest.raises(RuleMissing, match=r"rid_minimum_pv_eur_per_mwh on 2025-03-01: not published"):
        rule_set(LAW).needed("rid_minimum_pv_eur_per_mwh", date(2025, 3, 1))


@pytest.mark.parametrize(
    ("rules", "key", "day", "value", "status"),
    [
        (LAW, "pnrr_municipality_population_below", date(2025, 6, 25), 5_000, "V"),
        (LAW, "pnrr_municipality_population_below", date(2025, 6, 26), 50_000, "V"),
        ("seed", "pnrr_municipality_population_below", date(2026, 1, 1), 5_000, "S"),
        (LAW, "pnrr_applications_until", date(2025, 2, 27), date(2025, 3, 31), "V"),
        (LAW, "pnrr_applications_until", date(2025, 2, 28), date(2025, 11, 30), "V"),
        (LAW, "pnrr_agreement_signed_until", date(2026, 2, 18), None, "V"),
        (LAW, "pnrr_agreement_signed_until", date(2026, 2, 19), date(2026, 6, 30), "V"),
        (LAW, "pnrr_works_until", date(2026, 2, 18), date(2026, 6, 30), "V"),
        (LAW, "pnrr_works_until", date(2026, 2, 19), None, "V"),
        (LAW, "sardinia_fund_eur_per_year", date(2030, 12, 31), 139_500_000, "V"),
        (LAW, "submit_days", date(2026, 1, 1), 120, "K"),
        ("seed", "submit_days", date(2026, 1, 1), 120, "S"),
        (LAW, "market_unit_minutes", date(2025, 9, 30), 60, "V"),
        (LAW, "market_unit_minutes", date(2025, 10, 1), 15, "V"),
        (LAW, "hour_price_method", date(2025, 10, 1), "MEAN_OF_QUARTERS", "M"),
        (LAW, "tariff_holidays_unconfirmed", date(2025, 10, 4), (), "K"),
        (LAW, "tariff_holidays_unconfirmed", date(2026, 10, 4), ("10-04",), "K"),
        (LAW, "emission_factor_ispra_kg_per_kwh", date(2024, 6, 1), None, "K"),
        (LAW, "ssp_request_until", date(2026, 1, 1), date(2025, 9, 26), "V"),
        (LAW, "plant_max_kw", date(2026, 1, 1), 1_000, "V"),
        ("seed", "plant_max_kw", date(2026, 1, 1), 100, "S"),
        ("seed", "community_max_kw", date(2026, 1, 1), 200, "S"),
        ("seed", "tip_only_threshold_pct", date(2026, 1, 1), 55, "V"),
    ],
)
def test_row__of_a_day__is_what_facts_state(
    rules: str, key: str, day: date, value: object, status: str
) -> None:
    row = rule_set(rules).covering(key, day)
    found = row.value_micro // 1_000_000 if isinstance(row.value, int) else row.value
    assert (found, row.status) == (value, status)


@pytest.mark.parametrize(
    ("power_kw", "fee_eur"), [(3, 0), (20, 15), (100, 95), (200, 195), (500, 495), (1000, 995)]
)
def test_fee__by_its_formula__is_example_e25(power_kw: int, fee_eur: int) -> None:
    free, fixed, above, per_kw = (
        rule_set(LAW).needed(key, date(2026, 1, 1)).value_micro // 1_000_000
        for key in (
            "gse_fee_free_up_to_kw",
            "gse_fee_fixed_eur_per_year",
            "gse_fee_per_kw_above_kw",
            "gse_fee_eur_per_kw_year",
        )
    )
    found = 0 if power_kw <= free else fixed + per_kw * max(0, power_kw - above)
    assert found == fee_eur


@pytest.mark.parametrize(
    ("start", "days", "until"),
    [
        ("gse_portal_opened_on", "pre_decree_request_days", date(2024, 8, 6)),
        ("constitution_grace_from", "constitution_grace_days", date(2024, 6, 22)),
    ],
)
def test_deadline__counted_from_its_rows__is_example_e22(start: str, days: str, until: date) -> None:
    rules, day = rule_set(LAW), date(2024, 1, 1)
    counted = timedelta(days=rules.needed(days, day).value_micro // 1_000_000)
    assert rules.needed(start, day).day + counted == until


@pytest.mark.parametrize(
    ("key", "hour", "band"),
    [
        ("band_hours_working_day", 10, "F1"),
        ("band_hours_working_day", 7, "F2"),
        ("band_hours_working_day", 23, "F3"),
        ("band_hours_saturday", 22, "F2"),
        ("band_hours_sunday_and_holiday", 10, "F3"),
    ],
)
def test_band__of_an_hour__is_example_e26(key: str, hour: int, band: str) -> None:
    bands = rule_set(LAW).needed(key, date(2026, 4, 8)).texts
    assert len(bands) == 24
    assert bands[hour] == band


def test_sardinian_fund__its_years__add_up_to_it() -> None:
    rules = rule_set(LAW)
    years = [rules.needed("sardinia_fund_eur_per_year", date(year, 1, 1)) for year in range(2025, 2031)]
    total = rules.needed("sardinia_fund_eur", date(2026, 1, 1))
    assert sum(row.value_micro for row in years) == total.value_micro


def test_formula__of_a_row__is_that_of_its_file() -> None:
    formula = rule_set(LAW).covering(TRAS_E, date(2025, 1, 1)).formula
    assert formula == "shared energy of the year x TRAS_E"
    assert rule_set(LAW).covering("sme_staff_below", date(2025, 1, 1)).formula == ""


def test_row__of_two_minds__is_refused_by_its_key() -> None:
    table = {"key": "k", "unit": "kW", "source": "s", "status": "V", "value": "1", "gap": "none"}
    with pytest.raises(ValueError, match="rule k states a value or a gap"):
        row_of(table, "theme", {}, overridable=False)


def test_status__known_or_chosen__is_not_verified() -> None:
    assert {row.status for row in ROWS if row.verified} == {Status.VERIFIED, Status.SPECIFIED}
    assert {row.status for row in ROWS if not row.verified} == {Status.UNVERIFIED, Status.MODELLING_CHOICE}


def test_seed__parameters__differ_from_the_law_only_in_its_power_limits() -> None:
    law_rows, seed = rule_set(LAW).rows, rule_set("seed")
    assert {key for key in seed.parameters if seed.rows[key] != law_rows.get(key)} == {
        "plant_max_kw",
        "community_max_kw",
    }


def test_seed__rows_of_its_own__state_the_specification_as_source() -> None:
    own = [rows for key, rows in rule_set("seed").rows.items() if rows != rule_set(LAW).rows.get(key)]
    assert {row.status for rows in own for row in rows} == {Status.SPECIFIED}


def test_regions__all_twenty__lie_in_a_known_zone() -> None:
    regions = law().regions
    assert len(regions) == 20
    assert {region.zone for region in regions.values()} == set(ZONES)
    assert (regions["Abruzzo"].zone, regions["Abruzzo"].area) == ("CSUD", "centre")
    assert (regions["Campania"].zone, regions["Campania"].area) == ("CSUD", "south")
    assert (regions["Emilia-Romagna"].zone, regions["Emilia-Romagna"].area) == ("NORD", "north")


def test_exemptions__persons__begin_on_26_june_2025() -> None:
    assert law().exemptions["PERSONS"].categories == {MemberCategory.NATURAL_PERSON}
    assert law().exemptions["PERSONS"].valid_from == date(2025, 6, 26)
    assert law().exemptions["ENTITIES"].valid_from is None


def test_plants__existing__end_the_day_before_new_ones_begin() -> None:
    existing = rule_set(LAW).needed("plant_existing_until", date(2026, 1, 1)).day
    assert law().first_new_day - timedelta(days=1) == existing == date(2021, 12, 15)


@pytest.mark.parametrize(
    ("key", "default"),
    [
        ("attribution_method", Attribution.ENTRY_ORDER),
        ("storage_policy", StoragePolicy.EXCLUDE_FROM_WITHDRAWAL),
        ("late_request_policy", LateRequestPolicy.TRUNCATE),
    ],
)
def test_default__of_a_case__is_what_the_rules_state(key: str, default: str) -> None:
    stated = {field.name: field.default for field in fields(Community)}
    assert rule_set(LAW).needed(key, date(2026, 1, 1)).text == default
    assert default in stated.values()

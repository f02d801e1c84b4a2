"""The rules are dated data: no gaps, no overlaps, a source for every row, nothing inherited by accident."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from settlement.domain.case import MemberCategory
from settlement.domain.rulesets import RULE_SETS, TRAS_E, ZONES, law, parameter_names, rule_set

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
EVERY_ROW = [row for name in RULE_SETS for rows in rule_set(name).rows.values() for row in rows]


def test_parameters__all_rule_sets__have_the_normative_names() -> None:
    assert parameter_names() == NORMATIVE_NAMES
    assert set(rule_set("cacer-2024").rows) == NORMATIVE_NAMES - {"community_max_kw"}
    assert set(rule_set("seed").rows) == NORMATIVE_NAMES


@pytest.mark.parametrize("name", RULE_SETS)
def test_rows__of_one_parameter__leave_no_gap_and_no_overlap(name: str) -> None:
    for key, rows in rule_set(name).rows.items():
        for earlier, later in pairwise(rows):
            assert earlier.valid_to == later.valid_from, key
            assert earlier.valid_to is not None, key


@pytest.mark.parametrize("name", RULE_SETS)
def test_rows__but_the_yearly_tariff__apply_to_any_period(name: str) -> None:
    for key, rows in rule_set(name).rows.items():
        if key != TRAS_E:
            assert [(row.valid_from, row.valid_to) for row in rows] == [(None, None)], key


def test_tras_e__years__are_2023_and_2024_only() -> None:
    rules = rule_set("cacer-2024")
    values = {year: rules.at(TRAS_E, date(year, 6, 1)) for year in range(2022, 2027)}
    found = {year: row.value_micro if row else None for year, row in values.items()}
    assert found == {2022: None, 2023: 8_480_000, 2024: 10_570_000, 2025: None, 2026: None}


@pytest.mark.parametrize("row", EVERY_ROW, ids=lambda row: row.key)
def test_row__every__names_its_source_and_unit(row: object) -> None:
    assert row.source  # type: ignore[attr-defined]
    assert row.unit in {"kW", "%", "EUR/MWh"}  # type: ignore[attr-defined]


def test_seed__differs_from_the_law__only_in_its_power_limits() -> None:
    law_rows, seed_rows = rule_set("cacer-2024").rows, rule_set("seed").rows
    assert {key for key in seed_rows if seed_rows[key] != law_rows.get(key)} == {
        "plant_max_kw",
        "community_max_kw",
    }


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
    assert law().first_new_day - timedelta(days=1) == date(2021, 12, 15)

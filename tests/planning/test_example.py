"""The built-in community: what the issue asks of it."""

import hashlib
from collections import Counter
from datetime import date

import pytest

from planning.example import example_case
from settlement.domain.case import Allocation, Attribution, Case, Direction, MemberCategory
from settlement.domain.engine import settle

READINGS_SHA256 = "a0c4013106ace305e576539b610b3b92e14a7e078957c0ff68ffceb525446751"


def energy_wh(case: Case, direction: Direction) -> int:
    return sum(int(series.wh.sum()) for series in case.series if series.direction is direction)


def test_example__name__says_that_it_is_synthetic(case: Case) -> None:
    assert "sintetici" in case.community.name


def test_example__readings__are_the_same_on_every_machine(case: Case) -> None:
    digest = hashlib.sha256()
    for series in case.series:
        digest.update(f"{series.pod} {series.direction} {series.resolution_minutes}\n".encode())
        digest.update(series.wh.astype("<i4").tobytes() + series.present.tobytes())
    assert digest.hexdigest() == READINGS_SHA256


def test_example__twice__is_equal(case: Case) -> None:
    assert example_case() == case


def test_example__terms(case: Case) -> None:
    community = case.community
    assert (community.rule_set, community.attribution, community.allocation) == (
        "cacer-2024",
        Attribution.ENTRY_ORDER,
        Allocation.SHARED_BOTH,
    )
    assert community.hours == 720
    assert [(row.zone) for row in community.configurations] == ["NORD"]


def test_example__members__are_forty_of_many_kinds(case: Case) -> None:
    kinds = Counter(member.category for member in case.community.members)
    assert len(case.community.members) == 40
    assert kinds[MemberCategory.NATURAL_PERSON] == 26
    assert {"TERRITORIAL_BODY", "SME", "LOCAL_ADMIN", "RELIGIOUS_BODY", "THIRD_SECTOR"} <= set(kinds)


def test_example__plants__stay_within_the_limits_of_both_rule_sets(case: Case) -> None:
    powers_kw = [plant.power_milliwatt // 10**6 for plant in case.community.plants]
    assert max(powers_kw) <= 100
    assert sum(plant.power_milliwatt for plant in case.community.plants) <= 200 * 10**6
    assert all(plant.entry_into_operation > date(2021, 12, 15) for plant in case.community.plants)


def test_example__natural_persons__five_and_more_stand_behind_each_direction(case: Case) -> None:
    persons = {row.id for row in case.community.members if row.category is MemberCategory.NATURAL_PERSON}
    owner = {row.code: row.member for row in case.community.pods}
    for direction in Direction:
        members = {owner[series.pod] for series in case.series if series.direction is direction}
        assert len(members & persons) >= 5


def test_example__two_largest_plants__belong_to_municipality_and_cooperative(case: Case) -> None:
    largest = sorted(case.community.plants, key=lambda plant: -plant.power_milliwatt)[:2]
    owner = {row.code: row.member for row in case.community.pods}
    assert {owner[plant.pod] for plant in largest} == {"comune", "cooperativa"}


def test_example__meters__report_hours_and_quarter_hours(case: Case) -> None:
    resolutions = Counter(series.resolution_minutes for series in case.series)
    assert set(resolutions) == {15, 60}
    assert resolutions[60] > resolutions[15] > 0


def test_example__plant_pods__all_report_injection(case: Case) -> None:
    injecting = {series.pod for series in case.series if series.direction is Direction.INJECTED}
    assert {plant.pod for plant in case.community.plants} == injecting


def test_example__late_household__has_no_reading_before_it_joined(case: Case) -> None:
    row = next(row for row in case.community.pods if row.member == "famiglia-26")
    series = next(series for series in case.series if series.pod == row.code)
    assert int(series.present.argmax()) == 11 * 24
    assert series.wh[: 11 * 24].max() == 0


def test_example__energy__is_believable(case: Case) -> None:
    assert (
        10_000_000 < energy_wh(case, Direction.INJECTED) < energy_wh(case, Direction.WITHDRAWN) < 40_000_000
    )


def test_example__settled__shares_most_of_what_it_injects(case: Case) -> None:
    document = settle(case).document()
    assert (document["injected_wh"], document["withdrawn_wh"]) == (18_523_153, 26_799_415)
    assert (document["shared_wh"], document["premium_eur"]) == (11_416_280, "1483.96")


@pytest.mark.parametrize("field", ["members", "plants", "pods"])
def test_example__rows__stand_in_the_order_of_their_keys(case: Case, field: str) -> None:
    rows = getattr(case.community, field)
    keys = [(row.code if field == "pods" else row.id).encode() for row in rows]
    assert keys == sorted(keys)

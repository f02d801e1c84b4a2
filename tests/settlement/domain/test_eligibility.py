"""Power limits: summed over plants of one POD and source, over the community, over older plants."""

from datetime import date

from settlement.domain.case import Source
from settlement.domain.eligibility import breaches, community_breaches, unit_breaches
from settlement.domain.parameters import timeless_micro
from tests.settlement.domain.worlds import A, B, micro, plant


def test_unit__plants_of_one_pod_and_source__are_summed() -> None:
    plants = [plant("P1", A, "600"), plant("P2", A, "401"), plant("P3", B, "600")]
    assert [breach.plant for breach in unit_breaches(plants, micro("1000"))] == ["P2"]


def test_unit__plants_of_other_sources__are_not_summed() -> None:
    plants = [plant("P1", A, "600"), plant("P2", A, "600", source=Source.WIND)]
    assert unit_breaches(plants, micro("1000")) == []


def test_unit__far_above_the_limit__is_one_breach_that_states_the_total() -> None:
    plants = [plant("P1", A, "900"), plant("P2", A, "200"), plant("P3", A, "300.5")]
    (breach,) = unit_breaches(plants, micro("1000"))
    assert (breach.plant, breach.key) == ("P2", "power_kw")
    assert "1400.5 kW" in breach.sentence


def test_community__exactly_at_the_limit__is_allowed() -> None:
    plants = [plant("P1", A, "100"), plant("P2", B, "100")]
    assert community_breaches(plants, micro("200")) == []
    assert community_breaches([*plants, plant("P3", B, "0.000001")], micro("200"))[0].plant == "P3"


def test_breaches__seed__limits_plant_and_community() -> None:
    plants = [plant("P1", A, "100.1"), plant("P2", B, "99.9")]
    assert [breach.plant for breach in breaches(plants, timeless_micro("seed", {}))] == ["P1"]
    assert breaches(plants, timeless_micro("seed", {"plant_max_kw": micro("150")})) == []
    assert breaches(plants, timeless_micro("cacer-2024", {})) == []


def test_breaches__community_limit_stated_for_the_law__applies() -> None:
    plants = [plant("P1", A, "100"), plant("P2", B, "100")]
    stated = timeless_micro("cacer-2024", {"community_max_kw": micro("199")})
    assert [breach.plant for breach in breaches(plants, stated)] == ["P2"]


def test_existing__all_plants_old__is_a_breach() -> None:
    old = plant("OLD", A, "10", entry_into_operation=date(2021, 12, 15))
    assert [row.key for row in breaches([old], timeless_micro("cacer-2024", {}))] == ["entry_into_operation"]

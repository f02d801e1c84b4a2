"""Rules of a community count for energy after their adoption, never before; the latest adopted counts."""

from datetime import UTC, date, datetime

import pytest

from settlement.domain.calendar import day_start
from settlement.domain.community_rules import (
    AdoptedRule,
    CommunityRule,
    as_if_in_force,
    in_force,
    overridden,
)
from settlement.domain.parameters import OVERRIDE_SOURCE, resolve
from tests.settlement.store import world

KEY = "tip_only_threshold_pct"
ADOPTED = datetime(2024, 7, 1, 22, 30, tzinfo=UTC)  # 2 July 00:30 in Italy
JULY_1, JULY_2, JULY_3, JULY_4 = (date(2024, 7, day) for day in range(1, 5))


def rule(value: int = 50, valid_from: date | None = None, valid_to: date | None = None) -> CommunityRule:
    return CommunityRule(KEY, value * 1_000_000, valid_from, valid_to, f"Resolution {value}")


def counting(adopted: list[AdoptedRule], first: date, until: date, as_of: datetime | None = None) -> list:
    return in_force(adopted, day_start(first), day_start(until), as_of)


@pytest.mark.parametrize(("first", "counts"), [(JULY_1, False), (JULY_2, True), (JULY_3, True)])
def test_in_force__by_the_first_day__begins_on_the_italian_day_of_adoption(first: date, counts: bool) -> None:
    assert counting([AdoptedRule(rule(), ADOPTED)], first, JULY_4) == ([rule()] if counts else [])


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "counts"),
    [(JULY_2, JULY_4, True), (JULY_3, None, False), (None, JULY_3, False), (None, JULY_4, True)],
)
def test_in_force__by_its_validity__needs_the_whole_period_in_it(
    valid_from: date | None, valid_to: date | None, counts: bool
) -> None:
    wanted = rule(50, valid_from, valid_to)
    assert counting([AdoptedRule(wanted, ADOPTED)], JULY_2, JULY_4) == ([wanted] if counts else [])


def test_in_force__adopted_after_the_instant_asked_for__does_not_count() -> None:
    before = datetime(2024, 7, 1, 22, 29, tzinfo=UTC)
    assert counting([AdoptedRule(rule(), ADOPTED)], JULY_2, JULY_4, before) == []
    assert counting([AdoptedRule(rule(), ADOPTED)], JULY_2, JULY_4, ADOPTED) == [rule()]


def test_in_force__two_adoptions_of_a_key__the_later_counts_in_any_order() -> None:
    first = AdoptedRule(rule(50), ADOPTED)
    second = AdoptedRule(rule(40), datetime(2024, 7, 2, 8, tzinfo=UTC))
    assert counting([second, first], JULY_3, JULY_4) == [rule(40)]


def test_in_force__later_adoption_of_other_days__leaves_the_earlier() -> None:
    second = AdoptedRule(rule(40, JULY_4), datetime(2024, 7, 2, 8, tzinfo=UTC))
    assert counting([AdoptedRule(rule(50), ADOPTED), second], JULY_3, JULY_4) == [rule(50)]


def test_as_if_in_force__period_before_every_rule__takes_the_earliest() -> None:
    rules = [rule(40, date(2026, 1, 1)), rule(50, date(2025, 1, 1), date(2026, 1, 1))]
    assert as_if_in_force(rules, day_start(JULY_1), day_start(JULY_2)) == [rules[1]]


def test_overridden__source__is_what_the_settlement_shows() -> None:
    community = overridden(world.community(JULY_1, JULY_2), [rule()])
    used = resolve(community).used
    assert (used[KEY].value_micro, used[KEY].source, used[KEY].verified) == (
        50_000_000,
        "Resolution 50",
        False,
    )
    assert used["fc_north_eur_per_mwh"].source == OVERRIDE_SOURCE

"""Hour totals that would show single persons stay off the ledger."""

from dataclasses import replace
from datetime import date

import pytest

from settlement.domain.calendar import day_start
from settlement.domain.case import Case, Direction, MemberCategory
from settlement.domain.disclosure import PERSONS_MIN, Refusal, refusals
from tests.settlement.store import world


def _case(persons: int) -> Case:
    """A case in which so many persons withdraw, and the town injects and withdraws."""
    case = world.case()
    kept = {*world.PERSONS[:persons], world.TOWN}
    pods = tuple(row for row in case.community.pods if row.member in kept)
    codes = {row.code for row in pods}
    plants = tuple(row for row in case.community.plants if row.id == "TOWN")
    lone = (world.pod_of("P1"), Direction.INJECTED)
    series = tuple(row for row in case.series if row.pod in codes and row.key != lone)
    return replace(case, community=replace(case.community, pods=pods, plants=plants), series=series)


@pytest.mark.parametrize(("persons", "refused"), [(0, False), (1, True), (4, True), (5, False), (6, False)])
def test_refusals__number_of_persons__decides(persons: int, refused: bool) -> None:
    expected = (Refusal("", Direction.WITHDRAWN, persons),) if refused else ()
    assert refusals(_case(persons), ()) == expected
    assert PERSONS_MIN == 5


def test_refusals__all_of_the_few_consent__are_none() -> None:
    assert refusals(_case(2), {"P1", "P2"}) == ()


def test_refusals__one_of_the_few_does_not_consent__remains() -> None:
    assert refusals(_case(3), {"P1", "P2", "P6"}) == (Refusal("", Direction.WITHDRAWN, 3),)


def test_refusals__associations_are_no_persons() -> None:
    case = _case(1)
    members = tuple(replace(row, category=MemberCategory.ASSOCIATION) for row in case.community.members)
    assert refusals(replace(case, community=replace(case.community, members=members)), ()) == ()


def test_refusals__two_areas__are_judged_apart() -> None:
    assert refusals(world.case(two_areas=True), ()) == (
        Refusal("a", Direction.INJECTED, 1),
        Refusal("a", Direction.WITHDRAWN, 3),
        Refusal("b", Direction.WITHDRAWN, 3),
    )


def test_refusals__pod_changes_its_owner_in_the_period__both_count() -> None:
    case = _case(4)
    day = date(2024, 7, 2)
    pod = world.pod_of("P1")
    rows = []
    for row in case.community.pods:
        halves = [replace(row, valid_to=day), replace(row, member="P6", valid_from=day)]
        rows += halves if row.code == pod else [row]
    assert refusals(replace(case, community=replace(case.community, pods=tuple(rows))), ()) == ()


def test_refusals__pod_valid_outside_the_period__does_not_count() -> None:
    case = _case(5)
    pods = tuple(
        replace(row, valid_to=date(2024, 7, 1)) if row.member == "P1" else row for row in case.community.pods
    )
    assert case.community.start == day_start(date(2024, 7, 1))
    found = refusals(replace(case, community=replace(case.community, pods=pods)), ())
    assert found == (Refusal("", Direction.WITHDRAWN, 4),)

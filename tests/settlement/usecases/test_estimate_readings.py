"""Estimates enter by name only, and the name goes down to the statement; history and report tell all of it.

estimate_readings
├── it should enter the days marked, with method, author and donors recorded
├── given the same again it should add nothing
├── given readings of the grid operator, or no donors, it should refuse
└── given the measured day afterwards it should be replaced, and known as it was before
statement
├── it should name the method and how many readings it made
└── given no own estimate it should not have the words
reading_history, quality_report
└── they should say what was known at any instant
"""

import json
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from community.usecases.register_community import register_community
from settlement.documents.statement_pdf import Language, statement_pdf
from settlement.domain.calendar import month_number
from settlement.domain.case import Direction
from settlement.domain.errors import EstimateRefused, ReadingsNotAdmitted
from settlement.domain.quality.estimation import EstimateMethod, RecordedEstimate
from settlement.domain.quality.finding import Check
from settlement.usecases.admit_readings import admit_readings
from settlement.usecases.estimate_readings import estimate_readings
from settlement.usecases.import_readings import import_readings
from settlement.usecases.load_case import load_case
from settlement.usecases.quality_report import quality_report
from settlement.usecases.reading_history import reading_history
from tests.settlement.store import world
from tests.settlement.usecases import shop
from tests.settlement.usecases.test_admit_readings import spoiled

FIRST, AFTER = date(2024, 7, 1), date(2024, 7, 18)
ABSENT = date(2024, 7, 17)
P4 = (world.pod_of("P4"), Direction.WITHDRAWN)
LATEST = world.LATER + timedelta(days=5)


def case_without_day():
    """Seventeen days of July; P4's last is absent, two earlier ones of its weekday are there."""
    case = world.case(FIRST, AFTER)
    series = []
    for row in case.series:
        present = row.present.copy()
        if row.key == P4:
            present[-24:] = False
        series.append(replace(row, present=present, wh=np.where(present, row.wh, 0).astype(np.int32)))
    return replace(case, series=tuple(series))


@pytest.fixture
def community_id(engine):
    """The community whose P4 lacks a day."""
    return shop.stocked(engine, case_without_day())


def wanted(community_id, method=EstimateMethod.SAME_WEEKDAY_MEAN, key=P4, at=world.LATER) -> RecordedEstimate:
    """What to estimate, and by whom."""
    return RecordedEstimate(community_id, *key, ABSENT, at, method, (), "Ada", "not delivered")


def estimate(engine, order: RecordedEstimate, *days: date) -> list[RecordedEstimate]:
    """Estimate in a transaction of its own."""
    with UnitOfWork(engine) as work:
        made = estimate_readings(work, order.community_id, order, days or (ABSENT,))
        work.commit()
    return made


def day_of_p4(engine, community_id, as_of=None):
    """Values and marks of the absent day as known."""
    case = case_without_day()
    with ReadOnlyUnitOfWork(engine) as work:
        loaded = load_case(work, community_id, case.community.start, case.community.end, as_of)
    (series,) = [row for row in loaded.series if row.key == P4]
    return series.wh[-24:].tolist(), series.estimated[-24:].tolist(), bool(series.present[-24:].all())


def test_estimate__absent_day__enters_marked_with_its_donors(engine, community_id) -> None:
    (made,) = estimate(engine, wanted(community_id))
    assert made.from_days == (date(2024, 7, 3), date(2024, 7, 10))
    (whole,) = [row for row in world.case(FIRST, AFTER).series if row.key == P4]
    donors = [whole.wh[day * 24 : day * 24 + 24].astype(int) for day in (2, 9)]
    values, marks, present = day_of_p4(engine, community_id)
    assert values == ((donors[0] + donors[1] + 1) // 2).tolist()
    assert all(marks)
    assert present
    assert not day_of_p4(engine, community_id, world.RECEIVED)[2]
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.estimates.in_force(community_id, FIRST, AFTER) == [made]


def test_estimate__same_again__adds_nothing_and_another_method_corrects(engine, community_id) -> None:
    estimate(engine, wanted(community_id))
    assert estimate(engine, wanted(community_id, at=LATEST)) == []
    with UnitOfWork(engine) as work:
        after = world.case(AFTER, AFTER + timedelta(days=2))
        import_readings(work, community_id, after, world.LATER)
        work.commit()
    (made,) = estimate(engine, wanted(community_id, EstimateMethod.LINEAR_INTERPOLATION, at=LATEST))
    assert made.from_days == (date(2024, 7, 16), date(2024, 7, 18))
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.estimates.in_force(community_id, FIRST, AFTER) == [made]
        before = work.estimates.in_force(community_id, FIRST, AFTER, world.LATER)
    assert [row.method for row in before] == [EstimateMethod.SAME_WEEKDAY_MEAN]


def test_estimate__measured_day_or_no_donors__is_refused(engine, community_id) -> None:
    with pytest.raises(EstimateRefused, match="has its readings"):
        estimate(engine, wanted(community_id), date(2024, 7, 16))
    with pytest.raises(EstimateRefused, match="a week before and one after"):
        estimate(engine, wanted(community_id, EstimateMethod.LINEAR_INTERPOLATION))
    with pytest.raises(EstimateRefused, match="two measured days"):
        estimate(engine, wanted(community_id), ABSENT, date(2024, 8, 20))
    with pytest.raises(EstimateRefused, match="author"):
        estimate(engine, replace(wanted(community_id), reason=""))
    assert not day_of_p4(engine, community_id)[2]


def test_estimate__grid_operators_own_estimate__is_not_replaced(engine, community_id) -> None:
    p3 = (world.pod_of("P3"), Direction.WITHDRAWN)
    with pytest.raises(EstimateRefused, match="has its readings"):
        estimate(engine, wanted(community_id, key=p3))


def test_estimate__pod_of_nobody__is_refused(engine, community_id) -> None:
    with pytest.raises((EstimateRefused, ReadingsNotAdmitted)):
        estimate(engine, wanted(community_id, key=("IT001E55555555", Direction.WITHDRAWN)))


def test_estimate__measured_day_afterwards__replaces_it_and_the_past_stays(engine, community_id) -> None:
    estimate(engine, wanted(community_id))
    known = day_of_p4(engine, community_id)
    with UnitOfWork(engine) as work:
        admit_readings(work, community_id, world.case(FIRST, AFTER), "late.csv", LATEST)
        work.commit()
    (whole,) = [row for row in world.case(FIRST, AFTER).series if row.key == P4]
    assert day_of_p4(engine, community_id)[0] == whole.wh[-24:].tolist()
    assert day_of_p4(engine, community_id, world.LATER) == known
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.estimates.in_force(community_id, FIRST, AFTER) == []
        rows = reading_history(work, community_id, P4[0], ABSENT, ABSENT)
        at_first = reading_history(work, community_id, P4[0], ABSENT, ABSENT, world.LATER)
    assert [row.received_at for row in rows] == [world.LATER, LATEST]
    assert rows[0].origin.startswith("estimated by SAME_WEEKDAY_MEAN from 2024-07-03, 2024-07-10; Ada")
    assert (rows[0].change_wh, rows[0].changed, rows[1].origin) == (None, None, "imported")
    assert rows[1].change_wh == rows[1].energy_wh - rows[0].energy_wh
    assert at_first == rows[:1]


def divide(engine, community_id):
    """Close the days, receive money and divide it; statements by member."""
    settlement = shop.close(engine, community_id, world.case(FIRST, AFTER))
    receipt = shop.receive(engine, community_id, shop.terms())
    distribution = shop.share_out(engine, community_id, [receipt.id], [settlement.id])
    with ReadOnlyUnitOfWork(engine) as work:
        return {
            member: work.statements.of(distribution.id, member)
            for member in work.statements.hashes(distribution.id)
        }


def test_statement__estimated_day__names_the_method_for_its_member_alone(engine, community_id) -> None:
    estimate(engine, wanted(community_id))
    found = divide(engine, community_id)
    pods = {member: json.loads(document)["periods"][0]["pods"] for member, document in found.items()}
    (of_p4,) = pods.pop("P4")
    assert of_p4["estimated"] == 24
    assert of_p4["estimated_by"] == {"SAME_WEEKDAY_MEAN": 24}
    assert not any("estimated_by" in row for rows in pods.values() for row in rows)
    assert any(row["estimated"] for row in pods["P3"]), "the grid operator's own estimates have no method"
    for language in Language:
        assert statement_pdf(found["P4"], language).startswith(b"%PDF-")


def test_report__month__says_what_is_absent_held_and_estimated_at_any_instant(engine, community_id) -> None:
    estimate(engine, wanted(community_id))
    with UnitOfWork(engine) as work:
        admit_readings(work, community_id, spoiled(), "odd.csv", world.LATER)
        work.commit()
    july = month_number(FIRST)
    with ReadOnlyUnitOfWork(engine) as work:
        now = quality_report(work, community_id, july, LATEST)
        before = quality_report(work, community_id, july, world.RECEIVED)
        nothing = quality_report(work, community_id, july, world.RECEIVED - timedelta(days=1))
    (area,) = now.configurations
    lines = {(row.pod, row.direction): row for row in area.pods}
    assert lines[P4].strip == "█" * 16 + "▒" + "·" * 14
    assert (lines[P4].days, lines[P4].expected, lines[P4].estimated) == (17, 31, 24)
    assert (lines[P4].first_received, lines[P4].last_received) == (world.RECEIVED, world.LATER)
    assert [(row.pod, row.day, row.source) for row in area.held] == [
        (world.pod_of("P1"), date(2024, 7, 2), "odd.csv")
    ]
    assert Check.MISSING_DAYS in {row.check for row in area.findings}
    (area,) = before.configurations
    assert {(row.pod, row.direction): row for row in area.pods}[P4].strip == "█" * 16 + "·" * 15
    assert area.held == ()
    (area,) = nothing.configurations
    assert sum(row.days for row in area.pods) == 0
    assert now.canonical() == now.canonical()
    assert json.loads(now.canonical())["month"] == "2024-07"


def test_report__held_day_without_readings__is_marked_in_its_strip(engine) -> None:
    with UnitOfWork(engine) as work:
        community_id = register_community(work, spoiled().community).community_id
        admit_readings(work, community_id, spoiled(), "odd.csv", world.RECEIVED)
        work.commit()
        (area,) = quality_report(work, community_id, month_number(FIRST), LATEST).configurations
    lines = {(row.pod, row.direction): row.strip for row in area.pods}
    assert lines[world.pod_of("P1"), Direction.INJECTED][:4] == "█!█·"


def test_report__two_areas__each_has_its_own_pods(engine) -> None:
    community_id = shop.stocked(engine, world.case(two_areas=True))
    with ReadOnlyUnitOfWork(engine) as work:
        found = quality_report(work, community_id, month_number(FIRST), LATEST)
    pods = [{row.pod for row in area.pods} for area in found.configurations]
    assert len(pods) == 2
    assert not pods[0] & pods[1]
    assert len(pods[0] | pods[1]) == 7
    for area, codes in zip(found.configurations, pods, strict=True):
        assert {row.pod for row in area.findings} <= codes

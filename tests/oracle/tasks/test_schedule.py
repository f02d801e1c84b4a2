"""The timetable: slots that no clock can take twice, whatever it does."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from oracle.jobs import JobState
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork
from oracle.tasks.drain import drain_all
from oracle.tasks.kinds import KINDS
from oracle.tasks.schedule import (
    FAILURE_PAUSE,
    SCHEDULE,
    Daily,
    Entry,
    Every,
    all_communities,
    next_runs,
    once,
)
from oracle.tasks.tick import FINISHED_KEPT, SCHEDULED_KEPT, sweep, tick
from tests.oracle.tasks.desks import NOW, Clock, Diary, desk, diarist, kind_of, look, put
from tests.settlement.store import world
from tests.settlement.usecases import shop

NIGHTLY = (Entry("note", Daily(time(4, 10)), all_communities),)


def numbers(engine: Engine) -> list[int]:
    """All jobs that there are."""
    with OracleReadOnlyUnitOfWork(engine) as work:
        return [job.number for job in work.jobs.listed(limit=1000)]


@pytest.mark.parametrize(
    ("at", "last", "following"),
    [
        # The night into summer has no 02:30: it is taken at 03:30.
        ("2025-03-30T01:29Z", "2025-03-29T01:30Z", "2025-03-30T01:30Z"),
        ("2025-03-30T01:30Z", "2025-03-30T01:30Z", "2025-03-31T00:30Z"),
        # The night into winter has two: the first is taken.
        ("2025-10-26T00:30Z", "2025-10-26T00:30Z", "2025-10-27T01:30Z"),
        ("2025-10-26T01:30Z", "2025-10-26T00:30Z", "2025-10-27T01:30Z"),
    ],
)
def test_daily__nights_of_changing_clocks__have_one_run_each(at: str, last: str, following: str) -> None:
    when, now = Daily(time(2, 30)), datetime.fromisoformat(at)
    assert when.last(now) == datetime.fromisoformat(last)
    assert when.next(now) == datetime.fromisoformat(following)


def test_daily__a_year_of_hours__has_a_run_for_each_day() -> None:
    when, start = Daily(time(2, 30)), datetime(2025, 1, 1, tzinfo=UTC)
    slots = {when.last(start + timedelta(hours=hour)) for hour in range(24 * 365)}
    assert len(slots) == 365 + 1


def test_every__interval__counts_from_1970() -> None:
    when = Every(timedelta(seconds=5))
    assert when.last(NOW + timedelta(seconds=7)) == NOW + timedelta(seconds=5)
    assert when.next(NOW) == NOW + timedelta(seconds=5)


def test_tick__clocks_that_jump_and_two_at_once__order_each_slot_once(
    engine: Engine, communities: list[UUID]
) -> None:
    clock, kind = Clock(), diarist(Diary())
    at = desk(engine, {"note": kind}, clock)
    other = replace(at, worker="other")
    for jump in (0, 0, 1, -1, 2):
        clock.move(hours=jump)
        tick(at, NIGHTLY)
        tick(other, NIGHTLY)
    assert len(numbers(engine)) == len(communities)
    clock.move(days=30)  # one run for the days that were slept through
    tick(at, NIGHTLY)
    assert len(numbers(engine)) == 2 * len(communities)


def test_tick__open_messages__are_published_until_one_fails(engine: Engine) -> None:
    case = world.case()
    community_id = shop.stocked(engine, case)
    clock, kind = Clock(), kind_of(_fails, "publish")
    at = desk(engine, {"publish": kind}, clock)
    publish = [entry for entry in SCHEDULE if entry.kind == "publish"]
    tick(at, publish)
    assert numbers(engine) == []
    shop.close(engine, community_id, case)
    tick(at, publish)
    clock.move(seconds=5)
    tick(at, publish)
    assert len(numbers(engine)) == 1, "the one that waits will do"
    drain_all(at)
    clock.move(seconds=5)
    tick(at, publish)
    assert len(numbers(engine)) == 1, "a queue that stands still is not pushed"
    clock.now += FAILURE_PAUSE
    tick(at, publish)
    assert len(numbers(engine)) == 2


def _fails(_job: object, _report: object) -> None:
    raise ZeroDivisionError


def test_tick__old_jobs__are_forgotten_and_open_ones_never(engine: Engine, communities: list[UUID]) -> None:
    clock, kind = Clock(), diarist(Diary())
    at = desk(engine, {"note": kind}, clock)
    tick(at, NIGHTLY)
    (own,) = put(engine, communities[0], kind)
    drain_all(at)
    (waiting,) = put(engine, communities[0], kind)
    clock.now += SCHEDULED_KEPT + timedelta(hours=1)
    tick(at, ())
    assert numbers(engine) == [waiting.number, own.number]
    clock.now += FINISHED_KEPT
    tick(at, ())
    assert numbers(engine) == [waiting.number]


def test_tick__for_all_communities__is_ordered_once_and_waits_while_it_is_open_or_failed(
    engine: Engine, communities: list[UUID]
) -> None:
    clock, kinds = Clock(), {"note": replace(diarist(Diary()), of_community=False)}
    at = desk(engine, kinds, clock)
    line = (Entry("note", Every(timedelta(minutes=1)), once("note")),)
    for _ in range(3):
        tick(at, line)
        clock.move(minutes=1)
    assert len(numbers(engine)) == 1, "the one that waits will do"
    drain_all(at)
    tick(at, line)
    assert len(numbers(engine)) == 2
    drain_all(replace(at, kinds={"note": replace(kind_of(_fails), of_community=False)}))
    clock.move(minutes=1)
    tick(at, line)
    assert len(numbers(engine)) == 2, "what failed is not pushed"
    clock.now += FAILURE_PAUSE
    tick(at, line)
    assert len(numbers(engine)) == 3


def test_tick__what_is_done_often__leaves_the_latest_of_each_kind(
    engine: Engine, communities: list[UUID]
) -> None:
    clock, kinds = Clock(), {"note": replace(diarist(Diary()), of_community=False)}
    at = desk(engine, kinds, clock)
    line = (Entry("note", Daily(time(4, 10)), once("note")),)
    for _ in range(3):
        tick(at, line)
        drain_all(at)
        clock.move(days=1)
    tick(at, ())
    (left,) = numbers(engine)
    clock.move(days=-1)
    tick(at, line)
    assert numbers(engine) == [left], "its slot is known to be done"


def test_tick__no_contracts__follows_nothing(engine: Engine, communities: list[UUID]) -> None:
    tick(desk(engine), [entry for entry in SCHEDULE if entry.kind == "follow"])
    assert numbers(engine) == []


def test_sweep__job_of_a_dead_worker__is_announced_and_a_living_ones_is_not(
    engine: Engine, communities: list[UUID]
) -> None:
    heard: list[str] = []
    kind, clock = diarist(Diary()), Clock()
    at = replace(desk(engine, {"note": kind}, clock), announce=heard.append)
    (dead,) = put(engine, communities[0], kind)
    (living,) = put(engine, communities[1], kind)
    with engine.begin() as connection:
        connection.execute(text("UPDATE jobs SET state = 'running', worker = 'w', attempts = 1"))
    with at.hold(living.partition):
        sweep(at)
        sweep(at)
    assert heard == [dead.partition, dead.partition]
    assert look(engine, dead).state is JobState.QUEUED
    assert look(engine, living).state is JobState.RUNNING


def test_schedule__each_line__orders_a_kind_that_exists_and_needs_no_arguments() -> None:
    for entry in SCHEDULE:
        assert not KINDS[entry.kind].arguments
    assert [row.at for row in next_runs(NOW)] == sorted(row.at for row in next_runs(NOW))

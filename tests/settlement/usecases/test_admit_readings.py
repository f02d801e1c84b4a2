"""Readings that cannot be are held, everything else enters at once; somebody decides, once.

admit_readings
├── given possible readings it should import them all, as import_readings does
├── given a day above twice the plants' power it should hold that day with its values and import the rest
├── given a day that lacks an hour it should hold it, absent values absent
├── given the same file again, ten times or in ten threads, it should hold nothing twice
├── given values that are in the readings already it should leave them there
└── given readings of a stranger it should refuse all of it
release_readings
├── it should admit the days as they arrived, received at the release
├── given the file again afterwards it should not hold them again
└── given a day decided, partial, held twice or measured since it should refuse
reject_readings
└── it should keep the same values out when they come again
"""

import threading
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from community.usecases.register_community import register_community
from settlement.domain.case import Case, Direction
from settlement.domain.errors import CaseNotReady, NotFound, QuarantineRefused, ReadingsNotAdmitted
from settlement.domain.identifiers import uuid7
from settlement.domain.quality.quarantine import HeldState
from settlement.usecases.admit_readings import Admitted, admit_readings
from settlement.usecases.decide_held import reject_readings, release_readings
from settlement.usecases.import_readings import Counts
from settlement.usecases.load_case import load_case
from tests.settlement.store import world
from tests.settlement.usecases import shop

SERIES_DAYS = 9 * 3
P1 = world.pod_of("P1")
IMPOSSIBLE_WH = 100_001
SECOND = date(2024, 7, 2)
SOURCE = "july.csv"


def spoiled(wh: int = IMPOSSIBLE_WH, interval: int = 36) -> Case:
    """Three days in July; on the second P1's plant of 50 kW gives more than twice its power."""
    case = world.case()
    series = list(case.series)
    position = [row.key for row in series].index((P1, Direction.INJECTED))
    values = series[position].wh.copy()
    values[interval] = wh
    series[position] = replace(series[position], wh=values)
    return replace(case, series=tuple(series))


def lacking() -> Case:
    """The same days without the noon of P1's second day."""
    case = spoiled(0)
    series = [
        replace(row, present=np.arange(72) != 36) if row.key == (P1, Direction.INJECTED) else row
        for row in case.series
    ]
    return replace(case, series=tuple(series))


@pytest.fixture
def community_id(engine: Engine):
    """The community, without a reading."""
    with UnitOfWork(engine) as work:
        found = register_community(work, world.case().community).community_id
        work.commit()
    return found


def admit(engine: Engine, community_id, case: Case, received_at=world.RECEIVED) -> Admitted:
    """Admit the case in a transaction of its own."""
    with UnitOfWork(engine) as work:
        found = admit_readings(work, community_id, case, SOURCE, received_at)
        work.commit()
    return found


def decide(engine: Engine, decision, community_id, ids, at=world.LATER) -> int:
    """Decide in a transaction of its own."""
    with UnitOfWork(engine) as work:
        count = decision(work, community_id, ids, "Ada", "seen on the meter", at)
        work.commit()
    return count


def waiting(engine: Engine, community_id) -> list:
    """What is held."""
    with ReadOnlyUnitOfWork(engine) as work:
        return work.quarantine.waiting(community_id)


def stored(engine: Engine, community_id, as_of=None) -> Case:
    """The readings as they are."""
    terms = world.case().community
    with ReadOnlyUnitOfWork(engine) as work:
        return load_case(work, community_id, terms.start, terms.end, as_of)


def rows(engine: Engine, table: str) -> int:
    """How many rows a table has."""
    with engine.connect() as connection:
        return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()


def test_admit__possible_readings__all_enter_and_warnings_do_not_hold(engine, community_id) -> None:
    admitted = admit(engine, community_id, world.case())
    assert admitted.imported.readings == Counts(new=SERIES_DAYS)
    assert (admitted.held, admitted.known) == ((), 0)
    assert admitted.findings, "the world's sun shines at night, which is odd"
    assert stored(engine, community_id) == world.case()


def test_admit__day_above_twice_the_power__is_held_with_its_values(engine, community_id) -> None:
    admitted = admit(engine, community_id, spoiled())
    assert admitted.imported.readings == Counts(new=SERIES_DAYS - 1)
    (held,) = waiting(engine, community_id)
    assert [row.id for row in admitted.held] == [held.id]
    assert (held.held.pod, held.held.direction, held.held.day) == (P1, Direction.INJECTED, SECOND)
    assert held.held.wh[12] == IMPOSSIBLE_WH
    assert (held.source, held.received_at, held.state) == (SOURCE, world.RECEIVED, HeldState.HELD)
    assert [row["check"] for row in held.findings] == ["ABOVE_POWER"]
    (series,) = [row for row in stored(engine, community_id).series if row.key == (P1, Direction.INJECTED)]
    assert series.present.reshape(3, 24).all(axis=1).tolist() == [True, False, True]


def test_admit__day_that_lacks_an_hour__is_held_and_never_released(engine, community_id) -> None:
    admit(engine, community_id, lacking())
    (held,) = waiting(engine, community_id)
    assert held.held.present.tolist() == [hour != 12 for hour in range(24)]
    with pytest.raises(QuarantineRefused, match="lacks 1 readings"):
        decide(engine, release_readings, community_id, [held.id])


def test_admit__same_file_ten_times__holds_nothing_twice(engine, community_id) -> None:
    first = admit(engine, community_id, spoiled())
    for number in range(1, 11):
        again = admit(engine, community_id, spoiled(), world.RECEIVED + timedelta(minutes=number))
        assert (again.held, again.known) == ((), 1)
        assert again.imported.readings == Counts(unchanged=SERIES_DAYS - 1)
    assert [row.id for row in waiting(engine, community_id)] == [row.id for row in first.held]
    assert rows(engine, "meter_readings") == SERIES_DAYS - 1


def test_admit__same_file_in_ten_threads__holds_and_imports_once(engine, community_id) -> None:
    outcomes: list[Admitted] = []

    def work() -> None:
        outcomes.append(admit(engine, community_id, spoiled()))

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(row.held) for row in outcomes) == 1
    assert sum(row.known for row in outcomes) == 9
    assert sum(row.imported.readings.new for row in outcomes) == SERIES_DAYS - 1
    assert rows(engine, "quarantined_readings") == 1
    assert rows(engine, "meter_readings") == SERIES_DAYS - 1


def test_admit__other_impossible_values__are_held_beside_the_first(engine, community_id) -> None:
    admit(engine, community_id, spoiled())
    admit(engine, community_id, spoiled(IMPOSSIBLE_WH + 1), world.LATER)
    ids = [row.id for row in waiting(engine, community_id)]
    assert len(ids) == 2
    with pytest.raises(QuarantineRefused, match="two versions"):
        decide(engine, release_readings, community_id, ids)


def test_admit__values_that_are_in_the_readings__stay_there(engine, community_id) -> None:
    admit(engine, community_id, spoiled())
    (held,) = waiting(engine, community_id)
    decide(engine, release_readings, community_id, [held.id])
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE quarantined_readings"))
    again = admit(engine, community_id, spoiled(), world.LATER + timedelta(days=1))
    assert again.imported.readings == Counts(unchanged=SERIES_DAYS)
    assert again.held == ()


def test_admit__stranger_among_them__is_refused_as_a_whole(engine, community_id) -> None:
    case = lacking()
    series = tuple(replace(row, pod="IT001E12345678") if row.pod == P1 else row for row in case.series)
    with pytest.raises(ReadingsNotAdmitted):
        admit(engine, community_id, replace(case, series=series))
    assert rows(engine, "quarantined_readings") == rows(engine, "meter_readings") == 0


def test_close__held_day__is_named_as_the_reason(engine, community_id) -> None:
    admit(engine, community_id, spoiled())
    with pytest.raises(CaseNotReady) as refused:
        shop.close(engine, community_id, world.case())
    (lacking_day, reason) = (row.sentence for row in refused.value.findings)
    assert "lacks 24 of 72 readings" in lacking_day
    assert "1 days that arrived are held, the first is 2024-07-02" in reason


def test_release__held_day__enters_as_received_at_the_release(engine, community_id) -> None:
    admit(engine, community_id, spoiled())
    (held,) = waiting(engine, community_id)
    assert decide(engine, release_readings, community_id, [held.id]) == 1
    assert stored(engine, community_id) == spoiled()
    before = stored(engine, community_id, world.LATER - timedelta(seconds=1))
    assert (
        sum(row.present.sum() for row in before.series)
        == sum(row.present.sum() for row in spoiled().series) - 24
    )
    assert waiting(engine, community_id) == []
    with ReadOnlyUnitOfWork(engine) as work:
        (row,) = work.quarantine.of_ids(community_id, [held.id])
    assert (row.state, row.decided_by, row.reason, row.decided_at) == (
        HeldState.RELEASED,
        "Ada",
        "seen on the meter",
        world.LATER,
    )


def test_release__file_again_afterwards__is_not_held_again(engine, community_id) -> None:
    admit(engine, community_id, spoiled())
    decide(engine, release_readings, community_id, [row.id for row in waiting(engine, community_id)])
    again = admit(engine, community_id, spoiled(), world.LATER + timedelta(days=1))
    assert again.imported.readings == Counts(unchanged=SERIES_DAYS)
    assert (again.held, again.known) == ((), 0)


def test_release__decided_day__is_refused_with_who_decided(engine, community_id) -> None:
    admit(engine, community_id, spoiled())
    ids = [row.id for row in waiting(engine, community_id)]
    decide(engine, reject_readings, community_id, ids)
    for decision in (release_readings, reject_readings):
        with pytest.raises(QuarantineRefused, match="was rejected by Ada"):
            decide(engine, decision, community_id, ids)


def test_release__measured_readings_arrived_since__is_refused(engine, community_id) -> None:
    admit(engine, community_id, spoiled())
    (held,) = waiting(engine, community_id)
    admit(engine, community_id, world.case(), world.LATER)
    with pytest.raises(QuarantineRefused, match="arrived at"):
        decide(engine, release_readings, community_id, [held.id], world.LATER + timedelta(days=1))
    assert stored(engine, community_id) == world.case()


def test_release__unknown_id_or_no_reason__is_refused(engine, community_id) -> None:
    with pytest.raises(NotFound):
        decide(engine, release_readings, community_id, [uuid7()])
    with UnitOfWork(engine) as work, pytest.raises(QuarantineRefused, match="author and a reason"):
        release_readings(work, community_id, [], "Ada", " ", world.LATER)


def test_release__in_ten_threads__admits_once(engine, community_id) -> None:
    admit(engine, community_id, spoiled())
    ids = [row.id for row in waiting(engine, community_id)]
    outcomes: list[object] = []

    def work() -> None:
        try:
            outcomes.append(decide(engine, release_readings, community_id, ids))
        except QuarantineRefused as error:
            outcomes.append(error)

    threads = [threading.Thread(target=work) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(1) == 1
    assert len(outcomes) == 10
    assert rows(engine, "meter_readings") == SERIES_DAYS


def test_reject__same_values_again__stay_out(engine, community_id) -> None:
    admit(engine, community_id, spoiled())
    decide(engine, reject_readings, community_id, [row.id for row in waiting(engine, community_id)])
    again = admit(engine, community_id, spoiled(), world.LATER)
    assert (again.held, again.known) == ((), 1)
    assert rows(engine, "meter_readings") == SERIES_DAYS - 1
    better = admit(engine, community_id, world.case(), world.LATER)
    assert better.imported.readings == Counts(new=1, unchanged=SERIES_DAYS - 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE quarantined_readings SET wh = '{1}'",
        "UPDATE quarantined_readings SET state = 'released'",
        "DELETE FROM quarantined_readings",
    ],
)
def test_database__held_day__is_neither_changed_nor_deleted(engine, community_id, statement) -> None:
    admit(engine, community_id, spoiled())
    with engine.begin() as connection, pytest.raises(DBAPIError):
        connection.execute(text(statement))


def test_database__decision__is_not_taken_back(engine, community_id) -> None:
    admit(engine, community_id, spoiled())
    decide(engine, reject_readings, community_id, [row.id for row in waiting(engine, community_id)])
    back = (
        "UPDATE quarantined_readings SET state = 'held', decided_by = NULL, reason = NULL, decided_at = NULL"
    )
    with engine.begin() as connection, pytest.raises(DBAPIError, match="decision is taken"):
        connection.execute(text(back))

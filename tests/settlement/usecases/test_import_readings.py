"""Readings enter whole, once, and are never overwritten."""

import threading
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import psycopg
import pytest
from sqlalchemy import Engine, text

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from community.usecases.register_community import register_community
from settlement.domain.canonical import canonical_json
from settlement.domain.case import Case
from settlement.domain.engine import settle
from settlement.domain.errors import PeriodNotWholeDays, ReadingsNotAdmitted, ReceivedOutOfOrder
from settlement.usecases.import_readings import Counts, Imported, import_readings
from settlement.usecases.load_case import load_case
from tests.settlement.store import world

SERIES_DAYS = 9 * 3


def _store(engine: Engine, case: Case, received_at=world.RECEIVED) -> tuple:
    with UnitOfWork(engine) as work:
        community_id = register_community(work, case.community).community_id
        imported = import_readings(work, community_id, case, received_at)
        work.commit()
    return community_id, imported


def _load(engine: Engine, community_id, case: Case, as_of=None) -> Case:
    with ReadOnlyUnitOfWork(engine) as work:
        return load_case(work, community_id, case.community.start, case.community.end, as_of)


def _with_reading(case: Case, position: int, interval: int, wh: int) -> Case:
    series = list(case.series)
    values = series[position].wh.copy()
    values[interval] = wh
    series[position] = replace(series[position], wh=values)
    return replace(case, series=tuple(series))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2024, 7, 1), date(2024, 7, 4)),
        (date(2024, 3, 30), date(2024, 4, 2)),
        (date(2024, 10, 26), date(2024, 10, 29)),
    ],
    ids=["summer", "23-hour day and a month's end", "25-hour day"],
)
@pytest.mark.parametrize("two_areas", [False, True])
def test_load_case__after_import__is_the_case_itself(engine, start, end, two_areas) -> None:
    case = world.case(start, end, two_areas=two_areas)
    community_id, imported = _store(engine, case)
    assert imported.readings == Counts(new=SERIES_DAYS)
    loaded = _load(engine, community_id, case)
    assert loaded == case
    assert canonical_json(settle(loaded).document()) == canonical_json(settle(case).document())


def test_import__same_values_again__adds_nothing(engine) -> None:
    case = world.case()
    _store(engine, case)
    _, again = _store(engine, case, world.LATER)
    assert again == Imported(Counts(unchanged=SERIES_DAYS), Counts(unchanged=3))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM meter_readings")).scalar() == SERIES_DAYS


def test_import__another_value__adds_a_version_and_keeps_the_first(engine) -> None:
    case = world.case()
    corrected = _with_reading(case, 2, 25, 2999)
    community_id, _ = _store(engine, case)
    _, again = _store(engine, corrected, world.LATER)
    assert again.readings == Counts(unchanged=SERIES_DAYS - 1, corrected=1)
    assert _load(engine, community_id, case, world.RECEIVED) == case
    assert _load(engine, community_id, case, world.LATER) == corrected
    assert _load(engine, community_id, case) == corrected


def test_import__only_the_estimate_mark_differs__is_a_correction(engine) -> None:
    case = world.case()
    measured = replace(
        case, series=tuple(replace(row, estimated=np.zeros_like(row.estimated)) for row in case.series)
    )
    community_id, _ = _store(engine, case)
    _, again = _store(engine, measured, world.LATER)
    # P3's marks stand on intervals 7 and 57 of 72, on two of its three days.
    assert again.readings == Counts(unchanged=SERIES_DAYS - 2, corrected=2)
    assert _load(engine, community_id, case) == measured


def test_import__correction_received_earlier_than_what_it_corrects__is_refused(engine) -> None:
    case = world.case()
    _store(engine, case, world.LATER)
    with pytest.raises(ReceivedOutOfOrder, match="received later"):
        _store(engine, _with_reading(case, 0, 0, 2998), world.RECEIVED)


def test_import__prices_corrected__are_read_as_of_their_instant(engine) -> None:
    case = world.case()
    other = replace(case.prices[0], quarter_micro_eur_per_mwh=case.prices[0].quarter_micro_eur_per_mwh + 1)
    community_id, _ = _store(engine, case)
    _, again = _store(engine, replace(case, prices=(other,)), world.LATER)
    assert again.prices == Counts(corrected=3)
    assert _load(engine, community_id, case, world.RECEIVED) == case
    assert _load(engine, community_id, case).prices == (other,)


def test_import__series_in_any_order__gives_the_same_case(engine) -> None:
    case = world.case()
    shuffled = replace(case, series=case.series[::-1])
    community_id, _ = _store(engine, shuffled)
    assert _load(engine, community_id, case) == case


def test_import__two_months_in_any_order__gives_the_same_case(engine) -> None:
    whole = world.case(date(2024, 6, 30), date(2024, 7, 3))
    june, july = _part(whole, 0, 24), _part(whole, 24, 72)
    community_id, _ = _store(engine, july)
    _store(engine, june, world.LATER)
    assert _load(engine, community_id, whole) == whole


def _part(case: Case, first_hour: int, end_hour: int) -> Case:
    start = case.community.start
    community = replace(
        case.community, start=start + timedelta(hours=first_hour), end=start + timedelta(hours=end_hour)
    )
    series = []
    for row in case.series:
        part = slice(first_hour * 60 // row.resolution_minutes, end_hour * 60 // row.resolution_minutes)
        series.append(replace(row, wh=row.wh[part], present=row.present[part], estimated=row.estimated[part]))
    prices = [
        replace(row, quarter_micro_eur_per_mwh=row.quarter_micro_eur_per_mwh[4 * first_hour : 4 * end_hour])
        for row in case.prices
    ]
    return Case(community, tuple(series), tuple(prices))


def test_import__quarter_hours_after_hours__load_as_hours(engine) -> None:
    whole = world.case(date(2024, 7, 1), date(2024, 7, 3))
    quarters = next(row for row in whole.series if row.resolution_minutes == 15)
    second = _part(whole, 24, 48)
    hourly = replace(
        quarters,
        resolution_minutes=60,
        wh=quarters.wh.reshape(-1, 4).sum(axis=1).astype(np.int32),
        present=quarters.present[::4],
        estimated=quarters.estimated[::4],
    )
    by_hour = replace(whole, series=tuple(hourly if row.pod == quarters.pod else row for row in whole.series))
    community_id, _ = _store(engine, _part(by_hour, 0, 24))
    _store(engine, second, world.LATER)
    loaded = _load(engine, community_id, whole)
    assert loaded == by_hour
    assert settle(loaded).document() == settle(whole).document()


def test_import__pod_of_nobody__is_refused_and_stores_nothing(engine) -> None:
    case = world.case()
    stranger = replace(case, series=(*case.series, replace(case.series[0], pod="IT001E77777777")))
    with pytest.raises(ReadingsNotAdmitted, match="IT001E77777777 on 2024-07-01"):
        _store(engine, stranger)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM meter_readings")).scalar() == 0


def test_import__day_before_the_pod_is_valid__is_refused(engine) -> None:
    case = world.case(date(2024, 1, 1), date(2024, 1, 2))
    early = world.case(date(2023, 12, 31), date(2024, 1, 1))
    _store(engine, case)
    with pytest.raises(ReadingsNotAdmitted, match="2023-12-31"):
        _store(engine, early)


def test_import__period_of_parts_of_days__is_refused(engine) -> None:
    with pytest.raises(PeriodNotWholeDays):
        _store(engine, _part(world.case(), 1, 24))


def test_import__same_file_in_two_threads__is_stored_once(engine) -> None:
    case = world.case(date(2024, 7, 1), date(2024, 8, 1))
    with UnitOfWork(engine) as work:
        community_id = register_community(work, case.community).community_id
        work.commit()
    outcomes: list[Imported] = []
    gate = threading.Barrier(2)

    def run() -> None:
        with UnitOfWork(engine) as work:
            gate.wait()
            outcomes.append(import_readings(work, community_id, case, world.RECEIVED))
            work.commit()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = sorted((row.readings.new, row.readings.unchanged) for row in outcomes)
    assert counts == [(0, 9 * 31), (9 * 31, 0)]
    assert _load(engine, community_id, case) == case


def test_import__connection_dies_during_copy__leaves_nothing(engine) -> None:
    case = world.case(date(2024, 7, 1), date(2024, 8, 1))
    with UnitOfWork(engine) as work:
        community_id = register_community(work, case.community).community_id
        work.commit()
    interrupted = _Killing(case.series)
    interrupted.engine, interrupted.rounds = engine, 0
    with pytest.raises(psycopg.OperationalError), UnitOfWork(engine) as work:
        interrupted.pid = work.session.execute(text("SELECT pg_backend_pid()")).scalar()
        import_readings(work, community_id, replace(case, series=interrupted), world.RECEIVED)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM meter_readings")).scalar() == 0
    _, imported = _store(engine, case)
    assert imported.readings.new == 9 * 31


class _Killing(tuple):
    """The series of a case; while they are copied, the server process of the import is killed."""

    engine: Engine
    pid: int
    rounds: int

    def __iter__(self):
        self.rounds += 1
        for position, series in enumerate(super().__iter__()):
            # The first two rounds only look at the series; the third one copies them.
            if self.rounds == 3 and position == 5:
                with self.engine.connect() as connection:
                    connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": self.pid})
            yield series

"""Validated import of readings, as a ratio to a bare binary COPY of the same rows into the same table.

    python -m benchmarks.ingest [--members 400] [--days 365] [--rounds 3]

Both write to the embedded server with its ordinary settings, in turn, into databases that are fresh each
time; the import also checks each series against the community and for what cannot be, looks for what is
known, creates partitions and encodes. The goal is a ratio of at least 50 %.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import psycopg
from sqlalchemy import Engine, text

from community.store.unit_of_work import UnitOfWork
from community.usecases.register_community import register_community
from settlement.bootstrap import upgrade_database
from settlement.domain.calendar import day_start
from settlement.domain.case import (
    Case,
    Community,
    Configuration,
    Direction,
    Member,
    MemberCategory,
    MeterSeries,
    Plant,
    PodRow,
    Shares,
    Source,
)
from settlement.domain.day_vectors import DayGrid
from settlement.store import copy_format
from settlement.store.embedded import EmbeddedServer, start_embedded
from settlement.store.engine import open_engine
from settlement.usecases.admit_readings import admit_readings

RECEIVED = datetime(2025, 1, 10, tzinfo=UTC)
FIRST_DAY = date(2024, 1, 1)
GOAL_PERCENT = 50


def main() -> None:
    """Measure and print; nothing is left behind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--members", type=int, default=400)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    case = metered_case(given.members, given.days)
    rows = len(case.series) * given.days
    values = sum(series.wh.size for series in case.series)
    print(f"{given.members} members, {given.days} days: {rows:,} rows of a day, {values:,} readings")
    with tempfile.TemporaryDirectory(prefix="condivisa-bench-") as name:
        Path(name).chmod(0o755)
        with start_embedded(Path(name) / "postgres") as server:
            _compare(server, case, rows, given.rounds)


def _compare(server: EmbeddedServer, case: Case, rows: int, rounds: int) -> None:
    bare, whole, again = [], [], []
    for _ in range(rounds):
        bare.append(_bare_copy(server, case))
        first, second = _import(server, case)
        whole.append(first)
        again.append(second)
    ratio = 100 * min(bare) / min(whole)
    print(f"bare binary COPY   {min(bare):7.2f} s  {rows / min(bare):10,.0f} rows/s  100 %")
    print(f"validated import   {min(whole):7.2f} s  {rows / min(whole):10,.0f} rows/s  {ratio:.0f} %")
    print(f"same values again  {min(again):7.2f} s  {rows / min(again):10,.0f} rows/s  (all unchanged)")
    verdict = "reached" if ratio >= GOAL_PERCENT else "MISSED"
    print(f"goal: at least {GOAL_PERCENT} % of the bare COPY: {verdict}")


def _bare_copy(server: EmbeddedServer, case: Case) -> float:
    """Seconds to COPY the encoded rows into partitions that are there already, commit included."""
    with fresh_database(server) as engine:
        community_id = _registered(engine, case)
        grid = DayGrid.of(case.community.start, case.community.end)
        with UnitOfWork(engine) as work:
            work.readings.add(community_id, grid, [], RECEIVED)  # creates the partitions
            work.commit()
        stream = bytearray(copy_format.HEADER)
        every_day = np.ones(len(grid.days), dtype=np.bool_)
        for series in case.series:
            stream += b"".join(copy_format.encode_series(community_id, series, grid, every_day, RECEIVED))
        stream += copy_format.TRAILER
        blocks = [bytes(stream[begin : begin + (1 << 20)]) for begin in range(0, len(stream), 1 << 20)]
        address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        statement = f"COPY meter_readings ({copy_format.COLUMNS}) FROM STDIN (FORMAT BINARY)"
        with psycopg.connect(address) as connection:
            begin = time.perf_counter()
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                for block in blocks:
                    copy.write(block)
            connection.commit()
            return time.perf_counter() - begin


def _import(server: EmbeddedServer, case: Case) -> tuple[float, float]:
    """Seconds to import the case into an empty store, and to import it once more."""
    with fresh_database(server) as engine:
        community_id = _registered(engine, case)
        return _timed_import(engine, community_id, case), _timed_import(engine, community_id, case)


def _timed_import(engine: Engine, community_id: UUID, case: Case) -> float:
    begin = time.perf_counter()
    with UnitOfWork(engine) as work:
        admitted = admit_readings(work, community_id, case, "benchmark", RECEIVED)
        assert not admitted.held, admitted.findings[:3]
        work.commit()
    return time.perf_counter() - begin


def _registered(engine: Engine, case: Case) -> UUID:
    with UnitOfWork(engine) as work:
        community_id = register_community(work, case.community).community_id
        work.commit()
    return community_id


@contextmanager
def fresh_database(server: EmbeddedServer) -> Iterator[Engine]:
    """A fresh, migrated database; what others have written before is on disk when it is handed out."""
    owner = open_engine(server.url("postgres")).execution_options(isolation_level="AUTOCOMMIT")
    with owner.connect() as connection:
        connection.execute(text("CREATE DATABASE ingest"))
    engine = open_engine(server.url("ingest"))
    try:
        upgrade_database(engine)
        with owner.connect() as connection:
            connection.execute(text("CHECKPOINT"))
        yield engine
    finally:
        engine.dispose()
        with owner.connect() as connection:
            connection.execute(text("DROP DATABASE ingest WITH (FORCE)"))
        owner.dispose()


def metered_case(members: int, days: int) -> Case:
    """A community in which every third member produces; hourly readings from a fixed seed."""
    start, end = day_start(FIRST_DAY), day_start(FIRST_DAY + timedelta(days=days))
    numbers = range(members)
    pods = [PodRow(f"IT001E{number:08d}", f"M{number:05d}", "", FIRST_DAY) for number in numbers]
    community = Community(
        name="Ingest",
        rule_set="cacer-2024",
        start=start,
        end=end,
        shares_bps=Shares(7000, 2000, 1000),
        configurations=(Configuration("", "AC001E00001", "NORD"),),
        members=tuple(Member(row.member, MemberCategory.NATURAL_PERSON) for row in pods),
        pods=tuple(pods),
        plants=tuple(
            Plant(f"P{row.code}", row.code, Source.PHOTOVOLTAIC, 5_000_000, FIRST_DAY, "Piemonte")
            for row in pods[::3]
        ),
    )
    random = np.random.default_rng(20240101)
    hours = community.hours
    present, measured = np.ones(hours, dtype=np.bool_), np.zeros(hours, dtype=np.bool_)
    series = [
        MeterSeries(row.code, way, 60, random.integers(0, 4000, hours, np.int32), present, measured)
        for position, row in enumerate(pods)
        for way in Direction
        if way is Direction.WITHDRAWN or position % 3 == 0
    ]
    return Case(community, tuple(series), ())


if __name__ == "__main__":
    main()

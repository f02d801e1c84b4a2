"""kill -9 of a worker at every point of every kind of job: the end is as if nobody had been killed."""

import multiprocessing
import os
import signal
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from oracle.jobs import Job, JobState
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.tasks.desk import Desk, desk_of
from oracle.tasks.drain import drain_all
from oracle.tasks.kinds import KINDS
from oracle.tasks.order import order
from oracle.tasks.tick import sweep
from oracle.wiring import OpenChain, publishing
from settlement.bootstrap import Database
from settlement.casefile import write_case
from settlement.store.engine import open_engine
from tests.oracle.sources.meters import samples
from tests.oracle.tasks.desks import NOW, Clock, look, no_chain
from tests.oracle.usecases.test_crash import FirstUnseen
from tests.oracle.world import settled_world
from tests.settlement.store import world
from tests.settlement.usecases import shop

_FORK = multiprocessing.get_context("fork")
WEEK = {"from": "2024-07-01", "to": "2024-07-08"}
CASE = world.case(date(2024, 7, 1), date(2024, 7, 8))


def desk(engine: Engine, log: Path | None, opened: OpenChain | None, clock: Clock) -> Desk:
    """A desk that dies at the first point that nobody died at before."""
    checkpoint = FirstUnseen(log, POINTS) if log else None

    @contextmanager
    def on_chain(progress: Any) -> Any:
        assert opened is not None
        options = {} if checkpoint is None else {"checkpoint": checkpoint}
        yield publishing(engine, opened, progress=progress, **options)

    made = desk_of(Database(engine, "", embedded=False), on_chain if opened else no_chain, clock, KINDS)
    return made if checkpoint is None else replace(made, checkpoint=checkpoint)


# Of a publication only the ends: test_publish dies at each of its points.
POINTS = ("claimed", "ran", "noted", "imported", "settled", "done deploy", "finishing post-days")


def live(url: str, log: Path, opened: OpenChain | None, clock: Clock) -> int:
    """One life of a worker; negative when it was killed."""

    def work() -> None:
        at = desk(open_engine(url, pool_size=2), log, opened, clock)
        sweep(at)
        drain_all(at)
        os._exit(0)

    process = _FORK.Process(target=work)
    process.start()
    process.join(120)
    assert process.exitcode is not None
    return process.exitcode


def crashed(url: str, log: Path, opened: OpenChain | None = None) -> list[str]:
    """The points at which workers died before one lived to the end."""
    log.touch()
    clock = Clock()
    while (status := live(url, log, opened, clock)) != 0:
        assert status == -signal.SIGKILL
    return log.read_text().splitlines()


def ordered(engine: Engine, community_id: UUID, kind: str, arguments: dict[str, str], **options: Any) -> Job:
    """A job of a real kind."""
    with OracleUnitOfWork(engine) as work:
        job = order(work, community_id, kind, arguments, Clock()(), **options).job
        work.commit()
    return job


def test_import__killed_everywhere__stores_each_reading_once(
    database_url: str, engine: Engine, tmp_path: Path
) -> None:
    community_id = shop.stocked(engine, replace(CASE, series=(), prices=()))
    write_case(CASE, tmp_path)
    jobs = [
        ordered(
            engine, community_id, "import", WEEK | {"table": table},
            table=(tmp_path / f"{table}.csv").read_bytes(),
        )
        for table in ("readings", "prices")
    ]  # fmt: skip
    points = crashed(database_url, tmp_path / "seen")
    assert points == ["claimed", "imported, not committed", "imported", "ran", "noted"]
    assert {look(engine, job).state for job in jobs} == {JobState.DONE}
    with engine.connect() as connection:
        counts = [
            connection.execute(text(f"SELECT count(*), count(DISTINCT {key}) FROM {table}")).one()
            for table, key in (("meter_readings", "(pod, direction, day)"), ("job_tables", "job_id"))
        ]
    assert counts == [(7 * len(CASE.series), 7 * len(CASE.series)), (0, 0)]
    shop.close(engine, community_id, CASE, NOW)


def test_meter_file__killed_everywhere__stores_each_reading_once(
    database_url: str, engine: Engine, tmp_path: Path
) -> None:
    community_id = shop.stocked(engine, replace(CASE, series=(), prices=()))
    told = {"name": "ExportData.csv", "pod": "IT001E00000001", "direction": "withdrawn"}
    file = samples.e_distribuzione(date(2024, 7, 1))
    job = ordered(engine, community_id, "meter-file", told, table=file)
    points = crashed(database_url, tmp_path / "seen")
    assert points == ["claimed", "imported, not committed", "imported", "ran", "noted"]
    assert look(engine, job).state is JobState.DONE
    with engine.connect() as connection:
        days = connection.execute(text("SELECT day, direction FROM meter_readings")).all()
    assert days == [(date(2024, 7, 1), "withdrawn")]


def test_settle__killed_everywhere__is_settled_once(
    database_url: str, engine: Engine, tmp_path: Path
) -> None:
    community_id = shop.stocked(engine, CASE)
    job = ordered(engine, community_id, "settle", WEEK)
    points = crashed(database_url, tmp_path / "seen")
    assert points == ["claimed", "settled, not committed", "settled", "ran", "noted"]
    with OracleUnitOfWork(engine) as work:
        (settlement,) = work.settlements.of_community(community_id)
        assert len(work.outbox.rows(community_id, "post-days")) == 1
    done = look(engine, job)
    assert done.outcome is not None
    assert (done.state, done.outcome["settlement"]) == (JobState.DONE, str(settlement.id))


def test_reconcile__killed_everywhere__ends(database_url: str, engine: Engine, tmp_path: Path) -> None:
    community_id = shop.stocked(engine, CASE)
    job = ordered(engine, community_id, "reconcile", {})
    assert crashed(database_url, tmp_path / "seen") == ["claimed", "ran", "noted"]
    assert look(engine, job).state is JobState.DONE


@pytest.mark.node
def test_publish__killed_everywhere__sends_each_transaction_once(
    database_url: str, engine: Engine, tmp_path: Path, opened: OpenChain
) -> None:
    own = settled_world(engine)
    job = ordered(engine, own.community_id, "publish", {})
    points = crashed(database_url, tmp_path / "seen", opened)
    assert points == ["claimed", "done deploy", "finishing post-days", "ran", "noted"]
    done = look(engine, job)
    assert (done.state, own.open_messages()) == (JobState.DONE, [])
    nonces = [row.nonce for row in own.transactions()]
    assert sorted(nonces) == list(range(len(nonces)))
    assert opened.chain.transaction_count() == len(nonces)

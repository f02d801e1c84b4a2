"""Workers inside a process: they start, survive what happens, and leave nothing behind."""

import threading
import time
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine

from oracle.jobs import Job, JobState
from oracle.tasks.background import background
from settlement.bootstrap import upgrade_database
from settlement.store.embedded import cluster_folder, start_embedded
from settlement.store.engine import open_engine
from tests.oracle.tasks.conftest import four_communities
from tests.oracle.tasks.desks import Diary, desk, diarist, kind_of, look, put, wait_until


def test_background__announced_job__runs_before_the_next_poll(
    engine: Engine, communities: list[UUID]
) -> None:
    kind = diarist(Diary())
    with background(desk(engine, {"note": kind}), poll_s=60, tick_s=60, schedule=()) as running:
        time.sleep(0.5)  # both workers have looked and found nothing
        (job,) = put(engine, communities[0], kind)
        running.announce(job.partition)
        wait_until(lambda: look(engine, job).state is JobState.DONE)


def test_background__unannounced_job__is_found(engine: Engine, communities: list[UUID]) -> None:
    kind = diarist(Diary())
    with background(desk(engine, {"note": kind}), poll_s=60, tick_s=0.2, schedule=()):
        time.sleep(0.5)
        (job,) = put(engine, communities[0], kind)
        wait_until(lambda: look(engine, job).state is JobState.DONE)


def test_background__ended_in_a_job__interrupts_and_queues_it(
    engine: Engine, communities: list[UUID]
) -> None:
    began = threading.Event()

    def run(_job: Job, report) -> None:
        began.set()
        wait_until(lambda: report("stage", 0, 0, "") or False)

    kind = kind_of(run)
    (job,) = put(engine, communities[0], kind)
    with background(desk(engine, {"note": kind}), schedule=()):
        assert began.wait(20)
    assert look(engine, job).state is JobState.QUEUED


def test_background__started_often__leaves_no_threads_and_no_connections(
    engine: Engine, communities: list[UUID]
) -> None:
    kind = diarist(Diary())
    at = desk(engine, {"note": kind})
    before = threading.active_count()
    for _ in range(10):
        jobs = put(engine, communities[0], kind, 3)
        with background(at, schedule=()) as running:
            running.announce("")
            wait_until(lambda last=jobs[-1]: look(engine, last).state is JobState.DONE)
    assert threading.active_count() == before
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_background__database_restarts_with_work_in_flight__does_all_of_it_once_more(
    state_folder: Path,
) -> None:
    """A server of this test's own goes away under a running job and comes back."""
    folder = cluster_folder(state_folder / "postgres")
    server = start_embedded(folder, {"fsync": "off"})
    engine = open_engine(server.url())
    upgrade_database(engine)
    communities = four_communities(engine)
    began, diary = threading.Event(), Diary()

    def run(job: Job, report) -> None:
        diary.begin(job)
        began.set()
        deadline = time.monotonic() + 0.5
        while time.monotonic() < deadline or not restarted.is_set():
            report("stage", 0, 0, "")
            time.sleep(0.02)

    restarted, kind = threading.Event(), kind_of(run)
    try:
        jobs = put(engine, communities[0], kind, 2)
        with background(desk(engine, {"note": kind}), poll_s=0.1, tick_s=0.2, schedule=()):
            assert began.wait(20)
            server.stop()
            server = start_embedded(folder)
            restarted.set()
            wait_until(lambda: all(look(engine, job).state is JobState.DONE for job in jobs), 30)
        numbers = [number for _, number in diary.lines]
        assert numbers == [jobs[0].number, jobs[0].number, jobs[1].number]
    finally:
        engine.dispose()
        server.stop()

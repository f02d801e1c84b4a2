"""The database server restarts with work in flight: nothing is half done, the next run ends it.

server restarted
├── when a file is being copied it should leave nothing of it, and take it whole afterwards
├── when a job imports it should be tried again, not failed
└── when a month is published, at points of every kind, it should end with the same transactions and states
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import Engine, text

from community.store.unit_of_work import UnitOfWork
from oracle.jobs import JobState
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.tasks.drain import drain_all
from oracle.tasks.failures import ending_of
from oracle.tasks.order import order
from oracle.tasks.tick import sweep
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from settlement.bootstrap import upgrade_database
from settlement.casefile import write_case
from settlement.domain.case import MeterSeries
from settlement.store.embedded import EmbeddedServer, start_embedded
from settlement.store.engine import database_failure, open_engine
from settlement.usecases.import_readings import import_readings
from tests.oracle.tasks.desks import Clock, desk, kind_of, look, put
from tests.oracle.usecases.test_crash import end_state, fresh_account
from tests.oracle.usecases.test_publish import confirm_all
from tests.oracle.world import settled_world
from tests.settlement.store import world
from tests.settlement.usecases import shop

CASE = world.case(date(2024, 7, 1), date(2024, 7, 8))


class Restartable:
    """A database server of this test alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.server: EmbeddedServer = start_embedded(folder)
        self.restarts = 0

    def restart(self) -> None:
        """Stop it under whoever works with it, and start it again."""
        self.server.stop()
        self.server = start_embedded(self._folder)
        self.restarts += 1

    def engine(self, name: str) -> Engine:
        """Connections to a new, migrated database."""
        maintenance = open_engine(self.server.url("postgres")).execution_options(isolation_level="AUTOCOMMIT")
        with maintenance.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        maintenance.dispose()
        engine = open_engine(self.server.url(name))
        upgrade_database(engine)
        return engine


@pytest.fixture(scope="module")
def restartable() -> Iterator[Restartable]:
    """The server; its data survive the restarts, so it is not a careless one."""
    folder = Path(tempfile.mkdtemp(prefix="condivisa-restart-"))
    folder.chmod(0o755)
    made = Restartable(folder / "postgres")
    yield made
    made.server.stop()
    shutil.rmtree(folder, ignore_errors=True)


class Restarting(tuple[MeterSeries, ...]):
    """The series of a case; while they are copied the server restarts."""

    action: Callable[[], None]
    rounds: int

    def __iter__(self) -> Iterator[MeterSeries]:
        self.rounds += 1
        for position, series in enumerate(super().__iter__()):
            # The first two rounds only look at the series; the third one copies them.
            if self.rounds == 3 and position == 5:
                self.action()
            yield series


def readings(engine: Engine) -> int:
    """How many days of readings are stored."""
    with engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM meter_readings")).scalar_one()


def store(engine: Engine, community_id: UUID, series: tuple[MeterSeries, ...]) -> None:
    """Import the week."""
    with UnitOfWork(engine) as work:
        import_readings(work, community_id, replace(CASE, series=series), world.RECEIVED)
        work.commit()


def test_import__server_restarts_during_the_copy__leaves_nothing_and_is_stored_afterwards(
    restartable: Restartable,
) -> None:
    engine = restartable.engine("copying")
    community_id = shop.stocked(engine, replace(CASE, series=(), prices=()))
    series = Restarting(CASE.series)
    series.action, series.rounds = restartable.restart, 0
    with pytest.raises(Exception, match=r".") as failed:
        store(engine, community_id, series)
    assert database_failure(failed.value) == "the database does not answer"
    assert readings(engine) == 0
    for _ in range(2):
        store(engine, community_id, CASE.series)
        assert readings(engine) == 7 * len(CASE.series)
    engine.dispose()


def test_job__server_restarts_while_it_imports__is_tried_again(
    restartable: Restartable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = restartable.engine("working")
    community_id = shop.stocked(engine, replace(CASE, series=(), prices=()))
    write_case(CASE, tmp_path)
    clock = Clock()
    span = {"from": "2024-07-01", "to": "2024-07-08", "table": "readings"}
    with OracleUnitOfWork(engine) as work:
        table = (tmp_path / "readings.csv").read_bytes()
        job = order(work, community_id, "import", span, clock(), table=table).job
        work.commit()
    restarts: list[str] = []

    def restart_once(name: str) -> None:
        if name == "imported, not committed" and not restarts:
            restarts.append(name)
            restartable.restart()

    at = replace(desk(engine, clock=clock), checkpoint=restart_once)
    for _ in range(3):
        # The worker itself may have to begin again: that is its supervisor's part.
        try:
            sweep(at)
            drain_all(at)
        except Exception as error:
            if database_failure(error) is None:
                raise
        clock.move(minutes=10)
    assert restarts
    assert look(engine, job).state is JobState.DONE
    assert readings(engine) == 7 * len(CASE.series)
    engine.dispose()


def test_ending__copy_was_cut__job_is_tried_again(restartable: Restartable) -> None:
    """Rows are copied by the driver itself, whose errors SQLAlchemy does not wrap."""
    engine = restartable.engine("ending")
    community_id = shop.stocked(engine, replace(CASE, series=(), prices=()))
    job = put(engine, community_id, kind_of(lambda _job, _report: None))[0]
    for error, sentence in (
        (psycopg.OperationalError("cut"), "the database does not answer"),
        (psycopg.errors.DiskFull("full"), "the database's disk is full"),
    ):
        ending = ending_of(error, replace(job, attempts=1), job.created_at)
        assert (ending.state, ending.sentence) == (JobState.QUEUED, f"will be tried again: {sentence}")
    engine.dispose()


POINTS = ("decided post", "mined post", "recorded credit", "sent settle", "decided push", "finishing confirm")


@pytest.mark.node
def test_publish__server_restarts_at_points_of_every_kind__ends_as_without(
    restartable: Restartable, engine: Engine, opened: OpenChain, tmp_path: Path
) -> None:
    own = restartable.engine("publishing")
    left = list(POINTS)
    failures = 0

    def restart(name: str) -> None:
        if name in left:
            left.remove(name)
            restartable.restart()

    def through(at: Engine, account: OpenChain) -> dict[str, object]:
        nonlocal failures
        world_ = settled_world(at)
        for confirming in (True, False):
            for _ in range(len(POINTS) + 1):
                try:
                    assert publish(publishing(at, account, checkpoint=restart)).stopped == {}
                    break
                except Exception as error:
                    if database_failure(error) is None:
                        raise
                    failures += 1
            if confirming:
                confirm_all(world_)
        return end_state(world_, account)

    troubled = through(own, opened)
    assert left == []
    assert failures > 0
    before = failures
    assert troubled == through(engine, fresh_account(opened, tmp_path / "calm.json"))
    assert failures == before
    own.dispose()

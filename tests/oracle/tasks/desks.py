"""Desks for tests: a real database, a clock that a test moves, and kinds of jobs that only keep a diary."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import NoReturn
from uuid import UUID

from sqlalchemy import Engine

from oracle.jobs import Done, Job
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.tasks.desk import Desk, Kind, desk_of
from oracle.tasks.kinds import KINDS
from oracle.tasks.order import order
from settlement.bootstrap import Database

NOW = datetime(2025, 1, 7, 9, tzinfo=UTC)


@dataclass(slots=True)
class Clock:
    """Shows what a test sets."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **duration: float) -> None:
        """Move on, or back."""
        self.now += timedelta(**duration)


@dataclass(slots=True)
class Diary:
    """What ran when, and how many at once in each partition."""

    lines: list[tuple[str, int]] = field(default_factory=list)
    now_in: dict[str, int] = field(default_factory=dict)
    most_in: dict[str, int] = field(default_factory=dict)
    most: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, job: Job) -> None:
        """Note a beginning."""
        with self.guard:
            self.lines.append((job.partition, job.number))
            self.now_in[job.partition] = self.now_in.get(job.partition, 0) + 1
            self.most_in[job.partition] = max(self.most_in.get(job.partition, 0), self.now_in[job.partition])
            self.most = max(self.most, sum(self.now_in.values()))

    def end(self, job: Job) -> None:
        """Note an end."""
        with self.guard:
            self.now_in[job.partition] -= 1


def no_chain(_progress: object) -> NoReturn:
    """A test that publishes says where."""
    raise AssertionError("this test has no chain")


def desk(
    engine: Engine, kinds: Mapping[str, Kind] = KINDS, clock: Callable[[], datetime] | None = None
) -> Desk:
    """A desk over the test's database."""
    made = desk_of(Database(engine, "", embedded=False), no_chain, clock or Clock(), kinds)
    return replace(made, beat_s=0.05)


def kind_of(run: Callable[..., Done | None], name: str = "note") -> Kind:
    """A kind that runs a function of job and report."""

    def runs(_desk: Desk, job: Job, report: Callable[..., None]) -> Done:
        return run(job, report) or Done("noted")

    return Kind(name, runs, "For tests.")


def diarist(diary: Diary, seconds: float = 0.0) -> Kind:
    """A kind that keeps the diary and takes so long."""

    def run(job: Job, _report: object) -> None:
        diary.begin(job)
        time.sleep(seconds)
        diary.end(job)

    return kind_of(run)


def put(
    engine: Engine, community_id: UUID, kind: Kind, count: int = 1, now: datetime = NOW, **options
) -> list[Job]:
    """Order jobs of a kind."""
    with OracleUnitOfWork(engine) as work:
        made = [
            order(work, community_id, kind.name, {}, now, kinds={kind.name: kind}, **options).job
            for _ in range(count)
        ]
        work.commit()
    return made


def look(engine: Engine, job: Job) -> Job:
    """The job as it stands now."""
    with OracleReadOnlyUnitOfWork(engine) as work:
        found = work.jobs.get(job.id)
    assert found is not None
    return found


def wait_until(condition: Callable[[], bool], seconds: float = 20.0, pause_s: float = 0.02) -> None:
    """Wait for it; fail when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(pause_s)

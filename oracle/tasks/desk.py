"""What a worker works with: the database, the chain where a job needs it, the clock, the kinds of jobs."""

import os
import socket
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID, uuid4

from oracle.jobs import Done, Job
from oracle.ports import Progress
from oracle.store.partition_lock import Held, held_partition
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.tasks.arguments import Argument
from oracle.usecases.context import Context, no_checkpoint
from oracle.usecases.telemetry import KEPT_DAYS
from settlement.bootstrap import Database

if TYPE_CHECKING:
    from oracle.wiring import ChainSide

Announce: TypeAlias = Callable[[str], None]
"""Says that a partition has work. It may be lost: the sweep says it again."""
OpenPublishing: TypeAlias = Callable[[Progress], AbstractContextManager[Context]]
"""Opens the chain for one publication."""


def no_chain() -> None:
    """A desk without a chain: what looks at one looks at the database alone."""


def unheard(partition: str) -> None:
    """Announces to nobody: the next sweep finds the work."""


def never() -> bool:
    """A worker that nobody asks to stop."""
    return False


def told_nobody(job: Job) -> None:
    """Called with every job that was ended; somebody may want to print it."""


def by_community(community_id: UUID | None) -> str:
    """Jobs that change what others of the community read wait for each other; communities do not."""
    return f"community:{community_id}"


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of job is run, what it is told, and which jobs it waits for.

    One that is not `of_community` serves all communities, and its jobs belong to none.
    `run` may be killed anywhere and is then run again: what it did must be found, not done twice.
    """

    name: str
    run: "Callable[[Desk, Job, Progress], Done]"
    about: str
    arguments: tuple[Argument, ...] = ()
    partition: Callable[[UUID | None], str] = by_community
    of_community: bool = True
    takes_table: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that running a job needs. `worker` names this worker among all that ever ran.

    `chain` gives the chain where there is one by then; telemetry is kept for `telemetry_days`.
    """

    writing: Callable[[], AbstractContextManager[OracleUnitOfWork]]
    reading: Callable[[], AbstractContextManager[OracleReadOnlyUnitOfWork]]
    hold: Callable[[str], AbstractContextManager[Held | None]]
    publishing: OpenPublishing
    clock: Callable[[], datetime]
    kinds: Mapping[str, Kind]
    chain: "Callable[[], ChainSide | None]" = no_chain
    telemetry_days: int = KEPT_DAYS
    announce: Announce = unheard
    stopping: Callable[[], bool] = never
    ended: Callable[[Job], None] = told_nobody
    checkpoint: Callable[[str], None] = no_checkpoint
    beat_s: float = 1.0
    worker: str = field(default_factory=lambda: _worker_name())

    def telling(self, ended: Callable[[Job], None]) -> "Desk":
        """The same desk, which tells of every job that it ended."""
        return replace(self, ended=ended)


def desk_of(
    database: Database,
    publishing: OpenPublishing,
    clock: Callable[[], datetime],
    kinds: Mapping[str, Kind],
    announce: Announce = unheard,
) -> Desk:
    """A desk over an open database."""
    engine = database.engine
    return Desk(
        writing=lambda: OracleUnitOfWork(engine),
        reading=lambda: OracleReadOnlyUnitOfWork(engine),
        hold=lambda partition: held_partition(engine, partition),
        publishing=publishing,
        clock=clock,
        kinds=kinds,
        announce=announce,
    )


def _worker_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"

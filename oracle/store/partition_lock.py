"""The lock of a partition: who holds it runs its jobs, and who dies lets go of it.

It belongs to a session of the database, so it needs connections of its own: no pooler that shares them among
transactions may stand between (PgBouncer: session mode).
"""

import contextlib
from collections.abc import Iterator

from sqlalchemy import Connection, Engine, func, text, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from oracle.jobs import Job, JobState
from oracle.store.jobs import SENTENCE_MAX_CHARACTERS
from oracle.store.tables import JobRow as Row


class Held:
    """A partition that is held: its connection carries the running job's signs of life, and nothing else."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def beat(self, job: Job, done: int, total: int, sentence: str) -> bool:
        """Note how far the job is; True when it shall end, cancelled or taken from this run.

        Raises SQLAlchemyError when the connection is lost, and with it the partition.
        """
        statement = (
            update(Row)
            .where(
                col(Row.id) == job.id,
                col(Row.state) == JobState.RUNNING,
                col(Row.attempts) == job.attempts,
                col(Row.worker) == job.worker,
            )
            .values(
                heartbeat_at=func.clock_timestamp(),
                progress_done=done,
                progress_total=total,
                sentence=sentence[:SENTENCE_MAX_CHARACTERS],
            )
            .returning(col(Row.cancelled_at))
        )
        row = self._connection.execute(statement).first()
        return row is None or row[0] is not None


@contextlib.contextmanager
def held_partition(engine: Engine, partition: str) -> Iterator[Held | None]:
    """Hold a partition for the length of the block; None when somebody else does."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for setting in _KEEPALIVE:
            connection.execute(setting)
        name = {"name": partition}
        if not connection.execute(_TRY, name).scalar():
            yield None
            return
        try:
            yield Held(connection)
        finally:
            try:
                connection.execute(_RELEASE, name)
            except SQLAlchemyError:
                connection.invalidate()  # the server has gone, and with the session its lock


# A worker whose machine vanishes shall not hold its partition for the two hours that are the default.
_KEEPALIVE = (
    text("SET tcp_keepalives_idle = 30"),
    text("SET tcp_keepalives_interval = 10"),
    text("SET tcp_keepalives_count = 3"),
)
_TRY = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 2))")
_RELEASE = text("SELECT pg_advisory_unlock(hashtextextended(:name, 2))")

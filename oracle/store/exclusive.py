"""One publisher at a time, whatever the number of processes and machines."""

import contextlib
import time
from collections.abc import Iterator

from sqlalchemy import Engine, text

from oracle.errors import AnotherPublisher

# A publisher that was killed a moment ago still holds its lock until PostgreSQL notices.
PATIENCE_SECONDS = 5.0


@contextlib.contextmanager
def exclusive(engine: Engine, name: str, patience_s: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the lock of that name for the length of the block. Raises AnotherPublisher when it stays taken."""
    deadline = time.monotonic() + patience_s
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.execute(_TRY, {"name": name}).scalar():
            if time.monotonic() > deadline:
                raise AnotherPublisher("another process is publishing from this database: wait until it ends")
            time.sleep(0.1)
        try:
            yield
        finally:
            connection.execute(_RELEASE, {"name": name})


_TRY = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 1))")
_RELEASE = text("SELECT pg_advisory_unlock(hashtextextended(:name, 1))")

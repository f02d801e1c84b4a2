"""A worker behind a broker whose only kind of job writes lines: run by tests as a process.

Arguments: database, broker, prefix, file of the lines, seconds that a job takes.
"""

import os
import sys
import time
from pathlib import Path

from oracle.jobs import Done, Job
from oracle.tasks.broker import announcer, celery_app, queue_names, run_worker
from oracle.tasks.desk import Desk, Kind
from settlement.store.engine import open_engine
from tests.oracle.tasks.desks import desk


def writer(lines: Path, seconds: float) -> Kind:
    """A kind that writes when it begins and when it ends."""

    def run(_desk: Desk, job: Job, report) -> Done:
        _write(lines, f"begin {job.partition} {job.number}")
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            report("write", 0, 1, "writing")
            time.sleep(0.02)
        _write(lines, f"end {job.partition} {job.number}")
        return Done("written")

    return Kind("write", run, "For tests.")


def _write(lines: Path, line: str) -> None:
    with lines.open("a") as file:
        os.write(file.fileno(), (line + "\n").encode())


def main() -> None:
    """Work until ended."""
    database, broker, prefix, lines, seconds = sys.argv[1:]
    kinds = {"write": writer(Path(lines), float(seconds))}
    app = celery_app(broker, prefix)

    def make_desk() -> Desk:
        return desk(open_engine(database, pool_size=2), kinds)

    run_worker(app, announcer(app, prefix), make_desk, queue_names(prefix), 2)


if __name__ == "__main__":
    main()

"""How a running job tells how far it is, and how it learns that it shall end."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context

from oracle.jobs import Job
from oracle.store.partition_lock import Held
from oracle.tasks.desk import Desk

log = logging.getLogger("condivisa.jobs")


class JobInterrupted(Exception):  # noqa: N818 - named as the fact that it states
    """The run shall end here: the worker stops, the job is cancelled, or the partition is lost."""


class Report:
    """Takes a job's progress; it fits the progress callback of the ledger's side."""

    def __init__(self, desk: Desk) -> None:
        self._stopping = desk.stopping
        self._guard = threading.Lock()
        self._progress = (0, 0, "")
        self.unwanted = threading.Event()
        self.lost = threading.Event()

    def __call__(self, _stage: str, done: int, total: int, sentence: str) -> None:
        """Note how far it is. Raises JobInterrupted when the run shall end."""
        with self._guard:
            self._progress = (done, total, sentence)
        if self._stopping() or self.unwanted.is_set():
            raise JobInterrupted

    def progress(self) -> tuple[int, int, str]:
        """Steps done, steps in all, and what is being done."""
        with self._guard:
            return self._progress


@contextmanager
def reporting(desk: Desk, held: Held, job: Job) -> Iterator[Report]:
    """A report whose state is written at every beat while the block runs, by a thread of its own.

    The beat also asks whether the job is still wanted and still this run's.
    """
    report = Report(desk)
    ended = threading.Event()
    thread = threading.Thread(
        target=copy_context().run,  # its words belong to the job as well
        args=(_beat_until, ended, desk.beat_s, held, job, report),
        name="job-beat",
        daemon=True,
    )
    thread.start()
    try:
        yield report
    finally:
        ended.set()
        thread.join()
        if not report.lost.is_set():
            _beat(held, job, report)


def _beat_until(ended: threading.Event, beat_s: float, held: Held, job: Job, report: Report) -> None:
    while not ended.wait(beat_s):
        if not _beat(held, job, report):
            return


def _beat(held: Held, job: Job, report: Report) -> bool:
    """Write the state; False when there is nobody to write it to any more."""
    try:
        if held.beat(job, *report.progress()):
            report.unwanted.set()
    except Exception:  # whatever hinders the beat: the partition can no longer be relied upon
        log.warning("job %s lost its partition: it ends at its next step", job.number, exc_info=True)
        report.lost.set()
        report.unwanted.set()
        return False
    return True

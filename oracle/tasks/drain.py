"""Runs the jobs of a partition, one after another; nobody else runs any of it meanwhile."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from structlog.contextvars import bound_contextvars

from oracle.jobs import Done, Ending, Job, JobState
from oracle.store.partition_lock import Held
from oracle.tasks.desk import Desk
from oracle.tasks.failures import ending_of
from oracle.tasks.report import JobInterrupted, Report, reporting
from oracle.usecases.jobs import note_ending

log = logging.getLogger("condivisa.jobs")

LIVES_MAX = 5
"""A job that ended so many workers is not tried again: it would end the next one."""


def drain(desk: Desk, partition: str) -> int:
    """Run the partition's jobs until none may begin; how many ran. 0 where somebody else holds it.

    Whoever orders a job while the holder is letting go finds the partition held: so the holder looks once
    more after it let go.
    """
    ran = 0
    while not desk.stopping():
        with desk.hold(partition) as held:
            if held is None:
                return ran
            take_back(desk, partition)
            still_held = True
            while still_held and not desk.stopping() and (job := _claim(desk, partition)) is not None:
                still_held = _run(desk, held, job)
                ran += 1
        if still_held and partition not in _due(desk):
            break
    return ran


def drain_all(desk: Desk) -> int:
    """Run what may begin in any partition that nobody else holds; how many ran."""
    ran = 0
    for partition in _due(desk):
        ran += drain(desk, partition)
    return ran


def take_back(desk: Desk, partition: str) -> None:
    """Queue again what a dead worker began in a partition that is held here.

    The lock tells who is dead, not the time since the last sign of life: a clock that jumps and a worker
    that waits for a slow node take nothing from anybody.
    """
    with desk.writing() as work:
        taken = work.jobs.take_back(partition, desk.clock(), LIVES_MAX)
        for job in taken:
            if (ended := work.jobs.get(job.id)) is not None:
                note_ending(work, ended, desk.clock())
        work.commit()
    for job in taken:
        with _logged(job):
            log.warning("job %s (%s) was left by worker %s", job.number, job.kind, job.worker)


def _due(desk: Desk) -> list[str]:
    with desk.reading() as work:
        return work.jobs.due_partitions(desk.clock())


def _claim(desk: Desk, partition: str) -> Job | None:
    with desk.writing() as work:
        job = work.jobs.claim(partition, desk.worker, desk.clock())
        work.commit()
    return job


def _run(desk: Desk, held: Held, job: Job) -> bool:
    """Run a claimed job and note its ending; False when the partition was lost meanwhile."""
    with _logged(job):
        return _run_logged(desk, held, job)


@contextmanager
def _logged(job: Job) -> Iterator[None]:
    """What is logged in the block belongs to the job, and to the request that ordered it."""
    request = {} if job.request_id is None else {"request_id": job.request_id}
    with bound_contextvars(job=str(job.id), job_kind=job.kind, **request):
        yield


def _run_logged(desk: Desk, held: Held, job: Job) -> bool:
    desk.checkpoint("claimed")
    with reporting(desk, held, job) as report:
        ending = _ending(desk, job, report)
    if report.lost.is_set():
        # The row belongs to whoever takes the partition next; what is done is found there.
        log.warning("job %s: the outcome of this run (%s) is not noted", job.number, ending.state)
        return False
    desk.checkpoint("ran")
    with desk.writing() as work:
        noted = work.jobs.finish(job, ending, desk.clock())
        ended = work.jobs.get(job.id)
        if noted and ended is not None:
            note_ending(work, ended, desk.clock())
        work.commit()
    desk.checkpoint("noted")
    if not noted:
        log.warning("job %s was taken from this run (%s)", job.number, ending.state)
    elif ended is not None:
        _log_ending(ended)
        desk.ended(ended)
    return True


def _log_ending(job: Job) -> None:
    """One line, without the sentence: it may quote readings of a file, and logs travel."""
    code = (job.outcome or {}).get("code", "")
    if job.state is JobState.FAILED:
        log.warning(
            "job %s (%s) failed: %s; `condivisa jobs show %s`", job.number, job.kind, code, job.number
        )
    elif job.state is JobState.QUEUED:
        log.warning("job %s (%s) is tried again; `condivisa jobs show %s`", job.number, job.kind, job.number)
    else:
        # What the timetable orders every minute would hide the rest.
        level = logging.DEBUG if job.community_id is None else logging.INFO
        log.log(level, "job %s (%s) is %s", job.number, job.kind, job.state)


def _ending(desk: Desk, job: Job, report: Report) -> Ending:
    kind = desk.kinds.get(job.kind)
    if kind is None:
        sentence = f"this version knows no job of the kind {job.kind}"
        return Ending(JobState.FAILED, sentence, {"code": "KIND_UNKNOWN", "remedy": "upgrade this worker"})
    try:
        done: Done = kind.run(desk, job, report)
    except JobInterrupted:
        if report.unwanted.is_set():
            return Ending(JobState.CANCELLED, "cancelled while it ran; what it did until then stays")
        return Ending(JobState.QUEUED, "its worker was stopped", not_before=desk.clock())
    except Exception as error:  # the border of a job: each failure ends it, none ends the worker
        return ending_of(error, job, desk.clock())
    return Ending(JobState.DONE, done.sentence, dict(done.figures))

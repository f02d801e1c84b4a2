"""Jobs are ordered once, cancelled, and tried again."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from oracle.errors import JobKeyReused, JobRefused
from oracle.jobs import Job, JobState, JobWork, NewJob
from oracle.records import Alert
from oracle.usecases.alerts import raise_alert, resolve_alert
from oracle.work import AlertWork

ALERT_KIND = "job-failed"


class Ordered(NamedTuple):
    """A job that was ordered, and whether it was just now."""

    job: Job
    is_new: bool


def enqueue(work: JobWork, new: NewJob) -> Ordered:
    """The job of that key, ordered unless it is known. Raises JobKeyReused if it is another job."""
    added = work.jobs.add(new)
    if added is not None:
        return Ordered(added, is_new=True)
    assert new.key is not None, "only a key can be taken"
    existing = work.jobs.by_key(new.community_id, new.key)
    assert existing is not None
    if differing := list(_differing(existing, new)):
        raise JobKeyReused(new.key, differing)
    return Ordered(existing, is_new=False)


def _differing(existing: Job, new: NewJob) -> Iterator[str]:
    if existing.kind != new.kind:
        yield "kind"
    if dict(existing.arguments) != dict(new.arguments):
        yield "arguments"
    if existing.table_sha256 != (None if new.table is None else hashlib.sha256(new.table).digest()):
        yield "table"


def cancel(work: JobWork, job_id: UUID, now: datetime) -> Job:
    """End a queued job, or ask a running one to end; cancelling again changes nothing. Raises JobRefused.

    A running job ends at its next step: what it did until then stays, as after a crash.
    """
    cancelled = work.jobs.cancel(job_id, now)
    if cancelled is not None:
        return cancelled
    job = _existing(work, job_id)
    if job.state is JobState.CANCELLED:
        return job
    raise JobRefused(f"job {job.number} is {job.state}: there is nothing to cancel")


def retry(work: JobWork, job_id: UUID, now: datetime) -> Job:
    """Queue a failed job again, with its attempts counted anew. Raises JobRefused."""
    queued = work.jobs.retry(job_id, now)
    if queued is not None:
        return queued
    job = _existing(work, job_id)
    remedy = "order a new one" if job.state in (JobState.DONE, JobState.CANCELLED) else "wait until it ends"
    raise JobRefused(f"job {job.number} is {job.state}, only a failed one is tried again: {remedy}")


def note_ending(work: AlertWork, job: Job, now: datetime) -> None:
    """A job that failed is an alert until one of its kind and community is done; the caller commits."""
    if job.state is JobState.FAILED:
        sentence = (
            f"job {job.number} failed: {job.sentence}; `condivisa jobs show {job.number}` has the remedy"
        )
        raise_alert(work, Alert(ALERT_KIND, job.kind, sentence, community_id=job.community_id), now)
    elif job.state is JobState.DONE:
        resolve_alert(work, ALERT_KIND, job.kind, now, job.community_id)


def _existing(work: JobWork, job_id: UUID) -> Job:
    job = work.jobs.get(job_id)
    assert job is not None, "who cancels or retries a job has looked it up"
    return job

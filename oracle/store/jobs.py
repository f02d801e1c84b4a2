"""Jobs: claimed by whoever holds their partition, ended by the run that claimed them."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from oracle.jobs import OPEN, Ending, Job, JobState, NewJob
from oracle.store.tables import JobRow as Row
from oracle.store.tables import JobTableRow

SCHEDULED = "schedule:"
"""What the keys of jobs begin with that the schedule ordered."""
SENTENCE_MAX_CHARACTERS = 1_000
_NAMES = [field.name for field in fields(Job)]
_COLUMNS = [getattr(Row, name) for name in _NAMES]
_ENDED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class JobsReader:
    """Reads jobs; writes none."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, job_id: UUID) -> Job | None:
        """The job of that id."""
        return self._first(col(Row.id) == job_id)

    def by_number(self, number: int) -> Job | None:
        """The job of that number."""
        return self._first(col(Row.number) == number)

    def by_key(self, community_id: UUID | None, key: str) -> Job | None:
        """The community's job of that key."""
        return self._first(col(Row.community_id).is_not_distinct_from(community_id), col(Row.key) == key)

    def known_keys(self, keys: Collection[str]) -> set[str]:
        """Which of these keys stand for a job, of whatever community."""
        return {str(key) for key in self._session.scalars(select(col(Row.key)).where(col(Row.key).in_(keys)))}

    def listed(
        self,
        community_id: UUID | None = None,
        states: Collection[JobState] = (),
        limit: int = 100,
        offset: int = 0,
    ) -> list[Job]:
        """Jobs of a community or of all, in any of the states or in whichever, the latest first."""
        query = select(*_COLUMNS).where(*_wanted(community_id, states)).order_by(col(Row.number).desc())
        return [_job(row) for row in self._session.execute(query.limit(limit).offset(offset))]

    def count(self, community_id: UUID | None = None, states: Collection[JobState] = ()) -> int:
        """How many jobs `listed` would go through."""
        query = select(func.count()).select_from(Row).where(*_wanted(community_id, states))
        return int(self._session.execute(query).scalar_one())

    def due_partitions(self, now: datetime) -> list[str]:
        """Partitions with a job that may begin, the longest waiting first."""
        first = func.min(col(Row.number))
        query = select(col(Row.partition)).where(*_due(now)).group_by(col(Row.partition)).order_by(first)
        return list(self._session.scalars(query))

    def running_partitions(self) -> list[str]:
        """Partitions of which a job runs, or did when its worker died."""
        query = select(col(Row.partition)).where(col(Row.state) == JobState.RUNNING)
        return list(self._session.scalars(query.order_by(col(Row.number))))

    def busy_communities(self, kind: str, failed_after: datetime) -> set[UUID | None]:
        """Communities with an open job of a kind, or one that failed after that instant.

        None stands for all of them at once.
        """
        failed = (col(Row.state) == JobState.FAILED) & (col(Row.finished_at) > failed_after)
        query = select(col(Row.community_id)).where(col(Row.kind) == kind, col(Row.state).in_(OPEN) | failed)
        return set(self._session.scalars(query))

    def table(self, job_id: UUID) -> bytes | None:
        """The file that a job reads; None when it has none, or none any more."""
        return self._session.scalar(select(col(JobTableRow.content)).where(col(JobTableRow.job_id) == job_id))

    def _first(self, *conditions: ColumnElement[bool]) -> Job | None:
        row = self._session.execute(select(*_COLUMNS).where(*conditions)).first()
        return None if row is None else _job(row)


class Jobs(JobsReader):
    """Orders, claims and ends jobs."""

    def add(self, new: NewJob) -> Job | None:
        """The ordered job; None when its key is taken."""
        digest = None if new.table is None else hashlib.sha256(new.table).digest()
        values = {
            "id": new.id,
            "kind": new.kind,
            "community_id": new.community_id,
            "partition": new.partition,
            "arguments": dict(new.arguments),
            "key": new.key,
            "request_id": new.request_id,
            "created_at": new.created_at,
            "not_before": new.not_before,
            "table_sha256": digest,
        }
        statement = insert(Row).values(values).on_conflict_do_nothing().returning(*_COLUMNS)
        row = self._session.execute(statement).first()
        if row is not None and new.table is not None:
            self._session.execute(insert(JobTableRow).values(job_id=new.id, content=new.table))
        return None if row is None else _job(row)

    def claim(self, partition: str, worker: str, now: datetime) -> Job | None:
        """The partition's first job that may begin, now running; None when there is none.

        Only for who holds the partition's lock. The row's lock is waited for, not skipped: whoever has it
        cancels or retries that job and ends in a moment, and a job that is skipped would be overtaken.
        """
        first = (
            select(col(Row.id))
            .where(col(Row.partition) == partition, *_due(now))
            .order_by(col(Row.number))
            .limit(1)
            .with_for_update()
        )
        values = {
            "state": JobState.RUNNING,
            "attempts": col(Row.attempts) + 1,
            "started_at": now,
            "heartbeat_at": func.clock_timestamp(),
            "worker": worker,
            "progress_done": 0,
            "progress_total": 0,
            "sentence": "",
            "outcome": None,
        }
        return self._changed(values, col(Row.id).in_(first.scalar_subquery()))

    def take_back(self, partition: str, now: datetime, lives_max: int) -> Sequence[Job]:
        """Queue again what a worker began and cannot end; only for who holds the partition's lock.

        A job that took so many workers with it fails.
        """
        taken = []
        for job in self._running(partition):
            died = f"its worker ({job.worker}) ended without a word"
            if job.cancelled_at is not None:
                ending = Ending(JobState.CANCELLED, f"cancelled; {died}")
            elif job.attempts >= lives_max:
                lost = {"code": "WORKER_LOST", "remedy": "see why workers die of it, then retry the job"}
                ending = Ending(JobState.FAILED, f"{died}, {job.attempts} times in all", lost)
            else:
                ending = Ending(JobState.QUEUED, f"taken back: {died}", not_before=now)
            self.finish(job, ending, now)
            taken.append(job)
        return taken

    def finish(self, job: Job, ending: Ending, now: datetime) -> bool:
        """Note how a run ended; False when the job was taken from it meanwhile, and nothing is noted."""
        ended = ending.state in _ENDED
        values: dict[str, object] = {
            "state": ending.state,
            "worker": None,
            "sentence": ending.sentence[:SENTENCE_MAX_CHARACTERS],
            "outcome": ending.outcome,
            "finished_at": now if ended else None,
        }
        if ending.not_before is not None:
            values["not_before"] = ending.not_before
        if ending.state is JobState.DONE:
            values["progress_done"] = col(Row.progress_total)
        same_run = (
            col(Row.id) == job.id,
            col(Row.state) == JobState.RUNNING,
            col(Row.attempts) == job.attempts,
            col(Row.worker) == job.worker,
        )
        noted = self._changed(values, *same_run) is not None
        if noted and ending.state in (JobState.DONE, JobState.CANCELLED):
            self._drop_table(job.id)
        return noted

    def cancel(self, job_id: UUID, now: datetime) -> Job | None:
        """The job, cancelled where it was queued or failed, asked to end where it runs; None otherwise."""
        asked = self._changed(
            {"cancelled_at": func.coalesce(col(Row.cancelled_at), literal(now))},
            col(Row.id) == job_id,
            col(Row.state) == JobState.RUNNING,
        )
        if asked is not None:
            return asked
        values = {
            "state": JobState.CANCELLED,
            "cancelled_at": now,
            "finished_at": now,
            "sentence": "cancelled before it was done",
            "outcome": None,
        }
        waiting = col(Row.state).in_((JobState.QUEUED, JobState.FAILED))
        cancelled = self._changed(values, col(Row.id) == job_id, waiting)
        if cancelled is not None:
            self._drop_table(job_id)
        return cancelled

    def retry(self, job_id: UUID, now: datetime) -> Job | None:
        """The failed job, queued again; None when it has not failed."""
        values = {
            "state": JobState.QUEUED,
            "attempts": 0,
            "not_before": now,
            "finished_at": None,
            "cancelled_at": None,
        }
        return self._changed(values, col(Row.id) == job_id, col(Row.state) == JobState.FAILED)

    def prune(self, scheduled_before: datetime, often_before: datetime, finished_before: datetime) -> int:
        """Forget jobs that ended before: scheduled ones that succeeded, and all others; how many.

        Of those that serve all communities, ordered often, each kind's latest is kept: it says which of the
        timetable's slots is done.
        """
        scheduled = (
            (col(Row.state) == JobState.DONE)
            & col(Row.key).startswith(SCHEDULED)
            & (col(Row.finished_at) < scheduled_before)
        )
        later = aliased(Row)
        followed_by_another = (
            select(literal(1))
            .where(
                col(later.kind) == col(Row.kind),
                col(later.community_id).is_(None),
                col(later.state) == JobState.DONE,
                col(later.key).startswith(SCHEDULED),
                col(later.number) > col(Row.number),
            )
            .exists()
        )
        often = (
            (col(Row.state) == JobState.DONE)
            & col(Row.community_id).is_(None)
            & col(Row.key).startswith(SCHEDULED)
            & (col(Row.finished_at) < often_before)
            & followed_by_another
        )
        old = col(Row.finished_at) < finished_before
        pruned = self._session.execute(delete(Row).where(scheduled | often | old).returning(col(Row.id)))
        return len(pruned.all())

    def _running(self, partition: str) -> list[Job]:
        query = select(*_COLUMNS).where(col(Row.partition) == partition, col(Row.state) == JobState.RUNNING)
        return [_job(row) for row in self._session.execute(query.with_for_update())]

    def _changed(self, values: Mapping[str, object], *conditions: ColumnElement[bool]) -> Job | None:
        statement = update(Row).where(*conditions).values(values).returning(*_COLUMNS)
        options = {"synchronize_session": False}
        row = self._session.execute(statement, execution_options=options).first()
        return None if row is None else _job(row)

    def _drop_table(self, job_id: UUID) -> None:
        self._session.execute(delete(JobTableRow).where(col(JobTableRow.job_id) == job_id))


def _wanted(community_id: UUID | None, states: Collection[JobState]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if community_id is not None:
        conditions.append(col(Row.community_id) == community_id)
    if states:
        conditions.append(col(Row.state).in_(states))
    return conditions


def _due(now: datetime) -> list[ColumnElement[bool]]:
    """A queued job whose time has come, unless an earlier one of its community waits to be tried again."""
    earlier = aliased(Row)
    held_back = (
        select(literal(1))
        .where(
            col(earlier.state) == JobState.QUEUED,
            col(earlier.partition) == col(Row.partition),
            col(earlier.community_id).is_not_distinct_from(col(Row.community_id)),
            col(earlier.number) < col(Row.number),
            col(earlier.attempts) > 0,
            col(earlier.not_before) > now,
        )
        .exists()
    )
    return [col(Row.state) == JobState.QUEUED, col(Row.not_before) <= now, ~held_back]


def _job(row: Sequence[object]) -> Job:
    columns = dict(zip(_NAMES, row, strict=True))
    return Job(**{**columns, "state": JobState(str(columns["state"]))})  # type: ignore[arg-type]

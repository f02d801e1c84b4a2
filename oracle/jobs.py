"""Work that takes longer than a request: a row until it is done, whatever happens to brokers and workers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID


class JobState(StrEnum):
    """Where a job stands: `queued` and `running` are open, the others final until it is retried."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = frozenset({JobState.QUEUED, JobState.RUNNING})


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to order. Jobs of one `partition` run one after another, in the order in which they came.

    `key` makes ordering safe to repeat, once per community. `request_id` is that of the request that ordered
    it, so that the logs of both can be joined. `table` is the file that the job reads; it is
    personal data and is deleted when the job is done or cancelled.
    """

    id: UUID
    kind: str
    community_id: UUID | None
    partition: str
    arguments: Mapping[str, str]
    created_at: datetime
    not_before: datetime
    key: str | None = None
    request_id: str | None = None
    table: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Job:
    """A job and how far it is. `number` counts jobs in the order of their coming.

    `attempts` counts how often a worker began it: with `worker` it tells one run from the next.
    `progress_done` of `progress_total` steps are behind it. `sentence` says what it does, or how it ended;
    `outcome` is the same for programs. `cancelled_at`: somebody wants it to end.
    """

    id: UUID
    number: int
    kind: str
    community_id: UUID | None
    partition: str
    arguments: Mapping[str, str]
    key: str | None
    request_id: str | None
    state: JobState
    attempts: int
    not_before: datetime
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    heartbeat_at: datetime | None
    cancelled_at: datetime | None
    worker: str | None
    progress_done: int
    progress_total: int
    sentence: str
    outcome: Mapping[str, Any] | None
    table_sha256: bytes | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """What a run achieved: a sentence for people, figures for programs."""

    sentence: str
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended: the job's next state; a queued one is not tried again before `not_before`."""

    state: JobState
    sentence: str
    outcome: Mapping[str, Any] | None = None
    not_before: datetime | None = None


class JobsReader(Protocol):
    """Jobs, to look at."""

    def get(self, job_id: UUID) -> Job | None: ...
    def by_number(self, number: int) -> Job | None: ...
    def by_key(self, community_id: UUID | None, key: str) -> Job | None: ...
    def known_keys(self, keys: Collection[str]) -> set[str]: ...
    def listed(
        self,
        community_id: UUID | None = None,
        states: Collection[JobState] = (),
        limit: int = 100,
        offset: int = 0,
    ) -> list[Job]: ...
    def count(self, community_id: UUID | None = None, states: Collection[JobState] = ()) -> int: ...
    def due_partitions(self, now: datetime) -> list[str]: ...
    def running_partitions(self) -> list[str]: ...
    def busy_communities(self, kind: str, failed_after: datetime) -> set[UUID | None]: ...
    def table(self, job_id: UUID) -> bytes | None: ...


class Jobs(JobsReader, Protocol):
    """Jobs, to order, to claim and to end."""

    def add(self, new: NewJob) -> Job | None: ...
    def claim(self, partition: str, worker: str, now: datetime) -> Job | None: ...
    def take_back(self, partition: str, now: datetime, lives_max: int) -> Sequence[Job]: ...
    def finish(self, job: Job, ending: Ending, now: datetime) -> bool: ...
    def cancel(self, job_id: UUID, now: datetime) -> Job | None: ...
    def retry(self, job_id: UUID, now: datetime) -> Job | None: ...
    def prune(self, scheduled_before: datetime, often_before: datetime, finished_before: datetime) -> int: ...


class JobWork(Protocol):
    """A transaction that orders jobs."""

    @property
    def jobs(self) -> Jobs: ...

"""Jobs on the wire: what is ordered, how far it is, how it ended."""

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field

from api.schemas.wire import Count, Id, Instant, Page, Request, Response, Text, rome
from oracle.jobs import Job, JobState
from oracle.tasks.order import KEY_MAX_CHARACTERS
from oracle.tasks.schedule import NextRun

Key = Annotated[Text, Field(max_length=KEY_MAX_CHARACTERS)]
KIND_MAX_CHARACTERS = 40
ARGUMENTS_MAX = 10


class JobRequest(Request):
    """A job to order; the description of the address says which kinds there are and what each is told."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "settle", "arguments": {"from": "2024-07-01", "to": "2024-08-01"}}]
        }
    )

    kind: Annotated[Text, Field(max_length=KIND_MAX_CHARACTERS, examples=["settle", "publish"])]
    arguments: Annotated[
        dict[Text, Text],
        Field(
            max_length=ARGUMENTS_MAX, default_factory=dict, description="Texts by name; days as 2024-07-01"
        ),
    ]
    key: Annotated[
        Key | None, Field(description="Makes it safe to send twice: the same key, the same job")
    ] = None


class JobOut(Response):
    """A job. `outcome` is what a program needs of the sentence: figures, or code, remedy and findings."""

    id: Id
    number: Count = Field(description="In the order of coming; numbers have gaps")
    kind: str
    arguments: dict[str, str]
    key: str | None
    state: JobState = Field(description="queued and running jobs are open, the others have ended")
    attempts: Count = Field(description="How often a worker began it")
    progress_done: Count = Field(description="Steps behind it")
    progress_total: Count = Field(description="Steps in all; 0 while that is not known")
    sentence: str = Field(description="What it does, or how it ended")
    outcome: dict[str, Any] | None
    not_before: Instant
    created_at: Instant
    started_at: Instant | None = Field(description="When the latest attempt began")
    finished_at: Instant | None
    heartbeat_at: Instant | None = Field(description="Last sign of life of its worker")

    @classmethod
    def of(cls, job: Job) -> Self:
        """The job as it is sent."""
        return cls(
            id=job.id,
            number=job.number,
            kind=job.kind,
            arguments=dict(job.arguments),
            key=job.key,
            state=job.state,
            attempts=job.attempts,
            progress_done=max(0, job.progress_done),
            progress_total=max(0, job.progress_total),
            sentence=job.sentence,
            outcome=None if job.outcome is None else dict(job.outcome),
            not_before=rome(job.not_before),
            created_at=rome(job.created_at),
            started_at=job.started_at and rome(job.started_at),
            finished_at=job.finished_at and rome(job.finished_at),
            heartbeat_at=job.heartbeat_at and rome(job.heartbeat_at),
        )


class JobPage(Page):
    """Jobs, the latest first."""

    jobs: list[JobOut]


class NextRunOut(Response):
    """When a kind of job is ordered next by itself."""

    kind: str
    when: str = Field(examples=["daily at 04:10 Europe/Rome"])
    next_at: Instant

    @classmethod
    def of(cls, row: NextRun) -> Self:
        """The line of the timetable as it is sent."""
        return cls(kind=row.kind, when=row.when, next_at=rome(row.at))


class ScheduleOut(Response):
    """The timetable, the next run first."""

    runs: list[NextRunOut]

"""Jobs: long work that is ordered here and done by workers, with its progress and history."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response

from api.access import require_community, unknown
from api.csv_body import CsvTable, takes_csv
from api.deps import Administrator, GlobalAdministrator, Overseer, ServiceOf
from api.paging import DEFAULT, Limit, Offset
from api.periods import Period
from api.routers.meter_files import Blank, Body, Name, Pod, Skip, Way, takes_file
from api.routing import Router
from api.schemas.jobs import JobOut, JobPage, JobRequest, Key, NextRunOut, ScheduleOut
from api.service import ReadWork, Service, WriteWork
from api.watched import request_id
from community.domain.records import Principal
from oracle.jobs import Job, JobState
from oracle.tasks.kinds import KINDS
from oracle.tasks.order import order
from oracle.tasks.schedule import next_runs
from oracle.usecases.jobs import Ordered, cancel, retry

router = Router(prefix="/communities/{community_id}/jobs", tags=["jobs"])
timetable = Router(prefix="/schedule", tags=["jobs"])

KINDS_SAID = "\n".join(
    f"- `{kind.name}`: {kind.about} Arguments: "
    + (", ".join(f"`{one.name}`{'' if one.required else ' (optional)'}" for one in kind.arguments) or "none")
    for kind in KINDS.values()
    if not kind.takes_table and kind.of_community
)
AGAIN: dict[int | str, dict[str, Any]] = {
    200: {"model": JobOut, "description": "The key is known: the same job"}
}
KeyOption = Annotated[
    Key | None, Query(description="Makes it safe to send twice: the same key, the same job")
]


@router.post(
    "",
    operation_id="orderJob",
    summary="Order a job",
    status_code=202,
    responses=AGAIN,
    description=f"Stored before it is answered: done whatever becomes of workers and broker.\n\n{KINDS_SAID}",
)
def post_job(
    community_id: UUID, wanted: JobRequest, response: Response, asker: Administrator, service: ServiceOf
) -> JobOut:
    """Described above, with the kinds that there are."""
    with service.writing() as work:
        require_community(work, asker, community_id)
        ordered = order(
            work, community_id, wanted.kind, wanted.arguments, service.clock(),
            key=wanted.key, request_id=request_id(),
        )  # fmt: skip
        work.commit()
    return _ordered(service, ordered, response)


@router.post(
    "/readings",
    operation_id="orderReadingsImport",
    summary="Order an import of readings (CSV)",
    status_code=202,
    responses=AGAIN,
    openapi_extra=takes_csv("interval_start, pod, direction, wh and, if need be, quality"),
)
def post_readings_job(
    community_id: UUID,
    response: Response,
    asker: Administrator,
    period: Period,
    table: CsvTable,
    service: ServiceOf,
    key: KeyOption = None,
) -> JobOut:
    """The table is kept until it is imported, and deleted then. Its findings stand in the job's outcome."""
    return _import(service, asker, community_id, "readings", period, table, key, response)


@router.post(
    "/prices",
    operation_id="orderPricesImport",
    summary="Order an import of market prices (CSV)",
    status_code=202,
    responses=AGAIN,
    openapi_extra=takes_csv("interval_start, zone and eur_per_mwh"),
)
def post_prices_job(
    community_id: UUID,
    response: Response,
    asker: GlobalAdministrator,
    period: Period,
    table: CsvTable,
    service: ServiceOf,
    key: KeyOption = None,
) -> JobOut:
    """Prices serve all communities of a zone, so only an administrator of all communities brings them."""
    return _import(service, asker, community_id, "prices", period, table, key, response)


@router.post(
    "/meter-files",
    operation_id="orderMeterFileImport",
    summary="Order an import of a meter file of a known format",
    status_code=202,
    responses=AGAIN,
    openapi_extra=takes_file("A meter file of any format of docs/sources.md, also ZIP or gzip"),
)
def post_meter_file_job(
    community_id: UUID,
    response: Response,
    asker: Administrator,
    name: Name,
    file: Body,
    service: ServiceOf,
    pod: Pod = None,
    direction: Way = None,
    skip_incomplete: Skip = False,
    blank_is_zero: Blank = False,
    key: KeyOption = None,
) -> JobOut:
    """The file is kept until it is imported, and deleted then. Its findings stand in the job's outcome."""
    told = {"name": name, "pod": pod, "direction": direction}
    arguments = {what: str(value) for what, value in told.items() if value is not None}
    if skip_incomplete:
        arguments["skip_incomplete"] = "yes"
    if blank_is_zero:
        arguments["blank_is_zero"] = "yes"
    return _order_file(service, asker, community_id, "meter-file", arguments, file, key, response)


@router.get("", operation_id="listJobs", summary="Jobs, the latest first")
def list_jobs(
    community_id: UUID,
    asker: Overseer,
    service: ServiceOf,
    state: Annotated[list[JobState] | None, Query(description="Only in these states; default: all")] = None,
    limit: Limit = DEFAULT,
    offset: Offset = 0,
) -> JobPage:
    """What is to be done, is being done and was done; ended jobs are forgotten after a year."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        states = frozenset(state or ())
        total = work.jobs.count(community_id, states)
        jobs = work.jobs.listed(community_id, states, limit, offset)
    return JobPage(limit=limit, offset=offset, total=total, jobs=[JobOut.of(job) for job in jobs])


@router.get("/{job_id}", operation_id="getJob", summary="A job and its progress")
def get_job(community_id: UUID, job_id: UUID, asker: Overseer, service: ServiceOf) -> JobOut:
    """Ask again while it is open; progress is noted about once a second."""
    with service.reading() as work:
        return JobOut.of(_job(work, asker, community_id, job_id))


@router.post("/{job_id}/cancel", operation_id="cancelJob", summary="Cancel a job")
def post_cancel(community_id: UUID, job_id: UUID, asker: Administrator, service: ServiceOf) -> JobOut:
    """A running job ends at its next step; what it did until then stays."""
    with service.writing() as work:
        job = cancel(work, _job(work, asker, community_id, job_id).id, service.clock())
        work.commit()
    return JobOut.of(job)


@router.post("/{job_id}/retry", operation_id="retryJob", summary="Try a failed job again")
def post_retry(community_id: UUID, job_id: UUID, asker: Administrator, service: ServiceOf) -> JobOut:
    """Running a job again is safe: what it did is found, not done twice."""
    with service.writing() as work:
        job = retry(work, _job(work, asker, community_id, job_id).id, service.clock())
        work.commit()
    service.announce(job.partition)
    return JobOut.of(job)


@timetable.get("", operation_id="getSchedule", summary="What is ordered by itself, and when next")
def get_schedule(_asker: Overseer, service: ServiceOf) -> ScheduleOut:
    """The timetable is the same for all communities."""
    return ScheduleOut(runs=[NextRunOut.of(row) for row in next_runs(service.clock())])


def _import(
    service: Service,
    asker: Principal,
    community_id: UUID,
    table_kind: Literal["readings", "prices"],
    period: Period,
    table: bytes,
    key: str | None,
    response: Response,
) -> JobOut:
    arguments = {"from": str(period.first), "to": str(period.after), "table": table_kind}
    return _order_file(service, asker, community_id, "import", arguments, table, key, response)


def _order_file(
    service: Service,
    asker: Principal,
    community_id: UUID,
    kind: str,
    arguments: Mapping[str, str],
    file: bytes,
    key: str | None,
    response: Response,
) -> JobOut:
    with service.writing() as work:
        require_community(work, asker, community_id)
        ordered = order(
            work, community_id, kind, arguments, service.clock(),
            key=key, table=file, request_id=request_id(),
        )  # fmt: skip
        work.commit()
    return _ordered(service, ordered, response)


def _ordered(service: Service, ordered: Ordered, response: Response) -> JobOut:
    if ordered.is_new:
        service.announce(ordered.job.partition)
    else:
        response.status_code = 200
    return JobOut.of(ordered.job)


def _job(work: ReadWork | WriteWork, asker: Principal, community_id: UUID, job_id: UUID) -> Job:
    require_community(work, asker, community_id)
    found = work.jobs.get(job_id)
    return found if found and found.community_id == community_id else unknown("job")

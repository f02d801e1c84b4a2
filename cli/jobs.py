"""`condivisa jobs`: long work that is queued in the database, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.desk import announce_of, workspace_desk
from cli.failures import EXIT_BAD_INPUT, EXIT_REFUSED, explained, stop
from cli.workspace import StateOption, Workspace, now, open_workspace
from oracle.jobs import Job, JobState
from oracle.tasks.drain import drain_all
from oracle.tasks.kinds import KINDS
from oracle.tasks.order import KEY_MAX_CHARACTERS, order
from oracle.tasks.schedule import next_runs
from oracle.tasks.tick import tick
from oracle.usecases.jobs import cancel as cancel_job
from oracle.usecases.jobs import retry as retry_job
from settlement.domain.calendar import ROME

app = typer.Typer(
    name="jobs",
    help="Long work, queued in the database until it is done. `condivisa serve` runs it, `condivisa worker` "
    "behind a broker, or `condivisa jobs run` here and now.",
    no_args_is_help=True,
    add_completion=False,
)
EVERYBODY = "-"
EPILOG = "Exit status: 0 all that ran is done; 1 a job failed or waits to be tried again, each named."
KINDS_HELP = "; ".join(
    " ".join(
        [
            kind.name if kind.of_community else f"{kind.name} (COMMUNITY {EVERYBODY})",
            *(one.name if one.required else f"[{one.name}]" for one in kind.arguments),
        ]
    )
    for kind in KINDS.values()
)
NumberArgument = Annotated[
    int, typer.Argument(metavar="NUMBER", min=1, help="Number of the job in the list.")
]


@app.command("list")
def show_all(
    community: Annotated[str | None, typer.Option(metavar="NAME", help="Of this community alone.")] = None,
    job_state: Annotated[
        JobState | None, typer.Option("--in", help="Only those in this state; default: all.")
    ] = None,
    last: Annotated[int, typer.Option(min=1, max=10_000, help="So many of the latest.")] = 50,
    state: StateOption = None,
) -> None:
    """Show jobs, the latest first: number, state, kind, and how far it is or how it ended."""
    with explained(), open_workspace(state) as workspace:
        record = None if community is None else workspace.community(community)
        states = () if job_state is None else (job_state,)
        with workspace.reading() as work:
            jobs = work.jobs.listed(None if record is None else record.id, states, last)
            names = {row.id: row.name for row in work.communities.all()}
    for job in jobs:
        name = names.get(job.community_id, "") if job.community_id else "all communities"
        typer.echo(f"{job.number:>6}  {job.state:<9}  {job.kind:<18}  {name}: {_said(job)}")
    if not jobs:
        typer.echo("no jobs")


@app.command("show")
def show(number: NumberArgument, state: StateOption = None) -> None:
    """Show a job: what it was told, when it ran, how it ended and what to do about it."""
    with explained(), open_workspace(state) as workspace:
        job = _job(workspace, number)
    for name, figure in _rows(job):
        typer.echo(f"{name:<10} {figure}")
    for finding in (job.outcome or {}).get("findings", ()):
        typer.echo(f"  {finding['place']}:{finding['line'] or ''}: {finding['sentence']}")


@app.command("enqueue")
def enqueue(
    community: Annotated[
        str,
        typer.Argument(
            metavar="COMMUNITY",
            help=f"Name or id of a registered community; {EVERYBODY} for a kind that serves all of them.",
        ),
    ],
    kind: Annotated[str, typer.Argument(metavar="KIND", help=KINDS_HELP)],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="NAME=VALUE", help="Such as from=2024-06-01 to=2024-07-01.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="The table or meter file that an import reads."),
    ] = None,
    key: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Makes it safe to repeat: the same key, the same job.")
    ] = None,
    not_before: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M"], metavar="YYYY-MM-DDTHH:MM", help="Not before, Italian time."
        ),
    ] = None,
    state: StateOption = None,
) -> None:
    """Order a job. It waits in the database until somebody runs it.

    Example: condivisa jobs enqueue "My community" settle from=2024-06-01 to=2024-07-01
    """
    given = _named(arguments or [])
    if key is not None and not (0 < len(key) <= KEY_MAX_CHARACTERS and key.isprintable()):
        stop(f"a key has 1 to {KEY_MAX_CHARACTERS} printable characters", EXIT_BAD_INPUT)
    with explained(), open_workspace(state) as workspace:
        chosen = None if community == EVERYBODY else workspace.community(community).id
        table = None if file is None else file.read_bytes()
        after = None if not_before is None else not_before.replace(tzinfo=ROME)
        with workspace.writing() as work:
            job, _ = order(work, chosen, kind, given, now(), key=key, table=table, not_before=after)
            work.commit()
        announce_of(workspace.settings)(job.partition)
    typer.echo(f"job {job.number}: {job.state}")


@app.command("cancel")
def cancel(number: NumberArgument, state: StateOption = None) -> None:
    """End a job that waits, or ask a running one to end at its next step; what it did until then stays."""
    with explained(), open_workspace(state) as workspace:
        job = _job(workspace, number)
        with workspace.writing() as work:
            job = cancel_job(work, job.id, now())
            work.commit()
    asked = "asked to end at its next step" if job.state is JobState.RUNNING else job.state
    typer.echo(f"job {job.number}: {asked}")


@app.command("retry")
def retry(number: NumberArgument, state: StateOption = None) -> None:
    """Queue a failed job again."""
    with explained(), open_workspace(state) as workspace:
        job = _job(workspace, number)
        with workspace.writing() as work:
            job = retry_job(work, job.id, now())
            work.commit()
        announce_of(workspace.settings)(job.partition)
    typer.echo(f"job {job.number}: {job.state}")


@app.command("run", epilog=EPILOG)
def run(state: StateOption = None) -> None:
    """Order what is due, run all jobs that may begin, here and now, and say how each ended.

    Safe beside other workers: a partition that somebody else works is left to them.
    """
    ended: list[Job] = []

    def tell(job: Job) -> None:
        ended.append(job)
        typer.echo(f"job {job.number} ({job.kind}): {job.state}: {job.sentence}")

    with explained(), open_workspace(state) as workspace:
        desk = workspace_desk(workspace).telling(tell)
        tick(desk)
        while drain_all(desk):
            tick(desk)  # what was settled is to be published
    typer.echo(f"{len(ended)} jobs ran")
    if any(job.state is not JobState.DONE for job in ended):
        raise typer.Exit(EXIT_REFUSED)


@app.command("schedule")
def schedule() -> None:
    """Show what is ordered by itself, and when next."""
    for row in next_runs(now()):
        typer.echo(f"{row.kind:<20} {row.when:<28} next {row.at.astimezone(ROME).isoformat()}")


def _job(workspace: Workspace, number: int) -> Job:
    with workspace.reading() as work:
        found = work.jobs.by_number(number)
    if found is None:
        stop(f"there is no job {number}; `condivisa jobs list` shows them", EXIT_BAD_INPUT)
    return found


def _named(arguments: Sequence[str]) -> dict[str, str]:
    pairs = [argument.partition("=") for argument in arguments]
    for (name, equals, value), argument in zip(pairs, arguments, strict=True):
        if not (name and equals and value):
            stop(f"{argument!r} is no NAME=VALUE, such as from=2024-06-01", EXIT_BAD_INPUT)
    if len({name for name, _, _ in pairs}) < len(pairs):
        stop("each argument is given once", EXIT_BAD_INPUT)
    return {name: value for name, _, value in pairs}


def _said(job: Job) -> str:
    steps = f"{job.progress_done} of {job.progress_total}, " if job.state is JobState.RUNNING else ""
    return steps + (job.sentence or "waits")


def _rows(job: Job) -> list[tuple[str, str]]:
    outcome = job.outcome or {}
    rows = [
        ("job", f"{job.number} ({job.id})"),
        ("kind", " ".join([job.kind, *(f"{name}={value}" for name, value in sorted(job.arguments.items()))])),
        ("state", f"{job.state}, attempts {job.attempts}"),
        ("says", _said(job)),
        ("code", str(outcome.get("code", ""))),
        ("remedy", str(outcome.get("remedy", ""))),
        ("request", job.request_id or ""),
        ("worker", job.worker or ""),
        ("ordered", _at(job.created_at)),
        ("not before", _at(job.not_before) if job.state is JobState.QUEUED else ""),
        ("began", _at(job.started_at)),
        ("alive", _at(job.heartbeat_at) if job.state is JobState.RUNNING else ""),
        ("ended", _at(job.finished_at)),
    ]
    figures = {name: value for name, value in outcome.items() if name not in ("code", "remedy", "findings")}
    rows += [(name, str(value)) for name, value in figures.items()]
    return [(name, figure) for name, figure in rows if figure]


def _at(instant: datetime | None) -> str:
    return "" if instant is None else instant.astimezone(ROME).isoformat(timespec="seconds")

"""`condivisa quality`: how good readings are, what is held and why, estimates, what was known when."""

import re
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from itertools import zip_longest
from typing import Annotated
from uuid import UUID

import numpy as np
import typer

from cli.approval import By, person
from cli.display import kwh
from cli.failures import EXIT_BAD_INPUT, explained, stop
from cli.months import month_typed
from cli.workspace import CommunityArgument, StateOption, now, open_workspace
from oracle.store.unit_of_work import OracleUnitOfWork
from settlement.domain.calendar import DAY, ROME, day_start
from settlement.domain.case import Direction
from settlement.domain.findings import printable
from settlement.domain.quality.estimation import EstimateMethod, RecordedEstimate
from settlement.domain.quality.finding import QualityFinding
from settlement.domain.quality.report import LEGEND, ConfigurationQuality, PodQuality, QualityReport
from settlement.usecases.decide_held import reject_readings, release_readings
from settlement.usecases.estimate_readings import estimate_readings
from settlement.usecases.metered_energy import metered_energy
from settlement.usecases.quality_report import quality_report
from settlement.usecases.reading_history import reading_history

app = typer.Typer(
    name="quality",
    help="The quality of readings: a month's report, held days, estimates by named methods, history.",
    no_args_is_help=True,
    add_completion=False,
)
PER_MILLE = 1000
DAYS_SHOWN = 3
DAY_TYPED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
POD = re.compile(r"IT[0-9]{3}E[0-9]{8}[0-9A-Z]?", re.ASCII)

DayOption = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="INSTANT",
        help="As it was known then: 2024-07-01 (its end), or 2024-07-01T12:00 in Italy or with offset.",
    ),
]
PodOption = Annotated[str, typer.Option(metavar="POD", help="E.g. IT001E00000001")]
Ids = Annotated[
    list[UUID] | None, typer.Option("--id", metavar="ID", help="A held day, as `held` shows it; repeatable.")
]
All = Annotated[bool, typer.Option("--all", help="All days that are held.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept.")]


@app.command("report")
def report(
    community: CommunityArgument,
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="E.g. 2024-06")],
    as_of: AsOf = None,
    json: Annotated[bool, typer.Option("--json", help="The whole report as canonical JSON.")] = False,
    state: StateOption = None,
) -> None:
    """Show a month per configuration: each POD's days, findings with remedies, held days, estimates.

    Nothing is stored: it is computed from the readings as they were known.
    """
    number, known = month_typed(month), _instant(as_of)
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.reading() as work:
            found = quality_report(work, record.id, number, known)
    if json:
        typer.echo(found.canonical().decode())
    else:
        _show(found)


@app.command("history")
def history(
    community: CommunityArgument,
    pod: PodOption,
    day: DayOption,
    as_of: AsOf = None,
    state: StateOption = None,
) -> None:
    """Show every version of a POD's day: since when it is known, how it came, what it changed in Wh."""
    code, known = _pod(pod), _instant(as_of)
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.reading() as work:
            rows = reading_history(work, record.id, code, day.date(), day.date(), known)
    if not rows:
        stop(f"nothing was known of {code} on {day.date()} at {_shown(known)}", EXIT_BAD_INPUT)
    for row in rows:
        change = "first" if row.changed is None else f"{row.change_wh:+d} Wh in {row.changed} readings"
        typer.echo(
            f"{row.direction:<9}  {_shown(row.received_at)}  {row.energy_wh:>10} Wh  {change}; "
            f"{row.estimated} estimated; {printable(row.origin)}"
        )


@app.command("energy")
def energy(
    community: CommunityArgument,
    first: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First day.")
    ],
    after: Annotated[
        datetime, typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Day after the last.")
    ],
    as_of: AsOf = None,
    state: StateOption = None,
) -> None:
    """Show injected, withdrawn and shared energy from the readings as they were known on a date."""
    known = _instant(as_of)
    if after <= first:
        stop("--to comes after --from", EXIT_BAD_INPUT)
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.reading() as work:
            start, end = day_start(first.date()), day_start(after.date())
            rows = metered_energy(work, record.id, start, end, known)
    typer.echo(f"{record.name} as known at {_shown(known)}")
    for row in rows:
        shared = int(np.minimum(row.injected_wh, row.withdrawn_wh).sum())
        typer.echo(
            f"  {row.configuration or 'whole community'}: injected {kwh(int(row.injected_wh.sum()))} kWh, "
            f"withdrawn {kwh(int(row.withdrawn_wh.sum()))} kWh, shared {kwh(shared)} kWh; "
            f"{int(row.present.sum())} of {len(row.present)} hours are complete"
        )


@app.command("held")
def held(community: CommunityArgument, state: StateOption = None) -> None:
    """List the days that are held until somebody releases or rejects them, with the reasons."""
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.reading() as work:
            rows = work.quarantine.waiting(record.id)
    rows.sort(key=lambda row: (row.held.pod, row.held.direction, row.received_at, row.held.day))
    for row, after in zip_longest(rows, rows[1:]):
        typer.echo(
            f"{row.id}  {row.held.pod} {row.held.direction} {row.held.day}  "
            f"{int(row.held.wh.sum(dtype=np.int64))} Wh  from {printable(row.source)}"
        )
        # Days of one file share their findings: each stands once, below the last of its days.
        if after is None or after.findings != row.findings:
            for finding in row.findings:
                typer.echo(f"    {finding['check']}: {finding['sentence']}\n    remedy: {finding['remedy']}")
    typer.echo(f"{len(rows)} days are held")


@app.command("release")
def release(
    community: CommunityArgument,
    reason: Reason,
    ids: Ids = None,
    every: All = False,
    by: By = None,
    state: StateOption = None,
) -> None:
    """Admit held days as they arrived; from this instant on they are the readings of those days."""
    _decide(community, ids, every, (release_readings, person(by), reason), state, "released")


@app.command("reject")
def reject(
    community: CommunityArgument,
    reason: Reason,
    ids: Ids = None,
    every: All = False,
    by: By = None,
    state: StateOption = None,
) -> None:
    """Keep held days out for good; the same values, brought again, stay out too."""
    _decide(community, ids, every, (reject_readings, person(by), reason), state, "rejected")


@app.command("estimate")
def estimate(
    community: CommunityArgument,
    pod: PodOption,
    direction: Annotated[Direction, typer.Option(help="Which register.")],
    method: Annotated[EstimateMethod, typer.Option(help="Mean of the same weekday, or between neighbours.")],
    first: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First day.")
    ],
    reason: Reason,
    after: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Day after; default: one day."),
    ] = None,
    by: By = None,
    state: StateOption = None,
) -> None:
    """Estimate days that have no readings; every value is marked, and statements name the method."""
    code = _pod(pod)
    days = _days(first.date(), first.date() + DAY if after is None else after.date())
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        wanted = RecordedEstimate(record.id, code, direction, days[0], now(), method, (), person(by), reason)
        with workspace.writing() as work:
            made = estimate_readings(work, record.id, wanted, days)
            work.commit()
    for row in made:
        donors = ", ".join(str(day) for day in row.from_days)
        typer.echo(f"{row.pod} {row.direction} {row.day}: {row.method} from {donors}")
    typer.echo(f"{len(made)} days are estimated now, {len(days) - len(made)} were so with the same values")


_Decision = tuple[Callable[[OracleUnitOfWork, UUID, Collection[UUID], str, str, datetime], int], str, str]


def _decide(
    community: str, ids: list[UUID] | None, every: bool, decision: _Decision, state: StateOption, done: str
) -> None:
    decide, by, reason = decision
    if bool(ids) == every:
        stop("name the held days with --id, or --all of them", EXIT_BAD_INPUT)
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.writing() as work:
            chosen = {row.id for row in work.quarantine.waiting(record.id)} if every else set(ids or ())
            count = decide(work, record.id, chosen, by, reason, now())
            work.commit()
    typer.echo(f"{count} days are {done}, by {by}")


def _show(found: QualityReport) -> None:
    typer.echo(f"{found.community}, {found.month}, as known at {_shown(found.as_of)}\n{LEGEND}")
    for row in found.configurations:
        typer.echo(f"\nconfiguration {row.configuration or '(whole community)'} {row.area_code}")
        _show_pods(row)
        for finding in row.findings:
            typer.echo(_finding(finding))
        for line in row.held:
            checks = ", ".join(line.checks)
            typer.echo(f"HELD     {checks}: {line.pod} {line.direction} {line.day}  {line.id}")


def _show_pods(row: ConfigurationQuality) -> None:
    width = max((len(line.pod) for line in row.pods), default=0)
    for line in row.pods:
        typer.echo(f"  {line.pod:<{width}} {line.direction:<9} |{line.strip}| {_figures(line)}")
    days, expected = sum(line.days for line in row.pods), sum(line.expected for line in row.pods)
    intervals, guessed = sum(line.intervals for line in row.pods), sum(line.estimated for line in row.pods)
    typer.echo(
        f"  {days} of {expected} POD-days are there ({_share(days, expected)}); "
        f"{guessed} of {intervals} readings are estimated ({_share(guessed, intervals)})"
    )


def _figures(line: PodQuality) -> str:
    words = f"{line.days}/{line.expected} days"
    if line.estimated:
        words += f", {line.estimated} of {line.intervals} estimated"
    if line.first_received is None or line.last_received is None:
        return words
    first, last = _shown(line.first_received), _shown(line.last_received)
    return f"{words}, received {first}" + ("" if first == last else f" to {last}")


def _finding(row: QualityFinding) -> str:
    shown = ", ".join(str(day) for day in row.days[:DAYS_SHOWN])
    more = f" and {len(row.days) - DAYS_SHOWN} days more" if len(row.days) > DAYS_SHOWN else ""
    return (
        f"{row.severity.upper():<8} {row.check}: {row.sentence}\n    on {shown}{more}; remedy: {row.remedy}"
    )


def _share(part: int, whole: int) -> str:
    """Per cent with one decimal, rounded down: what is not complete never reads as 100.0."""
    tenths = part * PER_MILLE // whole if whole else 0
    return f"{tenths // 10}.{tenths % 10} %"


def _days(first: date, after: date) -> list[date]:
    if after <= first:
        stop("--to comes after --from", EXIT_BAD_INPUT)
    return [first + index * DAY for index in range((after - first).days)]


def _pod(text: str) -> str:
    if not POD.fullmatch(text):
        stop(f"{text!r} is no POD like IT001E00000001", EXIT_BAD_INPUT)
    return text


def _instant(typed: str | None) -> datetime:
    """The instant that was typed, a bare day meaning its end; now when none was."""
    if typed is None:
        return now()
    try:
        found = datetime.fromisoformat(typed)
        if DAY_TYPED.fullmatch(typed):
            return day_start(found.date() + DAY)
        return (found if found.tzinfo else found.replace(tzinfo=ROME)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{typed!r} is no instant like 2024-07-01T12:00") from None


def _shown(instant: datetime) -> str:
    return instant.astimezone(ROME).isoformat(timespec="seconds")

"""`condivisa alerts`: what somebody must look at, and that it is done with."""

import json
from typing import Annotated, Any
from uuid import UUID

import typer

from cli.failures import explained
from cli.workspace import StateOption, Workspace, now, open_workspace
from oracle.records import RaisedAlert
from oracle.usecases.alerts import resolve_by_id

app = typer.Typer(
    name="alerts",
    help="What somebody must look at: open alerts, the latest first.",
    add_completion=False,
)


@app.callback(invoke_without_command=True)
def listing(
    context: typer.Context,
    community: Annotated[
        str | None, typer.Option(metavar="COMMUNITY", help="Only those of a community, by name or id.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that were resolved.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")] = False,
    state: StateOption = None,
) -> None:
    """List the open alerts: what they are about, since when, and when it was last seen."""
    if context.invoked_subcommand is not None:
        return
    with explained(), open_workspace(state) as workspace:
        rows = _rows(workspace, community, every)
        names = _names(workspace)
    if as_json:
        shown = [_document(row, names) for row in rows]
        typer.echo(json.dumps({"alerts": shown}, indent=2, ensure_ascii=False))
        return
    for row in rows:
        _show(row, names)
    if not rows:
        typer.echo("no alerts" if every else "no open alerts")


@app.command("resolve")
def resolve(
    alert: Annotated[UUID, typer.Argument(help="The alert's id, as the list shows it.")],
    state: StateOption = None,
) -> None:
    """Close an alert by hand; if its cause is still there, the next look raises another one."""
    with explained(), open_workspace(state) as workspace, workspace.writing() as work:
        found = resolve_by_id(work, alert, now())
        work.commit()
    was = "was resolved already" if found.resolved_at else "is resolved"
    typer.echo(f"{found.alert.kind} of {found.alert.subject} {was}")


def _rows(workspace: Workspace, community: str | None, every: bool) -> list[RaisedAlert]:
    chosen = None if community is None else workspace.community(community).id
    with workspace.reading() as work:
        if chosen is None:
            return work.alerts.all(resolved=every)
        return work.alerts.of_community(chosen, resolved=every)


def _names(workspace: Workspace) -> dict[UUID | None, str]:
    with workspace.reading() as work:
        return {row.id: row.name for row in work.communities.all()}


def _show(row: RaisedAlert, names: dict[UUID | None, str]) -> None:
    alert = row.alert
    whose = names.get(alert.community_id, "all communities")
    typer.echo(f"{alert.severity:<8}  {alert.kind}  {whose}  {alert.subject}")
    typer.echo(f"    {alert.sentence}")
    seen = f"since {row.raised_at:%Y-%m-%d %H:%M} UTC, last seen {row.last_seen_at:%Y-%m-%d %H:%M} UTC"
    gone = f", resolved {row.resolved_at:%Y-%m-%d %H:%M} UTC" if row.resolved_at else ""
    typer.echo(f"    {seen}{gone}; {row.id}")


def _document(row: RaisedAlert, names: dict[UUID | None, str]) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "kind": row.alert.kind,
        "community": names.get(row.alert.community_id),
        "subject": row.alert.subject,
        "sentence": row.alert.sentence,
        "severity": row.alert.severity,
        "raised_at": row.raised_at.isoformat(),
        "last_seen_at": row.last_seen_at.isoformat(),
        "resolved_at": row.resolved_at.isoformat() if row.resolved_at else None,
    }

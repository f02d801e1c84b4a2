"""`condivisa db token`: keys to the API.

There is no default password: the first administrator is made here.
"""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import typer

from cli.failures import EXIT_BAD_INPUT, explained, stop
from cli.workspace import StateOption, Workspace, now, open_workspace
from community.domain.records import Role, TokenRecord
from community.usecases.tokens import CreatedToken, create_token, revoke_token

LABEL_MAX_CHARACTERS = 255
DAYS_DEFAULT = 365
DAYS_MAX = 3_650

app = typer.Typer(
    help="Keys to the API: each has a role, a reach and an end. Only its SHA-256 is kept, so a key is shown "
    "once.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command("create")
def create(
    role: Annotated[Role, typer.Option(help="member: own figures; auditor: reads codes, never names.")],
    label: Annotated[str, typer.Option(help="Whose it is, for the list.")],
    community: Annotated[
        str | None, typer.Option(metavar="NAME", help="The one community that it opens; default: all.")
    ] = None,
    member: Annotated[
        str | None, typer.Option(metavar="CODE", help="The member, for the role member.")
    ] = None,
    days: Annotated[int, typer.Option(help="Days until it expires.", min=1, max=DAYS_MAX)] = DAYS_DEFAULT,
    state: StateOption = None,
) -> None:
    """Make a key. It stands alone on standard output; what it opens is said on standard error.

    Example: TOKEN=$(condivisa db token create --role administrator --label me)
    """
    if not label.isprintable() or len(label) > LABEL_MAX_CHARACTERS:
        stop(f"a label is one line of at most {LABEL_MAX_CHARACTERS} characters", EXIT_BAD_INPUT)
    with explained(), open_workspace(state) as workspace:
        community_id, member_id = _reach(workspace, community, member)
        with workspace.writing() as work:
            at = now()
            made = create_token(work, role, label, at, at + timedelta(days=days), community_id, member_id)
            work.commit()
    typer.echo(_said(made, community, member), err=True)
    typer.echo(made.secret)


@app.command("list")
def show(state: StateOption = None) -> None:
    """Show who holds keys, without the keys: nobody can, they are not kept."""
    with explained(), open_workspace(state) as workspace:
        with workspace.reading() as work:
            tokens = work.tokens.all()
            names = {row.id: row.name for row in work.communities.all()}
        at = now()
    for token in tokens:
        reach = "all communities" if token.community_id is None else names[token.community_id]
        typer.echo(f"{token.id}  {token.role:<13}  {_standing(token, at):<19}  {reach}  {token.label}")
    if not tokens:
        typer.echo("no keys yet: `condivisa db token create --role administrator --label me` makes the first")


@app.command("revoke")
def revoke(
    token: Annotated[UUID, typer.Argument(metavar="ID", help="As `condivisa db token list` shows it.")],
    state: StateOption = None,
) -> None:
    """Revoke a key at once."""
    with explained(), open_workspace(state) as workspace, workspace.writing() as work:
        revoked = revoke_token(work, token, now())
        work.commit()
    if not revoked:
        stop(f"there is no key {token} that could be revoked", EXIT_BAD_INPUT)
    typer.echo(f"revoked {token}")


def _reach(
    workspace: Workspace, community: str | None, member: str | None
) -> tuple[UUID | None, UUID | None]:
    """Ids of the community and the member; stops the command where one is unknown."""
    if community is None:
        if member is not None:
            stop("--member needs --community", EXIT_BAD_INPUT)
        return None, None
    community_id = workspace.community(community).id
    if member is None:
        return community_id, None
    with workspace.reading() as work:
        found = work.communities.member_by_code(community_id, member)
    if found is None:
        stop(f'{community} has no member "{member}"', EXIT_BAD_INPUT)
    return community_id, found.id


def _said(made: CreatedToken, community: str | None, member: str | None) -> str:
    reach = "all communities" if community is None else community
    who = f"member {member} of {reach}" if member else f"{made.record.role} of {reach}"
    return f"key {made.record.id} for {who}, until {made.record.expires_at:%Y-%m-%d}; it is not shown again:"


def _standing(token: TokenRecord, at: datetime) -> str:
    if token.revoked_at is not None:
        return f"revoked {token.revoked_at:%Y-%m-%d}"
    word = "expired" if token.expires_at <= at else "until"
    return f"{word} {token.expires_at:%Y-%m-%d}"

"""`condivisa db`: revision, backup and restore, the tokens for the API, and the erasure of a POD's month."""

from pathlib import Path
from typing import Annotated

import typer

from cli import token
from cli.failures import EXIT_BAD_INPUT, explained, stop
from cli.months import month_typed
from cli.workspace import StateOption, open_workspace
from settlement.bootstrap import Settings, database_revision, open_database, upgrade_database
from settlement.store.backup import back_up
from settlement.store.backup import restore as restore_backup

app = typer.Typer(
    name="db",
    help="The database: its address and revision, the tokens that open the API, the keys that can be erased.",
    no_args_is_help=True,
    add_completion=False,
)
app.add_typer(token.app, name="token")


@app.command("upgrade")
def upgrade(state: StateOption = None) -> None:
    """Bring the database to the newest revision; every other command does so too."""
    with explained(), open_workspace(state) as workspace:
        found, _ = database_revision(workspace.database.engine)
        typer.echo(f"revision {found}, the newest")


@app.command("status")
def status(state: StateOption = None) -> None:
    """Show address, revision and communities without changing anything."""
    settings = Settings.from_environment(state=state)
    with explained(), open_database(settings, migrate=False) as database:
        found, newest = database_revision(database.engine)
        typer.echo(f"address   {database.address if database.embedded else 'DATABASE_URL'}")
        typer.echo(f"revision  {found or 'none'}{'' if found == newest else f', the newest is {newest}'}")


@app.command("backup")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to write; it must not exist.")],
    state: StateOption = None,
) -> None:
    """Write the whole database into one file, as it is at one instant; the service goes on meanwhile.

    It holds personal data and the keys of PODs' months: only its owner can read it. The keys that sign are
    files beside the database and not in it, nor is the local chain: docs/operations.md says what to keep.
    """
    settings = Settings.from_environment(state=state)
    with explained(), open_database(settings, migrate=False) as database:
        size = back_up(database.address, file)
    typer.echo(f"{file}: {size} bytes; it holds no signing key, keep those apart")


@app.command("restore")
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup that `condivisa db backup` wrote.")],
    state: StateOption = None,
) -> None:
    """Fill an empty database from a backup, all of it or nothing, and bring it to the newest revision."""
    settings = Settings.from_environment(state=state)
    settings.state.mkdir(parents=True, exist_ok=True)
    with explained(), open_database(settings, migrate=False) as database:
        restore_backup(file, database.address)
        upgrade_database(database.engine)
        found, _ = database_revision(database.engine)
    typer.echo(
        f"restored, revision {found}; next: condivisa chain follow --rebuild, then condivisa chain status: "
        "was the chain ahead of the backup?"
    )


@app.command("forget")
def forget(
    pod: Annotated[str, typer.Argument(help="Code of the point of delivery.")],
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="The month whose key is erased.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    state: StateOption = None,
) -> None:
    """Erase the key of a POD's month: nobody can tell any more which entries of the lists were the POD's.

    Lists, reports and everybody else's receipts stay as they are, and the lists still add up. The readings
    themselves are other rows, with a retention of their own. There is no way back.
    """
    number = month_typed(month)
    with explained(), open_workspace(state) as workspace:
        if not yes:
            lost = f"receipts of readings of {pod} in {month} can never be made again"
            typer.confirm(f"{lost}; erase the key?", abort=True)
        with workspace.writing() as work:
            if not work.pod_keys.forget(pod, number):
                stop(f"there is no key of {pod} in {month}: never made, or erased before", EXIT_BAD_INPUT)
            work.commit()
    typer.echo(f"erased the key of {pod} in {month}: its entries name nobody, the lists add up as before")

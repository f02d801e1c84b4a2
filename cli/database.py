"""`condivisa db`: the database's revision, and tokens for the API."""

import typer

from cli import token
from cli.failures import explained
from cli.workspace import StateOption, open_workspace
from settlement.bootstrap import Settings, database_revision, open_database

app = typer.Typer(
    name="db",
    help="The database: its address and revision, and the tokens that open the API.",
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

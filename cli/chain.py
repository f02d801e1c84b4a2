"""`condivisa chain`: how the state stands on its chain, compared and never changed."""

import json
from typing import Annotated

import typer

from cli.chain_document import standing_document
from cli.chain_table import show_standing
from cli.display import Display
from cli.failures import EXIT_MISSING, EXIT_REFUSED, explained, stop
from cli.workspace import StateOption, open_ledger, open_workspace
from oracle.chain.inspection import Inspection
from oracle.usecases.chain_status import chain_status
from oracle.wiring import ChainSettings
from settlement.bootstrap import Settings

app = typer.Typer(
    name="chain",
    help="The ledger's side of the state: node, contracts, what they hold, and whether it is what we have.",
    no_args_is_help=True,
    add_completion=False,
)
EPILOG = "Exit status: 0 all well; 1 chain and database differ, each difference named; 3 out of reach."


@app.callback()
def _no_options() -> None:
    """Keeps a single command a command: without it `chain status` would swallow its name."""


@app.command("status", epilog=EPILOG)
def status(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")] = False,
    state: StateOption = None,
) -> None:
    """Compare the chain with the database: contracts, keys, days, months, distributions, funds, messages.

    Sends nothing. It asks one question per posted day and a few per month and distribution.
    """
    require_chain(Settings.from_environment(state=state))
    with (
        explained(),
        open_workspace(state) as workspace,
        open_ledger(workspace) as opened,
        workspace.reading() as work,
    ):
        standing = chain_status(work, Inspection(opened.chain))
    if as_json:
        typer.echo(json.dumps(standing_document(standing), indent=2, ensure_ascii=False))
    else:
        show_standing(Display(), standing)
    if standing.divergences:
        raise typer.Exit(EXIT_REFUSED)


def require_chain(settings: Settings) -> None:
    """A look must not make a database, keys and a chain where there are none."""
    if settings.rpc_url is None and not (ChainSettings(settings.state).folder / "keys.json").exists():
        stop(
            f"{settings.state} has no chain yet: `condivisa demo` or `condivisa publish` makes one, "
            "CONDIVISA_RPC_URL names a node of your own",
            EXIT_MISSING,
        )

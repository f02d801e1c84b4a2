"""`condivisa chain`: how the state stands on its chain, and contracts that another program deployed."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.chain_document import standing_document
from cli.chain_index import RECONCILE_EPILOG, events, follow, reconcile
from cli.chain_table import show_standing
from cli.display import Display
from cli.failures import EXIT_BAD_INPUT, EXIT_REFUSED, explained, stop
from cli.publish import deliver
from cli.workspace import CommunityArgument, StateOption, open_ledger, open_workspace, require_chain
from oracle.chain.inspection import Inspection
from oracle.usecases.adopt import adopt as take_up
from oracle.usecases.chain_status import chain_status
from oracle.usecases.deployment_record import parse_record
from oracle.usecases.open_day import order_opening
from settlement.bootstrap import Settings

app = typer.Typer(
    name="chain",
    help="The ledger's side of the state: node, contracts, what they hold, and whether it is what we have.",
    no_args_is_help=True,
    add_completion=False,
)
app.command("follow")(follow)
app.command("events")(events)
app.command("reconcile", epilog=RECONCILE_EPILOG)(reconcile)
EPILOG = "Exit status: 0 all well; 1 chain and database differ, each difference named; 3 out of reach."


@app.command("status", epilog=EPILOG)
def status(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")] = False,
    state: StateOption = None,
) -> None:
    """Compare the chain with the database: contracts, keys, days, months, distributions, funds, messages.

    Sends nothing. It asks one question per posted day and per payout, and a few per month.
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


@app.command("adopt")
def adopt(
    community: CommunityArgument,
    record: Annotated[
        Path,
        typer.Argument(metavar="RECORD", help="What `make deploy` wrote: deployments/<chain>/<name>.json."),
    ],
    state: StateOption = None,
) -> None:
    """Take up contracts that `make deploy` deployed and registered, for a community of this state.

    Asks the chain whether code, roles, reporters, vault and configurations are as they must be, and sends
    nothing. The keys must hold the vault's treasurer as operator, and as many reporters as must sign.
    """
    try:
        text = record.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        stop(f"{record} cannot be read: {error}", EXIT_BAD_INPUT)
    with explained(), open_workspace(state) as workspace:
        known, found = workspace.community(community), parse_record(str(record), text)
        with open_ledger(workspace) as opened, workspace.writing() as work:
            take_up(work, Inspection(opened.chain), known, found)
            work.commit()
    typer.echo(f"{known.name}: publishes to the contracts of {record} from now on")


@app.command("open")
def open_totals(
    community: CommunityArgument,
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="DAY", help="YYYY-MM-DD.")],
    configuration: Annotated[
        str, typer.Option(metavar="CODE", help="Which configuration; default: the community's only one.")
    ] = "",
    state: StateOption = None,
) -> None:
    """Show the hour totals of a day that were hidden, to the ledger and so to everybody, for ever.

    They were hidden because few persons stand behind them: have the consent of all of these first.
    """
    with explained(), open_workspace(state) as workspace:
        known = workspace.community(community)
        chosen = [row for row in known.configurations if row.code == configuration]
        if not chosen:
            codes = ", ".join(f'"{row.code}"' for row in known.configurations)
            stop(f'{known.name} has no configuration "{configuration}"; it has {codes}', EXIT_BAD_INPUT)
        with workspace.writing() as work:
            ordered = order_opening(work, known.id, chosen[0].id, day.date())
            work.commit()
        if ordered:
            with open_ledger(workspace) as opened:
                deliver(workspace, opened, known.id)
    typer.echo(f"{day:%Y-%m-%d}: the hour totals {'are' if ordered else 'were already'} on the ledger")

"""`condivisa govern`: the offices of a community on the ledger, and what they may do."""

from typing import Annotated

import typer

from cli import anchor, hand_over, resolve
from cli.display import Display
from cli.governance_table import offices, terms, waiting
from cli.move import move
from cli.office import (
    AddressArgument,
    PrintOption,
    VaultOption,
    address_typed,
    checked,
    hash_typed,
    open_sitting,
    send_or_print,
    vault_typed,
)
from cli.redirect import refuse
from cli.roster import dispute, roster
from cli.workspace import CommunityArgument, StateOption
from oracle.usecases import governance
from oracle.usecases.governance_standing import claim as claim_of
from oracle.usecases.governance_standing import governance_standing
from oracle.usecases.resolutions import remove_reporter, require_distribution

app = typer.Typer(
    name="govern",
    help="Administrator, governor and guardian of a community on the ledger: who they are, what they may do.",
    no_args_is_help=True,
    add_completion=False,
)
guard = typer.Typer(
    name="guard",
    help="What the guardian does, who only ever stops.",
    no_args_is_help=True,
    add_completion=False,
)
app.add_typer(resolve.app, name="resolve")
app.add_typer(guard, name="guard")
app.add_typer(hand_over.app, name="administration")
app.add_typer(anchor.app, name="anchor")
app.command("move")(move)
app.command("refuse")(refuse)
app.command("roster")(roster)
app.command("dispute")(dispute)


@app.command("status")
def status(community: CommunityArgument, state: StateOption = None) -> None:
    """Show offices, terms, and what waits to be carried out. Sends nothing."""
    with open_sitting(community, state) as sitting:
        standing = governance_standing(sitting.contracts, sitting.seats)
    display = Display()
    display.table(sitting.name, offices(standing) + terms(standing))
    display.table("Waiting", waiting(standing))


@app.command("claim")
def claim(
    community: CommunityArgument,
    number: Annotated[int, typer.Argument(help="Number of the single payout, from `govern status`.")],
    vault: VaultOption = None,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Have a single payout paid to its wallet; anyone may, and only its payee receives."""
    with open_sitting(community, state) as sitting:
        seats = sitting.contracts.seats_at(sitting.seats, vault_typed(vault))
        action = claim_of(sitting.contracts.singles(seats), number)
        order = governance.by_anyone(sitting.contracts, sitting.seats, action)
        send_or_print(sitting, order, print_only)


@guard.command("pause")
def pause(community: CommunityArgument, print_only: PrintOption = False, state: StateOption = None) -> None:
    """Refuse what reporters sign, and push nothing; claims, bank payments and governance go on."""
    with open_sitting(community, state) as sitting:
        send_or_print(sitting, governance.pause(sitting.contracts, sitting.seats, True), print_only)


@guard.command("resume")
def resume(community: CommunityArgument, print_only: PrintOption = False, state: StateOption = None) -> None:
    """End the pause."""
    with open_sitting(community, state) as sitting:
        send_or_print(sitting, governance.pause(sitting.contracts, sitting.seats, False), print_only)


@guard.command("cancel")
def cancel(
    community: CommunityArgument,
    distribution: Annotated[int, typer.Argument(help="Number of the distribution at the vault.")],
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Cancel a settled distribution that cannot be paid from yet; its sum becomes carry."""
    number = checked(lambda: require_distribution(distribution))
    with open_sitting(community, state) as sitting:
        order = governance.cancel_distribution(sitting.contracts, sitting.seats, number)
        send_or_print(sitting, order, print_only)


@guard.command("remove-reporter")
def remove(
    community: CommunityArgument,
    address: AddressArgument,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Take a reporter's voice at once; all signatures of the epoch become void."""
    account = address_typed(address)
    action = checked(lambda: remove_reporter(account))
    with open_sitting(community, state) as sitting:
        send_or_print(sitting, governance.guard(sitting.contracts, sitting.seats, action), print_only)


@guard.command("stop")
def stop_operation(
    community: CommunityArgument,
    operation: Annotated[str, typer.Argument(metavar="OPERATION", help="Its id, from `govern status`.")],
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Call off a scheduled operation by its id alone, whatever it would do."""
    named = hash_typed("operation", operation)
    with open_sitting(community, state) as sitting:
        order = governance.stop_operation(sitting.contracts, sitting.seats, named)
        send_or_print(sitting, order, print_only)

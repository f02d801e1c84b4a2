"""`condivisa govern administration`, and resolutions that hand an office on."""

from typing import Annotated

import typer

from cli.office import (
    AddressArgument,
    PrintOption,
    Sitting,
    address_typed,
    checked,
    open_sitting,
    send_or_print,
)
from cli.resolution import resolution_command
from cli.workspace import CommunityArgument, StateOption
from oracle.usecases import offices
from oracle.usecases.governance import by_administrator, by_offered
from oracle.usecases.resolutions import Action

app = typer.Typer(
    name="administration",
    help="Hand the administrator's office on, in two steps: it is offered, then accepted.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command("offer")
def offer(
    community: CommunityArgument,
    address: AddressArgument,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Offer the administration to an account; nothing changes until it accepts."""
    account = address_typed(address)
    action = checked(lambda: offices.offer_administration(account))
    with open_sitting(community, state) as sitting:
        send_or_print(sitting, by_administrator(sitting.contracts, sitting.seats, action), print_only)


@app.command("withdraw")
def withdraw(
    community: CommunityArgument, print_only: PrintOption = False, state: StateOption = None
) -> None:
    """Take the offer back."""
    with open_sitting(community, state) as sitting:
        action = offices.withdraw_offer()
        send_or_print(sitting, by_administrator(sitting.contracts, sitting.seats, action), print_only)


@app.command("accept")
def accept(community: CommunityArgument, print_only: PrintOption = False, state: StateOption = None) -> None:
    """Take over the administration that was offered; the account that it was offered to sends this."""
    with open_sitting(community, state) as sitting:
        action = offices.accept_administration()
        send_or_print(sitting, by_offered(sitting.contracts, sitting.seats, action), print_only)


def add_resolutions(resolve: typer.Typer) -> None:
    """The resolutions that hand an office on."""
    resolution_command(resolve, "administrator")(administrator)
    resolution_command(resolve, "governor", _governor_warning)(governor)
    resolution_command(resolve, "proposer", _proposer_warning)(proposer)
    resolution_command(resolve, "successor-ledger", _ledger_warning)(successor_ledger)


def administrator(address: AddressArgument) -> Action:
    """Offer the administration to an account, also without the administrator's will or key.

    The account accepts it with `condivisa govern administration accept`.
    """
    return offices.offer_administration(address_typed(address))


def governor(address: AddressArgument) -> Action:
    """Hand the members' resolutions to another executor: a timelock of this ledger and community."""
    return offices.set_governor(address_typed(address))


def proposer(
    address: AddressArgument,
    remove: Annotated[bool, typer.Option("--remove", help="It may propose no more.")] = False,
) -> Action:
    """Let an account, such as a ballot, schedule resolutions beside the administrator."""
    account = address_typed(address)
    return offices.revoke_proposer(account) if remove else offices.grant_proposer(account)


def successor_ledger(address: AddressArgument) -> Action:
    """Record that another ledger takes over from this one, for whoever looks; nothing is moved there."""
    return offices.name_successor(address_typed(address))


def _governor_warning(sitting: Sitting, action: Action) -> str | None:
    (account,) = action.arguments
    seats = sitting.seats
    difference = sitting.contracts.timelock_difference(account, seats.ledger, seats.community)
    if difference is None:
        return None
    return (
        f"0x{account.hex()} is no timelock of ours ({difference}): once it governs, no delay protects the "
        "members and only that account carries resolutions out"
    )


def _proposer_warning(sitting: Sitting, action: Action) -> str | None:
    _, account = action.arguments
    grants = action.function == "grantRole"
    if account == sitting.seats.administrator:
        return f"0x{account.hex()} is the administrator, who proposes by that office: " + (
            "it stays a proposer when the office is handed on" if grants else "it goes on proposing"
        )
    if sitting.contracts.may_propose(sitting.seats, account) is grants:
        return f"0x{account.hex()} may propose {'already' if grants else 'not anyway'}: nothing would change"
    return None


def _ledger_warning(sitting: Sitting, action: Action) -> str | None:
    (account,) = action.arguments
    difference = sitting.contracts.ledger_difference(account)
    return None if difference is None else f"0x{account.hex()} is no ledger of this version: {difference}"

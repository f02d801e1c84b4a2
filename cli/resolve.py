"""`condivisa govern resolve`: what a resolution of the members has the contracts do."""

from enum import StrEnum
from typing import Annotated

import typer

from cli import hand_over, redirect
from cli.office import VaultOption, address_typed, payee_typed, vault_typed
from cli.receipt_options import euro
from cli.resolution import resolution_command
from oracle.usecases import resolutions
from oracle.usecases.resolutions import Action, Fund

app = typer.Typer(
    name="resolve",
    help="Schedule, carry out or call off what the members resolved; the same arguments name the same thing.",
    no_args_is_help=True,
    add_completion=False,
)


class FundName(StrEnum):
    """What a resolution spends from."""

    SOCIAL = "social"
    GRID = "grid"
    CARRY = "carry"


@resolution_command(app, "spend")
def spend(
    fund: Annotated[
        FundName, typer.Argument(help="The fund; carry: only of a vault that another one has succeeded.")
    ],
    amount: Annotated[str, typer.Argument(metavar="EUR", help="What is spent, e.g. 500.00")],
    resolution: bytes,
    wallet: Annotated[str | None, typer.Option(metavar="0x…", help="The wallet that is paid.")] = None,
    iban_hash: Annotated[
        str | None,
        typer.Option("--iban-hash", metavar="0x…", help="keccak256(32-byte salt ‖ IBAN) to pay by bank."),
    ] = None,
    vault: VaultOption = None,
) -> Action:
    """Spend from the social or the grid fund: one payout, open for its payee at once."""
    leaf = payee_typed(euro(amount), wallet, iban_hash)
    return resolutions.spend(Fund[fund.name], leaf, resolution, vault_typed(vault))


@resolution_command(app, "shares")
def shares(
    producers: Annotated[int, typer.Argument(help="Basis points.")],
    social: Annotated[int, typer.Argument(help="Basis points.")],
    grid: Annotated[int, typer.Argument(help="Basis points.")],
) -> Action:
    """Divide the revenue of later months otherwise; 10000 basis points in all."""
    return resolutions.set_shares(producers, social, grid)


@resolution_command(app, "reporters")
def reporters(
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS...", help="All of them, any order.")],
    threshold: Annotated[int, typer.Option(metavar="M", help="How many must sign.")],
) -> Action:
    """Name the reporters anew; signatures of the former set become void."""
    return resolutions.set_reporters([address_typed(text) for text in addresses], threshold)


@resolution_command(app, "guardian")
def guardian(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The new guardian.")],
) -> Action:
    """Replace the guardian, who can call this off until it is carried out."""
    return resolutions.set_guardian(address_typed(address))


@resolution_command(app, "smallest-group")
def smallest_group(persons: Annotated[int, typer.Argument(metavar="N", help="Persons.")]) -> Action:
    """Hide the hour totals of fewer than N persons."""
    return resolutions.set_smallest_group(persons)


@resolution_command(app, "treasurer")
def treasurer(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The new treasurer.")],
    vault: VaultOption = None,
) -> Action:
    """Replace the treasurer of the vault."""
    return resolutions.set_treasurer(address_typed(address), vault_typed(vault))


@resolution_command(app, "announce-sweep")
def announce_sweep(
    distribution: Annotated[int, typer.Argument(help="Number of the distribution at the vault.")],
    resolution: bytes,
    vault: VaultOption = None,
) -> Action:
    """Announce that what a distribution has not paid after five years goes to the social fund."""
    return resolutions.announce_sweep(distribution, resolution, vault_typed(vault))


@resolution_command(app, "successor-vault")
def successor_vault(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="A vault of this ledger and community.")],
) -> Action:
    """Bind the community to another vault; the old one keeps paying what it promised."""
    return resolutions.set_vault(address_typed(address))


@resolution_command(app, "delay")
def delay(seconds: Annotated[int, typer.Argument(help="From scheduling to carrying out.")]) -> Action:
    """Change how long resolutions wait."""
    return resolutions.update_delay(seconds)


hand_over.add_resolutions(app)
redirect.add_resolution(app)

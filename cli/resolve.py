"""`condivisa govern resolve`: what a resolution of the members has the contracts do."""

from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import EXIT_BAD_INPUT, stop
from cli.office import (
    PrintOption,
    Sitting,
    address_typed,
    checked,
    hash_typed,
    moment,
    open_sitting,
    send_or_print,
)
from cli.receipt_options import euro
from cli.workspace import CommunityArgument, StateOption
from oracle.attest.payout_tree import Leaf
from oracle.usecases import resolutions
from oracle.usecases.governance import OperationState, Resolution, Verb
from oracle.usecases.governance import resolve as resolution_of
from oracle.usecases.resolutions import Action, Fund

app = typer.Typer(
    name="resolve",
    help="Schedule, carry out or call off what the members resolved; the same arguments name the same thing.",
    no_args_is_help=True,
    add_completion=False,
)
DocumentOption = Annotated[
    Path | None,
    typer.Option("--document", metavar="FILE", help="The resolution; its SHA-256 goes to the ledger."),
]
HashOption = Annotated[
    str | None, typer.Option("--hash", metavar="0x…", help="SHA-256 of the resolution, instead of the file.")
]
VerbOption = Annotated[Verb, typer.Option("--verb", help="What is to become of it.")]


class FundName(StrEnum):
    """What a resolution spends from."""

    SOCIAL = "social"
    GRID = "grid"


@app.command("spend")
def spend(
    community: CommunityArgument,
    fund: Annotated[FundName, typer.Argument(help="The fund.")],
    amount: Annotated[str, typer.Argument(metavar="EUR", help="What is spent, e.g. 500.00")],
    wallet: Annotated[str | None, typer.Option(metavar="0x…", help="The wallet that is paid.")] = None,
    iban_hash: Annotated[
        str | None,
        typer.Option("--iban-hash", metavar="0x…", help="keccak256(32-byte salt ‖ IBAN) to pay by bank."),
    ] = None,
    document: DocumentOption = None,
    hash_: HashOption = None,
    verb: VerbOption = Verb.SCHEDULE,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Spend from the social or the grid fund: one payout, open for its payee at once."""
    resolution = document_hash(document, hash_)
    leaf = payee_leaf(euro(amount), wallet, iban_hash)
    action = checked(lambda: resolutions.spend(Fund[fund.name], leaf, resolution))
    _resolve(community, action, resolution, verb, print_only, state)


@app.command("shares")
def shares(
    community: CommunityArgument,
    producers: Annotated[int, typer.Argument(help="Basis points.")],
    social: Annotated[int, typer.Argument(help="Basis points.")],
    grid: Annotated[int, typer.Argument(help="Basis points.")],
    document: DocumentOption = None,
    hash_: HashOption = None,
    verb: VerbOption = Verb.SCHEDULE,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Divide the revenue of later months otherwise; 10000 basis points in all."""
    action = checked(lambda: resolutions.set_shares(producers, social, grid))
    _resolve(community, action, document_hash(document, hash_), verb, print_only, state)


@app.command("reporters")
def reporters(
    community: CommunityArgument,
    addresses: Annotated[list[str], typer.Argument(metavar="ADDRESS...", help="All of them, any order.")],
    threshold: Annotated[int, typer.Option(metavar="M", help="How many must sign.")],
    document: DocumentOption = None,
    hash_: HashOption = None,
    verb: VerbOption = Verb.SCHEDULE,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Name the reporters anew; signatures of the former set become void."""
    listed = [address_typed(text) for text in addresses]
    action = checked(lambda: resolutions.set_reporters(listed, threshold))
    _resolve(community, action, document_hash(document, hash_), verb, print_only, state)


@app.command("guardian")
def guardian(
    community: CommunityArgument,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The new guardian.")],
    document: DocumentOption = None,
    hash_: HashOption = None,
    verb: VerbOption = Verb.SCHEDULE,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Replace the guardian, who can call this off until it is carried out."""
    account = address_typed(address)
    action = checked(lambda: resolutions.set_guardian(account))
    _resolve(community, action, document_hash(document, hash_), verb, print_only, state)


@app.command("smallest-group")
def smallest_group(
    community: CommunityArgument,
    persons: Annotated[int, typer.Argument(metavar="N", help="Persons.")],
    document: DocumentOption = None,
    hash_: HashOption = None,
    verb: VerbOption = Verb.SCHEDULE,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Hide the hour totals of fewer than N persons."""
    action = checked(lambda: resolutions.set_smallest_group(persons))
    _resolve(community, action, document_hash(document, hash_), verb, print_only, state)


@app.command("treasurer")
def treasurer(
    community: CommunityArgument,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The new treasurer.")],
    document: DocumentOption = None,
    hash_: HashOption = None,
    verb: VerbOption = Verb.SCHEDULE,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Replace the treasurer of the vault."""
    account = address_typed(address)
    action = checked(lambda: resolutions.set_treasurer(account))
    _resolve(community, action, document_hash(document, hash_), verb, print_only, state)


@app.command("announce-sweep")
def announce_sweep(
    community: CommunityArgument,
    distribution: Annotated[int, typer.Argument(help="Number of the distribution at the vault.")],
    document: DocumentOption = None,
    hash_: HashOption = None,
    verb: VerbOption = Verb.SCHEDULE,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Announce that what a distribution has not paid after five years goes to the social fund."""
    resolution = document_hash(document, hash_)
    action = checked(lambda: resolutions.announce_sweep(distribution, resolution))
    _resolve(community, action, resolution, verb, print_only, state)


@app.command("successor-vault")
def successor_vault(
    community: CommunityArgument,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="A vault of this ledger and community.")],
    document: DocumentOption = None,
    hash_: HashOption = None,
    verb: VerbOption = Verb.SCHEDULE,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Bind the community to another vault; the old one keeps paying what it promised."""
    vault = address_typed(address)
    action = checked(lambda: resolutions.set_vault(vault))
    _resolve(community, action, document_hash(document, hash_), verb, print_only, state)


@app.command("delay")
def delay(
    community: CommunityArgument,
    seconds: Annotated[int, typer.Argument(help="From scheduling to carrying out.")],
    document: DocumentOption = None,
    hash_: HashOption = None,
    verb: VerbOption = Verb.SCHEDULE,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Change how long resolutions wait."""
    action = checked(lambda: resolutions.update_delay(seconds))
    _resolve(community, action, document_hash(document, hash_), verb, print_only, state)


def payee_leaf(amount_micro_eur: int, wallet: str | None, iban_hash: str | None) -> Leaf:
    """The payout to a wallet or by bank; stops the command unless exactly one of them is given."""
    if wallet is not None and iban_hash is None:
        account = address_typed(wallet)
        return checked(lambda: resolutions.wallet_leaf(account, amount_micro_eur))
    if iban_hash is None or wallet is not None:
        stop("who is paid? Give either a wallet or the hash of salt and IBAN", EXIT_BAD_INPUT)
    hashed = hash_typed("--iban-hash", iban_hash)
    return checked(lambda: resolutions.bank_leaf(hashed, amount_micro_eur))


def document_hash(document: Path | None, hash_: str | None) -> bytes:
    """SHA-256 of the resolution's document; stops the command unless exactly one of both is given."""
    if hash_ is not None and document is None:
        hashed = hash_typed("--hash", hash_)
        return checked(lambda: resolutions.require_resolution(hashed))
    if document is None or hash_ is not None:
        stop("which resolution? Give either --document FILE or its --hash", EXIT_BAD_INPUT)
    try:
        octets = document.read_bytes()
    except OSError as error:
        stop(f"{document} cannot be read: {error.strerror}", EXIT_BAD_INPUT)
    if not octets:
        stop(f"{document} is empty: a resolution has a text", EXIT_BAD_INPUT)
    return sha256(octets).digest()


def _resolve(
    community: str, action: Action, document: bytes, verb: Verb, print_only: bool, state: Path | None
) -> None:
    with open_sitting(community, state) as sitting:
        found = resolution_of(sitting.contracts, sitting.seats, action, document, verb)
        typer.echo(f"{sitting.name}: {action.sentence}")
        typer.echo(f"document  0x{document.hex()} (SHA-256)")
        typer.echo(f"operation 0x{found.operation.hex()}")
        if found.order is not None and send_or_print(sitting, found.order, print_only):
            found = resolution_of(sitting.contracts, sitting.seats, action, document, Verb.STATUS)
        _show_state(sitting, found)


def _show_state(sitting: Sitting, found: Resolution) -> None:
    sentences = {
        OperationState.UNKNOWN: "not scheduled",
        OperationState.WAITING: f"scheduled, can be carried out by anyone from {moment(found.ready_at)} on",
        OperationState.READY: "scheduled, can be carried out by anyone now",
        OperationState.DONE: "carried out",
    }
    typer.echo(f"state     {sentences[found.state]}")
    if found.state is OperationState.UNKNOWN and sitting.seats.delay_s is not None:
        typer.echo(f"delay     {sitting.seats.delay_s} seconds from scheduling on")
    if found.refusal is not None:
        typer.echo(f"warning   if it were carried out now, it would be refused: {found.refusal}")

"""What all of `condivisa govern resolve` share: document, verb, and what becomes of the resolution."""

import inspect
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.failures import EXIT_BAD_INPUT, stop
from cli.office import PrintOption, Sitting, checked, hash_typed, moment, open_sitting, send_or_print
from cli.workspace import CommunityArgument, StateOption
from oracle.usecases import resolutions
from oracle.usecases.governance import OperationState, Resolution, Verb
from oracle.usecases.governance import resolve as resolution_of
from oracle.usecases.refusals import plainly
from oracle.usecases.resolutions import Action

DocumentOption = Annotated[
    Path | None,
    typer.Option("--document", metavar="FILE", help="The resolution; its SHA-256 goes to the ledger."),
]
HashOption = Annotated[
    str | None, typer.Option("--hash", metavar="0x…", help="SHA-256 of the resolution, instead of the file.")
]
VerbOption = Annotated[Verb, typer.Option("--verb", help="What is to become of it.")]
Maker = Callable[..., Action]
Warn = Callable[[Sitting, Action], str | None]
RESOLUTION = "resolution"


def _common(
    community: CommunityArgument,
    document: DocumentOption = None,
    hash_: HashOption = None,
    verb: VerbOption = Verb.SCHEDULE,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """What every resolution is asked with; only its parameters count."""


def resolution_command(app: typer.Typer, name: str, warn: Warn | None = None) -> Callable[[Maker], Maker]:
    """Make a command of a function that says, from its own arguments, what a resolution does.

    The command has the common arguments beside the function's; of these, one called `resolution` is not typed
    but is the document's hash. ValueError becomes the sentence with which the command stops. `warn` says what
    is to be known of the resolution as things stand.
    """

    def register(make: Maker) -> Maker:
        own = list(inspect.signature(make).parameters.values())
        community, *options = inspect.signature(_common).parameters.values()
        typed = [parameter for parameter in own if parameter.name != RESOLUTION]

        def command(**values: Any) -> None:
            common = {parameter.name: values.pop(parameter.name) for parameter in (community, *options)}
            document = document_hash(common.pop("document"), common.pop("hash_"))
            hashed = {RESOLUTION: document} if len(typed) < len(own) else {}
            action = checked(lambda: make(**values, **hashed))
            _resolve(action=action, document=document, warn=warn, **common)

        # Typer reads the parameters of the function that it is given.
        listed = sorted([community, *typed, *options], key=lambda one: one.default is not one.empty)
        setattr(command, "__signature__", inspect.Signature(listed))  # noqa: B010 - mypy knows no such field
        command.__annotations__ = {parameter.name: parameter.annotation for parameter in listed}
        command.__doc__ = make.__doc__
        app.command(name)(command)
        return make

    return register


def document_hash(document: Path | None, hash_: str | None) -> bytes:
    """SHA-256 of the resolution's document; stops the command unless exactly one of both is given."""
    if hash_ is not None and document is None:
        hashed = hash_typed("--hash", hash_)
        return checked(lambda: resolutions.require_resolution(hashed))
    if document is None or hash_ is not None:
        stop("which resolution? Give either --document FILE or its --hash", EXIT_BAD_INPUT)
    return file_hash(document, "a resolution has a text")


def file_hash(path: Path, why: str) -> bytes:
    """SHA-256 of a file; stops the command where it cannot be read, or is empty and why it must not be."""
    try:
        octets = path.read_bytes()
    except OSError as error:
        stop(f"{path} cannot be read: {error.strerror}", EXIT_BAD_INPUT)
    if not octets:
        stop(f"{path} is empty: {why}", EXIT_BAD_INPUT)
    return sha256(octets).digest()


def _resolve(
    community: str,
    action: Action,
    document: bytes,
    verb: Verb,
    print_only: bool,
    state: Path | None,
    warn: Warn | None,
) -> None:
    with open_sitting(community, state) as sitting:
        found = resolution_of(sitting.contracts, sitting.seats, action, document, verb)
        typer.echo(f"{sitting.name}: {action.sentence}")
        typer.echo(f"document  0x{document.hex()} (SHA-256)")
        typer.echo(f"operation 0x{found.operation.hex()}")
        warning = None if warn is None or found.state is OperationState.DONE else warn(sitting, action)
        if warning is not None:
            typer.echo(f"warning   {warning}")
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
        typer.echo(f"warning   if it were carried out now, it would be refused: {plainly(found.refusal)}")

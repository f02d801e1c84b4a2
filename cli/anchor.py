"""`condivisa govern anchor`: digests that a community records on the ledger, and who may record them."""

from pathlib import Path
from typing import Annotated

import typer

from cli.failures import EXIT_BAD_INPUT, stop
from cli.office import (
    AddressArgument,
    PrintOption,
    address_typed,
    checked,
    hash_typed,
    open_sitting,
    send_or_print,
)
from cli.resolution import file_hash
from cli.workspace import CommunityArgument, StateOption
from oracle.usecases.anchors import anchor, by_anchoring, set_anchoring, topic_of
from oracle.usecases.governance import by_administrator
from oracle.usecases.resolutions import topic_words

app = typer.Typer(
    name="anchor",
    help="Record digests of documents on the ledger; `condivisa verify anchor` compares a file with them.",
    no_args_is_help=True,
    add_completion=False,
)
TopicArgument = Annotated[
    str, typer.Argument(metavar="TOPIC", help="Up to 32 ASCII characters, e.g. statute; or 0x and 64 digits.")
]


@app.command("add")
def add(
    community: CommunityArgument,
    topic: TopicArgument,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The document; its SHA-256 goes to the ledger.")
    ] = None,
    digest: Annotated[
        str | None, typer.Option("--hash", metavar="0x…", help="The digest, instead of the file.")
    ] = None,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Record a document's digest under a topic, for good; nobody can tell the document from it."""
    words = checked(lambda: topic_of(topic))
    hashed = _digest(file, digest)
    action = checked(lambda: anchor(words, hashed))
    with open_sitting(community, state) as sitting:
        send_or_print(sitting, by_anchoring(sitting.contracts, sitting.seats, action), print_only)


@app.command("allow")
def allow(
    community: CommunityArgument,
    address: AddressArgument,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Let an account anchor as well."""
    _set_anchoring(community, address, True, print_only, state)


@app.command("disallow")
def disallow(
    community: CommunityArgument,
    address: AddressArgument,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Let an account anchor no longer; what it anchored stays."""
    _set_anchoring(community, address, False, print_only, state)


@app.command("list")
def list_anchors(
    community: CommunityArgument,
    topic: Annotated[str | None, typer.Option(metavar="TOPIC", help="Of this topic alone.")] = None,
    state: StateOption = None,
) -> None:
    """List what was anchored, oldest first: topic, digest, account, block. Sends nothing."""
    wanted = None if topic is None else checked(lambda: topic_of(topic))
    with open_sitting(community, state) as sitting:
        found = [row for row in sitting.contracts.anchors(sitting.seats) if wanted in (None, row.topic)]
        for row in found:
            by = f"by 0x{row.account.hex()} in block {row.block_number}"
            typer.echo(f"{topic_words(row.topic)}  0x{row.digest.hex()}  {by}")
        if not found:
            typer.echo("nothing is anchored, as far as this node's logs tell")


def _set_anchoring(community: str, address: str, allowed: bool, print_only: bool, state: Path | None) -> None:
    account = address_typed(address)
    action = checked(lambda: set_anchoring(account, allowed))
    with open_sitting(community, state) as sitting:
        send_or_print(sitting, by_administrator(sitting.contracts, sitting.seats, action), print_only)


def _digest(file: Path | None, digest: str | None) -> bytes:
    if (file is None) == (digest is None):
        stop("which document? Give either FILE or its --hash", EXIT_BAD_INPUT)
    if digest is not None:
        return hash_typed("--hash", digest)
    assert file is not None, "one of both is given"
    return file_hash(file, "an empty file says nothing")

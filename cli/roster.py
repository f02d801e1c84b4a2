"""`condivisa govern roster` and `dispute`: members' pseudonymous ids on the ledger, and what they are for."""

import json
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import EXIT_BAD_INPUT, EXIT_REFUSED, stop
from cli.office import PrintOption, Sitting, checked, open_sitting, send_or_print, show_call
from cli.workspace import CommunityArgument, StateOption, now
from oracle.chain.governance import call_of
from oracle.chain.json_fields import ReceiptUnreadable
from oracle.chain.membership import parse_membership
from oracle.secret_file import write_secret_once
from oracle.usecases.governance import Order
from oracle.usecases.resolutions import Action
from oracle.usecases.roster import Membership, Roster, build_roster, membership, publish_roster
from oracle.usecases.roster import dispute as objection


def roster(
    community: CommunityArgument,
    publish: Annotated[bool, typer.Option("--publish", help="Set its root on the ledger.")] = False,
    member: Annotated[
        str | None, typer.Option(metavar="CODE", help="Write this member's proof to --out.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A new file, for the member alone.")
    ] = None,
    forget: Annotated[
        str | None, typer.Option(metavar="CODE", help="Erase this member's salt first, for ever.")
    ] = None,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Build the roster of the members that have a wallet address; publish it, or write one member's proof.

    A member whose salt was erased gets a new id with the next roster; proofs of the old id are worthless.
    """
    if (member is None) != (out is None):
        stop("a member's proof needs both --member CODE and --out FILE", EXIT_BAD_INPUT)
    if out is not None and out.exists():
        stop(f"{out} exists already: proofs are not overwritten", EXIT_BAD_INPUT)
    with open_sitting(community, state) as sitting:
        found = _built(sitting, forget)
        held = sitting.contracts.terms(sitting.seats, 0).roster
        same = found.tree.root == held
        typer.echo(f"roster    {len(found.entries)} members, root 0x{found.tree.root.hex()}")
        typer.echo(f"without   {', '.join(found.without) or 'nobody'} (no wallet address)")
        typer.echo(f"ledger    {'holds it' if same else f'holds 0x{held.hex()}'}")
        if publish and not same:
            order = publish_roster(sitting.contracts, sitting.seats, found)
            if send_or_print(sitting, order, print_only):
                held = found.tree.root
        if member is not None and out is not None:
            proof = membership(sitting.contracts.chain_id, sitting.seats, found, member, held)
            _write_proof(out, proof)
            typer.echo(f"{out}: give it to {member} alone")


def dispute(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The member's proof, from `govern roster`.")],
    day: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Day of the report.")
    ],
    area: Annotated[str, typer.Option(metavar="AC…", help="Area code of the primary substation.")],
    reason: Annotated[str | None, typer.Option(metavar="TEXT", help="What the member has to say.")] = None,
    reason_file: Annotated[
        Path | None, typer.Option("--reason-file", metavar="FILE", help="The same, in a file.")
    ] = None,
    send: Annotated[
        str | None,
        typer.Option(
            metavar="COMMUNITY", help="Send it, if this operator's account is a reporter or the member."
        ),
    ] = None,
    state: StateOption = None,
) -> None:
    """Object to a day's report: print what the member's wallet sends. The reason's SHA-256 goes there.

    Without --send neither database nor node is needed. Keep the reason: the ledger has its hash alone. The
    transaction shows the wallet's address.
    """
    proof = _membership(file)
    hashed = _reason_hash(reason, reason_file)
    action = checked(lambda: objection(proof, area, day.date(), hashed))
    if send is not None:
        _send(send, proof, action, state)
        return
    typer.echo(f"the member's wallet 0x{proof.address.hex()} has to send it:")
    show_call(proof.chain_id, call_of(action, proof.ledger, proof.community))


def _built(sitting: Sitting, forget: str | None) -> Roster:
    """Today's roster; its salts are stored before anything that needs them leaves."""
    today = now()
    with sitting.workspace.writing() as work:
        if forget is not None and not work.roster_salts.forget(sitting.community_id, forget):
            stop(f"there is no salt of {forget}: never made, or erased before", EXIT_BAD_INPUT)
        terms = work.communities.terms(sitting.community_id, today, today + timedelta(microseconds=1))
        members = [member.id for member in terms.members] if terms is not None else []
        payees = work.communities.payees(sitting.community_id)
        found = build_roster(work.roster_salts, sitting.community_id, members, payees)
        work.commit()
    return found


def _write_proof(path: Path, proof: Membership) -> None:
    try:
        write_secret_once(path, json.dumps(proof.document, indent=2) + "\n")
    except OSError as error:
        stop(f"{path} cannot be written: {error.strerror}", EXIT_REFUSED)


def _send(community: str, proof: Membership, action: Action, state: Path | None) -> None:
    with open_sitting(community, state) as sitting:
        seats, sender = sitting.seats, sitting.contracts.sender
        if (proof.chain_id, proof.ledger, proof.community) != (
            sitting.contracts.chain_id,
            seats.ledger,
            seats.community,
        ):
            stop(f"the proof is of another community than {sitting.name}", EXIT_REFUSED)
        ours = sender == proof.address or sender in sitting.contracts.quorum(seats).reporters
        office = f"a reporter or the member 0x{proof.address.hex()}"
        send_or_print(sitting, Order(sitting.contracts.call(seats, action), office, ours), print_only=False)


def _membership(path: Path) -> Membership:
    try:
        return parse_membership(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ReceiptUnreadable) as error:
        stop(f"{path} cannot be read: {error}", EXIT_BAD_INPUT)


def _reason_hash(text: str | None, path: Path | None) -> bytes:
    if (text is None) == (path is None):
        stop("what is wrong with the report? Give either --reason TEXT or --reason-file FILE", EXIT_BAD_INPUT)
    try:
        octets = path.read_bytes() if path is not None else (text or "").encode()
    except OSError as error:
        stop(f"{path} cannot be read: {error.strerror}", EXIT_BAD_INPUT)
    if not octets.strip():
        stop("the reason is empty", EXIT_BAD_INPUT)
    return sha256(octets).digest()

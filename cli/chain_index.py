"""`condivisa chain follow`, `events` and `reconcile`: the chain's events here, and whether all agrees."""

import json
import re
import time
from typing import Annotated, Any

import typer

from cli.failures import EXIT_BAD_INPUT, EXIT_REFUSED, explained, stop
from cli.workspace import StateOption, now, open_ledger, open_workspace, require_chain
from oracle.errors import NotDeployed
from oracle.ports import ChainEvent
from oracle.records import ContractKind
from oracle.usecases.event_list import scope_of
from oracle.usecases.follow import FOLLOWED, Followed, rebuild
from oracle.usecases.follow import follow as follow_once
from oracle.wiring import following, reconcile_community
from settlement.bootstrap import Settings

PAUSE_S = 5.0
"""Seconds between two looks at a chain that is followed until it is interrupted."""
RECONCILE_EPILOG = (
    "Exit status: 0 all agree; 1 they differ, the first difference of each kind named and an alert raised; 3 "
    "out of reach."
)
_CONTRACT = re.compile(r"(ledger|timelock|vault)=0x([0-9a-fA-F]{40})", re.ASCII)


def follow(
    once: Annotated[bool, typer.Option("--once", help="Stop at the newest block.")] = False,
    again: Annotated[
        bool, typer.Option("--rebuild", help="Empty the index first and read it from the chain alone.")
    ] = False,
    first: Annotated[
        int | None,
        typer.Option("--from", min=0, metavar="BLOCK", help="First block of a new index; else our first."),
    ] = None,
    contract: Annotated[
        list[str] | None,
        typer.Option(metavar="KIND=ADDRESS", help="Also this ledger, timelock or vault; may be repeated."),
    ] = None,
    state: StateOption = None,
) -> None:
    """Read blocks and events of our contracts into the index, and what the chain takes back out of it.

    Sends nothing to the chain. It may be interrupted at any time, and run more than once at a time.
    """
    given = dict(_contract(text) for text in contract or [])
    require_chain(Settings.from_environment(state=state))
    with explained(), open_workspace(state) as workspace, open_ledger(workspace) as opened:
        follower = following(
            workspace.database.engine, opened, given=given, first_number=first, progress=_show
        )
        _show_result(rebuild(follower) if again else follow_once(follower))
        while not once:
            time.sleep(PAUSE_S)
            found = follow_once(follower)
            if found.blocks or found.taken_back:
                _show_result(found)


def events(
    community: Annotated[
        str | None, typer.Option(metavar="COMMUNITY", help="Only those of a community, by name or id.")
    ] = None,
    name: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only these, e.g. DayAccepted; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")] = False,
    state: StateOption = None,
) -> None:
    """Show the events that `condivisa chain follow` has read, in the order of the chain."""
    with explained(), open_workspace(state) as workspace:
        record = None if community is None else workspace.community(community)
        rows: list[tuple[int, ChainEvent]] = []
        with workspace.reading() as work:
            for chain_id in work.chain_index.chains():
                scope = None if record is None else scope_of(work, record, chain_id)
                found = work.chain_index.events(chain_id, scope, name or ())
                rows += [(chain_id, event) for event in found]
    if as_json:
        shown = [_document(chain_id, event) for chain_id, event in rows]
        typer.echo(json.dumps({"events": shown}, indent=2, ensure_ascii=False))
        return
    for _, event in rows:
        words = " ".join(f"{key}={_short(value)}" for key, value in event.arguments.items())
        typer.echo(f"{event.block_number:>8}.{event.log_index}  {event.name}  {words}")
    if not rows:
        typer.echo("no events; `condivisa chain follow --once` reads what the chain has")


def reconcile(
    community: Annotated[
        str | None, typer.Argument(metavar="COMMUNITY", help="Name or id of a registered community.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every community that has contracts.")] = False,
    state: StateOption = None,
) -> None:
    """Compare database, events, contracts and accounts; name the first difference of each kind.

    Reads the chain's events first. Each difference is an alert until a later comparison finds it gone.
    """
    if every == (community is not None):
        stop("name a community, or --all", EXIT_BAD_INPUT)
    require_chain(Settings.from_environment(state=state))
    differences = 0
    with explained(), open_workspace(state) as workspace:
        if community is not None:
            chosen = [workspace.community(community)]
        else:
            with workspace.reading() as work:
                chosen = work.communities.all()
        with open_ledger(workspace) as opened:
            for record in chosen:
                try:
                    found = reconcile_community(workspace.database.engine, opened, record.id, now())
                except NotDeployed as error:
                    if not every:
                        raise
                    typer.echo(f"{record.name}: not compared: {error}")
                    continue
                for note in found.notes:
                    typer.echo(f"{record.name}: note: {note}")
                for one in found.divergences:
                    typer.echo(f"{record.name}: {one.kind}: {one.sentence}", err=True)
                if not found.divergences:
                    typer.echo(f"{record.name}: database, chain and accounts agree")
                differences += len(found.divergences)
    if differences:
        raise typer.Exit(EXIT_REFUSED)


def _contract(text: str) -> tuple[bytes, ContractKind]:
    match = _CONTRACT.fullmatch(text)
    if match is None:
        kinds = ", ".join(sorted(FOLLOWED))
        stop(
            f'"{text}" is no contract: KIND=0x and 40 hexadecimal digits, KIND one of {kinds}', EXIT_BAD_INPUT
        )
    return bytes.fromhex(match[2]), ContractKind(match[1])


def _show(stage: str, done: int, total: int, sentence: str) -> None:
    typer.echo(f"{stage} {done}/{total}: {sentence}" if total else f"{stage}: {sentence}", err=True)


def _show_result(found: Followed) -> None:
    taken_back = f", {found.taken_back} blocks were taken back" if found.taken_back else ""
    place = "the chain has no block yet" if found.number is None else f"at block {found.number}"
    typer.echo(f"read {found.blocks} blocks and {found.events} events{taken_back}; {place}")


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 20 else f"{text[:12]}…"


def _document(chain_id: int, event: ChainEvent) -> dict[str, Any]:
    return {
        "chain_id": chain_id,
        "block": event.block_number,
        "log_index": event.log_index,
        "block_hash": "0x" + event.block_hash.hex(),
        "transaction": "0x" + event.transaction.hex(),
        "contract": "0x" + event.address.hex(),
        "name": event.name,
        "arguments": event.arguments,
    }

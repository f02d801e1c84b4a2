"""`condivisa govern`: the offices of a community on the ledger, and what they may do."""

from typing import Annotated

import typer

from cli import resolve
from cli.display import Display
from cli.move import move
from cli.office import (
    PrintOption,
    address_typed,
    checked,
    hash_typed,
    moment,
    open_sitting,
    send_or_print,
)
from cli.roster import dispute, roster
from cli.workspace import CommunityArgument, StateOption
from oracle.usecases import governance
from oracle.usecases.governance import OperationState, Seats
from oracle.usecases.governance_standing import GovernanceStanding, governance_standing
from oracle.usecases.governance_standing import claim as claim_of
from oracle.usecases.resolutions import leaf_words, remove_reporter, require_distribution
from settlement.domain.calendar import month_first_day
from settlement.domain.case import Shares
from settlement.domain.rounding import cents_text

Rows = list[tuple[str, str]]
OfficeArgument = Annotated[str, typer.Argument(metavar="ADDRESS", help="0x and 40 hexadecimal digits.")]
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
app.command("move")(move)
app.command("roster")(roster)
app.command("dispute")(dispute)


@app.command("status")
def status(community: CommunityArgument, state: StateOption = None) -> None:
    """Show offices, terms, and what waits to be carried out. Sends nothing."""
    with open_sitting(community, state) as sitting:
        standing = governance_standing(sitting.contracts, sitting.seats)
    display = Display()
    display.table(sitting.name, _offices(standing.seats) + _terms(standing))
    display.table("Waiting", _waiting(standing))


@app.command("claim")
def claim(
    community: CommunityArgument,
    number: Annotated[int, typer.Argument(help="Number of the single payout, from `govern status`.")],
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Have a single payout paid to its wallet; anyone may, and only its payee receives."""
    with open_sitting(community, state) as sitting:
        action = claim_of(sitting.contracts.singles(sitting.seats), number)
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
    address: OfficeArgument,
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


def _offices(seats: Seats) -> Rows:
    timelock = seats.timelock_difference
    kind = (
        f"our timelock, delay {seats.delay_s} seconds"
        if timelock is None
        else f"no timelock of ours: {timelock}"
    )
    return [
        ("community", _hex(seats.community)),
        ("ledger", _hex(seats.ledger)),
        ("vault", _known(seats.vault)),
        ("administers", _hex(seats.administrator)),
        ("offered to", _known(seats.offered)),
        ("governs", f"{_hex(seats.governor)}, {kind}"),
        ("guards", _hex(seats.guardian)),
    ]


def _terms(standing: GovernanceStanding) -> Rows:
    terms = standing.terms
    quorum = terms.quorum
    rows = [("reporters", f"{quorum.threshold} of {len(quorum.reporters)} sign, epoch {quorum.epoch}")]
    rows += [("", _hex(reporter)) for reporter in quorum.reporters]
    if quorum.threshold > len(quorum.reporters):
        rows.append(("", "too few are left: nothing is accepted until a resolution names others"))
    following = month_first_day(standing.month + 1)
    return [
        *rows,
        ("paused", "yes" if terms.paused else "no"),
        ("shares", _shares(terms.shares)),
        (f"{following:%Y-%m} on", _shares(terms.next_shares)),
        ("smallest", f"hour totals of fewer than {terms.smallest_group} persons are to be hidden"),
        ("roster", f"{terms.members} members, root {_hex(terms.roster)}" if any(terms.roster) else "none"),
    ]


def _waiting(standing: GovernanceStanding) -> Rows:
    rows: Rows = []
    for row in standing.scheduled:
        ready = "ready" if row.state is OperationState.READY else f"ready at {moment(row.ready_at)}"
        rows += [
            ("operation", _hex(row.operation)),
            ("does", row.sentence),
            ("document", _hex(row.document)),
            ("state", ready),
        ]
    rows += [
        ("sweep", f"of distribution {row.distribution}, announced at {moment(row.announced_at)}")
        for row in standing.announced
    ]
    rows += [
        ("payout", f"{row.number}: {leaf_words(row.leaf)}, from {moment(row.valid_at)} on")
        for row in standing.singles
        if not row.paid
    ]
    rows += [("note", note) for note in standing.notes]
    return rows or [("", "nothing")]


def _shares(shares: Shares) -> str:
    producers, social, grid = (
        f"{cents_text(part)} %" for part in (shares.producers, shares.social, shares.grid)
    )
    return f"producers {producers}, social {social}, grid {grid}"


def _known(address: bytes) -> str:
    return _hex(address) if any(address) else "none"


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()

"""`condivisa accounts spend | collect | repay | reverse`: what somebody types into the books."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from cli.failures import explained
from cli.receipt_options import euro
from cli.workspace import CommunityArgument, StateOption, open_workspace
from oracle.store.unit_of_work import OracleUnitOfWork
from settlement.domain.accounting.entry import Cause
from settlement.domain.accounting.fund import Fund
from settlement.domain.rounding import micro_eur_text
from settlement.usecases.booking import Booked, Booking
from settlement.usecases.collect_receivable import collect_receivable
from settlement.usecases.repay_member import repay_member
from settlement.usecases.reverse_entry import reverse_entry
from settlement.usecases.spend_fund import spend_fund

Amount = Annotated[str, typer.Option("--eur", metavar="EUR", help="E.g. 120.00")]
Reference = Annotated[str, typer.Option(help="The bank's reference of the payment, or the resolution's.")]
On = Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Day of the payment.")]


def spend(
    community: CommunityArgument,
    fund: Annotated[Fund, typer.Option(help="Out of which fund.")],
    amount: Amount,
    reference: Reference,
    on: On,
    state: StateOption = None,
) -> None:
    """Post a payment out of a fund that the vault does not know of.

    What a resolution spends on the ledger (`condivisa govern resolve spend`) is posted by itself.
    """
    _book(
        community,
        state,
        lambda work, of, wanted: spend_fund(work, of, fund, wanted),
        _booking(amount, on, reference),
        f"out of the {fund} fund",
    )


def collect(
    community: CommunityArgument,
    member: Annotated[str, typer.Option(help="The member that left, by its code.")],
    amount: Amount,
    reference: Reference,
    on: On,
    state: StateOption = None,
) -> None:
    """Post what a member that left paid back; the vault does not know of this money."""
    _book(
        community,
        state,
        lambda work, of, wanted: collect_receivable(work, of, member, wanted),
        _booking(amount, on, reference),
        f"of {member}",
    )


def repay(
    community: CommunityArgument,
    member: Annotated[str, typer.Option(help="Whom the bank's late return is owed to, by its code.")],
    amount: Amount,
    reference: Reference,
    on: On,
    state: StateOption = None,
) -> None:
    """Post the transfer that paid what the bank had sent back late; the vault has it as paid all the time."""
    _book(
        community,
        state,
        lambda work, of, wanted: repay_member(work, of, member, wanted),
        _booking(amount, on, reference),
        f"to {member}",
    )


def reverse(
    community: CommunityArgument,
    entry: Annotated[UUID, typer.Argument(help="The entry's id, as the journal shows it.")],
    note: Annotated[str, typer.Option(help="Why, for whoever reads the journal.")],
    cause: Annotated[Cause, typer.Option(help="Of what kind the reason is.")] = Cause.MISTAKE,
    state: StateOption = None,
) -> None:
    """Take back what was typed by mistake; nothing is deleted."""
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.writing() as work:
            made = reverse_entry(work, record.id, entry, cause, note)
            work.commit()
    typer.echo(f"{entry} is taken back by {made.entry.id}{'' if made.new else ', and was before'}")


Post = Callable[[OracleUnitOfWork, UUID, Booking], Booked]


def _book(community: str, state: Path | None, post: Post, wanted: Callable[[], Booking], whose: str) -> None:
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        booking = wanted()
        with workspace.writing() as work:
            done = post(work, record.id, booking)
            work.commit()
    said = "posted" if done.new else "was posted already"
    typer.echo(f"{micro_eur_text(booking.amount_micro_eur)} EUR {whose}: {said}")


def _booking(amount: str, on: datetime, reference: str) -> Callable[[], Booking]:
    """The payment as it was typed; stops the command at an amount that is none."""
    typed = euro(amount)
    return lambda: Booking(typed, on.date(), reference)

"""`condivisa accounts`: the community's books, and whether they are what happened."""

from datetime import datetime
from typing import Annotated

import typer

from cli.approval import By, person
from cli.bookings import collect, repay, reverse, spend
from cli.failures import EXIT_REFUSED, explained
from cli.workspace import CommunityArgument, StateOption, Workspace, open_ledger, open_workspace
from community.domain.records import CommunityRecord
from oracle.chain.inspection import Inspection
from oracle.usecases.accounts_standing import accounts_standing, beside_the_chain
from oracle.usecases.standing import Findings
from settlement.domain.accounting.entry import RecordedEntry
from settlement.domain.rounding import micro_eur_text
from settlement.usecases.close_accounts import close_accounts
from settlement.usecases.reconcile_accounts import outside_the_vault, reconcile_accounts

app = typer.Typer(
    name="accounts",
    help="The books in double entry: what each account holds, every entry, and whether it is what happened.",
    no_args_is_help=True,
    add_completion=False,
)
app.command("spend")(spend)
app.command("collect")(collect)
app.command("repay")(repay)
app.command("reverse")(reverse)
EPILOG = "Exit status: 0 all agree; 1 they differ, each difference named, the first one first."


@app.command("trial-balance")
def trial_balance(
    community: CommunityArgument,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Up to that day; default: all."),
    ] = None,
    state: StateOption = None,
) -> None:
    """Show what each account holds, debit or credit in euro; both columns have the same sum."""
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.reading() as work:
            found = work.journal.balances(record.id, None if on is None else on.date())
    width = max([len(str(account)) for account in found.amounts_micro_eur], default=0)
    for account, amount in sorted(found.amounts_micro_eur.items()):
        typer.echo(_line(str(account), amount, width))
    total = sum(amount for amount in found.amounts_micro_eur.values() if amount > 0)
    typer.echo(f"{'':<{width}}  {micro_eur_text(total):>20}  {micro_eur_text(total):>20}")
    typer.echo(f"carry {micro_eur_text(found.carry_micro_eur)} EUR")


@app.command("journal")
def journal(community: CommunityArgument, state: StateOption = None) -> None:
    """Show every entry in the order in which it was recorded, with its postings."""
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.reading() as work:
            for row in work.journal.of_community(record.id):
                show_entry(row)


@app.command("reconcile", epilog=EPILOG)
def reconcile(community: CommunityArgument, state: StateOption = None) -> None:
    """Compare the accounts with receipts, distributions and payouts, and with the vault on the chain.

    Sends nothing. Without a node, or before the vault is deployed, the chain is left out, and it says so.
    """
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        _require_equal(*_look(workspace, record))


@app.command("close", epilog=EPILOG)
def close(community: CommunityArgument, by: By = None, state: StateOption = None) -> None:
    """Reconcile, and make every paid distribution final when everything agrees, the chain included."""
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        _require_equal(*_look(workspace, record))
        with workspace.writing() as work:
            closed = close_accounts(work, record.id, person(by))
            work.commit()
    typer.echo(f"{len(closed)} distributions are final now")


def show_entry(row: RecordedEntry) -> None:
    """An entry and its postings, a line each."""
    entry = row.entry
    words = [f"{entry.effective_on}", entry.kind, str(entry.id)]
    words += [f"{entry.cause} of {entry.corrects}"] if entry.corrects else []
    words += [entry.note] if entry.note else []
    typer.echo("  ".join(words))
    width = max(len(str(posting.account)) for posting in entry.postings)
    for posting in entry.postings:
        typer.echo("    " + _line(str(posting.account), posting.amount_micro_eur, width))


def _line(name: str, amount: int, width: int) -> str:
    text = micro_eur_text(abs(amount))
    debit, credit = (text, "") if amount > 0 else ("", text)
    return f"{name:<{width}}  {debit:>20}  {credit:>20}".rstrip()


def _look(workspace: Workspace, record: CommunityRecord) -> tuple[list[str], list[str]]:
    """Differences and notes: first the database's own, then those between it and the chain."""
    with workspace.reading() as work:
        differences = reconcile_accounts(work, record.id)
        notes = outside_the_vault(work.journal.balances(record.id))
    chain = _chain(workspace, record)
    return differences + chain.divergences, notes + chain.notes


def _chain(workspace: Workspace, record: CommunityRecord) -> Findings:
    if workspace.chain.rpc is None and not workspace.chain.key_place.exists():
        return Findings(notes=["there is no chain yet: accounts and chain were not compared"])

    def look() -> Findings:
        with open_ledger(workspace) as opened, workspace.reading() as work:
            return accounts_standing(work, Inspection(opened.chain), record.id)

    return beside_the_chain(look)


def _require_equal(differences: list[str], notes: list[str]) -> None:
    for note in notes:
        typer.echo(f"note: {note}")
    for difference in differences:
        typer.echo(f"differs: {difference}", err=True)
    if differences:
        raise typer.Exit(EXIT_REFUSED)
    typer.echo("the accounts agree")

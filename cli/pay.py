"""`condivisa pay`: money that the bank received is divided, settled on the ledger and paid out."""

import csv
import io
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from cli.approval import (
    Acknowledge,
    By,
    approve,
    check_draft,
    draft,
    drafted,
    person,
    settlements_for,
    show_findings,
    show_proposal,
    withdraw,
)
from cli.bank import reserve, sepa, statement
from cli.failures import EXIT_BAD_INPUT, explained, refuse_findings, stop
from cli.payout_tree import tree
from cli.publish import deliver
from cli.receipt_options import Costs, Fee, Gross, Kind, On, Reference, receipt_terms
from cli.workspace import CommunityArgument, StateOption, Workspace, open_ledger, open_workspace
from oracle.usecases.pay import confirm_payouts, parse_bank_references, pays_wallets
from settlement.casefile import write_atomically
from settlement.domain.accounting.checks import check
from settlement.domain.payout_states import Channel, PayoutState
from settlement.domain.records import Distribution, Payout, ReceiptKind
from settlement.domain.rounding import micro_eur_text
from settlement.usecases.check_distribution import proposal_of
from settlement.usecases.distribute import distribute
from settlement.usecases.record_receipt import ReceiptTerms, record_receipt
from settlement.usecases.redivide import redivide

app = typer.Typer(
    name="pay",
    help="From a bank receipt to confirmed payouts: receive, or step by step; order, import the statement.",
    no_args_is_help=True,
    add_completion=False,
)
app.command("sepa")(sepa)
app.command("statement")(statement)
app.command("reserve")(reserve)
app.command("tree")(tree)
app.command("draft")(draft)
app.command("check")(check_draft)
app.command("approve")(approve)
app.command("withdraw")(withdraw)
AWAITING_BANK = frozenset({PayoutState.RESERVED, PayoutState.ORDERED})


@app.command("receive")
def receive(
    community: CommunityArgument,
    gross: Gross,
    reference: Reference,
    on: On,
    kind: Kind = ReceiptKind.ADVANCE,
    fee: Fee = "0",
    costs: Costs = "0",
    acknowledge: Acknowledge = None,
    by: By = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show entries, payouts and findings; store nothing.")
    ] = False,
    state: StateOption = None,
) -> None:
    """Divide a bank receipt over the settled periods not yet distributed, settle and pay it on the ledger.

    Drafts, checks and approves in one step; what the checks find has to be acknowledged. Wallet leaves are
    pushed, bank leaves are reserved; `condivisa pay sepa` orders those at the bank. The same receipt again
    continues where it stopped.
    """
    terms = receipt_terms(gross, reference, on, kind, fee, costs)
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        if dry_run:
            _show(workspace, record.id, terms, person(by))
            return
        distribution = divide(workspace, record.id, terms, person(by), acknowledge or ())
        with open_ledger(workspace) as opened:
            deliver(workspace, opened, record.id)
        _say(distribution, record.name)


@app.command("redivide")
def again(community: CommunityArgument, state: StateOption = None) -> None:
    """Divide anew what the guardian cancelled, without waiting for the next receipt.

    Whoever was promised something gets it; nothing else is divided. Again it continues where it stopped.
    """
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with open_ledger(workspace) as opened:
            # The first run learns of the cancellation, and is over with what was due before.
            deliver(workspace, opened, record.id)
            with workspace.writing() as work:
                wallets = pays_wallets(work, record.id, before_deployment=False)
                distribution = redivide(work, record.id, wallets=wallets)
                work.commit()
            deliver(workspace, opened, record.id)
        _say(distribution, record.name)


@app.command("orders")
def orders(
    community: CommunityArgument,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV file; default: standard output.")
    ] = None,
    state: StateOption = None,
) -> None:
    """List the reserved bank payouts: distribution, index, member, IBAN, amount. Contains personal data."""
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.reading() as work:
            numbers = {row.id: row.number for row in work.distributions.of_community(record.id)}
            payouts = [row for row in work.payouts.of_community(record.id) if row.state in AWAITING_BANK]
    text = _orders_csv(payouts, numbers)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_atomically(out, text.encode())
        typer.echo(f"{out}: {len(payouts)} payouts to order at the bank")


@app.command("confirm")
def confirm(
    community: CommunityArgument,
    distribution: Annotated[int, typer.Option(help="Number of the distribution.")],
    references: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="Columns index,reference from the bank.")
    ],
    state: StateOption = None,
) -> None:
    """Confirm bank payouts with the bank's references; the ledger keeps the hash of each."""
    if not references.is_file():
        stop(f"{references} is no file", EXIT_BAD_INPUT)
    found, findings = parse_bank_references(
        references.name, references.read_text(encoding="utf-8", errors="replace")
    )
    if findings:
        refuse_findings(findings)
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.reading() as work:
            numbers = {row.number: row.id for row in work.distributions.of_community(record.id)}
        if distribution not in numbers:
            stop(
                f"{record.name} has no distribution {distribution}; it has {sorted(numbers) or 'none'}",
                EXIT_BAD_INPUT,
            )
        ordered = note_confirmations(workspace, numbers[distribution], found)
        with open_ledger(workspace) as opened:
            deliver(workspace, opened, record.id)
        typer.echo(f"{len(found)} references noted, {ordered} confirmations sent to the ledger")


def _say(distribution: Distribution, community: str) -> None:
    typer.echo(
        f"distribution {distribution.number}: {micro_eur_text(distribution.amount_micro_eur)} EUR, "
        f"carry {micro_eur_text(distribution.carry_micro_eur)} EUR; "
        f'next: condivisa pay orders "{community}"'
    )


def divide(
    workspace: Workspace,
    community_id: UUID,
    terms: ReceiptTerms,
    by: str,
    acknowledged: Collection[str] = (),
) -> Distribution:
    """Record the receipt and divide it over the settled periods that no distribution has named yet.

    Where there are none, it is a further payment for the periods of the latest distribution, divided by what
    is known of them now.
    """
    with workspace.writing() as work:
        receipt = record_receipt(work, community_id, terms)
        if receipt.distribution_id is not None:
            existing = work.distributions.get(receipt.distribution_id)
            assert existing is not None
            return existing
        distribution = distribute(
            work,
            community_id,
            [receipt.id],
            settlements_for(work, community_id),
            wallets=pays_wallets(work, community_id, before_deployment=workspace.chain.rpc is None),
            by=by,
            acknowledged=acknowledged,
        )
        work.commit()
    return distribution


def _show(workspace: Workspace, community_id: UUID, terms: ReceiptTerms, by: str) -> None:
    """What dividing the receipt would do; nothing of it is kept."""
    with workspace.writing() as work:
        wallets = pays_wallets(work, community_id, before_deployment=workspace.chain.rpc is None)
        made = drafted(work, community_id, terms, by, wallets=wallets)
        _, proposal = proposal_of(work, made.id)
    show_proposal(proposal)
    show_findings(check(proposal))


def note_confirmations(workspace: Workspace, distribution_id: UUID, references: dict[int, str]) -> int:
    """Order the confirmation of bank leaves; returns how many messages were added."""
    with workspace.writing() as work:
        ordered = confirm_payouts(work, distribution_id, references)
        work.commit()
    return ordered


def awaiting_bank(payouts: Sequence[Payout]) -> list[Payout]:
    """The bank leaves that were reserved and wait for the bank."""
    return [row for row in payouts if row.channel is Channel.BANK and row.state in AWAITING_BANK]


def _orders_csv(payouts: Sequence[Payout], numbers: dict[UUID, int]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["distribution", "index", "member", "iban", "amount_eur"])
    for row in payouts:
        amount = micro_eur_text(row.amount_micro_eur)[:-4]
        writer.writerow([numbers[row.distribution_id], row.leaf_index, row.member, row.iban or "", amount])
    return buffer.getvalue()

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
from cli.bank import reserve_leaves, sepa, statement
from cli.bank_account import account
from cli.evidence_pack import pack
from cli.failures import EXIT_BAD_INPUT, explained, refuse_findings, stop
from cli.office import PrintOption, VaultOption
from cli.payout_tree import tree
from cli.publish import deliver
from cli.receipt_options import Costs, Fee, Gross, Kind, On, Reference, receipt_terms
from cli.single_payouts import confirm_single, release_single, reserve_singles, single_orders
from cli.workspace import CommunityArgument, StateOption, Workspace, open_ledger, open_workspace
from oracle.usecases.bank_singles import BankOrder
from oracle.usecases.pay import (
    confirm_payouts,
    parse_bank_references,
    pays_wallets,
    release_payouts,
)
from oracle.usecases.resolutions import FIRST_SINGLE
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
app.command("tree")(tree)
app.command("account")(account)
app.command("pack")(pack)
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
    vault: VaultOption = None,
    state: StateOption = None,
) -> None:
    """List the reserved bank payouts: distribution, index, member, IBAN, amount. Contains personal data.

    Single payouts are listed as distributions of the one leaf 0, numbered from 2147483648 on.
    """
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.reading() as work:
            numbers = {row.id: row.number for row in work.distributions.of_community(record.id)}
            payouts = [row for row in work.payouts.of_community(record.id) if row.state in AWAITING_BANK]
        singles = single_orders(workspace, record, vault)
    text = _orders_csv(payouts, numbers, singles)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_atomically(out, text.encode())
        typer.echo(f"{out}: {len(payouts) + len(singles)} payouts to order at the bank")


@app.command("confirm")
def confirm(
    community: CommunityArgument,
    distribution: Annotated[int, typer.Option(help="Number of the distribution.")],
    references: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="Columns index,reference from the bank.")
    ],
    vault: VaultOption = None,
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
    if distribution >= FIRST_SINGLE:
        confirm_single(community, distribution, found, vault, state)
        return
    _require_single(vault is not None)
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        ordered = note_confirmations(workspace, workspace.distribution(record, distribution).id, found)
        with open_ledger(workspace) as opened:
            deliver(workspace, opened, record.id)
        typer.echo(f"{len(found)} references noted, {ordered} confirmations sent to the ledger")


def _say(distribution: Distribution, community: str) -> None:
    typer.echo(
        f"distribution {distribution.number}: {micro_eur_text(distribution.amount_micro_eur)} EUR, "
        f"carry {micro_eur_text(distribution.carry_micro_eur)} EUR; "
        f'next: condivisa pay orders "{community}"'
    )


@app.command("release")
def release(
    community: CommunityArgument,
    distribution: Annotated[int, typer.Option(help="Number of the distribution.")],
    indexes: Annotated[
        list[int] | None, typer.Argument(metavar="[INDEX...]", help="Its leaves; of a single payout none.")
    ] = None,
    vault: VaultOption = None,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Give reserved bank payouts back, because the bank rejected them or their owner lost the key.

    Until they are reserved again they can be moved, and redirected by resolution.
    """
    if distribution >= FIRST_SINGLE:
        release_single(community, distribution, vault, print_only, state)
        return
    _require_single(print_only or vault is not None)
    _release_leaves(community, distribution, indexes, state)


@app.command("reserve")
def reserve(
    community: CommunityArgument,
    distribution: Annotated[
        int | None, typer.Option(help="Number of the distribution whose released leaves are meant.")
    ] = None,
    indexes: Annotated[
        list[int] | None, typer.Argument(metavar="[INDEX...]", help="Its leaves; default: all released ones.")
    ] = None,
    vault: VaultOption = None,
    print_only: PrintOption = False,
    state: StateOption = None,
) -> None:
    """Reserve all open single payouts by bank, or with --distribution leaves that were released, again.

    What is reserved stands in `condivisa pay orders`, and its owner cannot move it. The same account is paid:
    a leaf's account is fixed. One that was closed needs another channel (`condivisa govern move`) or a
    transfer by hand and `condivisa pay confirm`.
    """
    if distribution is None:
        reserve_singles(community, vault, print_only, state)
        return
    if distribution >= FIRST_SINGLE:
        stop("single payouts are reserved together: leave --distribution out", EXIT_BAD_INPUT)
    _require_single(print_only or vault is not None)
    reserve_leaves(community, distribution, indexes, state)


def _require_single(asked: bool) -> None:
    """What a distribution's leaves need is sent by the operator, at the vault that settled it."""
    if asked:
        stop("--print and --vault are for single payouts, numbered from 2147483648 on", EXIT_BAD_INPUT)


def _release_leaves(
    community: str, distribution: int, indexes: Sequence[int] | None, state: Path | None
) -> None:
    """Give leaves of a distribution back, at once."""
    if not indexes:
        stop("which leaves? Name their indexes, as `condivisa pay orders` lists them", EXIT_BAD_INPUT)
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        named = workspace.distribution(record, distribution).id
        with workspace.writing() as work:
            release_payouts(work, named, indexes)
            work.commit()
        with open_ledger(workspace) as opened:
            deliver(workspace, opened, record.id)


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


def _orders_csv(payouts: Sequence[Payout], numbers: dict[UUID, int], singles: Sequence[BankOrder]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(["distribution", "index", "member", "iban", "amount_eur"])
    for row in payouts:
        amount = micro_eur_text(row.amount_micro_eur)[:-4]
        writer.writerow([numbers[row.distribution_id], row.leaf_index, row.member, row.iban or "", amount])
    for order in singles:
        amount = micro_eur_text(order.amount_micro_eur)[:-4]
        writer.writerow([order.number, 0, order.member, order.iban, amount])
    return buffer.getvalue()

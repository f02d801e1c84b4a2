"""`condivisa pay sepa | statement`: payment files for the bank, and what its statements say."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from cli.display import euro_text
from cli.failures import EXIT_BAD_INPUT, explained, refuse_findings, stop
from cli.publish import deliver
from cli.workspace import CommunityArgument, StateOption, Workspace, now, open_ledger, open_workspace
from oracle.sources.table import read_table
from oracle.usecases.import_statement import Imported, import_statement
from oracle.usecases.pay import reserve_again
from settlement.bankfile import read_statement, write_payment_file
from settlement.casefile import write_atomically
from settlement.domain.bank_orders import BankOrder
from settlement.domain.bank_statement import Statement
from settlement.domain.findings import Finding
from settlement.domain.payout_states import PayoutState
from settlement.domain.records import ReceiptKind
from settlement.domain.statement_matching import Outcome, Proposal
from settlement.usecases.order_at_bank import OrderTerms, order_at_bank

DistributionOption = Annotated[int, typer.Option(help="Number of the distribution.")]


def sepa(
    community: CommunityArgument,
    distribution: DistributionOption,
    execution: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Day on which the bank is to pay."),
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT.xml", help="The file for the bank.")],
    debtor_iban: Annotated[
        str | None, typer.Option(metavar="IBAN", help="Account to pay from; default: that of the last order.")
    ] = None,
    debtor_bic: Annotated[
        str | None, typer.Option(metavar="BIC", help="Its bank, if that is asked for.")
    ] = None,
    names: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv", help="Columns member,name: instead of the account holders that are known."
        ),
    ] = None,
    order: Annotated[
        int | None, typer.Option(metavar="N", help="Write order N again, order nothing.")
    ] = None,
    state: StateOption = None,
) -> None:
    """Order the reserved bank payouts as a SEPA payment file (pain.001.001.09), each once.

    With nothing new to order it writes the distribution's last file again, byte for byte. Banks compare the
    holder's name with the account: it is the one kept with the member, or in --names; a member code will not
    match. The CBI dialect is not written. Contains personal data.
    """
    terms = OrderTerms(
        execution.date(), _iban(debtor_iban), debtor_bic, {} if names is None else _holders(names)
    )
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        distribution_id = workspace.distribution(record, distribution).id
        if order is not None:
            _write(out, _earlier(workspace, distribution_id, order), "written again")
            return
        with workspace.writing() as work:
            done = order_at_bank(work, write_payment_file, record.id, distribution_id, terms, now())
            # First the books, then the file: one that got lost is written again, never ordered again.
            work.commit()
        for sentence in done.left_out:
            typer.echo(sentence, err=True)
        _write(out, done.order, "new" if done.new else "nothing new is reserved, written again")


def statement(
    community: CommunityArgument,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="CAMT.053 (version 02 or 08), CSV, or pain.002.")
    ],
    accept: Annotated[
        bool, typer.Option("--accept", help="Book what is proposed; without it nothing is written.")
    ] = False,
    kind: Annotated[
        ReceiptKind | None, typer.Option(help="Kind of the receipts from GSE; default: as their text tells.")
    ] = None,
    account: Annotated[
        list[str] | None, typer.Option(metavar="IBAN", help="A further account of the community.")
    ] = None,
    state: StateOption = None,
) -> None:
    """Match a bank statement: receipts from GSE, payouts that were credited, payouts that came back.

    Shows what each entry means; with --accept it is booked, and the ledger confirms or releases the leaves.
    The same file again, or an overlapping one, changes nothing. A status report (pain.002, version 03 or 10)
    releases what the bank rejected. A receipt of which fee or costs are to be
    told apart is recorded by `condivisa pay receive` before, under the bank's reference. CSV columns:
    booked_on, amount_eur, reference; if need be end_to_end_id, counterparty, remittance, return_reason,
    account.
    """
    found = _read(file)
    accounts = [_iban(text) or "" for text in account or []]
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.writing() as work:
            done = import_statement(
                work,
                record.id,
                found.entries,
                accept=accept,
                kind=kind,
                accounts=accounts,
                statuses=found.statuses,
            )
            if done.findings:
                refuse_findings(done.findings)
            if accept:
                work.commit()
        _show(done, found.unbooked, accepted=accept)
        if accept:
            _show_next(done, record.name)
            with open_ledger(workspace) as opened:
                deliver(workspace, opened, record.id)


def reserve_leaves(community: str, distribution: int, indexes: list[int] | None, state: Path | None) -> None:
    """Reserve released leaves of a distribution again, all or those named."""
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        distribution_id = workspace.distribution(record, distribution).id
        with workspace.writing() as work:
            leaves = reserve_again(work, distribution_id, indexes or None)
            work.commit()
        with open_ledger(workspace) as opened:
            deliver(workspace, opened, record.id)
        with workspace.reading() as work:
            payouts = work.payouts.of_distribution(distribution_id)
        done = [index for index in leaves if payouts[index].state is PayoutState.RESERVED]
        typer.echo(f"{len(done)} payouts reserved again")
        if len(done) < len(leaves):
            typer.echo(f"{len(leaves) - len(done)} were moved, redirected or swept meanwhile", err=True)


def _write(out: Path, order: BankOrder, how: str) -> None:
    write_atomically(out, order.file)
    typer.echo(
        f"{out}: order {order.number}, {order.payments} payments, {euro_text(order.sum_micro_eur)} EUR on "
        f"{order.execution_date}, SHA-256 {order.file_sha256.hex()} ({how})"
    )


def _earlier(workspace: Workspace, distribution_id: UUID, number: int) -> BankOrder:
    with workspace.reading() as work:
        orders = {row.number: row for row in work.bank_orders.of_distribution(distribution_id)}
    if number not in orders:
        stop(
            f"there is no order {number} of this distribution; there is {sorted(orders) or 'none'}",
            EXIT_BAD_INPUT,
        )
    return orders[number]


def _iban(text: str | None) -> str | None:
    return None if text is None else text.replace(" ", "").upper()


def _holders(path: Path) -> Mapping[str, str]:
    """Account holders by member code."""
    if not path.is_file():
        stop(f"{path} is no file", EXIT_BAD_INPUT)
    rows, findings = read_table(path, ("member", "name"), others=False)
    members = Counter(row.cells[0] for row in rows)
    for row in rows:
        if members[row.cells[0]] > 1:
            findings.append(Finding(path.name, row.line, "the member stands twice"))
    if findings:
        refuse_findings(sorted(findings))
    return {member: name for member, name in (row.cells for row in rows) if name}


def _read(file: Path) -> Statement:
    if not file.is_file():
        stop(f"{file} is no file", EXIT_BAD_INPUT)
    found = read_statement(file.name, file.read_bytes())
    if found.findings:
        refuse_findings(sorted(found.findings))
    return found


def _show(done: Imported, unbooked: int, *, accepted: bool) -> None:
    for proposal in done.proposals:
        if proposal.outcome is not Outcome.OTHER:
            typer.echo(_line(proposal))
    counts = Counter(proposal.outcome for proposal in done.proposals)
    told = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome]) or "no entry"
    waiting = f", {unbooked} not booked yet" if unbooked else ""
    fresh = any(proposal.payments or proposal.kind for proposal in done.proposals)
    next_step = "booked" if accepted else "nothing written; --accept books it" if fresh else "nothing to book"
    typer.echo(f"{told}{waiting}: {next_step}")


def _show_next(done: Imported, community: str) -> None:
    """How each new receipt is divided."""
    for proposal in done.proposals:
        if proposal.outcome is Outcome.RECEIPT:
            entry = proposal.entry
            terms = (
                f"--gross {euro_text(entry.amount_micro_eur)} --on {entry.booked_on} --kind {proposal.kind}"
            )
            typer.echo(f'next: condivisa pay receive "{community}" {terms} --reference "{entry.reference}"')


def _line(proposal: Proposal) -> str:
    entry = proposal.entry
    amount = f"{'' if entry.credit else '-'}{euro_text(entry.amount_micro_eur)}"
    place = f"{entry.file}:{entry.line}"
    return f"{place}: {entry.booked_on} {amount} EUR {proposal.outcome.upper()}: {proposal.sentence}"

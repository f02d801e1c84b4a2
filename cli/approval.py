"""`condivisa pay draft|check|approve|withdraw`: a distribution step by step, before it binds."""

import getpass
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import typer

from cli.failures import EXIT_BAD_INPUT, explained, stop
from cli.publish import deliver
from cli.receipt_options import Costs, Fee, Gross, Kind, On, Reference, receipt_terms
from cli.workspace import CommunityArgument, StateOption, Workspace, open_ledger, open_workspace
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases.pay import pays_wallets
from settlement.domain.accounting.checks import CheckFinding, Proposal, check
from settlement.domain.accounting.lifecycle import BEFORE_APPROVAL, Draft
from settlement.domain.accounting.posting import Posting
from settlement.domain.lineage import successors, undistributed
from settlement.domain.payees import Payee
from settlement.domain.records import ReceiptKind
from settlement.domain.rounding import micro_eur_text
from settlement.usecases.approve_distribution import approve_distribution
from settlement.usecases.check_distribution import check_distribution, proposal_of
from settlement.usecases.draft_distribution import draft_distribution, withdraw_distribution
from settlement.usecases.record_receipt import ReceiptTerms, record_receipt

By = Annotated[
    str | None, typer.Option(metavar="NAME", help="Who does it; default: the user of this machine.")
]
Acknowledge = Annotated[
    list[str] | None,
    typer.Option(metavar="FINDING", help="A finding of the check that was seen; once for each."),
]
DraftOption = Annotated[
    str | None, typer.Option("--draft", metavar="ID", help="Which draft; default: the only open one.")
]


def draft(
    community: CommunityArgument,
    gross: Gross,
    reference: Reference,
    on: On,
    kind: Kind = ReceiptKind.ADVANCE,
    fee: Fee = "0",
    costs: Costs = "0",
    by: By = None,
    state: StateOption = None,
) -> None:
    """Record a receipt and draft its distribution over the settled periods not yet distributed.

    Nothing is promised and nobody is told: `check` shows what it would be, `approve` makes it binding.
    """
    terms = receipt_terms(gross, reference, on, kind, fee, costs)
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.writing() as work:
            made = drafted(work, record.id, terms, person(by), wallets=_wallets(workspace, work, record.id))
            work.commit()
        typer.echo(f'draft {made.id}; next: condivisa pay check "{record.name}"')


def check_draft(
    community: CommunityArgument,
    draft: DraftOption = None,
    by: By = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show it, keep no record of it.")] = False,
    state: StateOption = None,
) -> None:
    """Show the entries and payouts that approval would make, and what the checks find."""
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.writing() as work:
            chosen = _chosen(work, record.id, draft)
            _, proposal = proposal_of(work, chosen.id)
            show_proposal(proposal)
            show_findings(check(proposal) if dry_run else check_distribution(work, chosen.id, person(by)))
            if not dry_run:
                work.commit()


def approve(
    community: CommunityArgument,
    draft: DraftOption = None,
    acknowledge: Acknowledge = None,
    by: By = None,
    state: StateOption = None,
) -> None:
    """Approve a checked draft: post its entries, settle and pay it on the ledger."""
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.writing() as work:
            chosen = _chosen(work, record.id, draft)
            found = approve_distribution(work, chosen.id, person(by), acknowledge or ())
            work.commit()
        with open_ledger(workspace) as opened:
            deliver(workspace, opened, record.id)
        typer.echo(f"distribution {found.number}: {micro_eur_text(found.amount_micro_eur)} EUR approved")


def withdraw(
    community: CommunityArgument, draft: DraftOption = None, by: By = None, state: StateOption = None
) -> None:
    """Give a draft up: its receipt can be drafted again."""
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.writing() as work:
            chosen = _chosen(work, record.id, draft)
            withdraw_distribution(work, chosen.id, person(by))
            work.commit()
        typer.echo(f"draft {chosen.id} is withdrawn")


def drafted(
    work: OracleUnitOfWork, community_id: UUID, terms: ReceiptTerms, by: str, *, wallets: bool
) -> Draft:
    """Record the receipt and draft its distribution."""
    receipt = record_receipt(work, community_id, terms)
    return draft_distribution(
        work, community_id, [receipt.id], settlements_for(work, community_id), by, wallets=wallets
    )


def settlements_for(work: OracleUnitOfWork, community_id: UUID) -> Sequence[UUID]:
    """The settlements of periods that no distribution has named yet.

    Where there are none, a receipt is a further payment for the periods of the latest distribution, divided
    by what is known of them now.
    """
    past = work.distributions.of_community(community_id)
    named = {settlement for distribution in past for settlement in distribution.settlements}
    latest = set(max(past, key=lambda row: row.number).settlements) if past else set()
    known = work.settlements.of_community(community_id)
    return [row.id for row in undistributed(known, named) or successors(known, latest)]


def show_proposal(proposal: Proposal) -> None:
    """The entries that approval would post, and the payouts that it would promise."""
    for entry in proposal.entries:
        typer.echo(f"{entry.kind}{f' {entry.cause} of {entry.corrects}' if entry.corrects else ''}")
        for posting in entry.postings:
            typer.echo(f"    {_words(posting)}")
    for number, leaf in enumerate(proposal.plan.leaves):
        payee = proposal.payees.get(leaf.member, Payee(leaf.member))
        who = f"{leaf.member} by {payee.channel}" if leaf.member else "the social fund"
        typer.echo(f"payout {number}: {micro_eur_text(leaf.leaf_micro_eur)} EUR to {who}")
    typer.echo(
        f"pool {micro_eur_text(proposal.plan.pool_micro_eur)} EUR, "
        f"carry {micro_eur_text(proposal.plan.carry_micro_eur)} EUR"
    )


def show_findings(findings: Sequence[CheckFinding]) -> None:
    """Each finding, and how to acknowledge them."""
    for finding in findings:
        typer.echo(f"finding {finding}")
    names = sorted({finding.name for finding in findings})
    options = " ".join(f"--acknowledge {name}" for name in names)
    typer.echo(f"to approve: {options}" if names else "the checks found nothing")


def person(named: str | None) -> str:
    """Who a step is recorded for."""
    return named or getpass.getuser()


def _words(posting: Posting) -> str:
    side = "debit " if posting.amount_micro_eur > 0 else "credit"
    return f"{side} {micro_eur_text(abs(posting.amount_micro_eur)):>18} EUR  {posting.account}"


def _wallets(workspace: Workspace, work: OracleUnitOfWork, community_id: UUID) -> bool:
    return pays_wallets(work, community_id, before_deployment=workspace.chain.rpc is None)


def _chosen(work: OracleUnitOfWork, community_id: UUID, named: str | None) -> Draft:
    """The named draft, or the only one that is open; stops the command otherwise."""
    states = work.lifecycles.states(community_id)
    drafts = work.lifecycles.drafts(community_id)
    if named is not None:
        found = [row for row in drafts if str(row.id) == named]
    else:
        found = [row for row in drafts if states[row.id] in BEFORE_APPROVAL]
    if len(found) != 1:
        ids = ", ".join(str(row.id) for row in found) or "none; `condivisa pay draft` makes one"
        stop(f"name one draft with --draft; open: {ids}", EXIT_BAD_INPUT)
    return found[0]

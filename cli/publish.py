"""`condivisa publish`: a period is settled and its days go to the ledger."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

import typer

from cli.failures import EXIT_BAD_INPUT, explained, stop
from cli.workspace import CommunityArgument, StateOption, Workspace, now, open_ledger, open_workspace
from community.domain.records import CommunityRecord
from oracle.ports import Progress
from oracle.usecases.context import TokenChoice, VaultPolicy
from oracle.usecases.publish import Published
from oracle.usecases.publish import publish as work_outbox
from oracle.usecases.reconcile import Reconciled
from oracle.wiring import OpenChain, publishing, reconcile_community, write_trust
from settlement.bootstrap import case_manifest
from settlement.casefile import write_atomically, write_case
from settlement.domain.calendar import day_start, month_first_day, month_number
from settlement.domain.records import StoredSettlement
from settlement.engines import settle_case
from settlement.usecases.close_period import close_period
from settlement.usecases.load_case import load_case

REASON_MAX_CHARACTERS = 200
ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)


def publish(
    community: CommunityArgument,
    first: Annotated[
        datetime, typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="First day.")
    ],
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Last day; default: end of month."
        ),
    ] = None,
    euro: Annotated[
        str | None,
        typer.Option(
            metavar="UNIT",
            help="What a new vault counts in: bookkeeping, test-euro, or the 0x address of an ERC-20 of six "
            "decimals. Default: test-euro on the local node, bookkeeping elsewhere.",
        ),
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Why a settled period is settled anew; kept here, not on the ledger. Default: what was "
            "received since.",
        ),
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Sign a reverted transaction anew, once.")] = False,
    state: StateOption = None,
) -> None:
    """Settle a period of stored readings and post its days to the ledger with the reporters' signatures.

    Reporters that keep their own keys sign by `condivisa attest`: without enough of them it stops.

    Running it again continues where it stopped; nothing is posted twice. If better readings or prices were
    imported since, the period is settled anew, and on the ledger the days that changed are corrected; what
    was distributed stays. Hour totals that would show single persons are hidden: the ledger gets a salted
    hash of them, and `condivisa chain open` can show them later.
    """
    start, end = period(first.date(), last.date() if last else None)
    if reason is not None and not 0 < len(reason) <= REASON_MAX_CHARACTERS:
        stop(f"a reason has 1 to {REASON_MAX_CHARACTERS} characters", EXIT_BAD_INPUT)
    policy = None if euro is None else vault_policy(euro)
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        settlement = close(workspace, record.id, start, end, reason=reason)
        typer.echo(f"settled: {settlement.shared_wh} Wh shared, evidence {settlement.evidence.hex()}")
        if settlement.reason is not None:
            typer.echo(f"settled anew: {settlement.reason}")
        if reason not in (None, settlement.reason):
            typer.echo("nothing was received since this settlement: the reason that was given is not kept")
        for refusal in settlement.refusals:
            typer.echo(f"hour totals stay hidden: {refusal}")
        with open_ledger(workspace) as opened:
            published = deliver(workspace, opened, record.id, policy=policy, retry=retry)
            write_trust(workspace.chain, workspace.database.engine, opened, record.id)
        typer.echo(
            f"published: {published.done} messages done, {published.sent_again} transactions sent again"
        )
        if (corrected := _corrected_days(workspace, record, settlement)) and published.done:
            typer.echo(f"corrected on the ledger: {corrected} days")


def _corrected_days(workspace: Workspace, community: CommunityRecord, settlement: StoredSettlement) -> int:
    """Days of configurations whose reports this settlement's replaced, accepted by the ledger."""
    with workspace.reading() as work:
        known = [row for one in community.configurations for row in work.reports.known(one.id)]
    return sum(row.corrects and row.accepted and row.settlement_id == settlement.id for row in known)


def vault_policy(euro: str) -> VaultPolicy:
    """Terms of a new vault that counts in the named unit; stops the command when there is no such unit."""
    if ADDRESS.fullmatch(euro):
        return VaultPolicy(TokenChoice.ERC20, bytes.fromhex(euro[2:]))
    if euro not in (TokenChoice.BOOKKEEPING, TokenChoice.TEST_EURO):
        stop(f'"{euro}" is no unit: bookkeeping, test-euro, or 0x and 40 hexadecimal digits', EXIT_BAD_INPUT)
    return VaultPolicy(TokenChoice(euro))


def period(first: date, last: date | None) -> tuple[datetime, datetime]:
    """Instants [start, end) of whole days; without a last day, to the end of the first day's month."""
    after = month_first_day(month_number(first) + 1) if last is None else last + timedelta(days=1)
    if after <= first:
        stop(f"{last} comes before {first}", EXIT_BAD_INPUT)
    return day_start(first), day_start(after)


def close(
    workspace: Workspace,
    community_id: UUID,
    start: datetime,
    end: datetime,
    revenue_micro_eur: int | None = None,
    reason: str | None = None,
) -> StoredSettlement:
    """Settle a period, anew if something was received since, or find its settlement; one transaction."""
    with workspace.writing() as work:
        settlement = close_period(
            work, case_manifest, community_id, start, end, now(), revenue_micro_eur, reason, settle_case
        )
        work.commit()
    return settlement


def write_evidence(workspace: Workspace, settlement: StoredSettlement, revenue_micro_eur: int | None) -> None:
    """Write what an auditor recomputes: canonical case, settlement.json, and the manifest of both.

    What supersedes another settlement has a folder of its own beside it.
    """
    with workspace.reading() as work:
        community_id, as_of = settlement.community_id, settlement.as_of
        case = load_case(work, community_id, settlement.start, settlement.end, as_of, revenue_micro_eur)
    name = "evidence" if settlement.supersedes is None else f"evidence-{settlement.id}"
    folder = workspace.folder_of(case.community.name) / name
    folder.mkdir(parents=True, exist_ok=True)
    write_case(case, folder)
    write_atomically(folder / "settlement.json", settlement.document)
    write_atomically(folder / "manifest.sha256", settlement.manifest)


def _warn(found: Reconciled) -> None:
    """Differences that came to light right after a distribution was settled; each is an alert as well."""
    for one in found.divergences:
        typer.echo(f"condivisa: alert: {one.kind}: {one.sentence}", err=True)


def _node_notes(stage: str, _done: int, _total: int, sentence: str) -> None:
    """A node that is waited for or passed over is worth a line; the rest is quiet."""
    if stage == "node":
        typer.echo(f"condivisa: {sentence}", err=True)


def deliver(
    workspace: Workspace,
    opened: OpenChain,
    community_id: UUID,
    *,
    policy: VaultPolicy | None = None,
    progress: Progress = _node_notes,
    retry: bool = False,
) -> Published:
    """Work the community's open messages; raises the error at which its queue stands still."""
    engine = workspace.database.engine
    context = publishing(
        engine,
        opened,
        policy=policy,
        progress=progress,
        retry_reverted=retry,
        after_settling=lambda settled: _warn(reconcile_community(engine, opened, settled, now())),
    )
    published = work_outbox(context, community_id)
    for error in published.stopped.values():
        raise error
    return published

"""`condivisa demo`: the main job from meter file to a verified payout, resumable at every point."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from cli.display import Display, euro_text, kwh
from cli.failures import EXIT_BAD_INPUT, EXIT_REFUSED, explained, stop
from cli.intake import Intake, counted, quality_lines, read_folder, take_in
from cli.pay import awaiting_bank, divide, note_confirmations
from cli.publish import close, deliver, write_evidence
from cli.serve import serve_api
from cli.summary import Ended, Proofs, show_summary
from cli.workspace import StateOption, Workspace, now, open_ledger, open_workspace
from oracle.chain.receipt import parse_list, parse_payout
from oracle.chain.rpc import Rpc
from oracle.chain.trust import load_trust
from oracle.chain.verify import Result, Verdict, verify_list, verify_payout
from oracle.errors import SaltsForgotten
from oracle.sources.example import write_example
from oracle.usecases.publish import Published
from oracle.usecases.readings_list import readings_list
from oracle.usecases.receipts import payout_receipts, reading_receipt
from oracle.wiring import OpenChain, write_trust
from settlement.casefile import write_atomically
from settlement.domain.calendar import is_whole_months, rome_date
from settlement.domain.canonical import canonical_json
from settlement.domain.case import Case
from settlement.domain.lineage import lineage
from settlement.domain.payees import Payee
from settlement.domain.payout_states import PayoutState
from settlement.domain.records import Distribution, Payout, ReceiptKind, StoredSettlement
from settlement.domain.rounding import micro_eur_text
from settlement.usecases.record_receipt import ReceiptTerms

BANK_DELAY = timedelta(days=60)
PAID = frozenset({PayoutState.PAID, PayoutState.CONFIRMED})


@dataclass(slots=True)
class Run:
    """One run of the demonstration: what it works on, and what it has found so far."""

    display: Display
    workspace: Workspace
    folder: Path
    case: Case
    payees: dict[str, Payee]
    intake: Intake = field(init=False)
    settlement: StoredSettlement = field(init=False)
    distribution: Distribution = field(init=False)
    payouts: list[Payout] = field(init=False, default_factory=list)

    @property
    def community_id(self) -> UUID:
        """The registered community."""
        return self.intake.registered.community_id

    @property
    def out(self) -> Path:
        """Where this community's receipts and evidence are written."""
        return self.workspace.folder_of(self.case.community.name)


def demo(
    case: Annotated[
        Path | None,
        typer.Option(
            "--case", metavar="DIR", help="A case folder of whole months; default: the built-in community."
        ),
    ] = None,
    serve: Annotated[bool, typer.Option("--serve/--no-serve", help="Keep the API in the foreground.")] = True,
    state: StateOption = None,
) -> None:
    """Settle a community, post it to a local ledger, pay it out and verify one payout through the chain.

    Everything lies in one directory. Run it again, or after it was killed: it continues and says what was
    already done; nothing is posted or paid twice. The five reporter keys lie in one file: this proves the
    mechanism only.
    """
    display = Display()
    display.title("Condivisa: from meter file to a verified payout")
    with explained(), open_workspace(state) as workspace:
        run = _opened(display, workspace, case)
        _import(run)
        _settle(run)
        with open_ledger(workspace) as opened:
            for note in opened.notes:
                display.line(f"  {note}")
            _post(run, opened)
            if run.settlement.revenue_micro_eur == 0:
                stop("nothing was shared in this period, so there is nothing to pay out", 0)
            _distribute(run, opened)
            _confirm(run, opened)
            proofs = _verify(run, opened)
            ended = Ended(workspace, opened, run.settlement, run.distribution, run.payouts, proofs, serve)
            show_summary(display, ended, run.out)
            if serve:
                serve_api(workspace, opened, display.line)


def _opened(display: Display, workspace: Workspace, folder: Path | None) -> Run:
    with display.stage("case") as stage:
        if folder is None:
            folder = workspace.settings.state / "example"
            if not (folder / "community.toml").is_file():
                write_example(folder)
        case, payees = read_folder(folder)
        community = case.community
        if not is_whole_months(community.start, community.end):
            sentence = "from and to are not whole Europe/Rome months, as the ledger settles them"
            stop(f"{folder}/community.toml: {sentence}", EXIT_BAD_INPUT)
        first, last = rome_date(community.start), rome_date(community.end) - timedelta(days=1)
        stage.outcome = (
            f"{community.name}, {first} to {last}: {len(community.members)} members, "
            f"{len({row.code for row in community.pods})} PODs, {len(community.plants)} plants"
        )
    return Run(display, workspace, folder, case, payees)


def _import(run: Run) -> None:
    with run.display.stage("import") as stage:
        run.intake = take_in(run.workspace, run.case, run.payees, run.folder.name, now())
        word = "registered" if run.intake.registered.created else "already registered"
        stage.outcome = f"{word}; POD-days: {counted(run.intake.imported.readings)}"
        for line in quality_lines(run.case.community.name, run.intake.admitted):
            stage.note(line)


def _settle(run: Run) -> None:
    community = run.case.community
    with run.display.stage("settle") as stage:
        revenue = community.revenue_micro_eur
        run.settlement = close(run.workspace, run.community_id, community.start, community.end, revenue)
        write_evidence(run.workspace, run.settlement, revenue)
        settled = run.settlement
        stage.outcome = (
            f"{kwh(settled.shared_wh)} kWh shared of {kwh(settled.injected_wh)} injected and "
            f"{kwh(settled.withdrawn_wh)} withdrawn; {euro_text(settled.revenue_micro_eur)} EUR"
        )
    for refusal in settled.refusals:
        run.display.line(f"  hour totals stay hidden: {refusal}; consents are a column of payees.csv")


def _post(run: Run, opened: OpenChain) -> None:
    with run.display.stage("post") as stage:
        published = deliver(run.workspace, opened, run.community_id, progress=stage.report)
        write_trust(run.workspace.chain, run.workspace.database.engine, opened, run.community_id)
        days = (run.case.community.end - run.case.community.start + timedelta(hours=2)).days
        stage.outcome = _outcome(published, f"{days} days on the ledger, signed by 3 of 5 reporters")


def _distribute(run: Run, opened: OpenChain) -> None:
    with run.display.stage("distribute") as stage:
        run.distribution = divide(run.workspace, run.community_id, _bank_receipt(run), "the demonstration")
        published = deliver(run.workspace, opened, run.community_id, progress=stage.report)
        row = run.distribution
        parts = (row.producers_micro_eur, row.social_micro_eur, row.grid_micro_eur)
        split = " / ".join(micro_eur_text(part) for part in parts)
        sentence = f"{euro_text(row.amount_micro_eur)} EUR received, split {split}"
        stage.outcome = _outcome(published, sentence)


def _bank_receipt(run: Run) -> ReceiptTerms:
    """The demonstration's bank receipt: what the first settlement computed arrives, two months later.

    A settlement that supersedes it brings no second receipt: what was paid stays.
    """
    with run.workspace.reading() as work:
        known = work.settlements.of_community(run.community_id)
    first = next(row for row in known if row.id == lineage(run.settlement, known)[-1])
    on: date = rome_date(run.case.community.end + BANK_DELAY)
    return ReceiptTerms(ReceiptKind.ADVANCE, on, first.revenue_micro_eur, f"DEMO-GSE-{first.id}")


def _confirm(run: Run, opened: OpenChain) -> None:
    with run.display.stage("bank") as stage:
        waiting = awaiting_bank(_payouts(run))
        references = {
            row.leaf_index: f"DEMO-SEPA-{run.distribution.number}-{row.leaf_index}" for row in waiting
        }
        note_confirmations(run.workspace, run.distribution.id, references)
        published = deliver(run.workspace, opened, run.community_id, progress=stage.report)
        run.payouts = _payouts(run)
        paid = sum(row.amount_micro_eur for row in run.payouts if row.state in PAID)
        still = sum(row.state not in PAID for row in run.payouts)
        tail = f"; {still} leaves still open" if still else ""
        stage.outcome = _outcome(
            published, f"{len(run.payouts) - still} payouts, {euro_text(paid)} EUR, paid and confirmed{tail}"
        )


def _payouts(run: Run) -> list[Payout]:
    with run.workspace.reading() as work:
        return work.payouts.of_distribution(run.distribution.id)


def _verify(run: Run, opened: OpenChain) -> Proofs:
    """Write every receipt and a day's list; check one member's payout and the list through the chain."""
    with run.display.stage("verify") as stage:
        files, listed = _write_receipts(run), _write_list(run)
        chosen = next(
            (path for path, row in files if row.state is PayoutState.PAID and row.member), files[0][0]
        )
        receipt = parse_payout(chosen.read_text(encoding="utf-8"))
        trust, node = load_trust(run.workspace.chain.trust_file), Rpc(opened.url, 10.0)
        result = verify_payout(receipt, trust, node)
        _require_match(result, chosen)
        added_up = verify_list(parse_list(listed.read_text(encoding="utf-8")), trust, node)
        _require_match(added_up, listed)
        stage.outcome = (
            f"{chosen.name} MATCHES the chain: {result.status}; {listed.name} adds up: {added_up.status}"
        )
    return Proofs(chosen, listed)


def _require_match(result: Result, receipt: Path) -> None:
    if result.verdict is not Verdict.MATCHES:
        stop(f"{receipt}: {result.verdict.name}: {result.reason}", EXIT_REFUSED)


def _write_receipts(run: Run) -> list[tuple[Path, Payout]]:
    folder = run.out / "receipts"
    folder.mkdir(parents=True, exist_ok=True)
    with run.workspace.reading() as work:
        receipts = payout_receipts(work, run.distribution.id)
        pod, day = run.case.community.pods[0].code, rome_date(run.case.community.start)
        # Once its key was erased there is no such receipt, and everything else is as it was.
        with suppress(SaltsForgotten):
            reading = reading_receipt(work, run.community_id, pod, day)
            write_atomically(folder / f"reading-{pod}-{day}.json", canonical_json(dict(reading)))
    files = []
    for payout, receipt in zip(_payouts(run), receipts, strict=True):
        path = folder / f"payout-{run.distribution.number}-{payout.member or 'social-fund'}.json"
        write_atomically(path, canonical_json(dict(receipt)))
        files.append((path, payout))
    return files


def _write_list(run: Run) -> Path:
    """The published list of the first day, as anyone may have it."""
    pod, day = run.case.community.pods[0], rome_date(run.case.community.start)
    with run.workspace.reading() as work:
        community = work.communities.get(run.community_id)
        assert community is not None
        configuration = next(row.id for row in community.configurations if row.code == pod.configuration)
        listed = readings_list(work, run.community_id, configuration, day)
    path = run.out / "receipts" / f"list-{day}.json"
    write_atomically(path, canonical_json(dict(listed)))
    return path


def _outcome(published: Published, sentence: str) -> str:
    again = (
        f" ({published.sent_again} transactions sent again: the node had forgotten them)"
        if published.sent_again
        else ""
    )
    return f"{sentence}{again}" if published.done else f"{sentence}; already done{again}"

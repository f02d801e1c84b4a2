"""`condivisa attest`: reporters sign what they computed from their own copy, and keep their own keys."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import EXIT_BAD_INPUT, EXIT_REFUSED, explained, refuse_findings, stop
from cli.workspace import (
    CommunityArgument,
    StateOption,
    open_ledger,
    open_workspace,
    passphrase_of,
    slug,
)
from oracle.chain import attesting_settlement
from oracle.chain.attestation_files import parse_attestation, parse_request, parse_settlement_request
from oracle.chain.attesting import Answer, attest, require_believed, require_on_chain
from oracle.chain.client import EvmChain
from oracle.chain.inspection import Inspection
from oracle.chain.json_fields import ReceiptUnreadable
from oracle.chain.keys import Keys
from oracle.chain.keystore import Account, open_keystore
from oracle.chain.rpc import Rpc
from oracle.chain.trust import Trust, TrustUnusable, load_trust, trust_file
from oracle.usecases.ask_reporters import ask_reporters
from oracle.usecases.ask_reporters import collect as take
from oracle.usecases.attestation_request import (
    SETTLEMENT_KIND,
    Request,
    SettlementRequest,
    attestation_document,
    request_document,
    settlement_request_document,
)
from oracle.wiring import publishing, write_trust
from settlement.bootstrap import Settings
from settlement.casefile import read_case, write_atomically
from settlement.domain.calendar import day_of_number, day_start
from settlement.domain.canonical import canonical_json
from settlement.domain.case import Case
from settlement.usecases.load_case import load_series

PRIVATE = 0o600
TAIL = 6

app = typer.Typer(
    name="attest",
    help="Independent reporters: ask them, sign at a reporter on its own copy, take the signatures.",
    no_args_is_help=True,
    add_completion=False,
)
SIGN_EPILOG = (
    "Exit status: 0 all is signed; 1 the own copy, the chain or the trust file says something else, and what "
    "differs is not signed; 2 a file cannot be read; 3 the node cannot be reached."
)


@app.command("ask")
def ask(
    community: CommunityArgument,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the requests are written, mode 0600.")],
    state: StateOption = None,
) -> None:
    """At the operator: write a request for each open message whose days lack reporters' signatures.

    A request is secret: it says whose the entries are. Hand it over encrypted, delete it once it is signed.
    """
    with explained(), open_workspace(state) as workspace:
        known = workspace.community(community)
        with open_ledger(workspace) as opened:
            context = publishing(workspace.database.engine, opened)
            asked = ask_reporters(context, workspace.reading, known.id)
            write_trust(workspace.chain, workspace.database.engine, opened, known.id)
        for request in asked.requests:
            path = out / f"{_name(request)}.request.json"
            _write(path, request_document(request), PRIVATE)
            days = sum(len(batch.days) for batch in request.batches)
            typer.echo(f"{days} days → {path}")
        for settling in asked.settlements:
            path = out / f"{_tailed('distribution', settling.message)}.request.json"
            _write(path, settlement_request_document(settling), PRIVATE)
            typer.echo(f"a distribution with its evidence → {path}")
        for message, sentence in asked.waiting.items():
            typer.echo(f"{message}: not asked for now: {sentence}")
    quorums = [one.quorum for one in asked.requests] + [one.quorum for one in asked.settlements]
    if quorums:
        quorum = quorums[0]
        typer.echo(
            f"{quorum.threshold} of {len(quorum.reporters)} reporters sign: each runs `condivisa attest "
            "sign` on its own copy. The requests are secret"
        )
    else:
        typer.echo("nothing to ask for")


@app.command("sign", epilog=SIGN_EPILOG)
def sign(
    request: Annotated[Path, typer.Argument(metavar="REQUEST", help="What the operator handed over.")],
    keystore: Annotated[
        Path, typer.Option(metavar="FILE", help="Your key: an encrypted keystore, or a remote signer's.")
    ],
    case: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Your own copy as a case folder.")
    ] = None,
    state: StateOption = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Default: beside REQUEST, with your address.")
    ] = None,
    trust: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Your own trust file: chain_id, rpc, ledger, vault. Default as for `condivisa verify`.",
        ),
    ] = None,
    rpc: Annotated[
        str | None, typer.Option("--rpc", metavar="URL", help="Another node than the trust file's.")
    ] = None,
    offline: Annotated[
        bool,
        typer.Option(
            "--offline",
            help="Ask no node: epoch and what is replaced are then the operator's word.",
        ),
    ] = False,
) -> None:
    """At a reporter: compute every report from your own readings, and sign those that are the same.

    A distribution is computed again from its evidence, by a program of its own, and its readings compared
    with yours. Your own copy is a case folder, or without --case your own database (--state). Of what
    differs nothing is signed: the first day is shown with its PODs, your readings and the hours.
    """
    with explained():
        wanted, believed = _read(request, trust)
        account = open_keystore(keystore, passphrase_of(Settings.from_environment(state=state)))
        inspection = None if offline else _inspection(believed, rpc, account)
        if inspection is None:
            typer.echo("no node was asked: epoch, what is replaced and counted are the operator's word")
        if isinstance(wanted, SettlementRequest):
            answer = _settlement(wanted, believed, account, inspection, case, state)
        else:
            answer = _days(wanted, believed, account, inspection, case, state)
    path = out or request.with_name(f"{request.name.removesuffix('.request.json')}.{account.address}.json")
    _finish(answer, path)


@app.command("collect")
def collect(
    community: CommunityArgument,
    files: Annotated[list[Path], typer.Argument(metavar="ATTESTATION…", help="What reporters handed back.")],
    state: StateOption = None,
) -> None:
    """At the operator: check the reporters' signatures and keep them; `condivisa publish` goes on with them.

    Exit 1: something was refused, with the reason; the others are kept.
    """
    attestations = []
    for path in files:
        try:
            attestations.append(parse_attestation(_text(path)))
        except ReceiptUnreadable as error:
            stop(f"{path}: {error}", EXIT_BAD_INPUT)
    refused = False
    with explained(), open_workspace(state) as workspace:
        known = workspace.community(community)
        with open_ledger(workspace) as opened:
            context = publishing(workspace.database.engine, opened)
            for path, attestation in zip(files, attestations, strict=True):
                found = take(context, known.id, attestation)
                for word, whats in (("kept", found.new), ("known already", found.known)):
                    for what in whats:
                        typer.echo(f"{word}: {what}, signed by 0x{attestation.signer.hex()}")
                for sentence in found.refused:
                    refused = True
                    typer.echo(f"condivisa: {path}: refused: {sentence}", err=True)
    if refused:
        raise typer.Exit(EXIT_REFUSED)


def _name(request: Request) -> str:
    """A file's name: what is asked for, of which days, and a mark of the message that it belongs to."""
    days = [day.day for batch in request.batches for day in batch.days]
    topic = request.message.split(":", 1)[0]
    return _tailed(slug(f"{topic}-{min(days)}-to-{max(days)}"), request.message)


def _tailed(name: str, message: str) -> str:
    """Two messages may be about the same days: of another configuration, or settled anew meanwhile."""
    return f"{name}-{hashlib.sha256(message.encode()).hexdigest()[:TAIL]}"


def _days(
    wanted: Request,
    believed: Trust,
    account: Account,
    inspection: Inspection | None,
    case: Path | None,
    state: Path | None,
) -> Answer:
    require_believed(wanted, believed, account)
    if inspection is not None:
        require_on_chain(wanted, believed, inspection)
    days = [day.day for batch in wanted.batches for day in batch.days]
    return attest(wanted, _own_copy(wanted.name, days, case, state), account)


def _settlement(
    wanted: SettlementRequest,
    believed: Trust,
    account: Account,
    inspection: Inspection | None,
    case: Path | None,
    state: Path | None,
) -> Answer:
    facts = attesting_settlement.require_believed(wanted, believed, account)
    if inspection is not None:
        attesting_settlement.require_on_chain(wanted, facts, believed, inspection)
    days = [day_of_number(day.day) for day in facts.days]
    count = attesting_settlement.require_own_readings(wanted, _own_copy(wanted.name, days, case, state))
    typer.echo(f"computed again: the readings of {count} days are those of the own copy")
    typer.echo("not checked: whom each leaf pays, which only the operator knows")
    return Answer(attesting_settlement.attest_settlement(wanted, facts, account), {})


def _read(path: Path, trust: Path | None) -> tuple[Request | SettlementRequest, Trust]:
    text = _text(path)
    # Each parser refuses the other's kind.
    settling = f'"kind": "{SETTLEMENT_KIND}"' in text
    try:
        wanted = parse_settlement_request(text) if settling else parse_request(text)
        return wanted, load_trust(trust_file(trust))
    except (ReceiptUnreadable, TrustUnusable) as error:
        stop(f"{path}: {error}" if isinstance(error, ReceiptUnreadable) else str(error), EXIT_BAD_INPUT)


def _inspection(trust: Trust, rpc: str | None, account: Account) -> Inspection:
    chain = EvmChain(Rpc(rpc or trust.rpc), Keys(account, ()), trust.chain_id)
    chain.require_chain()
    return Inspection(chain)


def _own_copy(name: str, days: Sequence[date], folder: Path | None, state: Path | None) -> Case:
    """The reporter's own case folder, or the readings of these days as its own database has them now."""
    if folder is not None:
        found, findings = read_case(folder)
        if found is None:
            refuse_findings(findings)
        return found
    if not days:
        stop("the request names no day", EXIT_BAD_INPUT)
    first, after = min(days), max(days) + timedelta(days=1)
    with open_workspace(state) as workspace:
        community = workspace.community(name)
        with workspace.reading() as work:
            terms, series = load_series(work, community.id, day_start(first), day_start(after))
    return Case(terms, series, ())


def _finish(answer: Answer, path: Path) -> None:
    if answer.attestation is not None:
        _write(path, attestation_document(answer.attestation), 0o666)
        for one in answer.attestation.signatures:
            typer.echo(f"signed: {one.what}")
        typer.echo(f"hand {path} to the operator, and delete the request: it is secret")
    for area, difference in answer.refused.items():
        _show_difference(area, str(difference.day), difference.sentences)
    if answer.refused:
        raise typer.Exit(EXIT_REFUSED)


def _show_difference(area: str, day: str, sentences: Sequence[str]) -> None:
    typer.echo(f"condivisa: {area}: not signed. The first day that differs is {day}:", err=True)
    for sentence in sentences:
        typer.echo(f"  {sentence}", err=True)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        stop(f"{path} cannot be read: {error}", EXIT_BAD_INPUT)


def _write(path: Path, document: dict[str, object], mode: int) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, canonical_json(document), mode)
    except OSError as error:
        stop(f"{path} cannot be written: {error.strerror}", EXIT_REFUSED)

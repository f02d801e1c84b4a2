"""What the operator asks independent reporters for, and what it takes from them.

A message's reports are fixed when they are asked for: what one set of signatures covers is a configuration's
days of one message. Reports that reporters would not sign are made anew once the period was settled anew,
unless enough signatures over them exist already: then anyone could post them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from oracle.attest.messages import (
    LEDGER_NAME,
    VAULT_NAME,
    Domain,
    Settlement,
    batch_digest,
    settlement_digest,
)
from oracle.attest.signature import signer_of
from oracle.errors import EvidenceLost, NotPosted, SaltsForgotten
from oracle.ports import Quorum
from oracle.records import SignedReport
from oracle.usecases.attest import HourTable, open_entry
from oracle.usecases.attestation_request import (
    AskedBatch,
    AskedDay,
    AskedEntry,
    Attestation,
    Attested,
    Request,
    SettlementRequest,
)
from oracle.usecases.context import Context
from oracle.usecases.correct_days import replaced_reports
from oracle.usecases.day_reports import Order, kept_reports, orders_of, sign_days
from oracle.usecases.evidence_pack import draft_pack
from oracle.usecases.places import Place, community_of
from oracle.usecases.settle import to_sign
from oracle.work import PackWork, Work
from settlement.domain.calendar import day_start, month_number
from settlement.domain.case import Case
from settlement.domain.records import OutboxRow
from settlement.usecases.load_case import load_series

DAY_TOPICS = ("post-days", "post-all", "correct-days")


@dataclass(slots=True)
class Asked:
    """The requests, and by message why nothing is asked for it now."""

    requests: list[Request] = field(default_factory=list)
    settlements: list[SettlementRequest] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Collected:
    """Signatures that are new, those that were known, and why others were refused."""

    new: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def ask_reporters(
    context: Context, reading: Callable[[], AbstractContextManager[PackWork]], community_id: UUID
) -> Asked:
    """A request for each open message about days that lacks signatures; its reports are stored.

    A distribution is asked for when its message is the next one: what it signs stands on the chain then.
    Raises NotFound, NotDeployed, AnotherPublisher, SaltsForgotten, LedgerDiverges, NodeUnreachable.
    """
    context.chain.require_chain()
    asked = Asked()
    with context.exclusive():
        for row in _open_messages(context, community_id):
            orders = orders_of(context, row)
            quorum = _quorum(context, orders[0])
            with context.unit() as work:
                try:
                    batches = [_batch(context, work, row, order, quorum) for order in orders]
                except NotPosted as error:
                    asked.waiting[row.key] = str(error)
                    continue
                name = community_of(work, community_id).name
                work.commit()
            wanted = tuple(batch for batch in batches if batch is not None)
            if not wanted:
                asked.waiting[row.key] = "enough reporters have signed, or nothing changed"
                continue
            place = orders[0].place
            asked.requests.append(
                Request(row.key, name, context.chain.chain_id, place.ledger, place.community, quorum, wanted)
            )
        message = _next_settlement(context, community_id)
        if message is not None:
            _ask_settlement(context, reading, message, asked)
    return asked


def _ask_settlement(
    context: Context,
    reading: Callable[[], AbstractContextManager[PackWork]],
    message: OutboxRow,
    asked: Asked,
) -> None:
    place, settlement, quorum = to_sign(context, message)
    with context.unit() as work:
        signed = len(work.attestations.of(_settlement_digest(context, place, settlement)))
    if signed >= quorum.threshold:
        asked.waiting[message.key] = "enough reporters have signed"
        return
    with reading() as packing:
        distribution = packing.distributions.get(UUID(message.payload["distribution_id"]))
        community = packing.communities.get(message.community_id)
        assert distribution is not None, "the message was prepared with it"
        assert community is not None, "the message was prepared with it"
        pack = draft_pack(packing, distribution)
    asked.settlements.append(
        SettlementRequest(
            message.key,
            community.name,
            context.chain.chain_id,
            place.ledger,
            place.vault,
            place.community,
            quorum,
            settlement.corrections,
            pack,
        )
    )


def _next_settlement(context: Context, community_id: UUID) -> OutboxRow | None:
    """The community's next message, where it settles a distribution and nothing was signed for it."""
    with context.unit() as work:
        message = work.outbox.next_open(community_id)
        if message is None or message.topic != "settle" or work.transactions.of_message(message.id):
            return None
        return message


def _settlement_digest(context: Context, place: Place, settlement: Settlement) -> bytes:
    return settlement_digest(Domain(VAULT_NAME, context.chain.chain_id, place.vault), settlement)


def collect(context: Context, community_id: UUID, attestation: Attestation) -> Collected:
    """Store the signatures that complete what is asked for; taking them again changes nothing.

    Raises NotFound, NotDeployed, NodeUnreachable.
    """
    found = Collected()
    wanted = dict(_wanted(context, community_id))
    with context.unit() as work:
        for one in attestation.signatures:
            refusal = _refusal(context, attestation, one, wanted)
            if refusal is not None:
                found.refused.append(f"{one.what}: {refusal}")
            elif work.attestations.add(one.digest, attestation.signer, one.signature):
                found.new.append(one.what)
            else:
                found.known.append(one.what)
        work.commit()
    return found


def _refusal(
    context: Context, attestation: Attestation, one: Attested, wanted: Mapping[bytes, Quorum]
) -> str | None:
    """Why a signature cannot be used; None when it can."""
    signer = f"0x{attestation.signer.hex()}"
    if attestation.chain_id != context.chain.chain_id:
        return f"it is for chain {attestation.chain_id}, this is chain {context.chain.chain_id}"
    try:
        found = signer_of(one.digest, one.signature)
    except ValueError as error:
        return str(error)
    if found != attestation.signer:
        return f"the signature is of 0x{found.hex()}, not of {signer}"
    quorum = wanted.get(one.digest)
    if quorum is None:
        epochs = {row.epoch for row in wanted.values()}
        if epochs and attestation.epoch not in epochs:
            return f"it is of epoch {attestation.epoch}, the reporters' epoch is {min(epochs)}: ask again"
        return "nothing that is open asks for it: it is on the ledger, or it is over other reports"
    if attestation.signer not in quorum.reporters:
        return f"{signer} is no reporter of the community"
    return None


def _wanted(context: Context, community_id: UUID) -> Iterator[tuple[bytes, Quorum]]:
    """Digests that open messages ask signatures for, each with who may sign."""
    for row in _open_messages(context, community_id):
        for order in orders_of(context, row):
            with context.unit() as work:
                reports = kept_reports(work, order)
            if reports:
                quorum = _quorum(context, order)
                yield _digest(context, order, reports, quorum), quorum
    message = _next_settlement(context, community_id)
    if message is not None:
        place, settlement, quorum = to_sign(context, message)
        yield _settlement_digest(context, place, settlement), quorum


def _open_messages(context: Context, community_id: UUID) -> list[OutboxRow]:
    """Messages about days for which no transaction was signed: what is signed is fixed."""
    with context.unit() as work:
        rows = work.outbox.open_rows(community_id)
        return [row for row in rows if row.topic in DAY_TOPICS and not work.transactions.of_message(row.id)]


def _batch(
    context: Context, work: Work, message: OutboxRow, order: Order, quorum: Quorum
) -> AskedBatch | None:
    """The order's days with what makes them computable again; None when nothing is to be signed."""
    kept = kept_reports(work, order)
    signed = len(work.attestations.of(_digest(context, order, kept, quorum))) if kept else 0
    if signed >= quorum.threshold:
        return None
    order = _newest(work, message, order, kept)
    if message.topic == "correct-days":
        replaced = replaced_reports(work, order)
        reports = sign_days(context, work, order, replaced) if replaced else []
    else:
        reports = sign_days(context, work, order)
    return _asked(work, order, reports) if reports else None


def _newest(work: Work, message: OutboxRow, order: Order, kept: Sequence[SignedReport]) -> Order:
    """The order by the newest settlement of its period; reports by an older one are withdrawn."""
    settlement = order.settlement
    newest = work.settlements.of_period(settlement.community_id, settlement.start, settlement.end)
    if newest is None or {report.settlement_id for report in kept} == {newest.id}:
        return order if newest is None else replace(order, settlement=newest)
    work.reports.withdraw(message.id, order.configuration.id)
    return replace(order, settlement=newest)


def _asked(work: Work, order: Order, reports: Sequence[SignedReport]) -> AskedBatch:
    table = _table(work, order, [report.day for report in reports])
    salts: dict[int, dict[str, bytes]] = {}
    days = [_asked_day(work, table, report, salts) for report in reports]
    return AskedBatch(order.area, order.name, tuple(days), salts)


def _asked_day(
    work: Work, table: HourTable, report: SignedReport, salts: dict[int, dict[str, bytes]]
) -> AskedDay:
    month = month_number(report.day)
    keys = work.pod_keys.of_month([pod for pod in report.pods if pod is not None], month)
    entries = []
    for pod, entry in zip(report.pods, report.entries, strict=True):
        if pod is None or pod not in keys:
            raise SaltsForgotten(
                f"the key of a POD of {report.day} was deleted: nobody can compute this report again, so "
                "nobody can be asked to sign it"
            )
        opening = open_entry(table.pod_day(pod, report.day), report.day, keys[pod], report.predecessor)
        if opening.entry != entry:
            raise EvidenceLost(f"readings of {pod} on {report.day} are not those behind the stored report")
        salts.setdefault(month, {})[pod] = opening.salt
        entries.append(AskedEntry(pod, entry, opening.blinding))
    hidden = work.hidden_days.of(report.report) if report.hidden else None
    if hidden is None:
        return AskedDay(report.day, report.message, tuple(entries), report.hour_totals)
    return AskedDay(report.day, report.message, tuple(entries), hidden.hour_totals, hidden.salt)


def _table(work: Work, order: Order, days: Sequence[date]) -> HourTable:
    """Readings of the days as the order's settlement knew them."""
    settlement = order.settlement
    start, end = day_start(min(days)), day_start(max(days) + timedelta(days=1))
    terms, series = load_series(work, settlement.community_id, start, end, settlement.as_of)
    return HourTable(Case(terms, series, ()), order.configuration.code)


def _digest(context: Context, order: Order, reports: Sequence[SignedReport], quorum: Quorum) -> bytes:
    domain = Domain(LEDGER_NAME, context.chain.chain_id, order.place.ledger)
    return batch_digest(domain, order.name, quorum.epoch, [report.message for report in reports])


def _quorum(context: Context, order: Order) -> Quorum:
    return context.ledger.quorum(order.place.ledger, order.place.community)

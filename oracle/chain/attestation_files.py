"""Requests and attestations as files: read with the same care as any file that a stranger wrote."""

from datetime import date, timedelta

from oracle.attest.day_list import Entry
from oracle.attest.keccak import HASH_BYTES
from oracle.attest.messages import DayReport
from oracle.attest.payout_tree import ADDRESS_BYTES
from oracle.attest.pedersen import POINT_BYTES, SCALAR_BYTES
from oracle.attest.signature import SIGNATURE_BYTES
from oracle.chain.json_fields import UINT32_MAX, UINT64_MAX, Fields, document, octets
from oracle.ports import Quorum
from oracle.usecases.attestation_request import (
    ATTESTATION_KIND,
    REQUEST_KIND,
    SETTLEMENT_KIND,
    AskedBatch,
    AskedDay,
    AskedEntry,
    Attestation,
    Attested,
    Request,
    SettlementRequest,
)
from settlement.domain.calendar import month_number

CHARACTERS_MAX = 1 << 30
"""A month of ten thousand PODs is about 120 MB; a reporter reads its own operator's files."""

BATCHES_MAX = 64
DAYS_MAX = 31
ENTRIES_MAX = 1 << 20
REPORTERS_MAX = 32
EPOCH = date(1970, 1, 1)


def parse_request(text: str) -> Request:
    """A request. Raises ReceiptUnreadable naming the first defect."""
    fields = Fields(document(text, REQUEST_KIND, CHARACTERS_MAX, CHARACTERS_MAX))
    community = fields.inner("community")
    return Request(
        message=fields.text("message"),
        name=community.text("name"),
        chain_id=fields.integer("chain_id", UINT64_MAX),
        ledger=fields.octets("ledger", ADDRESS_BYTES),
        community=community.octets("id", HASH_BYTES),
        quorum=_quorum(fields.inner("quorum")),
        batches=tuple(_batch(batch) for batch in fields.inners("batches", BATCHES_MAX)),
    )


def parse_settlement_request(text: str) -> SettlementRequest:
    """A distribution's request. Raises ReceiptUnreadable naming the first defect."""
    fields = Fields(document(text, SETTLEMENT_KIND, CHARACTERS_MAX, CHARACTERS_MAX))
    community, pack = fields.inner("community"), fields.inner("pack")
    return SettlementRequest(
        message=fields.text("message"),
        name=community.text("name"),
        chain_id=fields.integer("chain_id", UINT64_MAX),
        ledger=fields.octets("ledger", ADDRESS_BYTES),
        vault=fields.octets("vault", ADDRESS_BYTES),
        community=community.octets("id", HASH_BYTES),
        quorum=_quorum(fields.inner("quorum")),
        corrections=fields.integer("corrections", UINT32_MAX),
        pack={name: pack.text(name).encode() for name in pack.values},
    )


def _quorum(fields: Fields) -> Quorum:
    reporters = fields.items("reporters", REPORTERS_MAX)
    return Quorum(
        tuple(octets("quorum.reporters", one, ADDRESS_BYTES) for one in reporters),
        fields.integer("threshold", REPORTERS_MAX),
        fields.integer("epoch", UINT32_MAX),
    )


def parse_attestation(text: str) -> Attestation:
    """An attestation. Raises ReceiptUnreadable naming the first defect."""
    fields = Fields(document(text, ATTESTATION_KIND))
    return Attestation(
        chain_id=fields.integer("chain_id", UINT64_MAX),
        contract=fields.octets("contract", ADDRESS_BYTES),
        epoch=fields.integer("epoch", UINT32_MAX),
        signer=fields.octets("signer", ADDRESS_BYTES),
        signatures=tuple(
            Attested(
                one.text("what"), one.octets("digest", HASH_BYTES), one.octets("signature", SIGNATURE_BYTES)
            )
            for one in fields.inners("signatures", BATCHES_MAX)
        ),
    )


def _batch(fields: Fields) -> AskedBatch:
    salts = fields.inner("salts")
    return AskedBatch(
        area_code=fields.text("area_code"),
        configuration=fields.octets("configuration", HASH_BYTES),
        days=tuple(_day(day) for day in fields.inners("days", DAYS_MAX)),
        salts={_month(salts, name): _salts(salts.inner(name)) for name in salts.values},
    )


def _salts(fields: Fields) -> dict[str, bytes]:
    return {pod: fields.octets(pod, HASH_BYTES) for pod in fields.values}


def _month(fields: Fields, name: str) -> int:
    try:
        return month_number(date.fromisoformat(f"{name}-01"))
    except ValueError:
        fields.refuse(name, "must be a month, e.g. 2024-07")


def _day(fields: Fields) -> AskedDay:
    number, given = fields.day("day"), fields.inner("report")
    report = DayReport(
        day=number,
        predecessor=given.octets("predecessor", HASH_BYTES),
        root=given.octets("root", HASH_BYTES),
        roster=given.octets("roster", HASH_BYTES),
        pods=given.integer("pods", UINT32_MAX),
        blinding=given.octets("blinding", SCALAR_BYTES),
        hours=given.octets("hours", None),
    )
    entries = tuple(_entry(entry) for entry in fields.inners("entries", ENTRIES_MAX))
    day = EPOCH + timedelta(days=number)
    if "opening" not in fields.values:
        return AskedDay(day, report, entries, report.hours)
    opening = fields.inner("opening")
    return AskedDay(day, report, entries, opening.octets("hours", None), opening.octets("salt", HASH_BYTES))


def _entry(fields: Fields) -> AskedEntry:
    entry = Entry(fields.octets("id", HASH_BYTES), fields.octets("commitment", POINT_BYTES))
    return AskedEntry(fields.text("pod"), entry, fields.octets("blinding", SCALAR_BYTES))

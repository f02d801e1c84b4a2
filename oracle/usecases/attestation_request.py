"""What an independent reporter is asked to sign, and what it needs to compute the same from its own copy.

The operator hides each POD's readings behind a blinding and its name behind a salt. A reporter that is to
find the same bytes needs these two, and gets them for the asked days alone: the keys that they derive from,
which can be erased, never leave the service. What is in a request still says whose an entry is and lets
guesses of readings be tested: it is handed over on a safe way and deleted once it is signed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from oracle.attest.day_list import Entry
from oracle.attest.messages import DayReport
from oracle.ports import Quorum
from settlement.domain.calendar import month_first_day

SETTLEMENT_KIND = "condivisa/settlement-request/1"
REQUEST_KIND = "condivisa/attestation-request/1"
ATTESTATION_KIND = "condivisa/attestation/1"
NOTICE = (
    "Secret: whose entries these are, and what hides their readings. For the reporter alone, on a safe way "
    "(an encrypted file or channel); delete it when it is signed."
)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AskedEntry:
    """A POD's entry of a day as the operator made it, with the blinding (32 bytes) of its commitment."""

    pod: str
    entry: Entry
    blinding: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class AskedDay:
    """A day's report; `hours` are its totals also where the report hides them behind `salt` (32 bytes)."""

    day: date
    report: DayReport
    entries: tuple[AskedEntry, ...] = field(repr=False)
    hours: bytes = field(repr=False)
    salt: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AskedBatch:
    """Days of one configuration under one set of signatures.

    `salts` are those of the pseudonyms (32 bytes), by month number and POD.
    """

    area_code: str
    configuration: bytes
    days: tuple[AskedDay, ...]
    salts: Mapping[int, Mapping[str, bytes]] = field(repr=False)

    @property
    def reports(self) -> list[DayReport]:
        """What is signed."""
        return [day.report for day in self.days]


@dataclass(frozen=True, slots=True)
class Request:
    """What one message of the operator's asks for; `community` is its id (32 bytes) at the ledger."""

    message: str
    name: str
    chain_id: int
    ledger: bytes
    community: bytes
    quorum: Quorum
    batches: tuple[AskedBatch, ...]


@dataclass(frozen=True, slots=True)
class SettlementRequest:
    """A distribution that is ready for the vault, with what it was divided from.

    `pack` are the files of its evidence pack, which names no transaction yet. `corrections` is what the
    reporters sign of the ledger's count.
    """

    message: str
    name: str
    chain_id: int
    ledger: bytes
    vault: bytes
    community: bytes
    quorum: Quorum
    corrections: int
    pack: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attested:
    """One signature (65 bytes) over a digest (32 bytes); `what` says in words what it is over."""

    what: str
    digest: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Attestation:
    """What a reporter (its address has 20 bytes) hands back."""

    chain_id: int
    contract: bytes
    epoch: int
    signer: bytes
    signatures: tuple[Attested, ...]


def request_document(request: Request) -> Document:
    """The request as a file holds it."""
    return _asked(request) | {
        "kind": REQUEST_KIND,
        "batches": [_batch(batch) for batch in request.batches],
    }


def settlement_request_document(request: SettlementRequest) -> Document:
    """The request as a file holds it; every file of a pack is text."""
    return _asked(request) | {
        "kind": SETTLEMENT_KIND,
        "vault": _hex(request.vault),
        "corrections": request.corrections,
        "pack": {name: content.decode() for name, content in request.pack.items()},
    }


def _asked(request: Request | SettlementRequest) -> Document:
    quorum = request.quorum
    return {
        "notice": NOTICE,
        "message": request.message,
        "community": {"name": request.name, "id": _hex(request.community)},
        "chain_id": request.chain_id,
        "ledger": _hex(request.ledger),
        "quorum": {
            "epoch": quorum.epoch,
            "threshold": quorum.threshold,
            "reporters": [_hex(reporter) for reporter in quorum.reporters],
        },
    }


def attestation_document(attestation: Attestation) -> Document:
    """The attestation as a file holds it; nothing in it is secret."""
    return {
        "kind": ATTESTATION_KIND,
        "chain_id": attestation.chain_id,
        "contract": _hex(attestation.contract),
        "epoch": attestation.epoch,
        "signer": _hex(attestation.signer),
        "signatures": [
            {"what": one.what, "digest": _hex(one.digest), "signature": _hex(one.signature)}
            for one in attestation.signatures
        ],
    }


def _batch(batch: AskedBatch) -> Document:
    return {
        "area_code": batch.area_code,
        "configuration": _hex(batch.configuration),
        "salts": {
            f"{month_first_day(month):%Y-%m}": {pod: _hex(salt) for pod, salt in salts.items()}
            for month, salts in batch.salts.items()
        },
        "days": [_day(day) for day in batch.days],
    }


def _day(day: AskedDay) -> Document:
    report = day.report
    document: Document = {
        "day": day.day.isoformat(),
        "report": {
            "predecessor": _hex(report.predecessor),
            "root": _hex(report.root),
            "roster": _hex(report.roster),
            "pods": report.pods,
            "blinding": _hex(report.blinding),
            "hours": _hex(report.hours),
        },
        "entries": [
            {
                "pod": row.pod,
                "id": _hex(row.entry.id),
                "commitment": _hex(row.entry.commitment),
                "blinding": _hex(row.blinding),
            }
            for row in day.entries
        ],
    }
    if day.salt is not None:
        document["opening"] = {"salt": _hex(day.salt), "hours": _hex(day.hours)}
    return document


def _hex(octets: bytes) -> str:
    return "0x" + octets.hex()

"""Money arrived at the community's bank account: GSE pays in advance and in final balance, net of fees."""

import hashlib
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from settlement.domain.accounting.received import receipt_recorded
from settlement.domain.canonical import canonical_json
from settlement.domain.errors import NotFound, ReceiptNotPayable, ReceiptReferenceReused
from settlement.domain.identifiers import uuid7
from settlement.domain.records import Receipt, ReceiptKind
from settlement.domain.rounding import MICRO_EUR_PER_CENT, micro_eur_text
from settlement.ports import UnitOfWork
from settlement.usecases.publication import announce_receipt

_COMPARED = ("kind", "received_on", "gross_micro_eur", "fee_withheld_micro_eur", "costs_micro_eur")


@dataclass(frozen=True, slots=True)
class ReceiptTerms:
    """What the bank statement and the community's resolution say.

    net = gross - fee withheld by GSE - costs resolved by the community; all are whole cents in micro-euro.
    """

    kind: ReceiptKind
    received_on: date
    gross_micro_eur: int
    bank_reference: str
    fee_withheld_micro_eur: int = 0
    costs_micro_eur: int = 0

    @property
    def net_micro_eur(self) -> int:
        """What remains to be distributed."""
        return self.gross_micro_eur - self.fee_withheld_micro_eur - self.costs_micro_eur


def record_receipt(work: UnitOfWork, community_id: UUID, terms: ReceiptTerms) -> Receipt:
    """Store a receipt and order its credit on the ledger; the same receipt again returns the first.

    Its hash is SHA-256 of a canonical JSON document of the terms and the community's name. Raises NotFound,
    ReceiptNotPayable, and ReceiptReferenceReused naming what differs under the same bank reference.
    """
    _require_payable(terms)
    name = _community_name(work, community_id)
    work.lock(f"money:{community_id}")
    existing = work.receipts.by_reference(community_id, terms.bank_reference)
    if existing is not None:
        differing = [part for part in _COMPARED if getattr(existing, part) != getattr(terms, part)]
        if differing:
            raise ReceiptReferenceReused(terms.bank_reference, differing)
        return existing
    document = canonical_json(_document(name, terms))
    receipt = Receipt(
        id=uuid7(),
        community_id=community_id,
        kind=terms.kind,
        received_on=terms.received_on,
        gross_micro_eur=terms.gross_micro_eur,
        fee_withheld_micro_eur=terms.fee_withheld_micro_eur,
        costs_micro_eur=terms.costs_micro_eur,
        net_micro_eur=terms.net_micro_eur,
        bank_reference=terms.bank_reference,
        document=document,
        receipt_hash=hashlib.sha256(document).digest(),
    )
    work.receipts.add(receipt)
    work.journal.add(community_id, [receipt_recorded(receipt)])
    announce_receipt(work, community_id, receipt.id)
    return receipt


def _require_payable(terms: ReceiptTerms) -> None:
    amounts = (terms.gross_micro_eur, terms.fee_withheld_micro_eur, terms.costs_micro_eur)
    if any(amount < 0 or amount % MICRO_EUR_PER_CENT for amount in amounts):
        raise ReceiptNotPayable("the amounts of a receipt are whole cents and not negative")
    if terms.net_micro_eur <= 0:
        raise ReceiptNotPayable("fee and costs leave nothing of the receipt to distribute")
    if not terms.bank_reference:
        raise ReceiptNotPayable("a receipt names its bank reference")


def _community_name(work: UnitOfWork, community_id: UUID) -> str:
    name = work.communities.name_of(community_id)
    if name is None:
        raise NotFound("community", community_id)
    return name


def _document(name: str, terms: ReceiptTerms) -> dict[str, object]:
    return {
        "document": "condivisa/receipt/1",
        "community": name,
        "kind": terms.kind.value,
        "received_on": terms.received_on.isoformat(),
        "gross_eur": micro_eur_text(terms.gross_micro_eur),
        "fee_withheld_eur": micro_eur_text(terms.fee_withheld_micro_eur),
        "costs_eur": micro_eur_text(terms.costs_micro_eur),
        "net_eur": micro_eur_text(terms.net_micro_eur),
        "bank_reference": terms.bank_reference,
    }

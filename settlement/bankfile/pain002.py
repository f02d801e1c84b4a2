"""Status reports as pain.002 (ISO 20022), versions 03 and 10: what the bank rejects of a payment file.

Both versions name what is read here alike. No real bank's report was seen: written from the structure of the
message alone.
"""

from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

from settlement.bankfile.iso_fields import (
    Faulty,
    all_at,
    amount_at,
    children,
    day_at,
    one_at,
    reference_at,
    text_at,
)
from settlement.bankfile.xml_tree import line_of
from settlement.domain.bank_statement import REFERENCE_MAX_CHARACTERS, Statement, plain
from settlement.domain.findings import Finding, quote
from settlement.domain.payment_status import PaymentStatus, Verdict

NAMESPACES = {f"urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}" for version in ("03", "10")}
CODE_CHARACTERS = 4


def read_pain002(name: str, root: Element) -> Statement:
    """The statuses of the report: of single payments first, then those of a whole file."""
    statement = Statement()
    reports = all_at(root, "CstmrPmtStsRpt")
    if not reports:
        sentence = "the document holds no status report (CstmrPmtStsRpt)"
        statement.findings.append(Finding(name, line_of(root), sentence))
    for report in reports:
        try:
            statement.statuses += _Report(name, report).statuses()
        except Faulty as fault:
            statement.findings.append(Finding(name, fault.line, fault.sentence))
    return statement


class _Report:
    """One status report, of one payment file."""

    def __init__(self, name: str, report: Element) -> None:
        self._name, self._report = name, report
        header = one_at(report, "GrpHdr")
        if header is None:
            raise Faulty(report, "the report has no header (GrpHdr)")
        self._told_on: date = day_at(header, "time of the report (CreDtTm)", text_at(header, "CreDtTm"))

    def statuses(self) -> list[PaymentStatus]:
        """Raises Faulty where a status is malformed, or the whole is rejected and a part of it is not."""
        single = [
            self._single(detail)
            for batch in children(self._report, "OrgnlPmtInfAndSts")
            for detail in children(batch, "TxInfAndSts")
        ]
        whole = list(self._whole())
        kept = next((row for row in single if row.verdict is not Verdict.REJECTED), None)
        rejected = next((row for row in whole if row.verdict is Verdict.REJECTED), None)
        if kept is not None and rejected is not None:
            sentence = (
                f"the report rejects the whole file and says {kept.code} of payment {kept.end_to_end_id}: "
                "ask the bank which holds"
            )
            raise Faulty(self._report, sentence)
        return single + whole

    def _whole(self) -> Iterator[PaymentStatus]:
        """Statuses of the file, and of its payment groups: ours have one, of the same id."""
        for group in children(self._report, "OrgnlGrpInfAndSts"):
            order = reference_at(group, text_at(group, "OrgnlMsgId"))
            if text_at(group, "GrpSts") is not None:
                yield self._status(group, "GrpSts", order=order)
        for batch in children(self._report, "OrgnlPmtInfAndSts"):
            order = reference_at(batch, text_at(batch, "OrgnlPmtInfId"))
            if text_at(batch, "PmtInfSts") is not None:
                yield self._status(batch, "PmtInfSts", order=order)

    def _single(self, detail: Element) -> PaymentStatus:
        end_to_end_id = reference_at(detail, text_at(detail, "OrgnlEndToEndId"))
        if end_to_end_id is None:
            raise Faulty(detail, "a status (TxInfAndSts) names no payment (OrgnlEndToEndId)")
        amount = one_at(detail, "OrgnlTxRef", "Amt", "InstdAmt")
        cents = None if amount is None else amount_at(detail, amount)
        return self._status(detail, "TxSts", end_to_end_id=end_to_end_id, amount_micro_eur=cents)

    def _status(
        self,
        element: Element,
        field: str,
        *,
        end_to_end_id: str | None = None,
        order: str | None = None,
        amount_micro_eur: int | None = None,
    ) -> PaymentStatus:
        code = plain(text_at(element, field))
        if len(code) != CODE_CHARACTERS or not code.isascii():
            raise Faulty(element, f"the status ({field}) {quote(code)} is no code of four letters")
        return PaymentStatus(
            self._name,
            line_of(element),
            self._told_on,
            code,
            end_to_end_id,
            order,
            _reason(element),
            amount_micro_eur,
        )


def _reason(element: Element) -> str | None:
    """The bank's code, else its words."""
    for found in children(element, "StsRsnInf"):
        text = text_at(found, "Rsn", "Cd") or text_at(found, "Rsn", "Prtry") or text_at(found, "AddtlInf")
        if plain(text):
            return plain(text)[:REFERENCE_MAX_CHARACTERS]
    return None

"""Statements as CAMT.053 (ISO 20022), versions 02 and 08: booked entries in euro, to the cent.

An entry with several transactions gives one entry each, whose amounts must add up to it.
"""

from dataclasses import replace
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
from settlement.bankfile.xml_tree import line_of, local_name
from settlement.domain.bank_statement import REFERENCE_MAX_CHARACTERS, Entry, Statement, plain
from settlement.domain.findings import Finding, quote
from settlement.domain.rounding import micro_eur_text

NAMESPACES = {f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}" for version in ("02", "08")}
NOT_PROVIDED = "NOTPROVIDED"
TEXT_MAX_CHARACTERS = 500


def read_camt053(name: str, root: Element) -> Statement:
    """All entries of all statements of the document; every defect is a finding with its line."""
    statement = Statement()
    space = root.tag.rpartition("}")[0].removeprefix("{")
    if local_name(root) != "Document" or space not in NAMESPACES:
        found = quote(space or root.tag)
        sentence = (
            f"{found} is not CAMT.053 in version 02 or 08, nor pain.002 in version 03 or 10: ask the bank "
            "for one of these"
        )
        statement.findings.append(Finding(name, line_of(root), sentence))
        return statement
    reports = all_at(root, "BkToCstmrStmt", "Stmt")
    if not reports:
        statement.findings.append(Finding(name, line_of(root), "the document holds no statement (Stmt)"))
    for report in reports:
        account = plain(text_at(report, "Acct", "Id", "IBAN")).replace(" ", "") or None
        for entry in children(report, "Ntry"):
            _read(name, entry, account, statement)
    return statement


def _read(name: str, entry: Element, account: str | None, statement: Statement) -> None:
    try:
        status = text_at(entry, "Sts", "Cd") or text_at(entry, "Sts")
        if plain(status) != "BOOK":
            statement.unbooked += 1
            return
        statement.entries += [replace(row, account=account) for row in _entries(name, entry)]
    except Faulty as fault:
        statement.findings.append(Finding(name, fault.line, fault.sentence))


def _entries(name: str, entry: Element) -> list[Entry]:
    whole = _whole(name, entry)
    details = all_at(entry, "NtryDtls", "TxDtls")
    if not details:
        return [whole]
    if len(details) == 1:
        return [_detail(whole, details[0], whole.amount_micro_eur)]
    rows = [_part(whole, detail, position) for position, detail in enumerate(details, start=1)]
    signed = [row.amount_micro_eur if row.credit == whole.credit else -row.amount_micro_eur for row in rows]
    if sum(signed) != whole.amount_micro_eur:
        found = f"{micro_eur_text(sum(signed))}, not {micro_eur_text(whole.amount_micro_eur)} EUR"
        raise Faulty(entry, f"the transactions (TxDtls) of the entry add up to {found}: get the file again")
    return rows


def _part(whole: Entry, detail: Element, position: int) -> Entry:
    """One of several transactions; it needs a reference that the others do not have."""
    row = _detail(whole, detail, _detail_amount(detail))
    shared = row.reference is not None and row.reference == whole.reference
    return replace(row, reference=f"{whole.reference}/{position}") if shared else row


def _whole(name: str, entry: Element) -> Entry:
    """The entry as it stands on the account, without its transactions."""
    references = (text_at(entry, "AcctSvcrRef"), text_at(entry, "NtryRef"))
    batch = (text_at(entry, "NtryDtls", "Btch", "PmtInfId"), text_at(entry, "NtryDtls", "Btch", "MsgId"))
    return Entry(
        file=name,
        line=line_of(entry),
        booked_on=day_at(
            entry,
            "booking date (BookgDt)",
            text_at(entry, "BookgDt", "Dt"),
            text_at(entry, "BookgDt", "DtTm"),
        ),
        credit=_credit(entry),
        amount_micro_eur=amount_at(entry, one_at(entry, "Amt")),
        reference=reference_at(entry, *references),
        order=reference_at(entry, *batch),
        remittance=plain(text_at(entry, "AddtlNtryInf"))[:TEXT_MAX_CHARACTERS],
        reversal=plain(text_at(entry, "RvslInd")) in ("true", "1"),
    )


def _detail(whole: Entry, detail: Element, amount: int) -> Entry:
    credit = _credit(detail) if one_at(detail, "CdtDbtInd") is not None else whole.credit
    side = "Dbtr" if credit else "Cdtr"
    parties = ("RltdPties", side, "Nm"), ("RltdPties", side, "Pty", "Nm")
    texts = [*all_at(detail, "RmtInf", "Ustrd"), *all_at(detail, "AddtlTxInf")]
    remittance = plain(" ".join(text.text or "" for text in texts)) or whole.remittance
    given = reference_at(detail, text_at(detail, "Refs", "EndToEndId"))
    own = (text_at(detail, "Refs", "AcctSvcrRef"), whole.reference, text_at(detail, "Refs", "TxId"))
    batch = (text_at(detail, "Refs", "PmtInfId"), text_at(detail, "Refs", "MsgId"))
    return replace(
        whole,
        line=line_of(detail),
        credit=credit,
        amount_micro_eur=amount,
        reference=reference_at(detail, *own),
        end_to_end_id=None if given == NOT_PROVIDED else given,
        order=reference_at(detail, *batch) or whole.order,
        counterparty=plain(" ".join(text_at(detail, *path) or "" for path in parties))[:TEXT_MAX_CHARACTERS],
        remittance=remittance[:TEXT_MAX_CHARACTERS],
        return_reason=_return_reason(detail),
    )


def _return_reason(detail: Element) -> str | None:
    """The bank's code, else its words, where the transaction is a return."""
    found = one_at(detail, "RtrInf")
    if found is None:
        return None
    code = text_at(found, "Rsn", "Cd") or text_at(found, "Rsn", "Prtry") or text_at(found, "AddtlInf")
    return plain(code)[:REFERENCE_MAX_CHARACTERS] or "not said"


def _detail_amount(detail: Element) -> int:
    stated = one_at(detail, "Amt")
    return amount_at(detail, stated if stated is not None else one_at(detail, "AmtDtls", "TxAmt", "Amt"))


def _credit(element: Element) -> bool:
    text = plain(text_at(element, "CdtDbtInd"))
    if text not in ("CRDT", "DBIT"):
        raise Faulty(element, f"CdtDbtInd is {quote(text)}, neither CRDT nor DBIT")
    return text == "CRDT"

"""Statements as CAMT.053 (ISO 20022), versions 02 and 08: booked entries in euro, to the cent.

An entry with several transactions gives one entry each, whose amounts must add up to it.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from xml.etree.ElementTree import Element

from settlement.bankfile.xml_tree import line_of, local_name
from settlement.domain.bank_statement import REFERENCE_MAX_CHARACTERS, Entry, Statement, plain
from settlement.domain.decimals import parse_scaled
from settlement.domain.findings import Finding, quote
from settlement.domain.rounding import MICRO_EUR_PER_CENT, micro_eur_text

NAMESPACES = {f"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}" for version in ("02", "08")}
NOT_PROVIDED = "NOTPROVIDED"
AMOUNT_MAX_MICRO_EUR = 10**12 * 1_000_000
TEXT_MAX_CHARACTERS = 500
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class _Faulty(Exception):  # noqa: N818 - a defect of the file, turned into a finding where it is caught
    """What is wrong with an element."""

    def __init__(self, element: Element, sentence: str) -> None:
        super().__init__(sentence)
        self.line, self.sentence = line_of(element), sentence


def read_camt053(name: str, root: Element) -> Statement:
    """All entries of all statements of the document; every defect is a finding with its line."""
    statement = Statement()
    space = root.tag.rpartition("}")[0].removeprefix("{")
    if local_name(root) != "Document" or space not in NAMESPACES:
        found = quote(space or root.tag)
        sentence = f"{found} is not CAMT.053 in version 02 or 08: ask the bank for one of these"
        statement.findings.append(Finding(name, line_of(root), sentence))
        return statement
    reports = _all(root, "BkToCstmrStmt", "Stmt")
    if not reports:
        statement.findings.append(Finding(name, line_of(root), "the document holds no statement (Stmt)"))
    for report in reports:
        account = plain(_text(report, "Acct", "Id", "IBAN")).replace(" ", "") or None
        for entry in _children(report, "Ntry"):
            _read(name, entry, account, statement)
    return statement


def _read(name: str, entry: Element, account: str | None, statement: Statement) -> None:
    try:
        status = _text(entry, "Sts", "Cd") or _text(entry, "Sts")
        if plain(status) != "BOOK":
            statement.unbooked += 1
            return
        statement.entries += [replace(row, account=account) for row in _entries(name, entry)]
    except _Faulty as fault:
        statement.findings.append(Finding(name, fault.line, fault.sentence))


def _entries(name: str, entry: Element) -> list[Entry]:
    whole = _whole(name, entry)
    details = _all(entry, "NtryDtls", "TxDtls")
    if not details:
        return [whole]
    if len(details) == 1:
        return [_detail(whole, details[0], whole.amount_micro_eur)]
    rows = [_part(whole, detail, position) for position, detail in enumerate(details, start=1)]
    signed = [row.amount_micro_eur if row.credit == whole.credit else -row.amount_micro_eur for row in rows]
    if sum(signed) != whole.amount_micro_eur:
        found = f"{micro_eur_text(sum(signed))}, not {micro_eur_text(whole.amount_micro_eur)} EUR"
        raise _Faulty(entry, f"the transactions (TxDtls) of the entry add up to {found}: get the file again")
    return rows


def _part(whole: Entry, detail: Element, position: int) -> Entry:
    """One of several transactions; it needs a reference that the others do not have."""
    row = _detail(whole, detail, _detail_amount(detail))
    shared = row.reference is not None and row.reference == whole.reference
    return replace(row, reference=f"{whole.reference}/{position}") if shared else row


def _whole(name: str, entry: Element) -> Entry:
    """The entry as it stands on the account, without its transactions."""
    references = (_text(entry, "AcctSvcrRef"), _text(entry, "NtryRef"))
    batch = (_text(entry, "NtryDtls", "Btch", "PmtInfId"), _text(entry, "NtryDtls", "Btch", "MsgId"))
    return Entry(
        file=name,
        line=line_of(entry),
        booked_on=_booked_on(entry),
        credit=_credit(entry),
        amount_micro_eur=_amount(entry, _one(entry, "Amt")),
        reference=_reference(entry, *references),
        order=_reference(entry, *batch),
        remittance=plain(_text(entry, "AddtlNtryInf"))[:TEXT_MAX_CHARACTERS],
        reversal=plain(_text(entry, "RvslInd")) in ("true", "1"),
    )


def _detail(whole: Entry, detail: Element, amount: int) -> Entry:
    credit = _credit(detail) if _one(detail, "CdtDbtInd") is not None else whole.credit
    side = "Dbtr" if credit else "Cdtr"
    parties = ("RltdPties", side, "Nm"), ("RltdPties", side, "Pty", "Nm")
    texts = [*_all(detail, "RmtInf", "Ustrd"), *_all(detail, "AddtlTxInf")]
    remittance = plain(" ".join(text.text or "" for text in texts)) or whole.remittance
    given = _reference(detail, _text(detail, "Refs", "EndToEndId"))
    own = (_text(detail, "Refs", "AcctSvcrRef"), whole.reference, _text(detail, "Refs", "TxId"))
    batch = (_text(detail, "Refs", "PmtInfId"), _text(detail, "Refs", "MsgId"))
    return replace(
        whole,
        line=line_of(detail),
        credit=credit,
        amount_micro_eur=amount,
        reference=_reference(detail, *own),
        end_to_end_id=None if given == NOT_PROVIDED else given,
        order=_reference(detail, *batch) or whole.order,
        counterparty=plain(" ".join(_text(detail, *path) or "" for path in parties))[:TEXT_MAX_CHARACTERS],
        remittance=remittance[:TEXT_MAX_CHARACTERS],
        return_reason=_return_reason(detail),
    )


def _return_reason(detail: Element) -> str | None:
    """The bank's code, else its words, where the transaction is a return."""
    found = _one(detail, "RtrInf")
    if found is None:
        return None
    code = _text(found, "Rsn", "Cd") or _text(found, "Rsn", "Prtry") or _text(found, "AddtlInf")
    return plain(code)[:REFERENCE_MAX_CHARACTERS] or "not said"


def _detail_amount(detail: Element) -> int:
    stated = _one(detail, "Amt")
    return _amount(detail, stated if stated is not None else _one(detail, "AmtDtls", "TxAmt", "Amt"))


def _amount(parent: Element, element: Element | None) -> int:
    """Micro-euro; Raises _Faulty for another currency, a fraction of a cent, and what is no number."""
    if element is None:
        raise _Faulty(parent, f"{local_name(parent)} has no amount (Amt)")
    currency, text = element.get("Ccy", ""), plain(element.text)
    if currency != "EUR":
        raise _Faulty(element, f"the amount is in {quote(currency)}: only entries in EUR are read")
    amount = parse_scaled(text, 6)
    if amount is None or amount % MICRO_EUR_PER_CENT or amount >= AMOUNT_MAX_MICRO_EUR:
        raise _Faulty(element, f"the amount (Amt) {quote(text)} is not one in whole cents")
    return amount


def _credit(element: Element) -> bool:
    text = plain(_text(element, "CdtDbtInd"))
    if text not in ("CRDT", "DBIT"):
        raise _Faulty(element, f"CdtDbtInd is {quote(text)}, neither CRDT nor DBIT")
    return text == "CRDT"


def _booked_on(entry: Element) -> date:
    text = plain(_text(entry, "BookgDt", "Dt") or _text(entry, "BookgDt", "DtTm"))[:10]
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise _Faulty(entry, f"the booking date (BookgDt) {quote(text)} is no day like 2024-12-05")
    return day


def _reference(element: Element, *texts: str | None) -> str | None:
    """The first that is given. Raises _Faulty where it is longer than any bank's."""
    found = next((text for text in map(plain, texts) if text), None)
    if found is not None and len(found) > REFERENCE_MAX_CHARACTERS:
        longest = f"more than {REFERENCE_MAX_CHARACTERS} characters"
        raise _Faulty(element, f"the reference {quote(found)} has {longest}")
    return found


def _children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if local_name(child) == name)


def _all(element: Element, *path: str) -> list[Element]:
    found = [element]
    for name in path:
        found = [child for parent in found for child in _children(parent, name)]
    return found


def _one(element: Element, *path: str) -> Element | None:
    return next(iter(_all(element, *path)), None)


def _text(element: Element, *path: str) -> str | None:
    found = _one(element, *path)
    return None if found is None else found.text

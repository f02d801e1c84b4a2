"""Statements as banks send them, built from the structure of ISO 20022; every name and account is made up."""

from dataclasses import dataclass, replace

OWN_IBAN = "IT60X0542811101000000123456"
OTHER_IBAN = "DE89370400440532013000"
GSE = "GESTORE DEI SERVIZI ENERGETICI - GSE S.P.A."


@dataclass(frozen=True)
class Tx:
    """A transaction of an entry (TxDtls); what is None is left out."""

    end_to_end_id: str | None = None
    reference: str | None = None
    amount: str | None = None
    name: str | None = None
    text: str | None = None
    return_code: str | None = None
    order: str | None = None


@dataclass(frozen=True)
class Ntry:
    """An entry (Ntry)."""

    amount: str
    credit: bool
    details: tuple[Tx, ...] = ()
    reference: str | None = "CBI0001"
    day: str = "2024-12-06"
    status: str = "BOOK"
    currency: str = "EUR"
    reversal: bool = False
    batch: str | None = None
    extra: str = ""


def gse_credit(amount: str = "1234.56", text: str = "ACCONTO CER 2024", reference: str = "CBI0001") -> Ntry:
    """A credit from GSE."""
    return Ntry(amount, True, (Tx(name=GSE, text=text),), reference)


def paid(end_to_end_id: str, amount: str, reference: str = "DEB0001", day: str = "2024-12-06") -> Ntry:
    """One of our payments left the account."""
    return Ntry(amount, False, (Tx(end_to_end_id, name="member"),), reference, day)


def returned(end_to_end_id: str, amount: str, code: str = "AC04", day: str = "2024-12-09") -> Ntry:
    """One of our payments came back."""
    detail = Tx(end_to_end_id, return_code=code, text="RESO BONIFICO")
    return Ntry(amount, True, (detail,), f"RET{end_to_end_id[-4:]}", day)


def camt(*entries: Ntry, version: str = "08", iban: str = OWN_IBAN, identity: str = "STMT-1") -> bytes:
    """The document, one statement of one account."""
    rows = "\n".join(_entry(entry, version) for entry in entries)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">
<BkToCstmrStmt>
<GrpHdr><MsgId>MSG-{identity}</MsgId><CreDtTm>2024-12-10T02:00:00+01:00</CreDtTm></GrpHdr>
<Stmt><Id>{identity}</Id><ElctrncSeqNb>7</ElctrncSeqNb><CreDtTm>2024-12-10T02:00:00+01:00</CreDtTm>
<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">9999.99</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2024-12-09</Dt></Dt></Bal>
{rows}
</Stmt></BkToCstmrStmt></Document>
""".encode()


def csv_row(entry: Ntry) -> str:
    """The same entry, of one transaction, as a row of the CSV form."""
    detail = entry.details[0] if entry.details else Tx()
    sign = "" if entry.credit else "-"
    cells = (entry.day, sign + entry.amount, entry.reference, detail.end_to_end_id, detail.name, detail.text)
    return ";".join(cell or "" for cell in (*cells, detail.return_code)) + "\n"


CSV_HEADER = "booked_on;amount_eur;reference;end_to_end_id;counterparty;remittance;return_reason\n"


def csv_file(*entries: Ntry) -> bytes:
    """The entries as a CSV statement with semicolons and decimal commas."""
    rows = (csv_row(replace(entry, amount=entry.amount.replace(".", ","))) for entry in entries)
    return (CSV_HEADER + "".join(rows)).encode()


def _entry(entry: Ntry, version: str) -> str:
    status = entry.status if version == "02" else f"<Cd>{entry.status}</Cd>"
    indicator = "CRDT" if entry.credit else "DBIT"
    batch = f"<Btch><PmtInfId>{entry.batch}</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>" if entry.batch else ""
    details = "".join(_details(entry, detail, version) for detail in entry.details)
    inside = f"<NtryDtls>{batch}{details}</NtryDtls>" if batch or details else ""
    return (
        f'<Ntry><Amt Ccy="{entry.currency}">{entry.amount}</Amt><CdtDbtInd>{indicator}</CdtDbtInd>'
        f"{'<RvslInd>true</RvslInd>' if entry.reversal else ''}<Sts>{status}</Sts>"
        f"<BookgDt><Dt>{entry.day}</Dt></BookgDt><ValDt><Dt>{entry.day}</Dt></ValDt>"
        f"{_tag('AcctSvcrRef', entry.reference)}<BkTxCd><Prtry><Cd>48</Cd></Prtry></BkTxCd>"
        f"{inside}{_tag('AddtlNtryInf', entry.extra or None)}</Ntry>"
    )


def _details(entry: Ntry, detail: Tx, version: str) -> str:
    refs = _tag("AcctSvcrRef", detail.reference) + _tag("PmtInfId", detail.order)
    refs += _tag("EndToEndId", detail.end_to_end_id)
    amount = ""
    if detail.amount:
        amount = f'<Amt Ccy="EUR">{detail.amount}</Amt>'
        amount = f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>" if version == "02" else amount
    side = "Dbtr" if entry.credit else "Cdtr"
    name = _tag("Nm", detail.name)
    party = name if version == "02" else f"<Pty>{name}</Pty>"
    parties = f"<RltdPties><{side}>{party}</{side}></RltdPties>" if name else ""
    remittance = f"<RmtInf>{_tag('Ustrd', detail.text)}</RmtInf>" if detail.text else ""
    reason = f"<RtrInf><Rsn><Cd>{detail.return_code}</Cd></Rsn></RtrInf>" if detail.return_code else ""
    return f"<TxDtls><Refs>{refs}</Refs>{amount}{parties}{remittance}{reason}</TxDtls>"


def _tag(name: str, text: str | None) -> str:
    return f"<{name}>{text}</{name}>" if text else ""


@dataclass(frozen=True)
class TxSts:
    """The status of a payment (TxInfAndSts); what is None is left out."""

    end_to_end_id: str | None
    code: str = "RJCT"
    reason: str | None = "AC01"
    amount: str | None = None


def report(
    *statuses: TxSts,
    version: str = "03",
    order: str = "UNKNOWN",
    group: str | None = None,
    batch: str | None = None,
) -> bytes:
    """A status report (pain.002) of one payment file."""
    rows = "".join(_status(row) for row in statuses)
    of_group = f"<GrpSts>{group}</GrpSts><StsRsnInf><Rsn><Cd>FF01</Cd></Rsn></StsRsnInf>" if group else ""
    of_batch = f"<PmtInfSts>{batch}</PmtInfSts>" if batch else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}">
<CstmrPmtStsRpt><GrpHdr><MsgId>R1</MsgId><CreDtTm>2024-12-05T18:00:00+01:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{order}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>{of_group}
</OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>{order}</OrgnlPmtInfId>{of_batch}{rows}</OrgnlPmtInfAndSts>
</CstmrPmtStsRpt></Document>
""".encode()


def _status(row: TxSts) -> str:
    named = "" if row.end_to_end_id is None else f"<OrgnlEndToEndId>{row.end_to_end_id}</OrgnlEndToEndId>"
    why = "" if row.reason is None else f"<StsRsnInf><Rsn><Cd>{row.reason}</Cd></Rsn></StsRsnInf>"
    amount = '<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">{}</InstdAmt></Amt></OrgnlTxRef>'
    sum_ = "" if row.amount is None else amount.format(row.amount)
    return f"<TxInfAndSts>{named}<TxSts>{row.code}</TxSts>{why}{sum_}</TxInfAndSts>"

"""Statements in CAMT.053: what an entry says, and every way in which a file can be wrong.

read_statement
├── given an entry it should give day, side, amount, references, payer, text and account, in both versions
├── given an entry of several transactions it should give each, with a reference of its own
├── given an entry that is not booked it should count it
├── given a defect it should name line, field and remedy, and go on with the others
└── given a document type, an entity, depth or size without end it should refuse the file
"""

from dataclasses import replace
from datetime import date

import pytest

from settlement.bankfile import read_statement
from settlement.bankfile.statement import STATEMENT_MAX_BYTES
from settlement.domain.bank_statement import Entry
from tests.settlement.bankfile.statements import (
    GSE,
    OWN_IBAN,
    Ntry,
    Tx,
    camt,
    gse_credit,
    paid,
    returned,
)

NAME = "estratto.xml"


def read(content: bytes) -> list[Entry]:
    """The entries of a file without findings."""
    found = read_statement(NAME, content)
    assert found.findings == []
    return found.entries


def findings(content: bytes) -> list[str]:
    """The findings, as they are shown."""
    return [str(finding) for finding in read_statement(NAME, content).findings]


@pytest.mark.parametrize("version", ["02", "08"])
def test_entry__credit__says_everything(version: str) -> None:
    (entry,) = read(camt(gse_credit(), version=version))
    assert entry == Entry(
        file=NAME,
        line=9,
        booked_on=date(2024, 12, 6),
        credit=True,
        amount_micro_eur=1_234_560_000,
        reference="CBI0001",
        counterparty=GSE,
        remittance="ACCONTO CER 2024",
        account=OWN_IBAN,
    )


@pytest.mark.parametrize("version", ["02", "08"])
def test_entry__debit_of_ours__names_the_payment(version: str) -> None:
    (entry,) = read(camt(paid("ABC-1", "10.05"), version=version))
    assert (entry.credit, entry.end_to_end_id, entry.amount_micro_eur) == (False, "ABC-1", 10_050_000)


@pytest.mark.parametrize("version", ["02", "08"])
def test_entry__return__names_payment_and_reason(version: str) -> None:
    (entry,) = read(camt(returned("ABC-1", "10.05", "AC04"), version=version))
    assert (entry.credit, entry.end_to_end_id, entry.return_reason) == (True, "ABC-1", "AC04")


@pytest.mark.parametrize("version", ["02", "08"])
def test_entry__several_transactions__each_has_its_amount_and_reference(version: str) -> None:
    details = (Tx("A-1", amount="1.00"), Tx("B-1", amount="2.50", reference="OWN"))
    found = read(camt(Ntry("3.50", False, details, "DEB1"), version=version))
    assert [(row.end_to_end_id, row.amount_micro_eur, row.reference) for row in found] == [
        ("A-1", 1_000_000, "DEB1/1"),
        ("B-1", 2_500_000, "OWN"),
    ]


def test_entry__whole_order__names_the_file() -> None:
    (entry,) = read(camt(Ntry("3.50", False, batch="0193D2F0")))
    assert (entry.order, entry.end_to_end_id) == ("0193D2F0", None)


def test_entry__no_details__has_the_entrys_text() -> None:
    (entry,) = read(camt(Ntry("3.50", True, extra="BONIFICO A VS FAVORE  GSE\nSPA")))
    assert entry.remittance == "BONIFICO A VS FAVORE GSE SPA"


def test_entry__not_provided__is_no_id() -> None:
    (entry,) = read(camt(paid("NOTPROVIDED", "1.00")))
    assert entry.end_to_end_id is None


@pytest.mark.parametrize("version", ["02", "08"])
def test_entry__pending__is_counted_and_left_out(version: str) -> None:
    found = read_statement(NAME, camt(replace(gse_credit(), status="PDNG"), gse_credit(), version=version))
    assert (len(found.entries), found.unbooked, found.findings) == (1, 1, [])


def test_statement__without_entries__is_empty() -> None:
    assert read(camt()) == []


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (replace(gse_credit(), amount="10.005"), 'the amount (Amt) "10.005" is not one in whole cents'),
        (replace(gse_credit(), amount="1e3"), 'the amount (Amt) "1e3" is not one in whole cents'),
        (replace(gse_credit(), amount="-1.00"), 'the amount (Amt) "-1.00" is not one in whole cents'),
        (replace(gse_credit(), amount="9" * 13), f'the amount (Amt) "{"9" * 13}" is not one in whole cents'),
        (replace(gse_credit(), currency="USD"), 'the amount is in "USD": only entries in EUR are read'),
        (replace(gse_credit(), day="2024-13-01"), 'the booking date (BookgDt) "2024-13-01" is no day like'),
        (replace(gse_credit(), reference="R" * 141), "has more than 140 characters"),
        (
            Ntry("3.00", False, (Tx("A", amount="1.00"), Tx("B", amount="1.00"))),
            "the transactions (TxDtls) of the entry add up to 2.000000, not 3.000000 EUR: get the file again",
        ),
        (Ntry("3.00", False, (Tx("A"), Tx("B"))), "TxDtls has no amount (Amt)"),
    ],
)
def test_entry__defect__is_a_finding_with_line_and_field(entry: Ntry, sentence: str) -> None:
    found = read_statement(NAME, camt(gse_credit(), entry))
    assert len(found.entries) == 1
    (finding,) = found.findings
    assert finding.line == 10
    assert sentence in finding.sentence


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("camt.053.001.08", "camt.052.001.08", "is not CAMT.053 in version 02 or 08"),
        ("<CdtDbtInd>CRDT</CdtDbtInd><Sts>", "<CdtDbtInd>X</CdtDbtInd><Sts>", 'CdtDbtInd is "X"'),
        ("<BookgDt><Dt>2024-12-06</Dt></BookgDt>", "", "the booking date (BookgDt)"),
        ('<Amt Ccy="EUR">1234.56</Amt>', "", "Ntry has no amount (Amt)"),
        ("</Document>", "", "the file is not XML, or ends too early"),
        ('encoding="UTF-8"', 'encoding="KLINGON"', "encoding"),
    ],
)
def test_file__defect__is_one_finding(before: str, after: str, sentence: str) -> None:
    content = camt(gse_credit()).decode()
    assert before in content
    (found,) = findings(content.replace(before, after).encode())
    assert sentence in found


def test_file__no_statement__is_a_finding() -> None:
    space = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
    (found,) = findings(f'<Document xmlns="{space}"/>'.encode())
    assert "holds no statement" in found


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))


@pytest.mark.parametrize(
    "head",
    [
        f'<!DOCTYPE d [<!ENTITY e0 "lol">{BOMB}]>',
        '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE d SYSTEM "http://127.0.0.1:1/evil.dtd">',
    ],
)
def test_file__document_type__is_refused_unread(head: str) -> None:
    content = camt(gse_credit(text="&e8;")).decode().replace("?>\n", f"?>{head}\n", 1)
    found = read_statement(NAME, content.encode())
    assert found.entries == []
    assert "a document type or an entity stands in the file" in str(found.findings)


def test_file__without_end_in_depth__is_refused() -> None:
    (found,) = findings(b"<a>" * 100_000)
    assert "more than 60 deep" in found


def test_file__elements_without_end__is_refused() -> None:
    (found,) = findings(b"<r>" + b"<a/>" * 500_000)
    assert "more than 500000 elements" in found


def test_file__too_large__is_refused_unread() -> None:
    (found,) = findings(camt() + b" " * STATEMENT_MAX_BYTES)
    assert "more than 16 MiB" in found


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_file__other_encoding__is_read(encoding: str) -> None:
    content = camt(gse_credit()).decode().replace("UTF-8", "UTF-16" if encoding == "utf-16" else "UTF-8")
    assert len(read(content.encode(encoding))) == 1

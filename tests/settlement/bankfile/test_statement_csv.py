"""Statements as CSV: the documented columns, and findings by line."""

from dataclasses import replace

import pytest

from settlement.bankfile import read_statement
from tests.settlement.bankfile.statements import (
    CSV_HEADER,
    OWN_IBAN,
    camt,
    csv_file,
    gse_credit,
    paid,
    returned,
)

NAME = "estratto.csv"
ENTRIES = (gse_credit(), paid("ABC-1", "10.05"), returned("ABC-1", "10.05"))


def test_csv__same_movements__are_the_entries_of_camt() -> None:
    tables = read_statement(NAME, csv_file(*ENTRIES))
    assert tables.findings == []
    documents = read_statement(NAME, camt(*ENTRIES)).entries
    assert [replace(row, line=0) for row in tables.entries] == [
        replace(row, line=0, account=None) for row in documents
    ]
    assert [row.line for row in tables.entries] == [2, 3, 4]


def test_csv__commas_points_bom_and_other_columns__are_read() -> None:
    content = f"\ufeffsaldo,reference,amount_eur,booked_on,account\r\n9,R1,-1.5,2024-12-06,{OWN_IBAN}\r\n\r\n"
    (entry,) = read_statement(NAME, content.encode()).entries
    assert (entry.credit, entry.amount_micro_eur, entry.reference) == (False, 1_500_000, "R1")
    assert entry.account == OWN_IBAN


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("2024-12-32;1;R;;;;", 'booked_on "2024-12-32" is no day like 2024-12-05'),
        ("06/12/2024;1;R;;;;", 'booked_on "06/12/2024" is no day like 2024-12-05'),
        ("2024-12-06;1,005;R;;;;", 'amount_eur "1,005" is not an amount in whole cents'),
        ("2024-12-06;1.000,00;R;;;;", 'amount_eur "1.000,00" is not an amount in whole cents'),
        ("2024-12-06;1;R;;;;AC04", "return_reason needs the end_to_end_id of the payment"),
        ("2024-12-06;-1;R;A;;;AC04", "a payment that was sent back has an amount without a minus"),
        (f"2024-12-06;1;{'R' * 141};;;;", "reference has more than 140 characters"),
        ("2024-12-06;1", "the row has 2 cells, the header 7"),
    ],
)
def test_csv__bad_row__is_a_finding_and_the_others_are_read(row: str, sentence: str) -> None:
    found = read_statement(NAME, (CSV_HEADER + row + "\n2024-12-06;1;R;;;;\n").encode())
    assert [str(finding) for finding in found.findings] == [f"{NAME}:2: {sentence}"]
    assert len(found.entries) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the column booked_on is missing"),
        (b"a,b\n", "the column amount_eur is missing"),
        (b"booked_on,amount_eur,reference,reference\n", "the column reference stands twice"),
        (b"\xff\xfe1", "not XML"),
        (b"booked_on\xe0,", "the file is not UTF-8"),
        (b'booked_on,amount_eur,reference\n"a', "the file is no table"),
    ],
)
def test_csv__bad_file__is_a_finding(content: bytes, sentence: str) -> None:
    found = read_statement(NAME, content)
    assert found.entries == []
    assert sentence in " ".join(map(str, found.findings))

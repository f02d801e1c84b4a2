"""Whatever is in the file: entries and findings, never an exception, and amounts in whole cents."""

from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.bankfile import read_statement
from settlement.domain.bank_statement import Statement
from tests.settlement.bankfile.statements import (
    CSV_HEADER,
    Ntry,
    Tx,
    TxSts,
    camt,
    csv_file,
    gse_credit,
    paid,
    report,
    returned,
)

WHOLE = camt(
    gse_credit(), paid("A-1", "1.00"), returned("B-1", "2.00"), Ntry("3.00", False, (Tx("C"), Tx("D")))
)
REPORT = report(TxSts("A-1", amount="1.00"), TxSts("B-1", "ACCP", None), order="ORDER", batch="PART")
TABLE = csv_file(gse_credit(), paid("A-1", "1.00"), returned("B-1", "2.00"))
MANY = settings(max_examples=400, deadline=None)
CELLS = st.text(max_size=12) | st.sampled_from(["2024-12-06", "1,00", "-3", "A-1", "", "\x00", "\ud7ff", '"'])


def require_sound(found: Statement) -> None:
    """What every reader may rely on."""
    for entry in found.entries:
        assert entry.amount_micro_eur >= 0
        assert entry.amount_micro_eur % 10_000 == 0
        for text in (entry.reference, entry.end_to_end_id, entry.counterparty, entry.remittance):
            assert (text or "").isprintable()
    for status in found.statuses:
        assert (status.amount_micro_eur or 0) % 10_000 == 0
        for text in (status.code, status.end_to_end_id, status.order, status.reason):
            assert (text or "").isprintable()
    assert all(finding.line >= 1 and finding.sentence.isprintable() for finding in found.findings)


@MANY
@given(st.binary(max_size=300))
def test_read__any_bytes__never_fails(content: bytes) -> None:
    require_sound(read_statement("f", content))
    require_sound(read_statement("f", b"<" + content))


@MANY
@given(st.integers(0, len(WHOLE)), st.integers(0, 60), st.binary(max_size=12))
def test_read__part_of_a_document_replaced__never_fails(start: int, length: int, other: bytes) -> None:
    require_sound(read_statement("f", WHOLE[:start] + other + WHOLE[start + length :]))


@MANY
@given(st.integers(0, len(REPORT)), st.integers(0, 60), st.binary(max_size=12))
def test_read__part_of_a_report_replaced__never_fails(start: int, length: int, other: bytes) -> None:
    require_sound(read_statement("f", REPORT[:start] + other + REPORT[start + length :]))


@MANY
@given(st.integers(0, len(TABLE)), st.integers(0, 30), st.binary(max_size=8))
def test_read__part_of_a_table_replaced__never_fails(start: int, length: int, other: bytes) -> None:
    require_sound(read_statement("f", TABLE[:start] + other + TABLE[start + length :]))


@MANY
@given(st.lists(st.lists(CELLS, min_size=7, max_size=7), max_size=4))
def test_read__any_cells__never_fails(rows: list[list[str]]) -> None:
    text = CSV_HEADER + "".join(";".join(row) + "\n" for row in rows)
    require_sound(read_statement("f", text.encode("utf-8", "surrogatepass")))


@MANY
@given(amount=st.text(max_size=8), day=st.text(max_size=12), text=st.text(max_size=30))
def test_read__any_texts_in_a_document__never_fail(amount: str, day: str, text: str) -> None:
    clean = [part.replace("<", "").replace("&", "") for part in (amount, day, text)]
    entry = Ntry(clean[0], True, (Tx(clean[2] or None, name=clean[2], text=clean[2]),), clean[2], clean[1])
    require_sound(read_statement("f", camt(entry).decode().encode("utf-8", "surrogatepass")))

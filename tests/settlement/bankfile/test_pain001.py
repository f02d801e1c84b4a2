"""The payment file: valid by its schema, exact to the cent, the same bytes every time.

write_payment_file
├── it should be valid by the schema of pain.001.001.09
├── it should carry each transfer exactly, and count and sum as they are
├── it should be the same bytes for the same order
├── it should spell everything in the Latin letters that banks take
└── given an account that the schema refuses it should write nothing
"""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring

import pytest
import sepaxml
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st
from sepaxml.validation import ValidationError

from settlement.bankfile import write_payment_file
from settlement.bankfile.latin import latin
from settlement.domain.bank_orders import Debtor, PaymentOrder, Transfer, end_to_end_id
from settlement.domain.iban import complete_iban

SPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
SCHEMA = xmlschema.XMLSchema(Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd")
LATIN = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]+")
PAYOUT = UUID("0193d2f0-0000-7000-8000-000000000001")
IBAN = "IT60X0542811101000000123456"
NOW = datetime(2024, 12, 4, 9, 30, 15, 123456, tzinfo=UTC)


def transfer(number: int = 1, amount_micro_eur: int = 10_050_000, **differing) -> Transfer:
    """A transfer of 10.05 euro."""
    given = Transfer(end_to_end_id(PAYOUT, number), "Rossi", IBAN, amount_micro_eur, "distribuzione 1")
    return replace(given, **differing)


def order(*transfers: Transfer, **differing) -> PaymentOrder:
    """An order of these transfers."""
    debtor = Debtor("Comunità Prova", IBAN)
    given = PaymentOrder("0193D2F0", NOW, date(2024, 12, 6), debtor, transfers or (transfer(),))
    return replace(given, **differing)


def written(wanted: PaymentOrder) -> Element:
    """The file, read again by another parser."""
    return fromstring(write_payment_file(wanted))


def texts(root: Element, name: str) -> list[str | None]:
    """Texts of all elements of that name."""
    return [element.text for element in root.iter(SPACE + name)]


def test_file__any_order__is_valid_by_its_schema() -> None:
    for debtor in (Debtor("A", IBAN), Debtor("A", IBAN, "BCITITMM")):
        assert SCHEMA.is_valid(write_payment_file(order(debtor=debtor)).decode())


def test_file__schema__is_a_test_that_can_fail() -> None:
    content = write_payment_file(order()).decode()
    assert not SCHEMA.is_valid(content.replace("<NbOfTxs>1", "<NbOfTxs>one"))


def test_file__worked_example__says_what_was_ordered() -> None:
    root = written(order(transfer(1, 10_050_000), transfer(2, 70_000)))
    assert texts(root, "InstdAmt") == ["10.05", "0.07"]
    assert {element.get("Ccy") for element in root.iter(SPACE + "InstdAmt")} == {"EUR"}
    assert texts(root, "CtrlSum") == ["10.12", "10.12"]
    assert texts(root, "NbOfTxs") == ["2", "2"]
    assert texts(root, "MsgId") == texts(root, "PmtInfId") == ["0193D2F0"]
    assert texts(root, "CreDtTm") == ["2024-12-04T10:30:15+01:00"]
    assert texts(root, "Dt") == ["2024-12-06"]
    assert texts(root, "EndToEndId") == [
        "0193D2F0000070008000000000000001-1",
        "0193D2F0000070008000000000000001-2",
    ]
    assert texts(root, "IBAN") == [IBAN] * 3
    assert texts(root, "BtchBookg") == ["false"]


def test_file__no_bic__says_that_none_was_provided() -> None:
    root = written(order())
    assert [element.text for element in root.iterfind(f".//{SPACE}DbtrAgt//{SPACE}Id")] == ["NOTPROVIDED"]
    assert texts(written(order(debtor=Debtor("A", IBAN, "BCITITMM"))), "BICFI") == ["BCITITMM"]


def test_file__same_order__same_bytes() -> None:
    assert write_payment_file(order()) == write_payment_file(order())


def test_file__one_argument_differs__other_bytes() -> None:
    first = write_payment_file(order())
    differing = (
        order(message_id="X"),
        order(created_at=datetime(2024, 12, 5, tzinfo=UTC)),
        order(execution_date=date(2024, 12, 7)),
        order(transfer(amount_micro_eur=10_060_000)),
    )
    assert all(write_payment_file(other) != first for other in differing)


def test_file__account_that_no_schema_admits__is_not_written() -> None:
    with pytest.raises(ValidationError):
        write_payment_file(order(transfer(iban="nonsense!")))


@settings(max_examples=40, deadline=None)
@given(cents=st.lists(st.integers(1, 10**11), min_size=1, max_size=5), text=st.text(max_size=200))
def test_file__any_amounts_and_texts__add_up_and_stay_latin(cents: list[int], text: str) -> None:
    rows = [
        transfer(
            number,
            10_000 * amount,
            creditor=text,
            remittance=text,
            iban=complete_iban("DE", f"{number:018d}"),
        )
        for number, amount in enumerate(cents, start=1)
    ]
    content = write_payment_file(order(*rows, debtor=Debtor(text, IBAN)))
    assert SCHEMA.is_valid(content.decode())
    root = fromstring(content)
    assert [Decimal(amount or "") * 100 for amount in texts(root, "InstdAmt")] == cents
    assert [Decimal(total or "") * 100 for total in texts(root, "CtrlSum")] == [sum(cents)] * 2
    assert texts(root, "NbOfTxs") == [str(len(cents))] * 2
    for spelled in texts(root, "Nm") + texts(root, "Ustrd"):
        assert spelled is not None
        assert LATIN.fullmatch(spelled)
        assert not spelled.startswith("/")
        assert not spelled.endswith("/")
        assert "//" not in spelled
    assert all(len(text or "") <= 140 for text in texts(root, "Ustrd"))
    assert all(len(text or "") <= 70 for text in texts(root, "Nm"))


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("Comunità energetica dell’Èze", "Comunita energetica dell'Eze"),
        ("Müller & Söhne", "Muller + Sohne"),
        ("//A//B/", "A/B"),
        ("a_b;c@d", "a-b,c(at)d"),
        ("Жуков", "Zhukov"),
        ("\n\t ", "?"),
        ("x" * 80, "x" * 70),
    ],
)
def test_latin__examples__are_spelled_so(text: str, spelled: str) -> None:
    assert latin(text, 70) == spelled

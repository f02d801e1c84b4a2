"""A statement and the receipt that names it."""

import hashlib
import json

import pytest

from oracle.usecases.statement_check import statement_difference

SAID = {"distribution": 3, "account_eur": {"payout": "1.230000"}, "payout": {"index": 4, "channel": "bank"}}


def receipt(document: bytes, **changes: object) -> bytes:
    """A receipt that names the document."""
    known = {"distribution": 3, "index": 4, "leaf": {"amount_eur": "1.230000"}}
    named = {"statement": {"sha256": hashlib.sha256(document).hexdigest()}}
    return json.dumps(known | named | changes).encode()


STATEMENT = json.dumps(SAID).encode()


def test_difference__named_statement__is_none() -> None:
    assert statement_difference(STATEMENT, receipt(STATEMENT)) is None


def test_difference__one_byte_changed__is_its_hash() -> None:
    changed = STATEMENT.replace(b"1.23", b"9.23")
    assert "the receipt names" in (statement_difference(changed, receipt(STATEMENT)) or "")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"distribution": 2}, "distribution of the statement is 3, of the receipt 2"),
        ({"index": 5}, "index of the statement is 4, of the receipt 5"),
        (
            {"leaf": {"amount_eur": "9.000000"}},
            "amount of the statement is 1.230000, of the receipt 9.000000",
        ),
        ({"statement": {}}, "the receipt names no statement"),
    ],
)
def test_difference__receipt_of_another_payout__is_named(changes: dict[str, object], sentence: str) -> None:
    assert statement_difference(STATEMENT, receipt(STATEMENT, **changes)) == sentence


@pytest.mark.parametrize("broken", [b"", b"[]", b"{", b'{"leaf": 3}', b"\xff"])
def test_difference__no_receipt__is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match="receipt is not"):
        statement_difference(STATEMENT, broken)

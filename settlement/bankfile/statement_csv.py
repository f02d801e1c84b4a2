"""Statements as CSV, for banks whose online service exports tables only: the columns are renamed by hand.

booked_on      day of booking, 2024-12-05
amount_eur     what arrived, or with a minus what left; point or, in a file with semicolons, comma
reference      the bank's reference of the movement
end_to_end_id  optional: the id of our payment
counterparty   optional: who paid or was paid
remittance     optional: the text of the movement
return_reason  optional: why a payment was sent back or rejected; the row then needs end_to_end_id, and the
               payment's amount without a minus
account        optional: IBAN of the statement's account

UTF-8, optional BOM, comma or semicolon, columns in any order, others are ignored.
"""

import csv
import io
from collections.abc import Mapping
from datetime import date

from settlement.domain.bank_statement import REFERENCE_MAX_CHARACTERS, Entry, Statement, plain
from settlement.domain.decimals import parse_scaled
from settlement.domain.findings import Finding, quote
from settlement.domain.rounding import MICRO_EUR_PER_CENT

NEEDED = ("booked_on", "amount_eur", "reference")
OPTIONAL = ("end_to_end_id", "counterparty", "remittance", "return_reason", "account")
AMOUNT_MAX_MICRO_EUR = 10**12 * 1_000_000


def read_csv(name: str, content: bytes) -> Statement:
    """All rows; every defect is a finding with its line."""
    statement = Statement()
    try:
        text = content.decode("utf-8-sig")
        _read_rows(name, text, statement)
    except UnicodeDecodeError:
        statement.findings.append(Finding(name, 1, "the file is not UTF-8: export it as UTF-8"))
    except csv.Error as error:
        statement.findings.append(Finding(name, 1, f"the file is no table ({error}): export it again"))
    return statement


def _read_rows(name: str, text: str, statement: Statement) -> None:
    delimiter = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header = [plain(cell) for cell in next(reader, [])]
    faults = [f"the column {column} is missing" for column in NEEDED if column not in header]
    twice = [column for column in NEEDED + OPTIONAL if header.count(column) > 1]
    faults += [f"the column {column} stands twice" for column in twice]
    statement.findings += [Finding(name, 1, fault) for fault in faults]
    if faults:
        return
    for cells in reader:
        line = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            fault = f"the row has {len(cells)} cells, the header {len(header)}"
            statement.findings.append(Finding(name, line, fault))
            continue
        row = dict(zip(header, map(plain, cells), strict=True))
        entry = _entry(name, line, row, comma=delimiter == ";")
        if isinstance(entry, Entry):
            statement.entries.append(entry)
        else:
            statement.findings += [Finding(name, line, sentence) for sentence in entry]


def _entry(name: str, line: int, row: Mapping[str, str], *, comma: bool) -> Entry | list[str]:
    """The row's entry, or the sentences that say what is wrong with it."""
    booked_on, amount = _day(row["booked_on"]), _amount(row["amount_eur"], comma=comma)
    end_to_end_id, reason = row.get("end_to_end_id"), row.get("return_reason")
    checks = (
        (booked_on is None, f"booked_on {quote(row['booked_on'])} is no day like 2024-12-05"),
        (amount is None, f"amount_eur {quote(row['amount_eur'])} is not an amount in whole cents"),
        (bool(reason) and not end_to_end_id, "return_reason needs the end_to_end_id of the payment"),
        (bool(reason) and (amount or 0) < 0, "a payment that was sent back has an amount without a minus"),
    )
    faults = [sentence for wrong, sentence in checks if wrong]
    faults += [
        f"{column} has more than {REFERENCE_MAX_CHARACTERS} characters"
        for column in ("reference", "end_to_end_id", "return_reason")
        if len(row.get(column, "")) > REFERENCE_MAX_CHARACTERS
    ]
    if faults or booked_on is None or amount is None:
        return faults
    return Entry(
        file=name,
        line=line,
        booked_on=booked_on,
        credit=amount >= 0,
        amount_micro_eur=abs(amount),
        reference=row["reference"] or None,
        end_to_end_id=end_to_end_id or None,
        counterparty=row.get("counterparty", ""),
        remittance=row.get("remittance", ""),
        return_reason=reason or None,
        account=row.get("account", "").replace(" ", "").upper() or None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _amount(text: str, *, comma: bool) -> int | None:
    amount = parse_scaled(text.replace(",", ".") if comma else text, 6, signed=True)
    whole = amount is not None and amount % MICRO_EUR_PER_CENT == 0 and abs(amount) < AMOUNT_MAX_MICRO_EUR
    return amount if whole else None

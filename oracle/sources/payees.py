"""Where each member's money goes: `payees.csv`, columns `member,channel,address,consent[,account_holder]`.

channel is `wallet` (address: 0x and 40 hex digits, with EIP-55 checksum or in lower case) or `bank`
(address: an IBAN, may be empty). consent is `yes`, `no` or empty (no): whether a natural person agrees that
hour totals are published even where fewer than five persons stand behind them. account_holder may be left
out: the name by which the bank knows the account, at most 70 characters, empty where it is not known. A
member without a row, and every member where the file is absent, is paid by bank without IBAN and has not
consented.

Form as in the other case files: UTF-8, optional BOM, LF or CRLF, comma separated, columns in any order.
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from oracle.attest.keccak import keccak256
from oracle.attest.payout_tree import ADDRESS_BYTES, ZERO_ADDRESS
from oracle.sources.table import Row, read_table
from settlement.domain.findings import Finding, quote
from settlement.domain.iban import iban_is_valid
from settlement.domain.payees import HOLDER_MAX_CHARACTERS, Payee
from settlement.domain.payout_states import Channel

FILE_NAME = "payees.csv"
COLUMNS = ("member", "channel", "address", "consent")
HOLDER = "account_holder"
CHANNELS: Mapping[str, Channel] = {"wallet": Channel.WALLET, "bank": Channel.BANK}
CONSENTS = {"yes": True, "no": False, "": False}
ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)


def read_payees(path: Path, members: Collection[str]) -> tuple[dict[str, Payee], list[Finding]]:
    """One payee per member, from the file or from the case folder that may hold it, and the findings.

    Rows with findings, and members without a row, get the default payee; whoever pays must not go on
    while there are findings.
    """
    file = path / FILE_NAME if path.is_dir() else path
    payees = {member: Payee(member) for member in members}
    if not file.exists():
        return payees, []
    rows, findings = read_table(file, COLUMNS, others=False, optional=(HOLDER,))
    lines: dict[str, int] = {}
    for row in rows:
        payee = _payee(row)
        faults = [payee] if isinstance(payee, str) else _place_faults(payee, members, lines)
        findings += [Finding(file.name, row.line, fault) for fault in faults]
        if isinstance(payee, Payee) and not faults:
            payees[payee.member], lines[payee.member] = payee, row.line
    return payees, sorted(findings)


def consents(payees: Iterable[Payee]) -> frozenset[str]:
    """The members who agreed to publication."""
    return frozenset(payee.member for payee in payees if payee.consent)


def checksum_address(address: bytes) -> str:
    """The address as text with the mixed-case checksum of EIP-55."""
    if len(address) != ADDRESS_BYTES:
        raise ValueError(f"an address has {ADDRESS_BYTES} bytes, got {len(address)}")
    digits = address.hex()
    marks = keccak256(digits.encode()).hex()
    mixed = (
        digit.upper() if int(mark, 16) >= 8 else digit for digit, mark in zip(digits, marks, strict=False)
    )
    return "0x" + "".join(mixed)


def payees_csv(payees: Iterable[Payee]) -> str:
    """The file's text, rows in the given order; the account holders' column only where one is known."""
    listed = list(payees)
    named = any(payee.account_holder for payee in listed)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, HOLDER) if named else COLUMNS)
    writer.writerows((*_cells(row), row.account_holder or "") if named else _cells(row) for row in listed)
    return text.getvalue()


def _cells(payee: Payee) -> tuple[str, ...]:
    wallet = payee.channel is Channel.WALLET and payee.wallet_address is not None
    address = checksum_address(payee.wallet_address or b"") if wallet else payee.iban or ""
    return payee.member, payee.channel.value, address, "yes" if payee.consent else "no"


def _place_faults(payee: Payee, members: Collection[str], lines: dict[str, int]) -> list[str]:
    if payee.member not in members:
        return [f"the member {quote(payee.member)} is unknown"]
    if payee.member in lines:
        return [f"the member {quote(payee.member)} stands twice, first in line {lines[payee.member]}"]
    return []


def _payee(row: Row) -> Payee | str:
    """The row's payee, or the sentence that says what is wrong with it."""
    member, channel, address, consent, holder = row.cells
    if channel not in CHANNELS:
        return f"the channel {quote(channel)} is neither wallet nor bank"
    if consent not in CONSENTS:
        return f"the consent {quote(consent)} is neither yes nor no"
    fault = _holder_fault(holder)
    if fault:
        return fault
    known = Payee(member, CHANNELS[channel], consent=CONSENTS[consent], account_holder=holder or None)
    if known.channel is Channel.BANK:
        iban = address.replace(" ", "").upper()
        if iban and not iban_is_valid(iban):
            return f"{quote(address)} is not an IBAN, or its check digits are wrong"
        return replace(known, iban=iban or None)
    return _address_fault(address) or replace(known, wallet_address=bytes.fromhex(address[2:]))


def _holder_fault(text: str) -> str | None:
    """The sentence that says what is wrong with an account holder's name, if anything is."""
    if len(text) > HOLDER_MAX_CHARACTERS:
        return f"the account holder {quote(text)} has more than {HOLDER_MAX_CHARACTERS} characters"
    return None if text.isprintable() else f"the account holder {quote(text)} has control characters"


def _address_fault(text: str) -> str | None:
    """The sentence that says what is wrong with an address, if anything is."""
    if not ADDRESS.fullmatch(text):
        return f"{quote(text)} is not an address of 0x and 40 hexadecimal digits"
    address = bytes.fromhex(text[2:])
    if address == ZERO_ADDRESS:
        return "the zero address belongs to nobody"
    if text not in (checksum_address(address), "0x" + address.hex()):
        return f"the checksum (EIP-55) of {text} is wrong: one of its characters is not what it should be"
    return None

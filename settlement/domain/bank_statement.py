"""What a bank's statement says, whatever the form in which it came."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from settlement.domain.findings import Finding
from settlement.domain.payment_status import PaymentStatus

REFERENCE_MAX_CHARACTERS = 140


@dataclass(frozen=True, slots=True)
class Entry:
    """One booked movement in euro; `line` is where it stands in the file.

    `credit`: money arrived. `order` is the message id of a payment file that the entry names as a whole.
    `return_reason` is the bank's code or words where money comes back; `reversal`: an entry is taken back.
    """

    file: str
    line: int
    booked_on: date
    credit: bool
    amount_micro_eur: int
    reference: str | None = None
    end_to_end_id: str | None = None
    order: str | None = None
    counterparty: str = field(default="", repr=False)
    remittance: str = field(default="", repr=False)
    return_reason: str | None = None
    reversal: bool = False
    account: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class Statement:
    """The entries of a file in its order, its findings, and how many entries are not booked yet.

    A status report has no entries but `statuses`: what became of payments before they were booked.
    """

    entries: list[Entry] = field(default_factory=list)
    statuses: list[PaymentStatus] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    unbooked: int = 0


def plain(text: str | None) -> str:
    """The text with every run of blanks, line ends and control characters as one blank."""
    marks = (mark if mark.isprintable() else " " for mark in text or "")
    return " ".join("".join(marks).split())


def foreign_accounts(entries: Iterable[Entry], known: frozenset[str]) -> list[Finding]:
    """One finding per account that is none of the known ones; where none is known, any account may be."""
    first: dict[str, Entry] = {}
    for entry in entries:
        if known and entry.account is not None and entry.account not in known:
            first.setdefault(entry.account, entry)
    return [
        Finding(
            entry.file,
            entry.line,
            f"account {account} is not one from which this community ordered payments: import the statement "
            "of the right community, or name the account as another one of it",
        )
        for account, entry in first.items()
    ]

"""An entry that does not balance cannot exist."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from settlement.domain.accounting.account import Account
from settlement.domain.accounting.posting import Posting
from settlement.domain.identifiers import uuid7


class EntryKind(StrEnum):
    """Which business fact an entry records."""

    CLAIM = "claim"
    RECEIPT = "receipt"
    DIVISION = "division"
    ENTITLEMENT = "entitlement"
    LEAVES = "leaves"
    PAYOUT = "payout"
    SPENDING = "spending"
    CORRECTION = "correction"
    DEPARTURE = "departure"
    COLLECTION = "collection"
    LATE_RETURN = "late_return"
    REPAYMENT = "repayment"
    REVERSAL = "reversal"


class Cause(StrEnum):
    """Why an entry takes back or changes what an earlier one recorded."""

    METER_CORRECTION = "METER_CORRECTION"
    AUTHORITY_ADJUSTMENT = "AUTHORITY_ADJUSTMENT"
    SUPERSEDED = "SUPERSEDED"
    CANCELLATION = "CANCELLATION"
    MISTAKE = "MISTAKE"


class UnbalancedEntry(ValueError):  # noqa: N818 - named as the fact that it states
    """Debits and credits of an entry differ."""

    def __init__(self, kind: EntryKind, postings: tuple[Posting, ...]) -> None:
        debits = sum(row.amount_micro_eur for row in postings if row.amount_micro_eur > 0)
        credits = debits - sum(row.amount_micro_eur for row in postings)
        super().__init__(f"the {kind} debits {debits} and credits {credits} micro-euro")


_LINKED = frozenset({EntryKind.CORRECTION, EntryKind.REVERSAL})


@dataclass(frozen=True, slots=True)
class Entry:
    """A business fact in the accounts: at least two postings of different accounts that add up to zero.

    `source_id` is the row that the fact is about (settlement, receipt, distribution, payout,
    single payout). `effective_on`
    is the day on which it took effect, None for the day on which it is recorded. `corrects` is the id of the
    entry that a correction or a reversal is linked to, with its `cause`. Raises UnbalancedEntry, ValueError.
    """

    kind: EntryKind
    postings: tuple[Posting, ...]
    source_id: UUID | None = None
    effective_on: date | None = None
    corrects: UUID | None = None
    cause: Cause | None = None
    note: str = ""
    id: UUID = field(default_factory=uuid7, compare=False)

    def __post_init__(self) -> None:
        if sum(row.amount_micro_eur for row in self.postings) != 0:
            raise UnbalancedEntry(self.kind, self.postings)
        if len(self.postings) < 2:
            raise ValueError(f"the {self.kind} has {len(self.postings)} postings, an entry has two at least")
        named = Counter(row.account for row in self.postings)
        for account in (account for account, count in named.items() if count > 1):
            raise ValueError(f"the {self.kind} names the account {account} twice")
        if (self.kind in _LINKED) != (self.corrects is not None and self.cause is not None):
            raise ValueError(f"corrections and reversals, and only they, have link and cause: {self.kind}")

    def amount_of(self, account: Account) -> int:
        """What it moves on an account in micro-euro, debits positive."""
        return sum(row.amount_micro_eur for row in self.postings if row.account == account)


@dataclass(frozen=True, slots=True)
class RecordedEntry:
    """An entry in the journal, and the instant at which it was recorded."""

    entry: Entry
    recorded_at: datetime

"""Rows of the ledger's side as values, for use cases, receipts and the API."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from oracle.attest.day_list import DayList, Entry
from oracle.attest.keccak import HASH_BYTES
from oracle.attest.messages import DayReport
from settlement.domain.calendar import day_number


@dataclass(frozen=True, slots=True)
class SignedReport:
    """A report signed for a configuration's day. `report` is its id (32 bytes).

    `entries` are the published list, `pods` whose they are, in the same order; a POD whose key was deleted is
    None. The readings behind it are those of the settlement. `accepted_at` is None until the ledger holds it.
    """

    report: bytes
    configuration_id: UUID
    day: date
    settlement_id: UUID
    outbox_id: UUID
    predecessor: bytes
    root: bytes
    roster: bytes
    blinding: bytes
    hour_totals: bytes = field(repr=False)
    pods: tuple[str | None, ...] = field(repr=False)
    entries: tuple[Entry, ...] = field(repr=False)
    accepted_at: datetime | None = None

    @property
    def message(self) -> DayReport:
        """What the reporters sign."""
        return DayReport(
            day_number(self.day), self.predecessor, self.root, self.roster, len(self.entries), self.blinding,
            self.hour_totals,
        )  # fmt: skip

    @property
    def hidden(self) -> bool:
        """Whether the report hides its hour totals."""
        return len(self.hour_totals) == HASH_BYTES

    @property
    def list(self) -> DayList:
        """The published list, whose roots the report names."""
        return DayList(self.entries)


@dataclass(frozen=True, slots=True)
class HiddenDay:
    """What opens a report whose hour totals are hidden: salt and blinding (32 bytes), and the totals.

    `opened_at` is None until they were shown to the ledger.
    """

    report: bytes
    salt: bytes = field(repr=False)
    blinding: bytes = field(repr=False)
    hour_totals: bytes = field(repr=False)
    opened_at: datetime | None = None


class KnownReport(NamedTuple):
    """A signed report by its id (32 bytes), and the settlement whose hours are behind it.

    `predecessor` is the id of the report that it replaces, or zeros; `hidden` whether it hides its hour
    totals, and `opened_at` when the ledger was shown them.
    """

    day: date
    report: bytes
    predecessor: bytes
    settlement_id: UUID
    accepted_at: datetime | None
    hidden: bool
    opened_at: datetime | None

    @property
    def accepted(self) -> bool:
        """Whether the ledger held it, as far as is noted."""
        return self.accepted_at is not None

    @property
    def corrects(self) -> bool:
        """Whether it replaces another report."""
        return any(self.predecessor)


class TransactionState(StrEnum):
    """`signed`: stored, perhaps sent; `mined`: in the chain; `reverted`: in the chain without effect."""

    SIGNED = "signed"
    MINED = "mined"
    REVERTED = "reverted"


@dataclass(frozen=True, slots=True)
class StoredTransaction:
    """A signed transaction and its outcome: one step of an outbox message.

    `raw` and `hash` are the version with the highest fee, `earlier_hashes` those that it replaced.
    """

    id: UUID
    chain_id: int
    sender: bytes
    nonce: int
    outbox_id: UUID
    step: str
    attempt: int
    sentence: str
    receiver: bytes | None
    raw: bytes = field(repr=False)
    hash: bytes
    earlier_hashes: tuple[bytes, ...] = ()
    state: TransactionState = TransactionState.SIGNED
    block_number: int | None = None
    block_hash: bytes | None = None
    gas_used: int | None = None
    contract: bytes | None = None
    mined_at: datetime | None = None

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """All versions, the latest first: any of them may be the one in the chain."""
        return (self.hash, *self.earlier_hashes)


class ContractKind(StrEnum):
    """Our contracts on a chain; the ledger and the demo's token serve all communities."""

    LEDGER = "ledger"
    TIMELOCK = "timelock"
    TOKEN = "token"
    VAULT = "vault"


@dataclass(frozen=True, slots=True)
class Deployment:
    """A contract of ours; `community_id` is None for the ledger and the token.

    `transaction_id` is None where another program deployed it. `token` is what a vault counts in, None for
    the bookkeeping euro. `ledger_id` (32 bytes) is the community that timelock and vault serve, as the
    ledger names it; None where they are of a version that had no registry.
    """

    chain_id: int
    kind: ContractKind
    community_id: UUID | None
    address: bytes
    transaction_id: UUID | None
    token: bytes | None = None
    ledger_id: bytes | None = None


@dataclass(frozen=True, slots=True)
class NotedQuorum:
    """A community's reporters as the ledger had them when this service last published to it.

    `reporters` are their addresses (20 bytes), `held` of how many of them this service has the keys.
    """

    community_id: UUID
    epoch: int
    threshold: int
    reporters: tuple[bytes, ...]
    held: int
    noted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SettledDistribution:
    """A distribution that a vault accepted, the transaction in which it did, and when that was noted."""

    distribution_id: UUID
    transaction_id: UUID
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a chain was followed: the blocks from `first_number` to `number`, none before the first.

    The events of these contracts (address, kind) are complete up to there.
    """

    chain_id: int
    first_number: int
    number: int | None = None
    hash: bytes | None = None
    contracts: Mapping[bytes, ContractKind] = field(default_factory=dict)

    @property
    def next_number(self) -> int:
        """The block that is to be read next."""
        return self.first_number if self.number is None else self.number + 1


@dataclass(frozen=True, slots=True)
class EventScope:
    """Whose events: those of a community's own contracts, and those that name it or its configurations."""

    addresses: tuple[bytes, ...]
    communities: tuple[bytes, ...]
    configurations: tuple[bytes, ...]


class Severity(StrEnum):
    """`note`: worth knowing; `warning`: look at it soon; `critical`: money or evidence may be wrong."""

    NOTE = "note"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Alert:
    """What somebody must look at: a kind such as `reconciliation`, what it is about, and a sentence.

    Kind, community and subject say whether it is the same again. `community_id` is None for what concerns
    the whole installation. Texts longer than their column are cut: an alert is never lost for its length.
    """

    kind: str
    subject: str
    sentence: str
    severity: Severity = Severity.WARNING
    community_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RaisedAlert:
    """An alert on record. `resolved_at` is None while it is open."""

    id: UUID
    alert: Alert
    raised_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None = None


class MessageChannel(StrEnum):
    """How a device's message reached us."""

    HTTP = "http"
    MQTT = "mqtt"


@dataclass(frozen=True, slots=True)
class MeterMessageRecord:
    """An accepted message of readings; `digest` is SHA-256 of what it says, `body` the message itself."""

    id: UUID
    device_id: UUID
    message: str
    digest: bytes
    body: Mapping[str, Any]
    channel: MessageChannel
    sent_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured value, in thousandths of the metric's unit; metrics are those of `device_messages`."""

    device_id: UUID
    metric: str
    at: datetime
    value_milli: int
    channel: MessageChannel
    received_at: datetime

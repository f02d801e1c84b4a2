"""What leads from the database to the chain: PODs' keys, reports, contracts and signed transactions.

They join the one metadata of the project (SQLModel.metadata).
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from settlement.store import columns


class PodMonthKeyRow(SQLModel, table=True):
    """The secret of a POD's month, from which pseudonym and blindings derive.

    month = (year - 1970) * 12 + month - 1.
    Deleting the row makes that month's entries of the POD unlinkable and leaves the history intact.
    """

    __tablename__ = "pod_month_keys"

    pod: str = Field(sa_column=columns.text(15, primary_key=True))
    month: int = Field(sa_column=Column(Integer, primary_key=True))
    key: bytes = Field(sa_column=columns.octets())
    created_at: datetime = Field(sa_column=columns.recorded())


class DayReportRow(SQLModel, table=True):
    """A report that was signed for a configuration's day; the readings behind it are those of the settlement.

    `entries` is the published list, 65 bytes each: id and commitment, in the order of the ids. `pods` names
    whose they are, in the same order; the name of a POD whose key was deleted is NULL.
    """

    __tablename__ = "day_reports"
    __table_args__ = (
        UniqueConstraint("configuration_id", "day", "predecessor"),
        Index("idx_day_reports_outbox", "outbox_id"),
    )

    report: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    configuration_id: UUID = Field(sa_column=columns.reference("energy_configurations.id"))
    day: date = Field(sa_column=Column(Date, nullable=False))
    settlement_id: UUID = Field(sa_column=columns.reference("settlements.id"))
    outbox_id: UUID = Field(sa_column=columns.reference("outbox.id"))
    predecessor: bytes = Field(sa_column=columns.octets())
    root: bytes = Field(sa_column=columns.octets())
    roster: bytes = Field(sa_column=columns.octets())
    blinding: bytes = Field(sa_column=columns.octets())
    hour_totals: bytes = Field(sa_column=columns.octets())
    pods: list[str | None] = Field(sa_column=Column(ARRAY(String(15)), nullable=False))
    entries: bytes = Field(sa_column=columns.octets())
    created_at: datetime = Field(sa_column=columns.recorded())
    accepted_at: datetime | None = Field(sa_column=columns.instant(nullable=True))


class HiddenDayRow(SQLModel, table=True):
    """What opens a report whose hour totals are hidden; deleting the row leaves them hidden for good.

    `blinding` is the sum of the list's blindings, which the report does not name: with it anyone could test
    guesses of the totals.
    """

    __tablename__ = "hidden_days"

    report: bytes = Field(sa_column=Column(LargeBinary, ForeignKey("day_reports.report"), primary_key=True))
    salt: bytes = Field(sa_column=columns.octets())
    blinding: bytes = Field(sa_column=columns.octets())
    hour_totals: bytes = Field(sa_column=columns.octets())
    created_at: datetime = Field(sa_column=columns.recorded())
    opened_at: datetime | None = Field(sa_column=columns.instant(nullable=True))


class AttestationRow(SQLModel, table=True):
    """A reporter's signature over the digest of a batch of days or of a distribution."""

    __tablename__ = "attestations"

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    signer: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    signature: bytes = Field(sa_column=columns.octets())
    received_at: datetime = Field(sa_column=columns.recorded())


class NotedQuorumRow(SQLModel, table=True):
    """A community's reporters on the ledger, and of how many of them this service holds the keys."""

    __tablename__ = "noted_quorums"

    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id", primary_key=True))
    epoch: int = Field(sa_column=Column(BigInteger, nullable=False))
    threshold: int = Field(sa_column=Column(Integer, nullable=False))
    reporters: list[bytes] = Field(sa_column=Column(ARRAY(LargeBinary), nullable=False))
    held: int = Field(sa_column=Column(Integer, nullable=False))
    noted_at: datetime = Field(sa_column=columns.recorded())


class ChainTransactionRow(SQLModel, table=True):
    """A signed transaction, stored before it is sent, so that it can be sent again byte for byte.

    It carries out one step of an outbox message. When fees rise, the same nonce is signed again with a higher
    fee: `raw` and `hash` are the latest version, `earlier_hashes` the others, of which any may be mined.
    """

    __tablename__ = "chain_transactions"
    __table_args__ = (
        UniqueConstraint("chain_id", "sender", "nonce"),
        UniqueConstraint("outbox_id", "step", "attempt"),
    )

    id: UUID = Field(sa_column=columns.key())
    chain_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    sender: bytes = Field(sa_column=columns.octets())
    nonce: int = Field(sa_column=Column(BigInteger, nullable=False))
    outbox_id: UUID = Field(sa_column=columns.reference("outbox.id"))
    step: str = Field(sa_column=columns.text(100))
    attempt: int = Field(sa_column=Column(Integer, nullable=False, server_default="1"))
    sentence: str = Field(sa_column=columns.text(500))
    receiver: bytes | None = Field(sa_column=columns.octets(nullable=True))
    raw: bytes = Field(sa_column=columns.octets())
    hash: bytes = Field(sa_column=columns.octets(unique=True))
    earlier_hashes: list[bytes] = Field(
        sa_column=Column(ARRAY(LargeBinary), nullable=False, server_default="{}")
    )
    state: str = Field(sa_column=columns.text(10, server_default="signed"))
    block_number: int | None = Field(sa_column=Column(BigInteger))
    block_hash: bytes | None = Field(sa_column=columns.octets(nullable=True))
    gas_used: int | None = Field(sa_column=Column(BigInteger))
    contract: bytes | None = Field(sa_column=columns.octets(nullable=True))
    created_at: datetime = Field(sa_column=columns.recorded())
    mined_at: datetime | None = Field(sa_column=columns.instant(nullable=True))


class DeploymentRow(SQLModel, table=True):
    """A contract of ours on a chain. Ledger and demo token serve all communities: theirs is NULL.

    `ledger_id` names the community of a timelock and a vault at the ledger; a contract that another program
    deployed has no transaction here.
    """

    __tablename__ = "deployments"
    __table_args__ = (
        Index(
            "uq_deployments_kind", "chain_id", "kind", "community_id", unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        UniqueConstraint("chain_id", "address"),
    )  # fmt: skip

    id: UUID = Field(sa_column=columns.key())
    chain_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    kind: str = Field(sa_column=columns.text(10))
    community_id: UUID | None = Field(sa_column=columns.reference("energy_communities.id", nullable=True))
    address: bytes = Field(sa_column=columns.octets())
    token: bytes | None = Field(sa_column=columns.octets(nullable=True))
    ledger_id: bytes | None = Field(sa_column=columns.octets(nullable=True))
    transaction_id: UUID | None = Field(sa_column=columns.reference("chain_transactions.id", nullable=True))
    created_at: datetime = Field(sa_column=columns.recorded())


class ChainCursorRow(SQLModel, table=True):
    """How far a chain was followed; `contracts` are those whose events are complete up to there."""

    __tablename__ = "chain_cursors"

    chain_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    first_number: int = Field(sa_column=Column(BigInteger, nullable=False))
    number: int | None = Field(sa_column=Column(BigInteger))
    hash: bytes | None = Field(sa_column=columns.octets(nullable=True))
    contracts: dict[str, str] = Field(sa_column=columns.document(nullable=False, default="{}"))


class ChainBlockRow(SQLModel, table=True):
    """A block as it was read, whose parent is the row below it."""

    __tablename__ = "chain_blocks"

    chain_id: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("chain_cursors.chain_id"), primary_key=True, autoincrement=False
        )
    )
    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    hash: bytes = Field(sa_column=columns.octets())
    parent: bytes = Field(sa_column=columns.octets())
    mined_at: datetime = Field(sa_column=columns.instant())


class ChainEventRow(SQLModel, table=True):
    """An event of a contract of ours, decoded: whole numbers are text, bytes and addresses 0x text.

    `community` and `configuration` are the ids that the event itself names.
    """

    __tablename__ = "chain_events"
    __table_args__ = (
        ForeignKeyConstraint(["chain_id", "block_number"], ["chain_blocks.chain_id", "chain_blocks.number"]),
        Index("idx_chain_events_address", "chain_id", "address", "name"),
        Index("idx_chain_events_community", "chain_id", "community"),
        Index("idx_chain_events_configuration", "chain_id", "configuration"),
    )

    chain_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    block_number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    log_index: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    block_hash: bytes = Field(sa_column=columns.octets())
    transaction: bytes = Field(sa_column=columns.octets())
    address: bytes = Field(sa_column=columns.octets())
    name: str = Field(sa_column=columns.text(60))
    arguments: dict[str, Any] = Field(sa_column=columns.document(nullable=False))
    community: bytes | None = Field(sa_column=columns.octets(nullable=True))
    configuration: bytes | None = Field(sa_column=columns.octets(nullable=True))


class AlertRow(SQLModel, table=True):
    """Something that somebody must look at. One of a kind and subject is open at a time.

    A condition that goes away and comes back is another alert: the rows are the history.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        Index(
            "uq_alerts_open", "kind", "community_id", "subject", unique=True,
            postgresql_nulls_not_distinct=True, postgresql_where=text("resolved_at IS NULL"),
        ),
        Index("idx_alerts_community", "community_id", "raised_at"),
    )  # fmt: skip

    id: UUID = Field(sa_column=columns.key())
    kind: str = Field(sa_column=columns.text(40))
    community_id: UUID | None = Field(sa_column=columns.reference("energy_communities.id", nullable=True))
    subject: str = Field(sa_column=columns.text(200))
    sentence: str = Field(sa_column=columns.text(1000))
    severity: str = Field(sa_column=columns.text(10))
    raised_at: datetime = Field(sa_column=columns.instant())
    last_seen_at: datetime = Field(sa_column=columns.instant())
    resolved_at: datetime | None = Field(sa_column=columns.instant(nullable=True))


class SettledDistributionRow(SQLModel, table=True):
    """A distribution that its vault accepted, and in which transaction."""

    __tablename__ = "settled_distributions"

    distribution_id: UUID = Field(sa_column=columns.reference("distributions.id", primary_key=True))
    transaction_id: UUID = Field(sa_column=columns.reference("chain_transactions.id"))
    created_at: datetime = Field(sa_column=columns.recorded())


class RosterSaltRow(SQLModel, table=True):
    """The secret behind a member's id in the roster on the ledger; `member` is its code.

    Deleting the row makes the id unlinkable and leaves the roster's root as it is.
    """

    __tablename__ = "roster_salts"

    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id", primary_key=True))
    member: str = Field(sa_column=columns.text(100, primary_key=True))
    salt: bytes = Field(sa_column=columns.octets())
    created_at: datetime = Field(sa_column=columns.recorded())


class BankAccountRow(SQLModel, table=True):
    """The account behind a hash on the ledger: `payee` is keccak256(salt ‖ IBAN).

    Deleting the row leaves a hash that nobody can tell an IBAN from.
    """

    __tablename__ = "bank_accounts"

    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id", primary_key=True))
    payee: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    salt: bytes = Field(sa_column=columns.octets())
    iban: str = Field(sa_column=columns.text(34))
    created_at: datetime = Field(sa_column=columns.recorded())


class MeterMessageRow(SQLModel, table=True):
    """A message of readings as it was accepted; never changed, and known by the device's own id of it."""

    __tablename__ = "meter_messages"
    __table_args__ = (UniqueConstraint("device_id", "message"),)

    id: UUID = Field(sa_column=columns.key())
    device_id: UUID = Field(sa_column=columns.reference("devices.id"))
    message: str = Field(sa_column=columns.text(100))
    digest: bytes = Field(sa_column=columns.octets())
    body: dict[str, Any] = Field(sa_column=columns.document(nullable=False))
    channel: str = Field(sa_column=columns.text(10))
    sent_at: datetime = Field(sa_column=columns.instant())
    received_at: datetime = Field(sa_column=columns.instant())
    created_at: datetime = Field(sa_column=columns.recorded())


class MeterDayRow(SQLModel, table=True):
    """A POD's day as its meter's messages tell it so far; it enters the readings when it is complete."""

    __tablename__ = "meter_days"

    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id", primary_key=True))
    pod: str = Field(sa_column=columns.text(15, primary_key=True))
    direction: str = Field(sa_column=columns.text(10, primary_key=True))
    day: date = Field(sa_column=Column(Date, primary_key=True))
    resolution_minutes: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    wh: list[int] = Field(sa_column=Column(ARRAY(Integer), nullable=False))
    estimated: list[bool] = Field(sa_column=Column(ARRAY(Boolean), nullable=False))
    sent: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))
    rank: list[int] = Field(sa_column=Column(ARRAY(BigInteger), nullable=False))


class TelemetryRow(SQLModel, table=True):
    """A measured value in thousandths of the metric's unit, for monitoring; no settlement reads it."""

    __tablename__ = "telemetry"
    __table_args__ = (Index("idx_telemetry_at", "at"),)

    device_id: UUID = Field(sa_column=columns.reference("devices.id", primary_key=True))
    metric: str = Field(sa_column=columns.text(30, primary_key=True))
    at: datetime = Field(sa_column=columns.instant(primary_key=True))
    value_milli: int = Field(sa_column=columns.whole())
    channel: str = Field(sa_column=columns.text(10))
    received_at: datetime = Field(sa_column=columns.instant())


class JobRow(SQLModel, table=True):
    """A job: the row is the truth, whatever a broker remembers of it.

    `number` is the order of coming, which no clock can disturb. In each partition one job runs at a time.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index(
            "uq_jobs_key", "community_id", "key", unique=True, postgresql_nulls_not_distinct=True,
            postgresql_where=text("key IS NOT NULL"),
        ),
        Index("uq_jobs_running", "partition", unique=True, postgresql_where=text("state = 'running'")),
        Index("idx_jobs_queued", "partition", "number", postgresql_where=text("state = 'queued'")),
        Index("idx_jobs_community", "community_id", "number"),
    )  # fmt: skip

    id: UUID = Field(sa_column=columns.key())
    number: int = Field(sa_column=Column(BigInteger, Identity(always=True), nullable=False, unique=True))
    kind: str = Field(sa_column=columns.text(40))
    community_id: UUID | None = Field(sa_column=columns.reference("energy_communities.id", nullable=True))
    partition: str = Field(sa_column=columns.text(100))
    arguments: dict[str, Any] = Field(sa_column=columns.document(nullable=False))
    key: str | None = Field(sa_column=columns.text(200, nullable=True))
    request_id: str | None = Field(sa_column=columns.text(64, nullable=True))
    state: str = Field(sa_column=columns.text(10, server_default="queued"))
    attempts: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    not_before: datetime = Field(sa_column=columns.instant())
    created_at: datetime = Field(sa_column=columns.instant())
    started_at: datetime | None = Field(sa_column=columns.instant(nullable=True))
    finished_at: datetime | None = Field(sa_column=columns.instant(nullable=True))
    heartbeat_at: datetime | None = Field(sa_column=columns.instant(nullable=True))
    cancelled_at: datetime | None = Field(sa_column=columns.instant(nullable=True))
    worker: str | None = Field(sa_column=columns.text(200, nullable=True))
    progress_done: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    progress_total: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    sentence: str = Field(sa_column=columns.text(1000, server_default=""))
    outcome: dict[str, Any] | None = Field(sa_column=columns.document())
    table_sha256: bytes | None = Field(sa_column=columns.octets(nullable=True))


class JobTableRow(SQLModel, table=True):
    """The file that a job reads, until it is done or cancelled."""

    __tablename__ = "job_tables"

    job_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True))
    content: bytes = Field(sa_column=columns.octets())

"""The community's accounts, and the life of its distributions. Nothing in them is ever changed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Column, Date, Index, Uuid, text
from sqlmodel import Field, SQLModel

from settlement.store import columns


class AccountingEntryRow(SQLModel, table=True):
    """A business fact; its postings add up to zero when the transaction that records it ends."""

    __tablename__ = "accounting_entries"
    __table_args__ = (
        Index("idx_accounting_entries_journal", "community_id", "recorded_at", "id"),
        Index("idx_accounting_entries_source", "source_id"),
        Index("idx_accounting_entries_corrects", "corrects"),
        # A fact that happens once is recorded once, and taken back once.
        Index(
            "uq_accounting_entries_fact",
            "kind",
            "source_id",
            unique=True,
            postgresql_where=text(
                "kind IN ('claim', 'receipt', 'division', 'entitlement', 'leaves', 'spending', 'late_return')"
            ),
        ),
        Index(
            "uq_accounting_entries_reversal",
            "corrects",
            unique=True,
            postgresql_where=text("kind = 'reversal'"),
        ),
    )

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    kind: str = Field(sa_column=columns.text(20))
    source_id: UUID | None = Field(sa_column=Column(Uuid))
    effective_on: date = Field(sa_column=Column(Date, nullable=False))
    corrects: UUID | None = Field(sa_column=columns.reference("accounting_entries.id", nullable=True))
    cause: str | None = Field(sa_column=columns.text(30, nullable=True))
    note: str = Field(sa_column=columns.text(500))
    recorded_at: datetime = Field(sa_column=columns.recorded())


class AccountingPostingRow(SQLModel, table=True):
    """A signed amount on an account, debits positive; `member` is empty where nobody owns the account."""

    __tablename__ = "accounting_postings"
    __table_args__ = (Index("idx_accounting_postings_account", "community_id", "account", "member"),)

    entry_id: UUID = Field(sa_column=columns.reference("accounting_entries.id", primary_key=True))
    account: str = Field(sa_column=columns.text(20, primary_key=True))
    member: str = Field(sa_column=columns.text(100, primary_key=True))
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    amount_micro_eur: int = Field(sa_column=columns.whole())


class DistributionDraftRow(SQLModel, table=True):
    """What a distribution is to be made of; once approved, the distribution has its id."""

    __tablename__ = "distribution_drafts"

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    receipts: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    settlements: list[UUID] = Field(sa_column=Column(ARRAY(Uuid), nullable=False))
    wallets: bool = Field(sa_column=Column(Boolean, nullable=False))
    created_at: datetime = Field(sa_column=columns.recorded())


class DistributionStepRow(SQLModel, table=True):
    """A step in the life of a distribution: who made it, and of a check what it found."""

    __tablename__ = "distribution_steps"
    __table_args__ = (
        Index("idx_distribution_steps_distribution", "distribution_id"),
        Index(
            "uq_distribution_steps_once",
            "distribution_id",
            "state",
            unique=True,
            postgresql_where=text("state <> 'checked'"),
        ),
    )

    id: UUID = Field(sa_column=columns.key())
    distribution_id: UUID = Field(sa_column=columns.reference("distribution_drafts.id"))
    state: str = Field(sa_column=columns.text(20))
    actor: str = Field(sa_column=columns.text(100))
    findings: list[dict[str, Any]] = Field(sa_column=columns.document(nullable=False, default="[]"))
    acknowledged: list[str] = Field(sa_column=columns.document(nullable=False, default="[]"))
    digest: bytes | None = Field(sa_column=columns.octets(nullable=True))
    recorded_at: datetime = Field(sa_column=columns.recorded())

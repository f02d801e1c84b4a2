"""How much: a closed period with the exact bytes of its statement, its members' figures and its hours."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKeyConstraint, Index, Numeric, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from settlement.store import columns


class SettlementRow(SQLModel, table=True):
    """A settled period of a community. `document` is settlement.json byte for byte.

    A period has one first settlement, and each settlement at most one that supersedes it.
    """

    __tablename__ = "settlements"
    __table_args__ = (
        Index(
            "uq_settlements_first", "community_id", "period_start", "period_end", unique=True,
            postgresql_where=text("supersedes IS NULL"),
        ),
        UniqueConstraint("supersedes"),
    )  # fmt: skip

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    period_start: datetime = Field(sa_column=columns.instant())
    period_end: datetime = Field(sa_column=columns.instant())
    as_of: datetime = Field(sa_column=columns.instant())
    document: bytes = Field(sa_column=columns.octets())
    manifest: bytes = Field(sa_column=columns.octets())
    evidence: bytes = Field(sa_column=columns.octets())
    injected_wh: int = Field(sa_column=columns.whole())
    withdrawn_wh: int = Field(sa_column=columns.whole())
    shared_wh: int = Field(sa_column=columns.whole())
    revenue_micro_eur: int = Field(sa_column=columns.whole())
    producers_micro_eur: int = Field(sa_column=columns.whole())
    social_micro_eur: int = Field(sa_column=columns.whole())
    grid_micro_eur: int = Field(sa_column=columns.whole())
    carried_micro_eur: int = Field(sa_column=columns.whole())
    moved_to_social_micro_eur: int = Field(sa_column=columns.whole())
    enterprise_cap_micro_eur: int | None = Field(sa_column=columns.whole(nullable=True))
    refusals: list[dict[str, Any]] = Field(sa_column=columns.document(nullable=False, default="[]"))
    supersedes: UUID | None = Field(sa_column=columns.reference("settlements.id", nullable=True))
    reason: str | None = Field(sa_column=columns.text(500, nullable=True))
    terms: bytes | None = Field(sa_column=columns.octets(nullable=True))
    unverified_rules: dict[str, str] | None = Field(sa_column=columns.document())
    created_at: datetime = Field(sa_column=columns.recorded())


class SettlementMemberRow(SQLModel, table=True):
    """A member's figures in a settlement; `weight` divides later distributions."""

    __tablename__ = "settlement_members"
    __table_args__ = (
        ForeignKeyConstraint(
            ["community_id", "member"], ["community_members.community_id", "community_members.code"]
        ),
    )

    settlement_id: UUID = Field(sa_column=columns.reference("settlements.id", primary_key=True))
    member: str = Field(sa_column=columns.text(100, primary_key=True))
    community_id: UUID = Field(nullable=False)
    enterprise: bool = Field(nullable=False)
    injected_wh: int = Field(sa_column=columns.whole())
    withdrawn_wh: int = Field(sa_column=columns.whole())
    shared_injection_wh: int = Field(sa_column=columns.whole())
    shared_withdrawal_wh: int = Field(sa_column=columns.whole())
    weight: int = Field(sa_column=columns.whole())
    payout_micro_eur: int = Field(sa_column=columns.whole())


class EnergyTransactionRow(SQLModel, table=True):
    """The shared energy of one configuration and hour: min(injected, withdrawn), with the zone's price."""

    __tablename__ = "energy_transactions"
    __table_args__ = (Index("idx_transactions_timestamp", "community_id", "hour"),)

    settlement_id: UUID = Field(sa_column=columns.reference("settlements.id", primary_key=True))
    configuration_id: UUID = Field(sa_column=columns.reference("energy_configurations.id", primary_key=True))
    hour: datetime = Field(sa_column=columns.instant(primary_key=True))
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    injected_wh: int = Field(sa_column=columns.whole())
    withdrawn_wh: int = Field(sa_column=columns.whole())
    shared_wh: int = Field(sa_column=columns.whole())
    grid_zone: str = Field(sa_column=columns.text(50))
    market_price_eur_per_mwh: Decimal = Field(sa_column=Column(Numeric(16, 8), nullable=False))
    settlement_status: str = Field(sa_column=columns.text(50))

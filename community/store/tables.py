"""Who and where: communities, configurations, members, PODs, plants, rules, GSE records and tokens."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Date, Index, Integer, Numeric, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from settlement.store import columns


def _metadata() -> "Column[Any]":
    # SQLModel keeps the attribute name `metadata` to itself; the column has the specification's name.
    column = columns.document(nullable=False, default="{}")
    column.name = column.key = "metadata"
    return column


class CommunityRow(SQLModel, table=True):
    """A renewable energy community (legal entity) and the terms that it settles by."""

    __tablename__ = "energy_communities"

    id: UUID = Field(sa_column=columns.key())
    name: str = Field(sa_column=columns.text(255, unique=True))
    legal_type: str = Field(sa_column=columns.text(50))
    status: str = Field(sa_column=columns.text(50))
    gse_compliance_status: str | None = Field(sa_column=columns.text(50, nullable=True))
    boundary: dict[str, Any] | None = Field(sa_column=columns.document())
    max_radius_m: int | None = Field(sa_column=Column(Integer))
    rule_set: str = Field(sa_column=columns.text(50))
    attribution: str = Field(sa_column=columns.text(50))
    allocation: str = Field(sa_column=columns.text(50))
    storage_policy: str = Field(sa_column=columns.text(50, server_default="EXCLUDE_FROM_WITHDRAWAL"))
    late_request_policy: str = Field(sa_column=columns.text(50, server_default="TRUNCATE"))
    producers_bps: int = Field(sa_column=Column(Integer, nullable=False))
    social_bps: int = Field(sa_column=Column(Integer, nullable=False))
    grid_bps: int = Field(sa_column=Column(Integer, nullable=False))
    parameters: dict[str, Any] = Field(sa_column=columns.document(nullable=False, default="{}"))
    parameter_sources: dict[str, Any] = Field(sa_column=columns.document(nullable=False, default="{}"))
    ledger_id: bytes | None = Field(sa_column=columns.octets(nullable=True, unique=True))
    extra: dict[str, Any] = Field(sa_column=_metadata())
    created_at: datetime = Field(sa_column=columns.recorded())
    updated_at: datetime = Field(sa_column=columns.recorded())


class ConfigurationRow(SQLModel, table=True):
    """The members and plants of a community under one primary substation (area convenzionale)."""

    __tablename__ = "energy_configurations"
    __table_args__ = (
        UniqueConstraint("community_id", "code"),
        UniqueConstraint("community_id", "area_code"),
        Index("idx_communities_substation", "area_code"),
    )

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    code: str = Field(sa_column=columns.text(100))
    area_code: str = Field(sa_column=columns.text(11))
    zone: str = Field(sa_column=columns.text(4))
    ledger_id: bytes | None = Field(sa_column=columns.octets(nullable=True, unique=True))
    created_at: datetime = Field(sa_column=columns.recorded())


class MemberRow(SQLModel, table=True):
    """A member; `code` is its id in case files and statements."""

    __tablename__ = "community_members"
    __table_args__ = (UniqueConstraint("community_id", "code"),)

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    code: str = Field(sa_column=columns.text(100))
    member_type: str = Field(sa_column=columns.text(50))
    legal_category: str = Field(sa_column=columns.text(50))
    enterprise: bool = Field(sa_column=Column(Boolean, nullable=False))
    status: str = Field(sa_column=columns.text(50))
    joined_on: date | None = Field(sa_column=Column(Date))
    left_on: date | None = Field(sa_column=Column(Date))
    payout_channel: str = Field(sa_column=columns.text(10, server_default="bank"))
    wallet_address: bytes | None = Field(sa_column=columns.octets(nullable=True))
    iban: str | None = Field(sa_column=columns.text(34, nullable=True))
    account_holder: str | None = Field(sa_column=columns.text(70, nullable=True))
    publication_consent: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    location: dict[str, Any] | None = Field(sa_column=columns.document())
    connection_point: dict[str, Any] | None = Field(sa_column=columns.document())
    sharing_preferences: dict[str, Any] | None = Field(sa_column=columns.document())
    engagement_metrics: dict[str, Any] | None = Field(sa_column=columns.document())
    consumption_patterns: dict[str, Any] | None = Field(sa_column=columns.document())
    response_history: dict[str, Any] | None = Field(sa_column=columns.document())
    created_at: datetime = Field(sa_column=columns.recorded())
    updated_at: datetime = Field(sa_column=columns.recorded())


class MemberPodRow(SQLModel, table=True):
    """A POD belongs to a member in a configuration from valid_from up to, not including, valid_to.

    A POD is in one configuration at a time, whatever the community (exclusion constraint).
    """

    __tablename__ = "member_pods"
    __table_args__ = (
        Index("idx_members_pod", "pod"),
        Index("idx_member_pods_community", "community_id", "member_id"),
    )

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    member_id: UUID = Field(sa_column=columns.reference("community_members.id"))
    configuration_id: UUID = Field(sa_column=columns.reference("energy_configurations.id"))
    pod: str = Field(sa_column=columns.text(15))
    smart_meter_id: str | None = Field(sa_column=columns.text(100, nullable=True))
    valid_from: date = Field(sa_column=Column(Date, nullable=False))
    valid_to: date | None = Field(sa_column=Column(Date))
    storage: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    created_at: datetime = Field(sa_column=columns.recorded())


class AssetRow(SQLModel, table=True):
    """A plant. Power limits belong to the dated rule sets, not to the database."""

    __tablename__ = "community_assets"
    __table_args__ = (
        UniqueConstraint("community_id", "code"),
        Index("idx_assets_installation", "installation_date"),
    )

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    member_id: UUID | None = Field(sa_column=columns.reference("community_members.id", nullable=True))
    code: str = Field(sa_column=columns.text(100))
    pod: str = Field(sa_column=columns.text(15))
    asset_type: str = Field(sa_column=columns.text(50))
    power_kw: Decimal = Field(sa_column=Column(Numeric(16, 6), nullable=False))
    installation_date: date = Field(sa_column=Column(Date, nullable=False))
    region: str = Field(sa_column=columns.text(50))
    grant_pct: Decimal = Field(sa_column=Column(Numeric(8, 6), nullable=False, server_default="0"))
    stop_days: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    requested_on: date | None = Field(sa_column=Column(Date))
    gse_registration_id: str | None = Field(sa_column=columns.text(100, nullable=True))
    status: str = Field(sa_column=columns.text(50, server_default="active"))
    degradation_rate: Decimal | None = Field(sa_column=Column(Numeric(8, 6)))
    maintenance_history: list[Any] | None = Field(sa_column=columns.document())
    performance_metrics: dict[str, Any] | None = Field(sa_column=columns.document())
    extra: dict[str, Any] = Field(sa_column=_metadata())
    created_at: datetime = Field(sa_column=columns.recorded())
    updated_at: datetime = Field(sa_column=columns.recorded())


class SharingRuleRow(SQLModel, table=True):
    """A statutory rule of internal sharing, valid in an interval of days."""

    __tablename__ = "sharing_rules"
    __table_args__ = (Index("idx_sharing_rules_community", "community_id", "priority"),)

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    priority: int | None = Field(sa_column=Column(Integer))
    producer_type: str | None = Field(sa_column=columns.text(50, nullable=True))
    consumer_type: str | None = Field(sa_column=columns.text(50, nullable=True))
    allocation_method: str = Field(sa_column=columns.text(50))
    minimum_bps: int | None = Field(sa_column=Column(Integer))
    maximum_bps: int | None = Field(sa_column=Column(Integer))
    pricing_model: dict[str, Any] | None = Field(sa_column=columns.document())
    valid_from: date = Field(sa_column=Column(Date, nullable=False))
    valid_to: date | None = Field(sa_column=Column(Date))
    active: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("true")))
    created_at: datetime = Field(sa_column=columns.recorded())
    updated_at: datetime = Field(sa_column=columns.recorded())


class CommunityRuleRow(SQLModel, table=True):
    """A rule that a community adopted; never changed, a later one of the same key takes its place."""

    __tablename__ = "community_rules"
    __table_args__ = (Index("idx_community_rules_community", "community_id", "adopted_at"),)

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    adopted_at: datetime = Field(sa_column=columns.instant())
    key: str = Field(sa_column=columns.text(100))
    value_micro: Decimal = Field(sa_column=Column(Numeric, nullable=False))
    valid_from: date | None = Field(sa_column=Column(Date))
    valid_to: date | None = Field(sa_column=Column(Date))
    source: str = Field(sa_column=columns.text(200))
    created_at: datetime = Field(sa_column=columns.recorded())


class GseComplianceRecordRow(SQLModel, table=True):
    """A submission to GSE and its answer."""

    __tablename__ = "gse_compliance_records"
    __table_args__ = (Index("idx_gse_records_community", "community_id", "submission_date"),)

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    submission_type: str = Field(sa_column=columns.text(100))
    submission_date: datetime | None = Field(sa_column=columns.instant(nullable=True))
    status: str = Field(sa_column=columns.text(50))
    response_date: datetime | None = Field(sa_column=columns.instant(nullable=True))
    documents: list[Any] = Field(sa_column=columns.document(nullable=False, default="[]"))
    created_at: datetime = Field(sa_column=columns.recorded())
    updated_at: datetime = Field(sa_column=columns.recorded())


class ApiTokenRow(SQLModel, table=True):
    """A key to the API: its SHA-256 only. Without a community it opens all of them."""

    __tablename__ = "api_tokens"

    id: UUID = Field(sa_column=columns.key())
    token_hash: bytes = Field(sa_column=columns.octets(unique=True))
    label: str = Field(sa_column=columns.text(255))
    role: str = Field(sa_column=columns.text(20))
    community_id: UUID | None = Field(sa_column=columns.reference("energy_communities.id", nullable=True))
    member_id: UUID | None = Field(sa_column=columns.reference("community_members.id", nullable=True))
    created_at: datetime = Field(sa_column=columns.recorded())
    expires_at: datetime = Field(sa_column=columns.instant())
    revoked_at: datetime | None = Field(sa_column=columns.instant(nullable=True))


class DeviceRow(SQLModel, table=True):
    """A meter, inverter or battery that sends messages; `code` stands in its MQTT topics."""

    __tablename__ = "devices"
    __table_args__ = (
        UniqueConstraint("community_id", "code"),
        # Two meters that speak for one POD would contradict each other.
        Index(
            "uq_devices_meter", "community_id", "pod", unique=True,
            postgresql_where=text("kind = 'meter' AND revoked_at IS NULL"),
        ),
    )  # fmt: skip

    id: UUID = Field(sa_column=columns.key())
    community_id: UUID = Field(sa_column=columns.reference("energy_communities.id"))
    code: str = Field(sa_column=columns.text(64))
    kind: str = Field(sa_column=columns.text(10))
    pod: str = Field(sa_column=columns.text(15))
    plant: str | None = Field(sa_column=columns.text(100, nullable=True))
    interval_s: int = Field(sa_column=Column(Integer, nullable=False))
    resolution_minutes: int = Field(sa_column=Column(Integer, nullable=False))
    limit_w: int | None = Field(sa_column=columns.whole(nullable=True))
    registered_at: datetime = Field(sa_column=columns.instant())
    revoked_at: datetime | None = Field(sa_column=columns.instant(nullable=True))
    last_seen_at: datetime | None = Field(sa_column=columns.instant(nullable=True))


class DeviceKeyRow(SQLModel, table=True):
    """The public half of a device's key, in an interval of time; those of a rotation overlap."""

    __tablename__ = "device_keys"
    __table_args__ = (Index("idx_device_keys_device", "device_id"),)

    id: UUID = Field(sa_column=columns.key())
    device_id: UUID = Field(sa_column=columns.reference("devices.id"))
    public_key: bytes = Field(sa_column=columns.octets(unique=True))
    valid_from: datetime = Field(sa_column=columns.instant())
    valid_to: datetime | None = Field(sa_column=columns.instant(nullable=True))
    created_at: datetime = Field(sa_column=columns.recorded())

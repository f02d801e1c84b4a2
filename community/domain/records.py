"""Communities, configurations, members, PODs and plants as the store keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from settlement.domain.case import (
    Allocation,
    Attribution,
    LateRequestPolicy,
    MemberCategory,
    Shares,
    Source,
    StoragePolicy,
)
from settlement.domain.payees import Payee

Document = Mapping[str, Any]


class CommunityStatus(StrEnum):
    """Where a community stands in its life."""

    PENDING = "pending"
    APPROVED = "approved"
    ACTIVE = "active"
    DISSOLVED = "dissolved"


class MemberType(StrEnum):
    """What a member does with energy (FACTS 1.4)."""

    PROSUMER = "prosumer"
    CONSUMER = "consumer"
    PRODUCER = "producer"
    THIRD_PARTY_PRODUCER = "third_party_producer"


class MemberStatus(StrEnum):
    """Whether a member belongs to the association."""

    PENDING = "pending"
    ACTIVE = "active"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class ConfigurationRecord:
    """A configuration; `code` is its id in case files ("" when the community lists none).

    `ledger_id` (32 bytes) is its name on the ledger once it is registered there.
    """

    id: UUID
    code: str
    area_code: str
    zone: str
    ledger_id: bytes | None = None


@dataclass(frozen=True, slots=True)
class CommunityRecord:
    """A community and the terms that it settles by; `boundary` is a GeoJSON polygon."""

    id: UUID
    name: str
    legal_type: str
    status: CommunityStatus
    gse_compliance_status: str | None
    boundary: Document | None
    max_radius_m: int | None
    rule_set: str
    attribution: Attribution
    allocation: Allocation
    shares_bps: Shares
    storage_policy: StoragePolicy
    late_request_policy: LateRequestPolicy
    parameters_micro: Mapping[str, int]
    parameter_sources: Mapping[str, str]
    ledger_id: bytes | None
    extra: Document
    configurations: tuple[ConfigurationRecord, ...]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PodRecord:
    """A POD of a member in a configuration (its code) from valid_from up to, not including, valid_to.

    `storage` marks a storage that stands alone.
    """

    pod: str
    configuration: str
    valid_from: date
    valid_to: date | None = None
    smart_meter_id: str | None = None
    storage: bool = False


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member to add, or the wanted state of one to update; `code` never changes.

    `location` is a GeoJSON point. The JSON documents are the specification's; nothing here reads them.
    """

    code: str
    category: MemberCategory
    enterprise: bool = False
    member_type: MemberType = MemberType.CONSUMER
    status: MemberStatus = MemberStatus.ACTIVE
    joined_on: date | None = None
    left_on: date | None = None
    payee: Payee | None = None
    location: Document | None = None
    connection_point: Document | None = None
    sharing_preferences: Document | None = None
    engagement_metrics: Document | None = None
    consumption_patterns: Document | None = None
    response_history: Document | None = None
    pods: tuple[PodRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """A stored member: its id, its community, and what NewMember says."""

    id: UUID
    community_id: UUID
    member: NewMember
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PlantRecord:
    """A plant; power in kW and grant in per cent are exact decimals, `stop_days` are recognised by GSE.

    `id` and `member` (the owner's code) are None until it is stored.
    """

    code: str
    pod: str
    source: Source
    power_kw: Decimal
    entry_into_operation: date
    region: str
    grant_pct: Decimal = Decimal(0)
    stop_days: int = 0
    requested_on: date | None = None
    id: UUID | None = None
    member: str | None = None
    gse_registration_id: str | None = None
    status: str = "active"
    degradation_rate: Decimal | None = None
    extra: Document = field(default_factory=dict)


class Role(StrEnum):
    """What a token opens."""

    MEMBER = "member"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class TokenRecord:
    """A key to the API, known by its SHA-256 only."""

    id: UUID
    label: str
    role: Role
    community_id: UUID | None
    member_id: UUID | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking. Without a community: all of them. `member` is the member's id in case files."""

    token_id: UUID
    label: str
    role: Role
    community_id: UUID | None
    member_id: UUID | None
    member: str | None

    def may_read(self, community_id: UUID) -> bool:
        """Whether this principal reads that community."""
        return self.community_id is None or self.community_id == community_id

    def may_write(self, community_id: UUID) -> bool:
        """Whether this principal changes that community."""
        return self.role is Role.ADMINISTRATOR and self.may_read(community_id)

"""Rows of community.toml as far as they could be read; None stands where a finding was noted."""

from dataclasses import dataclass
from datetime import date, datetime

from settlement.casefile.toml_table import Table
from settlement.domain.case import (
    Allocation,
    Attribution,
    LateRequestPolicy,
    MemberCategory,
    Shares,
    Source,
    StoragePolicy,
)


@dataclass(frozen=True, slots=True)
class ConfigurationDraft:
    """A `[[configurations]]` table, or `[community]` where there is none."""

    table: Table
    id: str | None
    area_code: str | None
    zone: str | None


@dataclass(frozen=True, slots=True)
class MemberDraft:
    """A `[[members]]` table."""

    table: Table
    id: str | None
    category: MemberCategory | None
    enterprise: bool | None


@dataclass(frozen=True, slots=True)
class PodDraft:
    """A `[[pods]]` table; `is_dated` is False where its validity could not be read."""

    table: Table
    code: str | None
    member: str | None
    configuration: str | None
    valid_from: date | None
    valid_to: date | None
    is_dated: bool
    storage: bool | None


@dataclass(frozen=True, slots=True)
class PlantDraft:
    """A `[[plants]]` table."""

    table: Table
    id: str | None
    pod: str | None
    source: Source | None
    power_milliwatt: int | None
    entry_into_operation: date | None
    region: str | None
    grant_micro_pct: int | None
    stop_days: int | None
    requested_on: date | None


@dataclass(frozen=True, slots=True)
class CommunityDraft:
    """All of community.toml as far as it could be read."""

    rule_set: str | None
    start: datetime | None
    end: datetime | None
    attribution: Attribution | None
    allocation: Allocation | None
    revenue_micro_eur: int | None
    parameters_micro: dict[str, int] | None
    parameter_sources: dict[str, str] | None
    name: str | None
    shares_bps: Shares | None
    configurations: tuple[ConfigurationDraft, ...]
    members: tuple[MemberDraft, ...]
    pods: tuple[PodDraft, ...]
    plants: tuple[PlantDraft, ...]
    storage_policy: StoragePolicy | None
    late_request_policy: LateRequestPolicy | None

    @property
    def period(self) -> tuple[datetime, datetime] | None:
        """The period, where both its ends are known."""
        if self.start is None or self.end is None:
            return None
        return self.start, self.end

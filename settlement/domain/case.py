"""What one settlement is computed from: a community, its meter series and its prices.

Exact scales: energy in whole Wh; money in micro-euro; prices and rates in micro-euro per MWh; power in
milliwatt (a kW with six decimals); percentages in millionths of a percentage point. A case is canonical:
members, PODs, plants, configurations, series and prices stand in the order of their keys, so that the
order of input rows cannot reach a result.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from settlement.domain import calendar

MICRO = 1_000_000
WH_MAX = 500_000_000
"""Largest reading of one interval; four of them fit a signed 32-bit hour."""
SINGLE_CONFIGURATION = ""
"""Id of the configuration of a community that lists none."""


class MemberCategory(StrEnum):
    """Legal category of a member (D.Lgs. 199/2021 art. 31 as amended by L. 60/2025)."""

    NATURAL_PERSON = "NATURAL_PERSON"
    SME = "SME"
    TERRITORIAL_BODY = "TERRITORIAL_BODY"
    LOCAL_ADMIN = "LOCAL_ADMIN"
    RELIGIOUS_BODY = "RELIGIOUS_BODY"
    THIRD_SECTOR = "THIRD_SECTOR"
    ENV_PROTECTION = "ENV_PROTECTION"
    RESEARCH_TRAINING = "RESEARCH_TRAINING"
    PUBLIC_HOUSING = "PUBLIC_HOUSING"
    PUBLIC_CARE = "PUBLIC_CARE"
    DRAINAGE_CONSORTIUM = "DRAINAGE_CONSORTIUM"
    ASSOCIATION = "ASSOCIATION"
    CONDOMINIUM = "CONDOMINIUM"


class Direction(StrEnum):
    """Which register of the meter: energy fed into the grid or taken from it."""

    INJECTED = "injected"
    WITHDRAWN = "withdrawn"


class Source(StrEnum):
    """Primary source of a plant."""

    PHOTOVOLTAIC = "photovoltaic"
    WIND = "wind"
    HYDRO = "hydro"
    BIOMASS = "biomass"
    OTHER = "other"


class Attribution(StrEnum):
    """How the shared energy of an hour is attributed to plants."""

    ENTRY_ORDER = "ENTRY_ORDER"
    PRO_RATA_INJECTION = "PRO_RATA_INJECTION"


class StoragePolicy(StrEnum):
    """What the withdrawals of a stand-alone storage count as (FACTS 2.4; no public text settles it)."""

    EXCLUDE_FROM_WITHDRAWAL = "EXCLUDE_FROM_WITHDRAWAL"
    COUNT_AS_WITHDRAWAL = "COUNT_AS_WITHDRAWAL"


class LateRequestPolicy(StrEnum):
    """What a request for the premium after its term costs: the days before it, or the premium (FACTS 1.3)."""

    TRUNCATE = "TRUNCATE"
    REJECT = "REJECT"


class Allocation(StrEnum):
    """How the producers' pool is divided among members."""

    SHARED_INJECTION = "SHARED_INJECTION"
    SHARED_WITHDRAWAL = "SHARED_WITHDRAWAL"
    SHARED_BOTH = "SHARED_BOTH"
    EQUAL = "EQUAL"


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of a revenue in basis points; they add up to 10,000."""

    producers: int
    social: int
    grid: int


@dataclass(frozen=True, slots=True)
class Configuration:
    """The members and plants under one primary substation; id "" when the community lists none."""

    id: str
    area_code: str
    zone: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the community; enterprises are bound by the excess threshold."""

    id: str
    category: MemberCategory
    enterprise: bool = False


@dataclass(frozen=True, slots=True)
class PodRow:
    """A POD belongs to a member in a configuration from valid_from up to, not including, valid_to.

    `storage` marks the POD of a storage that stands alone, behind neither a plant's nor a customer's meter.
    """

    code: str
    member: str
    configuration: str
    valid_from: date
    valid_to: date | None = None
    storage: bool = False


@dataclass(frozen=True, slots=True)
class Plant:
    """A production plant behind a POD.

    `power_milliwatt` is power_kw times a million, `grant_micro_pct` is grant_pct times a million;
    `stop_days` are the days without production that GSE has recognised: the premium lasts that much longer.
    `requested_on` is the day on which GSE was asked for the premium; None means in time.
    """

    id: str
    pod: str
    source: Source
    power_milliwatt: int
    entry_into_operation: date
    region: str
    grant_micro_pct: int = 0
    stop_days: int = 0
    requested_on: date | None = None

    @property
    def entry_key(self) -> tuple[date, str, str]:
        """Order of entry into operation, ties by POD and id in byte order."""
        return (self.entry_into_operation, self.pod, self.id)


@dataclass(frozen=True, slots=True)
class Community:
    """The terms of one settlement: period [start, end) in UTC, rules, configurations, members and plants.

    `parameters_micro` overrides rule parameters by name, each value times a million; `parameter_sources`
    names the resolution behind an override, where there is one. `revenue_micro_eur` is the amount to split;
    None means premium plus valorisation.
    """

    name: str
    rule_set: str
    start: datetime
    end: datetime
    shares_bps: Shares
    configurations: tuple[Configuration, ...]
    members: tuple[Member, ...] = ()
    pods: tuple[PodRow, ...] = ()
    plants: tuple[Plant, ...] = ()
    attribution: Attribution = Attribution.ENTRY_ORDER
    allocation: Allocation = Allocation.SHARED_INJECTION
    revenue_micro_eur: int | None = None
    parameters_micro: Mapping[str, int] = field(default_factory=dict)
    storage_policy: StoragePolicy = StoragePolicy.EXCLUDE_FROM_WITHDRAWAL
    parameter_sources: Mapping[str, str] = field(default_factory=dict)
    late_request_policy: LateRequestPolicy = LateRequestPolicy.TRUNCATE

    @property
    def hours(self) -> int:
        """Hours of the period."""
        return calendar.hour_count(self.start, self.end)

    @property
    def uncounted_withdrawals(self) -> frozenset[str]:
        """PODs whose withdrawals are no consumption: storages that give back what they take."""
        if self.storage_policy is StoragePolicy.COUNT_AS_WITHDRAWAL:
            return frozenset()
        return frozenset(row.code for row in self.pods if row.storage)

    @property
    def lists_configurations(self) -> bool:
        """Whether the community names its configurations, so that results are shown for each."""
        return tuple(row.id for row in self.configurations) != (SINGLE_CONFIGURATION,)


@dataclass(frozen=True, slots=True, eq=False)
class MeterSeries:
    """Readings of one POD and direction, one per interval of the period.

    `resolution_minutes` is 60 or 15; `wh` (int32), `present` and `estimated` (bool) have shape
    (hours * 60 / resolution_minutes,). Intervals without a reading have wh 0 and present False.
    """

    pod: str
    direction: Direction
    resolution_minutes: int
    wh: NDArray[np.int32]
    present: NDArray[np.bool_]
    estimated: NDArray[np.bool_]

    @property
    def key(self) -> tuple[str, Direction]:
        """POD and direction: a case holds one series for each."""
        return (self.pod, self.direction)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MeterSeries):
            return NotImplemented
        return (
            self.key == other.key
            and self.resolution_minutes == other.resolution_minutes
            and np.array_equal(self.wh, other.wh)
            and np.array_equal(self.present, other.present)
            and np.array_equal(self.estimated, other.estimated)
        )

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, eq=False)
class PriceSeries:
    """Day-ahead prices of a zone, one per quarter-hour of the period; an hourly price stands four times.

    `quarter_micro_eur_per_mwh` (int64) has shape (4 * hours,), so four times an hour's mean is the exact
    sum of its quarters.
    """

    zone: str
    quarter_micro_eur_per_mwh: NDArray[np.int64]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PriceSeries):
            return NotImplemented
        quarters = self.quarter_micro_eur_per_mwh
        return self.zone == other.zone and np.array_equal(quarters, other.quarter_micro_eur_per_mwh)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that one settlement is computed from; series by POD and direction, prices by zone."""

    community: Community
    series: tuple[MeterSeries, ...]
    prices: tuple[PriceSeries, ...]

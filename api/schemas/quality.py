"""The quality of readings on the wire: findings, reports, held days, estimates, versions of a day."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field

from api.schemas.wire import Count, Day, Id, Instant, PodCode, Request, Response, Text, WattHours, rome
from settlement.domain.case import Direction
from settlement.domain.quality.estimation import EstimateMethod, RecordedEstimate
from settlement.domain.quality.finding import QualityFinding
from settlement.domain.quality.history import DayVersion
from settlement.domain.quality.quarantine import QuarantinedDay
from settlement.domain.quality.report import LEGEND, ConfigurationQuality, PodQuality, QualityReport

DAYS_MAX = 62
IDS_MAX = 1_000
Severity = Literal["blocking", "warning", "note"]
Month = Annotated[
    str, Field(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$", description="A month", examples=["2024-06"])
]


class QualityFindingOut(Response):
    """One check's finding in a series of readings."""

    check: str = Field(description="Name of the check", examples=["ABOVE_POWER"])
    severity: Severity = Field(description="Only what is blocking holds days back")
    pod: PodCode
    direction: Direction | None = Field(description="null where the POD has readings of neither")
    days: list[Day] = Field(description="The days concerned, ascending")
    count: Count = Field(description="Readings concerned")
    sentence: str
    remedy: str = Field(description="What to do about it")

    @classmethod
    def of(cls, row: QualityFinding) -> Self:
        """The finding as it is sent."""
        return cls(
            check=row.check,
            severity=row.severity.value,
            pod=row.pod,
            direction=row.direction,
            days=list(row.days),
            count=row.count,
            sentence=row.sentence,
            remedy=row.remedy,
        )


class PodQualityOut(Response):
    """A POD and direction in a month."""

    pod: PodCode
    member: str
    direction: Direction
    strip: str = Field(description=LEGEND)
    days: Count = Field(description="Days with readings")
    expected_days: Count = Field(description="Days on which the POD belongs to the community")
    intervals: Count
    estimated_intervals: Count
    first_received: Instant | None
    last_received: Instant | None

    @classmethod
    def of(cls, row: PodQuality) -> Self:
        """The line as it is sent."""
        return cls(
            pod=row.pod,
            member=row.member,
            direction=row.direction,
            strip=row.strip,
            days=row.days,
            expected_days=row.expected,
            intervals=row.intervals,
            estimated_intervals=row.estimated,
            first_received=row.first_received and rome(row.first_received),
            last_received=row.last_received and rome(row.last_received),
        )


class HeldDayOut(Response):
    """A day that is held until somebody decides."""

    id: Id
    pod: PodCode
    direction: Direction
    day: Day
    received_at: Instant
    source: str = Field(description="What it came with")
    energy_wh: WattHours = Field(description="Sum of the values that arrived")
    missing: Count = Field(description="Intervals that did not; such a day is never released")
    why: list[str]

    @classmethod
    def of(cls, row: QuarantinedDay) -> Self:
        """The held day as it is sent."""
        return cls(
            id=row.id,
            pod=row.held.pod,
            direction=row.held.direction,
            day=row.held.day,
            received_at=rome(row.received_at),
            source=row.source,
            energy_wh=int(row.held.wh.sum(dtype="int64")),
            missing=int((~row.held.present).sum()),
            why=[finding["sentence"] for finding in row.findings],
        )


class ConfigurationQualityOut(Response):
    """PODs, findings and held days of one configuration."""

    configuration: str
    area_code: str
    pods: list[PodQualityOut]
    findings: list[QualityFindingOut]
    held: list[Id] = Field(description="Ids of the days of the month that were held")

    @classmethod
    def of(cls, row: ConfigurationQuality) -> Self:
        """The configuration as it is sent."""
        return cls(
            configuration=row.configuration,
            area_code=row.area_code,
            pods=[PodQualityOut.of(line) for line in row.pods],
            findings=[QualityFindingOut.of(finding) for finding in row.findings],
            held=[held.id for held in row.held],
        )


class QualityReportOut(Response):
    """The readings of a month as they were known at an instant."""

    month: Month
    as_of: Instant
    configurations: list[ConfigurationQualityOut]

    @classmethod
    def of(cls, report: QualityReport) -> Self:
        """The report as it is sent."""
        return cls(
            month=report.month,
            as_of=rome(report.as_of),
            configurations=[ConfigurationQualityOut.of(row) for row in report.configurations],
        )


class DecisionRequest(Request):
    """What becomes of held days; it is not taken back."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "ids": ["01900000-0000-7000-8000-000000000001"],
                    "decision": "reject",
                    "reason": "kWh taken for Wh; the file comes again",
                }
            ]
        }
    )

    ids: Annotated[list[Id], Field(min_length=1, max_length=IDS_MAX)]
    decision: Literal["release", "reject"]
    reason: Text


class DecidedOut(Response):
    """How many held days were decided."""

    decided: Count


class EstimateRequest(Request):
    """Days of a POD to estimate by a named method."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pod": "IT001E00000001",
                    "direction": "withdrawn",
                    "days": ["2024-07-08"],
                    "method": "SAME_WEEKDAY_MEAN",
                    "reason": "the grid operator has not delivered the day",
                }
            ]
        }
    )

    pod: PodCode
    direction: Direction
    days: Annotated[list[Day], Field(min_length=1, max_length=DAYS_MAX)]
    method: EstimateMethod
    reason: Text


class EstimateOut(Response):
    """A day that was estimated, and the measured days that it comes from."""

    pod: PodCode
    direction: Direction
    day: Day
    method: EstimateMethod
    from_days: list[Day]

    @classmethod
    def of(cls, row: RecordedEstimate) -> Self:
        """The estimate as it is sent."""
        return cls(
            pod=row.pod,
            direction=row.direction,
            day=row.day,
            method=row.method,
            from_days=list(row.from_days),
        )


class DayVersionOut(Response):
    """A version of a day, known from `received_at` on until the next one."""

    direction: Direction
    received_at: Instant
    resolution_minutes: Literal[15, 60]
    energy_wh: WattHours
    estimated_intervals: Count
    change_wh: int | None = Field(description="To the version before; null for the first")
    changed_intervals: int | None
    origin: str = Field(description="How it came: imported, released or estimated, by whom and why")

    @classmethod
    def of(cls, row: DayVersion) -> Self:
        """The version as it is sent."""
        return cls(
            direction=row.direction,
            received_at=rome(row.received_at),
            resolution_minutes=15 if row.resolution_minutes == 15 else 60,
            energy_wh=row.energy_wh,
            estimated_intervals=row.estimated,
            change_wh=row.change_wh,
            changed_intervals=row.changed,
            origin=row.origin,
        )


class KnownEnergyOut(Response):
    """A configuration's energy of a period from the readings that were known at an instant."""

    configuration: str
    hours: Count
    complete_hours: Count = Field(description="Hours in which every POD has its readings")
    injected_wh: WattHours
    withdrawn_wh: WattHours
    shared_wh: WattHours

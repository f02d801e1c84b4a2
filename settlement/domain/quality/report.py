"""A month of readings as a report: completeness by POD, findings, what is held and what is estimated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from settlement.domain.canonical import canonical_json
from settlement.domain.case import Direction
from settlement.domain.day_vectors import DayVector
from settlement.domain.quality.finding import QualityFinding


class DayMark(StrEnum):
    """One day in a strip."""

    MEASURED = "█"
    ESTIMATED = "▒"
    HELD = "!"
    MISSING = "·"
    NOT_EXPECTED = " "


LEGEND = "█ measured  ▒ estimated, in part or in whole  ! held  · missing  (blank) not in the community"


@dataclass(frozen=True, slots=True)
class PodQuality:
    """Readings of a POD and direction in a month: `strip` has one mark for each day.

    `days` of `expected` are there; `estimated` of `intervals` readings are estimates. The instants say when
    the first and the last of what is in force was received; None when nothing was.
    """

    pod: str
    member: str
    direction: Direction
    strip: str
    days: int
    expected: int
    intervals: int
    estimated: int
    first_received: datetime | None
    last_received: datetime | None

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "pod": self.pod,
            "member": self.member,
            "direction": self.direction.value,
            "strip": self.strip,
            "days": self.days,
            "expected_days": self.expected,
            "intervals": self.intervals,
            "estimated_intervals": self.estimated,
            "first_received": _text(self.first_received),
            "last_received": _text(self.last_received),
        }


@dataclass(frozen=True, slots=True)
class HeldLine:
    """A held day in a report."""

    id: UUID
    pod: str
    direction: Direction
    day: date
    received_at: datetime
    source: str
    checks: tuple[str, ...]
    why: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "id": str(self.id),
            "pod": self.pod,
            "direction": self.direction.value,
            "day": self.day.isoformat(),
            "received_at": _text(self.received_at),
            "source": self.source,
            "checks": list(self.checks),
            "why": list(self.why),
        }


@dataclass(frozen=True, slots=True)
class ConfigurationQuality:
    """The PODs, findings and held days of one configuration."""

    configuration: str
    area_code: str
    pods: tuple[PodQuality, ...]
    findings: tuple[QualityFinding, ...]
    held: tuple[HeldLine, ...]

    def document(self) -> dict[str, Any]:
        """As JSON has it; complete and estimated are shares as counts, so that nobody rounds."""
        return {
            "configuration": self.configuration,
            "area_code": self.area_code,
            "days": sum(row.days for row in self.pods),
            "expected_days": sum(row.expected for row in self.pods),
            "intervals": sum(row.intervals for row in self.pods),
            "estimated_intervals": sum(row.estimated for row in self.pods),
            "pods": [row.document() for row in self.pods],
            "findings": [finding_document(row) for row in self.findings],
            "held": [row.document() for row in self.held],
        }


@dataclass(frozen=True, slots=True)
class QualityReport:
    """All configurations of a community in one month (YYYY-MM) as known at an instant."""

    community: str
    month: str
    as_of: datetime
    configurations: tuple[ConfigurationQuality, ...]

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "community": self.community,
            "month": self.month,
            "as_of": _text(self.as_of),
            "legend": LEGEND,
            "configurations": [row.document() for row in self.configurations],
        }

    def canonical(self) -> bytes:
        """Its canonical bytes: the same readings give the same report."""
        return canonical_json(self.document())


def finding_document(row: QualityFinding) -> dict[str, Any]:
    """A finding as JSON has it."""
    return {
        "check": row.check.value,
        "severity": row.severity.value,
        "pod": row.pod,
        "direction": None if row.direction is None else row.direction.value,
        "days": [day.isoformat() for day in row.days],
        "count": row.count,
        "sentence": row.sentence,
        "remedy": row.remedy,
    }


def pod_quality(
    pod: str,
    member: str,
    direction: Direction,
    days: Sequence[date],
    expected: NDArray[np.bool_],
    vectors: dict[date, DayVector],
    held: set[date],
) -> PodQuality:
    """The POD's month; `expected` masks the days on which it belongs there."""
    known = [vectors[day] for day, wanted in zip(days, expected, strict=True) if wanted and day in vectors]
    marks = [
        _mark(vectors.get(day), day in held) if wanted else DayMark.NOT_EXPECTED
        for day, wanted in zip(days, expected, strict=True)
    ]
    received = sorted(row.received_at for row in known)
    return PodQuality(
        pod,
        member,
        direction,
        "".join(marks),
        len(known),
        int(expected.sum()),
        sum(len(row.wh) for row in known),
        sum(0 if row.estimated is None else int(row.estimated.sum()) for row in known),
        received[0] if received else None,
        received[-1] if received else None,
    )


def _mark(vector: DayVector | None, held: bool) -> DayMark:
    if vector is None:
        return DayMark.HELD if held else DayMark.MISSING
    guessed = vector.estimated is not None and vector.estimated.any()
    return DayMark.ESTIMATED if guessed else DayMark.MEASURED


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()

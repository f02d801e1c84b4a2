"""How good the readings of a month are, per configuration. Computed when asked; only held days are stored."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from settlement.domain.calendar import day_start, month_first_day
from settlement.domain.case import Community, Configuration, Direction, PodRow
from settlement.domain.day_vectors import DayGrid, DayVector
from settlement.domain.errors import NotFound
from settlement.domain.quality.finding import QualityFinding
from settlement.domain.quality.inspect import inspect
from settlement.domain.quality.quarantine import QuarantinedDay
from settlement.domain.quality.report import (
    ConfigurationQuality,
    HeldLine,
    PodQuality,
    QualityReport,
    pod_quality,
)
from settlement.ports import QualityWork
from settlement.usecases.load_case import series_of, validity
from settlement.usecases.quality_subject import subject_of

_Known = Mapping[tuple[str, Direction], dict[date, DayVector]]


def quality_report(work: QualityWork, community_id: UUID, month: int, as_of: datetime) -> QualityReport:
    """The report of a month, given by its number, as it was known at `as_of`.

    Members, PODs and plants are those known today: terms have no history of their own. Raises NotFound.
    """
    start, end = day_start(month_first_day(month)), day_start(month_first_day(month + 1))
    terms = work.communities.terms(community_id, start, end)
    if terms is None:
        raise NotFound("community", community_id)
    grid = DayGrid.of(start, end)
    known = work.readings.days(community_id, grid.days[0], grid.days[-1], as_of)
    subject = subject_of(work, community_id, terms, grid, series_of(terms, grid, known), as_of)
    findings = inspect(subject)
    held = [
        row
        for row in work.quarantine.of_days(community_id, grid.days[0], grid.days[-1])
        if row.received_at <= as_of and (row.decided_at is None or row.decided_at > as_of)
    ]
    return QualityReport(
        terms.name,
        f"{month_first_day(month):%Y-%m}",
        as_of,
        tuple(_configuration(row, terms, grid, known, findings, held) for row in terms.configurations),
    )


def _configuration(
    configuration: Configuration,
    terms: Community,
    grid: DayGrid,
    known: _Known,
    findings: list[QualityFinding],
    held: list[QuarantinedDay],
) -> ConfigurationQuality:
    pods = [row for row in terms.pods if row.configuration == configuration.id]
    codes = {row.code for row in pods}
    return ConfigurationQuality(
        configuration.id,
        configuration.area_code,
        tuple(line for row in pods for line in _lines(row, terms, grid, known, held)),
        tuple(row for row in findings if row.pod in codes),
        tuple(_held_line(row) for row in held if row.held.pod in codes),
    )


def _lines(
    row: PodRow, terms: Community, grid: DayGrid, known: _Known, held: list[QuarantinedDay]
) -> list[PodQuality]:
    """A line for each direction that the POD reports or must report; one of withdrawals if it has neither."""
    produces = any(plant.pod == row.code for plant in terms.plants)
    expected = validity(_alone(terms, row), grid)[row.code]
    if not expected.any():
        return []
    lines = []
    for direction in Direction:
        vectors = known.get((row.code, direction), {})
        days = {one.held.day for one in held if (one.held.pod, one.held.direction) == (row.code, direction)}
        needed = produces if direction is Direction.INJECTED else not produces
        if vectors or days or needed:
            lines.append(pod_quality(row.code, row.member, direction, grid.days, expected, vectors, days))
    return lines


def _alone(terms: Community, row: PodRow) -> Community:
    """The community with this row alone: a POD that changes hands has a row for each holder."""
    return replace(terms, pods=(row,))


def _held_line(row: QuarantinedDay) -> HeldLine:
    held = row.held
    checks = tuple(finding["check"] for finding in row.findings)
    why = tuple(finding["sentence"] for finding in row.findings)
    return HeldLine(row.id, held.pod, held.direction, held.day, row.received_at, row.source, checks, why)

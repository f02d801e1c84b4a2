"""Readings arrive: what is possible enters at once, what is not is held until somebody decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from settlement.domain.calendar import is_whole_days
from settlement.domain.case import Case, Direction, MeterSeries
from settlement.domain.day_vectors import DayGrid
from settlement.domain.errors import NotFound, PeriodNotWholeDays
from settlement.domain.identifiers import uuid7
from settlement.domain.quality.finding import QualityFinding, Severity
from settlement.domain.quality.inspect import CHECKS_OF_ARRIVALS, inspect
from settlement.domain.quality.quarantine import HeldDay, HeldState, QuarantinedDay
from settlement.domain.quality.subject import Subject
from settlement.ports import UnitOfWork
from settlement.usecases.import_readings import Imported, import_readings, require_admitted
from settlement.usecases.load_case import validity
from settlement.usecases.quality_subject import subject_of

_Blocked = Mapping[tuple[str, Direction, date], Sequence[QualityFinding]]
SOURCE_MAX_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Admitted:
    """What became of a file: what entered, which days are held now, and everything that was found.

    `held` are the days held because of this file, `known` counts days that it brought again although they are
    held already, or were rejected.
    """

    imported: Imported
    held: tuple[QuarantinedDay, ...]
    known: int
    findings: tuple[QualityFinding, ...]


def admit_readings(
    work: UnitOfWork, community_id: UUID, case: Case, source: str, received_at: datetime
) -> Admitted:
    """Check the case's readings, hold the days with a blocking finding and import everything else.

    `source` names the file or the meter. The same values again hold nothing twice, what was rejected stays
    out, and what was released enters. Raises what `import_readings` raises; all or nothing.
    """
    start, end = case.community.start, case.community.end
    if not (start < end and is_whole_days(start, end)):
        raise PeriodNotWholeDays(start, end)
    if not case.series:
        return Admitted(import_readings(work, community_id, case, received_at), (), 0, ())
    terms = work.communities.terms(community_id, start, end)
    if terms is None:
        raise NotFound("community", community_id)
    # The same lock as the import's: what is held and what is known must not change in between.
    work.lock(f"readings:{community_id}")
    grid = DayGrid.of(start, end)
    begun = {row.key: _days_begun(row, grid) for row in case.series}
    require_admitted(case, grid, begun, validity(terms, grid))
    subject = subject_of(work, community_id, terms, grid, case.series)
    findings = tuple(inspect(subject, CHECKS_OF_ARRIVALS))
    held = _Held(work, community_id, subject, _blocked(findings))
    new = [held.day(day, source[:SOURCE_MAX_CHARACTERS], received_at) for day in held.new]
    work.quarantine.add(new)
    imported = import_readings(work, community_id, replace(case, series=held.others()), received_at)
    return Admitted(imported, tuple(new), held.known, findings)


def _days_begun(series: MeterSeries, grid: DayGrid) -> NDArray[np.bool_]:
    firsts = grid.interval_edges(series.resolution_minutes)[:-1]
    begun: NDArray[np.bool_] = np.logical_or.reduceat(series.present, firsts)
    return begun


def _blocked(findings: Sequence[QualityFinding]) -> _Blocked:
    """The blocking findings by POD, direction and day."""
    found: dict[tuple[str, Direction, date], list[QualityFinding]] = {}
    for finding in findings:
        if finding.severity is Severity.BLOCKING and finding.direction is not None:
            for day in finding.days:
                found.setdefault((finding.pod, finding.direction, day), []).append(finding)
    return found


class _Held:
    """The days of a file that do not enter: `new` are to be held, `known` were held or rejected before."""

    def __init__(self, work: UnitOfWork, community_id: UUID, subject: Subject, blocked: _Blocked) -> None:
        self._community_id, self._subject, self._blocked = community_id, subject, blocked
        self._out: dict[tuple[str, Direction], list[slice]] = {}
        self.new: list[HeldDay] = []
        self.known = 0
        if not blocked:
            return
        first, last = subject.grid.days[0], subject.grid.days[-1]
        states = {row.held.digest: row.state for row in work.quarantine.of_days(community_id, first, last)}
        stored = work.readings.days(community_id, first, last)
        for series in subject.series:
            differs = subject.grid.days_differing(series, stored.get(series.key, {}))
            self._hold(series, differs, states)

    def _hold(
        self, series: MeterSeries, differs: NDArray[np.bool_], states: Mapping[bytes, HeldState]
    ) -> None:
        edges = self._subject.grid.interval_edges(series.resolution_minutes)
        for position, day in enumerate(self._subject.grid.days):
            if (*series.key, day) not in self._blocked:
                continue
            part = slice(int(edges[position]), int(edges[position + 1]))
            held = HeldDay.cut(series, day, part)
            state = states.get(held.digest)
            # Values that are in the readings already were admitted before: to hold them takes nothing out.
            if state is HeldState.RELEASED or (held.whole and not differs[position]):
                continue
            self._out.setdefault(series.key, []).append(part)
            if state is None:
                self.new.append(held)
            else:
                self.known += 1

    def day(self, held: HeldDay, source: str, received_at: datetime) -> QuarantinedDay:
        """The held day with the findings that hold it."""
        findings = [
            {"check": row.check.value, "sentence": row.sentence, "remedy": row.remedy}
            for row in self._blocked[held.pod, held.direction, held.day]
        ]
        return QuarantinedDay(uuid7(), self._community_id, held, received_at, source, findings)

    def others(self) -> tuple[MeterSeries, ...]:
        """The series without the days that stay out; one that has no other day is left away."""
        left = (_without(series, self._out.get(series.key, [])) for series in self._subject.series)
        return tuple(series for series in left if series.present.any())


def _without(series: MeterSeries, parts: Sequence[slice]) -> MeterSeries:
    if not parts:
        return series
    wh, present, estimated = series.wh.copy(), series.present.copy(), series.estimated.copy()
    for part in parts:
        wh[part], present[part], estimated[part] = 0, False, False
    return replace(series, wh=wh, present=present, estimated=estimated)

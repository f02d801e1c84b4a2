"""Somebody answers for held days: they enter the readings, or stay out for good."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from settlement.domain.calendar import DAY, day_start
from settlement.domain.case import Case
from settlement.domain.day_vectors import DayVector
from settlement.domain.errors import NotFound, QuarantineRefused
from settlement.domain.quality.quarantine import HeldState, QuarantinedDay
from settlement.ports import UnitOfWork
from settlement.usecases.import_readings import import_readings


def release_readings(
    work: UnitOfWork, community_id: UUID, ids: Collection[UUID], by: str, reason: str, released_at: datetime
) -> int:
    """Admit held days as they arrived, received at the instant of the release; returns how many.

    All or nothing. Raises NotFound, and QuarantineRefused for a day that is decided already, lacks intervals,
    is named in two versions at once, or of which measured readings arrived after the held ones.
    """
    rows = _held(work, community_id, ids, by, reason)
    _require_releasable(work, community_id, rows)
    for day, group in groupby(rows, key=lambda row: row.held.day):
        terms = work.communities.terms(community_id, day_start(day), day_start(day + DAY))
        if terms is None:
            raise NotFound("community", community_id)
        series = tuple(row.held.series for row in group)
        import_readings(work, community_id, Case(terms, series, ()), released_at)
    work.quarantine.decide([row.id for row in rows], HeldState.RELEASED, by, reason, released_at)
    return len(rows)


def reject_readings(
    work: UnitOfWork, community_id: UUID, ids: Collection[UUID], by: str, reason: str, rejected_at: datetime
) -> int:
    """Keep held days out for good; the same values, brought again, stay out as well. Returns how many.

    Raises NotFound, and QuarantineRefused for a day that is decided already.
    """
    rows = _held(work, community_id, ids, by, reason)
    work.quarantine.decide([row.id for row in rows], HeldState.REJECTED, by, reason, rejected_at)
    return len(rows)


def _held(
    work: UnitOfWork, community_id: UUID, ids: Collection[UUID], by: str, reason: str
) -> list[QuarantinedDay]:
    """The days of these ids by day, all of them held."""
    if not by.strip() or not reason.strip():
        raise QuarantineRefused("a decision on held readings has an author and a reason")
    work.lock(f"readings:{community_id}")
    rows = work.quarantine.of_ids(community_id, ids)
    for unknown in set(ids) - {row.id for row in rows}:
        raise NotFound("held day", unknown)
    for row in rows:
        if row.state is not HeldState.HELD:
            raise QuarantineRefused(
                f"{_named(row)} was {row.state} by {row.decided_by} at {row.decided_at}: {row.reason}"
            )
    return rows


def _require_releasable(work: UnitOfWork, community_id: UUID, rows: Sequence[QuarantinedDay]) -> None:
    seen: set[tuple[str, str, date]] = set()
    for row in rows:
        held = row.held
        if not held.whole:
            raise QuarantineRefused(
                f"{_named(row)} lacks {int((~held.present).sum())} readings, and a day is settled whole: "
                "reject it, and bring the whole day or estimate it"
            )
        key = (held.pod, held.direction.value, held.day)
        if key in seen:
            raise QuarantineRefused(f"{_named(row)} is held in two versions: release one, reject the other")
        seen.add(key)
        for direction, vector in work.readings.versions(community_id, held.pod, held.day, held.day):
            if direction is held.direction and vector.received_at > row.received_at and _measured(vector):
                raise QuarantineRefused(
                    f"{_named(row)}: other readings of the day arrived at {vector.received_at}, after these; "
                    "reject the held ones, or bring their file again"
                )


def _measured(vector: DayVector) -> bool:
    return vector.estimated is None or not vector.estimated.all()


def _named(row: QuarantinedDay) -> str:
    return f"{row.held.pod} {row.held.direction} of {row.held.day}"

"""Days of readings that are held, or were. What arrived never changes; the decision is taken once."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from settlement.domain.case import Direction
from settlement.domain.quality.quarantine import HeldDay, HeldState, QuarantinedDay
from settlement.store.tables import QuarantinedReadingRow as Row


class QuarantineReader:
    """Reads held days; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_days(self, community_id: UUID, first: date, last: date) -> list[QuarantinedDay]:
        """What was ever held of the days from first to last, both included, in whatever state."""
        return self._where(col(Row.community_id) == community_id, col(Row.day).between(first, last))

    def of_ids(self, community_id: UUID, ids: Collection[UUID]) -> list[QuarantinedDay]:
        """Those of these ids that the community has."""
        return self._where(col(Row.community_id) == community_id, col(Row.id).in_(ids))

    def waiting(self, community_id: UUID) -> list[QuarantinedDay]:
        """What is held and not decided."""
        return self._where(col(Row.community_id) == community_id, col(Row.state) == HeldState.HELD.value)

    def _where(self, *conditions: ColumnElement[bool]) -> list[QuarantinedDay]:
        order = (col(Row.day), col(Row.pod), col(Row.direction), col(Row.id))
        return [_day(row) for row in self._session.scalars(select(Row).where(*conditions).order_by(*order))]


class Quarantine(QuarantineReader):
    """Adds held days, and decides on them."""

    def add(self, days: Iterable[QuarantinedDay]) -> None:
        """Store held days; one that arrived with the same values before is left as it is."""
        rows = [_columns(day) for day in days]
        if rows:
            self._session.execute(insert(Row).on_conflict_do_nothing(), rows)

    def decide(
        self, ids: Collection[UUID], state: HeldState, by: str, reason: str, decided_at: datetime
    ) -> None:
        """Take the decision on days that are held."""
        decision = {"state": state.value, "decided_by": by, "reason": reason, "decided_at": decided_at}
        self._session.execute(update(Row).where(col(Row.id).in_(ids)).values(decision))
        self._session.expire_all()


def _columns(day: QuarantinedDay) -> dict[str, object]:
    held = day.held
    values = zip(held.wh.tolist(), held.present.tolist(), strict=True)
    return {
        "id": day.id,
        "community_id": day.community_id,
        "pod": held.pod,
        "direction": held.direction.value,
        "day": held.day,
        "resolution_minutes": held.resolution_minutes,
        "wh": [wh if there else None for wh, there in values],
        "estimated": np.packbits(held.estimated).tobytes(),
        "digest": held.digest,
        "received_at": day.received_at,
        "source": day.source,
        "findings": [dict(row) for row in day.findings],
        "state": day.state.value,
    }


def _day(row: Row) -> QuarantinedDay:
    wh = np.array([value or 0 for value in row.wh], dtype=np.int32)
    present = np.array([value is not None for value in row.wh], dtype=np.bool_)
    bits = np.unpackbits(np.frombuffer(row.estimated, dtype=np.uint8), count=len(wh))
    held = HeldDay(
        row.pod,
        Direction(row.direction),
        row.day,
        row.resolution_minutes,
        wh,
        present,
        bits.astype(np.bool_),
    )
    return QuarantinedDay(
        row.id,
        row.community_id,
        held,
        row.received_at,
        row.source,
        tuple(row.findings),
        HeldState(row.state),
        row.decided_by,
        row.reason,
        row.decided_at,
    )

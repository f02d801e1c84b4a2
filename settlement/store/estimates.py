"""The methods behind versions of days that were estimated here. Append-only."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from settlement.domain.case import Direction
from settlement.domain.quality.estimation import EstimateMethod, RecordedEstimate
from settlement.store.tables import MeterReadingRow, ReadingEstimateRow
from settlement.store.tables import ReadingEstimateRow as Row


class EstimatesReader:
    """Reads estimates; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def in_force(
        self, community_id: UUID, first: date, last: date, as_of: datetime | None = None
    ) -> list[RecordedEstimate]:
        """Estimates of the days from first to last that no later version had replaced at `as_of`."""
        later = aliased(MeterReadingRow)
        replaced = select(1).where(
            col(later.community_id) == col(Row.community_id),
            col(later.pod) == col(Row.pod),
            col(later.direction) == col(Row.direction),
            col(later.day) == col(Row.day),
            col(later.received_at) > col(Row.received_at),
            *([] if as_of is None else [col(later.received_at) <= as_of]),
        )
        query = select(Row).where(
            col(Row.community_id) == community_id,
            col(Row.day).between(first, last),
            *([] if as_of is None else [col(Row.received_at) <= as_of]),
            ~replaced.exists(),
        )
        return self._estimates(query.order_by(col(Row.pod), col(Row.direction), col(Row.day)))

    def of_pod(self, community_id: UUID, pod: str, first: date, last: date) -> list[RecordedEstimate]:
        """All estimates of a POD's days, replaced or not."""
        query = select(Row).where(
            col(Row.community_id) == community_id, col(Row.pod) == pod, col(Row.day).between(first, last)
        )
        return self._estimates(query.order_by(col(Row.day), col(Row.received_at)))

    def _estimates(self, query: Select[ReadingEstimateRow]) -> list[RecordedEstimate]:
        return [_estimate(row) for row in self._session.scalars(query)]


class Estimates(EstimatesReader):
    """Adds estimates; none is ever changed."""

    def add(self, estimates: Iterable[RecordedEstimate]) -> None:
        """Note the methods of versions that entered the readings."""
        rows = [asdict(row) | {"from_days": list(row.from_days)} for row in estimates]
        if rows:
            self._session.execute(insert(Row), rows)


def _estimate(row: Row) -> RecordedEstimate:
    return RecordedEstimate(
        row.community_id,
        row.pod,
        Direction(row.direction),
        row.day,
        row.received_at,
        EstimateMethod(row.method),
        tuple(row.from_days),
        row.actor,
        row.reason,
    )

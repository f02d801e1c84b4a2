"""Days of meters while they are being collected."""

from collections.abc import Collection
from uuid import UUID

import numpy as np
from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from oracle.sources.meter_day import CollectedDay, DayKey
from oracle.store.tables import MeterDayRow as Row
from settlement.domain.case import Direction


class MeterDays:
    """Reads and replaces days; what a day is made of stays in the messages."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, community_id: UUID, pod: str, keys: Collection[DayKey]) -> dict[DayKey, CollectedDay]:
        """Those of these days of which anything was said."""
        wanted = [(key.direction.value, key.day, key.resolution_minutes) for key in keys]
        named = tuple_(col(Row.direction), col(Row.day), col(Row.resolution_minutes))
        query = select(Row.__table__).where(  # type: ignore[attr-defined]
            col(Row.community_id) == community_id, col(Row.pod) == pod, named.in_(wanted)
        )
        found = {}
        for row in self._session.execute(query):
            key = DayKey(Direction(row.direction), row.day, row.resolution_minutes)
            found[key] = CollectedDay(
                key,
                np.array(row.wh, dtype=np.int32),
                np.array(row.estimated, dtype=np.bool_),
                np.array(row.sent, dtype=np.int64),
                np.array(row.rank, dtype=np.int64),
            )
        return found

    def put(self, community_id: UUID, pod: str, days: Collection[CollectedDay]) -> None:
        """Keep these days as they are now."""
        for day in days:
            values = {
                "wh": day.wh.tolist(),
                "estimated": day.estimated.tolist(),
                "sent": day.sent.tolist(),
                "rank": day.rank.tolist(),
            }
            place = {
                "community_id": community_id,
                "pod": pod,
                "direction": day.key.direction,
                "day": day.key.day,
                "resolution_minutes": day.key.resolution_minutes,
            }
            statement = insert(Row).values(**place, **values)
            self._session.execute(statement.on_conflict_do_update(index_elements=list(place), set_=values))

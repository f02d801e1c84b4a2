"""Measured values for monitoring: kept in steps of some seconds, for some days."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from oracle.records import Measured, MessageChannel
from oracle.store.tables import TelemetryRow as Row


class TelemetryReader:
    """Reads measured values."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def newest(self, device_ids: Collection[UUID], metrics: Collection[str]) -> list[Measured]:
        """The newest value of each metric of each device, by device and metric."""
        given = {"devices": list(device_ids), "metrics": list(metrics)}
        return [_measured(row) for row in self._session.execute(_NEWEST, given)]

    def series(
        self, device_id: UUID, metric: str, start: datetime, end: datetime, limit: int
    ) -> list[Measured]:
        """The first values measured in [start, end), at most `limit`."""
        same = (col(Row.device_id) == device_id, col(Row.metric) == metric)
        query = select(Row.__table__).where(*same, col(Row.at) >= start, col(Row.at) < end)  # type: ignore[attr-defined]
        rows = self._session.execute(query.order_by(col(Row.at)).limit(limit))
        return [_measured(row) for row in rows]


class Telemetry(TelemetryReader):
    """Adds values and drops old ones."""

    def add(self, values: Collection[Measured]) -> int:
        """Store values; the first of an instant stays. How many were new."""
        rows = [
            {
                "device_id": value.device_id,
                "metric": value.metric,
                "at": value.at,
                "value_milli": value.value_milli,
                "channel": value.channel,
                "received_at": value.received_at,
            }
            for value in values
        ]
        statement = insert(Row).values(rows).on_conflict_do_nothing().returning(col(Row.at))
        return len(self._session.execute(statement).all())

    def drop_before(self, instant: datetime) -> int:
        """Delete what was measured before; how many values."""
        done = self._session.execute(delete(Row).where(col(Row.at) < instant))
        assert isinstance(done, CursorResult)
        return done.rowcount


def _measured(row: Any) -> Measured:
    return Measured(
        row.device_id, row.metric, row.at, row.value_milli, MessageChannel(row.channel), row.received_at
    )


# One descent of the key for each device and metric, however long the series are.
_NEWEST = text(
    """
SELECT found.* FROM unnest(CAST(:devices AS uuid[])) AS devices (device_id)
CROSS JOIN unnest(CAST(:metrics AS text[])) AS metrics (metric)
CROSS JOIN LATERAL (
    SELECT * FROM telemetry
    WHERE telemetry.device_id = devices.device_id AND telemetry.metric = metrics.metric
    ORDER BY at DESC LIMIT 1
) AS found
ORDER BY found.device_id, found.metric
"""
)

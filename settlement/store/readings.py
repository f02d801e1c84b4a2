"""Readings: day vectors that enter by binary COPY and are read as of an instant."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
from numpy.typing import NDArray
from sqlmodel import Session

from settlement.domain.calendar import month_first_day, month_number
from settlement.domain.case import Direction, MeterSeries
from settlement.domain.day_vectors import DayGrid, DayVector
from settlement.store import copy_format
from settlement.store.arrays import array_cursor, driver_connection

_WRITE_BYTES = 1 << 20
SeriesKey = tuple[str, Direction]
_DIRECTIONS = {direction.value: direction for direction in Direction}


class ReadingsReader:
    """Reads day vectors; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def days(
        self, community_id: UUID, first: date, last: date, as_of: datetime | None = None
    ) -> dict[SeriesKey, dict[date, DayVector]]:
        """Day vectors of a community from the first to the last day, both included.

        Each is the latest one received up to `as_of` (None: all that was received).
        """
        found: dict[SeriesKey, dict[date, DayVector]] = defaultdict(dict)
        with array_cursor(self._session) as cursor:
            cursor.execute(
                _RECEIVED, {"community": community_id, "first": first, "last": last, "as_of": as_of}
            )
            for pod, direction, day, resolution, wh, bitmap, received_at in cursor:
                days = found[pod, _DIRECTIONS[direction]]
                # Corrections are rare: dropping what they replace here is cheaper than sorting there.
                if day in days and days[day].received_at > received_at:
                    continue
                estimated = None if bitmap is None else _bits(bitmap, len(wh))
                days[day] = DayVector(day, resolution, wh, estimated, received_at)
        return dict(found)

    def has_any(self, community_id: UUID, first: date, last: date) -> bool:
        """Whether anything was ever received for these days."""
        query = (
            "SELECT EXISTS (SELECT 1 FROM meter_readings WHERE community_id = %s AND day BETWEEN %s AND %s)"
        )
        found = self._driver().execute(query, [community_id, first, last]).fetchone()
        return bool(found and found[0])

    def versions(
        self, community_id: UUID, pod: str, first: date, last: date
    ) -> list[tuple[Direction, DayVector]]:
        """Everything that was ever received of a POD's days, by day and direction, the oldest first."""
        with array_cursor(self._session) as cursor:
            cursor.execute(_VERSIONS, {"community": community_id, "pod": pod, "first": first, "last": last})
            return [
                (
                    _DIRECTIONS[direction],
                    DayVector(
                        day, resolution, wh, None if bitmap is None else _bits(bitmap, len(wh)), received_at
                    ),
                )
                for direction, day, resolution, wh, bitmap, received_at in cursor
            ]

    def received_days(
        self, community_id: UUID, first: date, last: date, after: datetime, until: datetime
    ) -> set[date]:
        """Days of which a reading was received in (after, until]."""
        query = (
            "SELECT DISTINCT day FROM meter_readings WHERE community_id = %s AND day BETWEEN %s AND %s "
            "AND received_at > %s AND received_at <= %s"
        )
        return {day for (day,) in self._driver().execute(query, [community_id, first, last, after, until])}

    def _driver(self) -> psycopg.Connection[Any]:
        return driver_connection(self._session)


class Readings(ReadingsReader):
    """Adds day vectors; none is ever changed or removed."""

    def add(
        self,
        community_id: UUID,
        grid: DayGrid,
        chosen: Iterable[tuple[MeterSeries, NDArray[np.bool_]]],
        received_at: datetime,
    ) -> None:
        """Add the chosen days (mask over the grid's days) of each series, as received at that instant."""
        self._create_partitions(grid)
        statement = f"COPY meter_readings ({copy_format.COLUMNS}) FROM STDIN (FORMAT BINARY)"
        with self._driver().cursor() as cursor, cursor.copy(statement) as copy:
            waiting = bytearray(copy_format.HEADER)
            for series, wanted in chosen:
                for rows in copy_format.encode_series(community_id, series, grid, wanted, received_at):
                    waiting += rows
                if len(waiting) >= _WRITE_BYTES:
                    copy.write(bytes(waiting))
                    waiting.clear()
            copy.write(bytes(waiting) + copy_format.TRAILER)

    def _create_partitions(self, grid: DayGrid) -> None:
        """Make sure that each month of the grid has its partition.

        Attached rather than created in place: attaching lets others read and write meanwhile.
        """
        driver = self._driver()
        for month in sorted({month_number(day) for day in grid.days}):
            first, after = month_first_day(month), month_first_day(month + 1)
            name = f"meter_readings_{first:%Y_%m}"
            if _exists(driver, name):
                continue
            driver.execute("SELECT pg_advisory_xact_lock(hashtextextended('meter_readings partitions', 0))")
            if not _exists(driver, name):
                driver.execute(f"CREATE TABLE {name} (LIKE meter_readings INCLUDING ALL)")
                bounds = f"FOR VALUES FROM ('{first}') TO ('{after}')"
                driver.execute(f"ALTER TABLE meter_readings ATTACH PARTITION {name} {bounds}")


def _exists(driver: psycopg.Connection[Any], table: str) -> bool:
    found = driver.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone()
    return bool(found and found[0])


def _bits(bitmap: bytes, count: int) -> NDArray[np.bool_]:
    return np.unpackbits(np.frombuffer(bitmap, dtype=np.uint8), count=count).astype(np.bool_)


_RECEIVED = """
SELECT pod, direction, day, resolution_minutes, wh, estimated, received_at
FROM meter_readings
WHERE community_id = %(community)s AND day BETWEEN %(first)s AND %(last)s
    AND (%(as_of)s::timestamptz IS NULL OR received_at <= %(as_of)s)
"""

_VERSIONS = """
SELECT direction, day, resolution_minutes, wh, estimated, received_at
FROM meter_readings
WHERE community_id = %(community)s AND pod = %(pod)s AND day BETWEEN %(first)s AND %(last)s
ORDER BY day, direction, received_at
"""

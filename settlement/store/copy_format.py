"""PostgreSQL's binary COPY format for day vectors, encoded column by column with numpy.

Format: PostgreSQL manual, "COPY, Binary Format", and array_send: integers are big-endian; a row is its
number of fields, then for each field its length (-1 = NULL) and its bytes; an int4 array is dimensions,
NULL flag, element type, size, lower bound, then each element as a field. Rows of one number of intervals
and one series have the same width, so a series' days are one structured array.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import MeterSeries
from settlement.domain.day_vectors import DayGrid

COLUMNS = "community_id, pod, direction, day, received_at, resolution_minutes, wh, estimated"
HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
_INT4_OID = 23
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(2000, 1, 1)
MICROSECOND = timedelta(microseconds=1)
_FIELDS = 8
_ARRAY_HEAD_BYTES = 20


def encode_series(
    community_id: UUID, series: MeterSeries, grid: DayGrid, wanted: NDArray[np.bool_], received_at: datetime
) -> Iterator[bytes]:
    """The wanted days (mask over the grid's days) of a series as rows, without header and trailer."""
    day_numbers = np.array([(day - _EPOCH_DAY).days for day in grid.days], dtype=">i4")
    edges = grid.interval_edges(series.resolution_minutes)
    guessed = np.logical_or.reduceat(series.estimated, edges[:-1])
    for with_bitmap in (False, True):
        for hours, positions in grid.groups(wanted & (guessed == with_bitmap)):
            count = hours * 60 // series.resolution_minutes
            row = _template(community_id, series, received_at, count, with_bitmap)
            rows = np.repeat(row, len(positions))
            rows["day"] = day_numbers[positions]
            intervals = edges[positions][:, None] + np.arange(count)
            rows["wh"]["value"] = series.wh[intervals]
            if with_bitmap:
                rows["bitmap"] = np.packbits(series.estimated[intervals], axis=1)
            yield rows.tobytes()


def _template(
    community_id: UUID, series: MeterSeries, received_at: datetime, count: int, with_bitmap: bool
) -> NDArray[Any]:
    """One row with everything set but day, values and bitmap."""
    pod, direction = series.pod.encode(), series.direction.value.encode()
    row = np.zeros(1, dtype=_row_type(len(pod), len(direction), count, with_bitmap))
    row["fields"] = _FIELDS
    row["community_len"], row["community"] = 16, np.void(community_id.bytes)
    row["pod_len"], row["pod"] = len(pod), pod
    row["direction_len"], row["direction"] = len(direction), direction
    row["day_len"] = 4
    row["received_len"], row["received"] = 8, (received_at - EPOCH) // MICROSECOND
    row["resolution_len"], row["resolution"] = 2, series.resolution_minutes
    row["wh_len"] = _ARRAY_HEAD_BYTES + 8 * count
    row["wh_head"] = [1, 0, _INT4_OID, count, 1]
    row["wh"]["len"] = 4
    row["bitmap_len"] = (count + 7) // 8 if with_bitmap else -1
    return row


def _row_type(pod_bytes: int, direction_bytes: int, count: int, with_bitmap: bool) -> np.dtype[Any]:
    fields: list[Any] = [
        ("fields", ">i2"),
        ("community_len", ">i4"),
        ("community", "V16"),
        ("pod_len", ">i4"),
        ("pod", f"S{pod_bytes}"),
        ("direction_len", ">i4"),
        ("direction", f"S{direction_bytes}"),
        ("day_len", ">i4"),
        ("day", ">i4"),
        ("received_len", ">i4"),
        ("received", ">i8"),
        ("resolution_len", ">i4"),
        ("resolution", ">i2"),
        ("wh_len", ">i4"),
        ("wh_head", ">i4", (5,)),
        ("wh", [("len", ">i4"), ("value", ">i4")], (count,)),
        ("bitmap_len", ">i4"),
    ]
    if with_bitmap:
        fields.append(("bitmap", "u1", ((count + 7) // 8,)))
    return np.dtype(fields)


def decode_array(sent: bytes | bytearray | memoryview) -> NDArray[np.int32]:
    """The values of an int4 array as array_send gives them; none is NULL."""
    numbers = np.frombuffer(sent, dtype=">i4")
    # Head of five numbers, then length and value of each element.
    values: NDArray[np.int32] = numbers[6::2].astype(np.int32)
    return values


def decode_long_array(sent: bytes | bytearray | memoryview) -> NDArray[np.int64]:
    """The values of an array of eight-byte integers, which is not empty; none is NULL."""
    elements = np.frombuffer(sent, dtype=[("len", ">i4"), ("value", ">i8")], offset=_ARRAY_HEAD_BYTES)
    values: NDArray[np.int64] = elements["value"].astype(np.int64)
    return values

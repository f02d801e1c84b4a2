"""Shared energy among members, compiled: hour by hour, without a matrix of hours and members."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from settlement.kernel.division import divide

_STRIP_HOURS = 16
"""Hours turned from rows by meter to rows by hour at once: a cache line of 32-bit readings."""


@njit(cache=True, error_model="numpy")
def add_meters(
    meters: NDArray[np.int32],
    columns: NDArray[np.int64],
    spans: NDArray[np.int64],
    by_hour: NDArray[np.int64],
    by_member: NDArray[np.int64],
) -> None:
    """Add the meters' energy to the sums by hour and by member.

    `meters` has shape (meters, hours), each row valid in its span [first, end), held by the member in its
    column.
    """
    for meter in range(len(meters)):
        total = np.int64(0)
        for hour in range(spans[meter, 0], spans[meter, 1]):
            by_hour[hour] += meters[meter, hour]
            total += meters[meter, hour]
        by_member[columns[meter]] += total


@njit(cache=True, error_model="numpy")
def share_hours(
    meters: NDArray[np.int32],
    columns: NDArray[np.int64],
    spans: NDArray[np.int64],
    withdrawn: NDArray[np.int64],
    shared: NDArray[np.int64],
    masks: NDArray[np.int32],
    member_shared: NDArray[np.int64],
    group_shared: NDArray[np.int64],
) -> None:
    """Divide each hour's shared energy over the members: add to their sums, write the groups' by hour.

    Meters as in `add_meters`; `withdrawn` is their sum by hour, below `division.LIMIT`. `masks` holds -1 for
    the members of a group, else 0.
    """
    members = len(member_shared)
    strip = np.empty((_STRIP_HOURS, members), dtype=np.int32)
    parts, remainders = np.empty(members, dtype=np.int32), np.empty(members, dtype=np.int32)
    for start in range(0, len(shared), _STRIP_HOURS):
        stop = min(start + _STRIP_HOURS, len(shared))
        if shared[start:stop].max() > 0:
            _turn(meters, columns, spans, start, stop, strip)
        for hour in range(start, stop):
            if shared[hour] > 0:
                divide(shared[hour], strip[hour - start], withdrawn[hour], parts, remainders)
                for i in range(members):
                    member_shared[i] += parts[i]
                for group in range(len(masks)):
                    group_shared[group, hour] = _masked_sum(parts, masks[group])


@njit(cache=True, error_model="numpy")
def _turn(
    meters: NDArray[np.int32],
    columns: NDArray[np.int64],
    spans: NDArray[np.int64],
    start: int,
    stop: int,
    strip: NDArray[np.int32],
) -> None:
    """Withdrawals of hours [start, stop) by hour and member; a member's meters are added up."""
    strip[:] = 0
    for meter in range(len(meters)):
        column = columns[meter]
        for hour in range(max(start, spans[meter, 0]), min(stop, spans[meter, 1])):
            strip[hour - start, column] += meters[meter, hour]


@njit(cache=True, error_model="numpy")
def _masked_sum(parts: NDArray[np.int32], mask: NDArray[np.int32]) -> np.int64:
    total = np.int64(0)
    for i in range(len(parts)):
        total += parts[i] & mask[i]
    return total

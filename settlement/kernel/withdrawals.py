"""Shared energy among members, compiled: hour by hour, without a matrix of hours and members."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from settlement.kernel.division import divide

_STRIP_HOURS = 16
"""Hours turned from rows by meter to rows by hour at once: a cache line of 32-bit readings."""


@njit(cache=True, error_model="numpy")
def share_hours(
    meters: NDArray[np.int32],
    columns: NDArray[np.int64],
    spans: NDArray[np.int64],
    withdrawn: NDArray[np.int64],
    shared: NDArray[np.int64],
    groups: NDArray[np.int64],
    withdrawn_sums: NDArray[np.int64],
    shared_sums: NDArray[np.int64],
    group_wh: NDArray[np.int64],
) -> None:
    """Add to the last three arrays what the block's hours give; Wh throughout.

    `meters` has shape (meters, hours), each row valid in its span [first, end) and held by the member in its
    column; `withdrawn` is below `division.LIMIT` in each hour. `groups` holds 0 or 1 by group and member.
    """
    members = len(withdrawn_sums)
    strip = np.empty((_STRIP_HOURS, members), dtype=np.int32)
    parts, remainders = np.empty(members, dtype=np.int32), np.empty(members, dtype=np.int32)
    for start in range(0, len(shared), _STRIP_HOURS):
        stop = min(start + _STRIP_HOURS, len(shared))
        _turn(meters, columns, spans, start, stop, strip, withdrawn_sums)
        for hour in range(start, stop):
            if shared[hour] > 0:
                divide(shared[hour], strip[hour - start], withdrawn[hour], parts, remainders)
                _credit(parts, groups, hour, shared_sums, group_wh)


@njit(cache=True, error_model="numpy")
def _turn(
    meters: NDArray[np.int32],
    columns: NDArray[np.int64],
    spans: NDArray[np.int64],
    start: int,
    stop: int,
    strip: NDArray[np.int32],
    withdrawn_sums: NDArray[np.int64],
) -> None:
    """Withdrawals of hours [start, stop) by hour and member; a member's meters are added up."""
    strip[:] = 0
    for meter in range(len(meters)):
        column = columns[meter]
        total = np.int64(0)
        for hour in range(max(start, spans[meter, 0]), min(stop, spans[meter, 1])):
            strip[hour - start, column] += meters[meter, hour]
            total += meters[meter, hour]
        withdrawn_sums[column] += total


@njit(cache=True, error_model="numpy")
def _credit(
    parts: NDArray[np.int32],
    groups: NDArray[np.int64],
    hour: int,
    shared_sums: NDArray[np.int64],
    group_wh: NDArray[np.int64],
) -> None:
    for i in range(len(parts)):
        shared_sums[i] += parts[i]
    for group in range(len(groups)):
        energy = np.int64(0)
        for i in range(len(parts)):
            energy += parts[i] * groups[group, i]
        group_wh[group, hour] = energy

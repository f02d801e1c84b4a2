"""Shared energy of a configuration: hour by hour the smaller of what it injected and what it withdrew."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from settlement.domain.division import divide_rows
from settlement.domain.holdings import HeldSeries


def shared_wh(injected_wh: NDArray[np.int64], withdrawn_wh: NDArray[np.int64]) -> NDArray[np.int64]:
    """min(Σ injected, Σ withdrawn) of each hour, shape (hours,) (GSE Regole Operative; TIAD)."""
    smaller: NDArray[np.int64] = np.minimum(injected_wh, withdrawn_wh)
    return smaller


def total_wh(series: Sequence[HeldSeries], hours: int) -> NDArray[np.int64]:
    """Sum of the series in each hour of the period, shape (hours,)."""
    total = np.zeros(hours, dtype=np.int64)
    for held in series:
        low, high = held.overlap(0, hours)
        total[low:high] += held.hourly_wh[low:high]
    return total


def withdrawn_by_member_wh(
    withdrawals: Sequence[HeldSeries], columns: NDArray[np.int64], members: int, start: int, stop: int
) -> NDArray[np.int64]:
    """Summed withdrawals of each member in hours [start, stop), shape (hours, members).

    `columns` gives the member's position for each series.
    """
    rows = np.zeros((members, stop - start), dtype=np.int64)
    for column, held in zip(columns.tolist(), withdrawals, strict=True):
        low, high = held.overlap(start, stop)
        if low < high:
            rows[column, low - start : high - start] += held.hourly_wh[low:high]
    return np.ascontiguousarray(rows.T)


def shared_withdrawal_wh(shared: NDArray[np.int64], withdrawn: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each member's part of the shared energy pro rata to its withdrawals, shape (hours, members)."""
    return divide_rows(shared, withdrawn)

"""Meter series by the hour: quarter-hours are summed before anything else is computed."""

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import WH_MAX, MeterSeries


def exact_sum(energy_wh: NDArray[np.int64]) -> int:
    """Sum of hourly energies without a bound on the number of hours or meters."""
    return sum(energy_wh.tolist())


def hourly_wh(series: MeterSeries) -> NDArray[np.int32]:
    """Energy of each hour of the period, shape (hours,); four readings of at most WH_MAX fit 32 bits."""
    # Seen as unsigned, a negative reading is larger than any other.
    if int(series.wh.view(np.uint32).max(initial=0)) > WH_MAX:
        raise ValueError(f"{series.pod} {series.direction}: a reading lies outside 0 to {WH_MAX} Wh")
    if series.resolution_minutes == 60:
        return series.wh
    summed: NDArray[np.int32] = series.wh.reshape(-1, 4).sum(axis=1, dtype=np.int32)
    return summed

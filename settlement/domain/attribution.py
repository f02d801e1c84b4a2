"""Attribution of the shared energy of each hour to the plants that injected."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import Attribution
from settlement.domain.division import divide_rows


def attributed_wh(
    rule: Attribution,
    shared_wh: NDArray[np.int64],
    injected_wh: NDArray[np.int64],
    entry_order: Sequence[int],
) -> NDArray[np.int64]:
    """Shared energy attributed to each plant, shape (plants, hours) as `injected_wh`.

    `entry_order` lists the plants' rows by entry into operation (GSE Regole Operative, App. A). Each hour's
    column adds up to its shared energy, which never exceeds what the plants injected.
    """
    if rule is Attribution.PRO_RATA_INJECTION:
        return divide_rows(shared_wh, np.ascontiguousarray(injected_wh.T)).T
    return fill_in_order(shared_wh, injected_wh, entry_order)


def fill_in_order(
    amount_wh: NDArray[np.int64], capacity_wh: NDArray[np.int64], order: Sequence[int]
) -> NDArray[np.int64]:
    """Fill the rows' capacities in order until the hour's amount is used up; shape as `capacity_wh`.

    Rows that `order` does not name get nothing.
    """
    filled = np.zeros_like(capacity_wh)
    rows = list(order)
    if rows:
        upper = np.minimum(np.cumsum(capacity_wh[rows], axis=0), amount_wh)
        filled[rows] = np.diff(upper, axis=0, prepend=0)
    return filled

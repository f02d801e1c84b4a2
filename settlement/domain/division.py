"""Largest-remainder division of many totals at once: one row of weights for each total.

The same rule as `rounding.divide_largest_remainder`, vectorised. Products are 64-bit only in rows where a
bound proves that they fit; the other rows are divided with Python's unbounded integers.
"""

import numpy as np
from numpy.typing import NDArray

INT64_MAX = 2**63 - 1


def divide_rows(
    totals: NDArray[np.int64], weights: NDArray[np.int64] | NDArray[np.object_]
) -> NDArray[np.int64]:
    """Parts of each total in proportion to its row of weights; every row of parts adds up to its total.

    `totals` has shape (rows,), `weights` and the result (rows, ids) with ids in UTF-8 byte order, none
    negative. A row whose weights are all zero gets zeros. Weights too large for 64 bits come as objects.
    """
    if weights.dtype == np.object_:
        return _divide_objects(totals, weights)
    return _divide_integers(totals, weights.astype(np.int64, copy=False))


def _divide_objects(totals: NDArray[np.int64], weights: NDArray[np.generic]) -> NDArray[np.int64]:
    rows = [_divide_unbounded(int(total), row) for total, row in zip(totals, weights.tolist(), strict=True)]
    return np.array(rows, dtype=np.int64).reshape(weights.shape)


def _divide_integers(totals: NDArray[np.int64], weights: NDArray[np.int64]) -> NDArray[np.int64]:
    sums = weights.sum(axis=1)
    # A total equal to the sum of its weights needs no division: each part is its weight.
    parts = np.where((totals == sums)[:, None], weights, 0)
    open_rows = np.flatnonzero((totals != sums) & (totals > 0) & (sums > 0))
    if open_rows.size:
        bounded = _fits(totals, weights, sums, open_rows)
        fast, slow = open_rows[bounded], open_rows[~bounded]
        parts[fast] = _divide_bounded(totals[fast], weights[fast], sums[fast])
        for row in slow:
            parts[row] = _divide_unbounded(int(totals[row]), weights[row].tolist())
    return parts


def _fits(
    totals: NDArray[np.int64], weights: NDArray[np.int64], sums: NDArray[np.int64], rows: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Rows in which total * weight and remainder * ids + ids stay below 2^63."""
    largest = np.maximum(weights[rows].max(axis=1), 1)
    products_fit = totals[rows] <= INT64_MAX // largest
    keys_fit = sums[rows] <= INT64_MAX // (weights.shape[1] + 1)
    fits: NDArray[np.bool_] = products_fit & keys_fit
    return fits


def _divide_bounded(
    totals: NDArray[np.int64], weights: NDArray[np.int64], sums: NDArray[np.int64]
) -> NDArray[np.int64]:
    ids = weights.shape[1]
    products = weights * totals[:, None]
    parts = products // sums[:, None]
    remainders = products - parts * sums[:, None]
    left = totals - parts.sum(axis=1)
    # One distinct key per id: by remainder, ties by position, so that exactly `left` keys reach the bar.
    keys = remainders * ids + np.arange(ids - 1, -1, -1, dtype=np.int64)
    for row in np.flatnonzero(left):
        bar = np.partition(keys[row], ids - left[row])[ids - left[row]]
        parts[row] += keys[row] >= bar
    return parts


def _divide_unbounded(total: int, weights: list[int]) -> list[int]:
    weight_sum = sum(weights)
    if weight_sum == 0:
        return [0] * len(weights)
    quotas = [divmod(total * weight, weight_sum) for weight in weights]
    parts = [quota for quota, _ in quotas]
    ranking = sorted(range(len(weights)), key=lambda position: (-quotas[position][1], position))
    for position in ranking[: total - sum(parts)]:
        parts[position] += 1
    return parts

"""Largest-remainder division of one total, compiled: `settlement.domain.rounding` for numbers below 2^31.

All arithmetic is on 64-bit integers; the bounds that keep it exact stand beside each step.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

LIMIT = 2**31
"""Weights, their sum and the total stay below; then every product stays below 2^62."""

_SCALE_BITS = 31


@njit(cache=True, error_model="numpy")
def divide(
    total: np.int64,
    weights: NDArray[np.int32],
    weight_sum: np.int64,
    parts: NDArray[np.int32],
    remainders: NDArray[np.int32],
) -> None:
    """Write the parts of a total, 0 <= total <= weight_sum, in proportion to weights in the order of ids.

    `remainders`, as long as the weights, is work space.
    """
    if total == weight_sum:
        parts[:] = weights
        return
    left = total - _floors(total, weights, weight_sum, parts, remainders)
    if left == 0:
        return
    bar, above = _bar(remainders, weight_sum, left)
    end = _end_of_ties(remainders, bar, above - left)
    narrow = np.int32(bar)
    for i in range(end):
        parts[i] += remainders[i] >= narrow
    for i in range(end, len(parts)):
        parts[i] += remainders[i] > narrow


@njit(cache=True, error_model="numpy")
def _floors(
    total: np.int64,
    weights: NDArray[np.int32],
    weight_sum: np.int64,
    parts: NDArray[np.int32],
    remainders: NDArray[np.int32],
) -> np.int64:
    """Floor and remainder of each quota; the sum of the floors.

    total / weight_sum is scaled once instead of dividing for each weight: scale misses it by less than
    2^-31, so weight * scale misses the quota by less than 1, and the floor is the estimate or one more.
    """
    # Through 32 bits, so that the compiler knows how narrow the factors are.
    factor = np.int64(np.int32(total))
    divisor = np.int64(np.int32(weight_sum))
    scale = np.int64(np.int32((factor << _SCALE_BITS) // divisor))
    given = np.int64(0)
    for i in range(len(weights)):
        weight = np.int64(weights[i])
        part = np.int64(np.int32((weight * scale) >> _SCALE_BITS))
        remainder = weight * factor - part * divisor
        short = np.int64(remainder >= divisor)
        part += short
        parts[i] = part
        remainders[i] = remainder - short * divisor
        given += part
    return given


@njit(cache=True, error_model="numpy")
def _bar(remainders: NDArray[np.int32], weight_sum: np.int64, left: np.int64) -> tuple[np.int64, np.int64]:
    """The highest bar that at least `left` remainders reach, or one that exactly `left` reach; how many do.

    Counting is what a processor does fastest, so the bar is searched for: by interpolation, which soon finds
    it among spread remainders, and by halving in every second step, which always ends.
    """
    low, high = np.int64(0), np.int64(weight_sum)
    reach_low, reach_high = np.int64(len(remainders)), np.int64(0)
    is_halving = False
    while high - low > 1 and reach_low > left:
        bar = low + (high - low) * (reach_low - left) // (reach_low - reach_high)
        if is_halving or not low < bar < high:
            bar = (low + high) // 2
        reach = _count_from(remainders, bar)
        if reach >= left:
            low, reach_low = bar, reach
        else:
            high, reach_high = bar, reach
        is_halving = not is_halving
    return low, reach_low


@njit(cache=True, error_model="numpy")
def _count_from(remainders: NDArray[np.int32], bar: np.int64) -> np.int64:
    """How many remainders reach the bar."""
    narrow = np.int32(bar)
    count = np.int32(0)
    for i in range(len(remainders)):
        count += np.int32(remainders[i] >= narrow)
    return np.int64(count)


@njit(cache=True, error_model="numpy")
def _end_of_ties(remainders: NDArray[np.int32], bar: np.int64, surplus: np.int64) -> np.int64:
    """Position from which ids get nothing for a remainder equal to the bar: ties go to the lower id."""
    end = np.int64(len(remainders))
    while surplus > 0:
        end -= 1
        surplus -= remainders[end] == bar
    return end

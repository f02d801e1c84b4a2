"""The compiled loops: whole numbers of at most 64 bits, whose bounds stand beside each step.

One file on purpose: numba keeps compiled code beside the source and looks for changes in the file of the
function that is called, not in those of the functions that it calls.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

LIMIT = 2**31
"""Weights, their sum and the total stay below; then every product stays below 2^62."""

LIMB_BITS = 32
_SCALE_BITS = 31
_STRIP_HOURS = 16
"""Hours turned from rows by meter to rows by hour at once: a cache line of 32-bit readings."""


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
    it among spread remainders, and by halving in every fourth step, so that 124 steps are always enough.
    """
    low, high = np.int64(0), np.int64(weight_sum)
    reach_low, reach_high = np.int64(len(remainders)), np.int64(0)
    step = 0
    while high - low > 1 and reach_low > left:
        bar = low + (high - low) * (reach_low - left) // (reach_low - reach_high)
        step += 1
        if step % 4 == 0 or not low < bar < high:
            bar = (low + high) // 2
        reach = _count_from(remainders, bar)
        if reach >= left:
            low, reach_low = bar, reach
        else:
            high, reach_high = bar, reach
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
        # Slices, because a position that might be negative keeps the compiler from adding many at a time.
        first, end = spans[meter]
        row, sums = meters[meter, first:end], by_hour[first:end]
        total = np.int64(0)
        for i in range(len(row)):
            sums[i] += row[i]
            total += row[i]
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

    Meters as in `add_meters`; `withdrawn` is their sum by hour, below LIMIT. `masks` holds -1 for the
    members of a group, else 0.
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
        first, end = max(start, spans[meter, 0]), min(stop, spans[meter, 1])
        row, column = meters[meter, first:end], strip[first - start :, columns[meter]]
        for i in range(len(row)):
            column[i] += row[i]


@njit(cache=True, error_model="numpy")
def _masked_sum(parts: NDArray[np.int32], mask: NDArray[np.int32]) -> np.int64:
    total = np.int64(0)
    for i in range(len(parts)):
        total += parts[i] & mask[i]
    return total


@njit(cache=True, error_model="numpy")
def attribute_hours(
    injected: NDArray[np.int64],
    shared: NDArray[np.int64],
    is_pro_rata: bool,
    entry_order: NDArray[np.int64],
    grants: NDArray[np.int64],
    earning: NDArray[np.int64],
    entities: NDArray[np.int64],
    persons: NDArray[np.int64],
    attributed: NDArray[np.int64],
    reduced: NDArray[np.int64],
) -> None:
    """Write attributed and, for plants with a grant, reduced energy, (plants, hours), which come as zeros.

    Arrays are those of `loops.PlantBlock`; an hour's injections together are below LIMIT.
    """
    plants = len(injected)
    parts, exempt = np.empty(plants, dtype=np.int32), np.empty(plants, dtype=np.int32)
    weights, remainders = np.empty(plants, dtype=np.int32), np.empty(plants, dtype=np.int32)
    for hour in range(len(shared)):
        if shared[hour] > 0:
            for i in range(plants):
                weights[i] = injected[i, hour]
            if is_pro_rata:
                divide(shared[hour], weights, weights.sum(), parts, remainders)
            else:
                parts[:] = weights
                _fill(shared[hour], parts, entry_order)
            for i in range(plants):
                attributed[i, hour] = parts[i]
            if len(grants) > 0:
                for i in range(plants):
                    exempt[i] = 0
                for i in grants:
                    if earning[i, 0] <= hour < earning[i, 1]:
                        exempt[i] = parts[i]
                _fill(entities[hour], exempt, grants)
                _divide_rest(persons[hour], parts, exempt, weights, remainders)
                for i in grants:
                    reduced[i, hour] = parts[i] - exempt[i]


@njit(cache=True, error_model="numpy")
def _divide_rest(
    amount: np.int64,
    limits: NDArray[np.int32],
    filled: NDArray[np.int32],
    weights: NDArray[np.int32],
    remainders: NDArray[np.int32],
) -> None:
    """Add to what is filled the amount, divided pro rata to what the limits leave."""
    if amount > 0:
        for i in range(len(limits)):
            weights[i] = limits[i] - filled[i]
        rest = weights.sum()
        parts = np.empty_like(weights)
        divide(amount, weights, rest, parts, remainders)
        filled += parts


@njit(cache=True, error_model="numpy")
def _fill(amount: np.int64, capacities: NDArray[np.int32], order: NDArray[np.int64]) -> None:
    """Replace each capacity by what it takes of the amount, in order."""
    for i in order:
        if capacities[i] > amount:
            capacities[i] = amount
        amount -= capacities[i]


@njit(cache=True, error_model="numpy")
def weigh(
    energy: NDArray[np.int64],
    earning: NDArray[np.int64],
    rate_of: NDArray[np.int64],
    rates: NDArray[np.int64],
    sums: NDArray[np.int64],
) -> None:
    """Write each plant's Σ energy · rate over the hours in which it earns, as two 32-bit limbs (plants, 2).

    Rates have shape (keys, hours); energy times rate is below 2^63.
    """
    for i in range(len(energy)):
        high, low = np.int64(0), np.int64(0)
        row, rate = energy[i], rates[rate_of[i]]
        for hour in range(earning[i, 0], earning[i, 1]):
            product = row[hour] * rate[hour]
            high += product >> LIMB_BITS
            low += product & (2**LIMB_BITS - 1)
        sums[i, 0], sums[i, 1] = high, low

"""Shared energy among plants and their premium sums, compiled: hour by hour."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from settlement.kernel.division import divide

LIMB_BITS = 32
FULL_HIGH, FULL_LOW, REDUCED_HIGH, REDUCED_LOW = range(4)


@njit(cache=True, error_model="numpy")
def value_hours(
    injected: NDArray[np.int64],
    shared: NDArray[np.int64],
    is_pro_rata: bool,
    entry_order: NDArray[np.int64],
    grants: NDArray[np.int64],
    earning_until: NDArray[np.int64],
    entities: NDArray[np.int64],
    persons: NDArray[np.int64],
    rate_of: NDArray[np.int64],
    rates: NDArray[np.int64],
    attributed: NDArray[np.int64],
    sums: NDArray[np.int64],
) -> None:
    """Write `attributed` (plants, hours), which comes as zeros, and add to `sums` (plants, 4).

    Arrays are those of `loops.PlantBlock`, rates of shape (keys, hours). Injections of an hour are below
    `division.LIMIT` together, energy times rate below 2^63. A sum is high * 2^32 + low.
    """
    plants = len(injected)
    weights, remainders = np.empty(plants, dtype=np.int32), np.empty(plants, dtype=np.int32)
    parts, exempt = np.empty(plants, dtype=np.int32), np.empty(plants, dtype=np.int32)
    for hour in range(len(shared)):
        if shared[hour] == 0:
            continue
        if is_pro_rata:
            weights[:] = injected[:, hour]
            divide(shared[hour], weights, weights.sum(), parts, remainders)
        else:
            parts[:] = injected[:, hour]
            _fill(shared[hour], parts, entry_order)
        attributed[:, hour] = parts
        for i in range(plants):
            if hour < earning_until[i]:
                _add(sums[i, FULL_HIGH : FULL_LOW + 1], parts[i] * rates[rate_of[i], hour])
        if len(grants) == 0:
            continue
        exempt[:] = 0
        for i in grants:
            if hour < earning_until[i]:
                exempt[i] = parts[i]
        _fill(entities[hour], exempt, grants)
        if persons[hour] > 0:
            left = parts - exempt
            divide(persons[hour], left, left.sum(), weights, remainders)
            exempt += weights
        for i in grants:
            if hour < earning_until[i]:
                energy = np.int64(parts[i] - exempt[i])
                _add(sums[i, REDUCED_HIGH : REDUCED_LOW + 1], energy * rates[rate_of[i], hour])


@njit(cache=True, error_model="numpy")
def _fill(amount: int, capacities: NDArray[np.int32], order: NDArray[np.int64]) -> None:
    """Replace each capacity by what it takes of the amount, in order."""
    for i in order:
        taken = min(np.int64(capacities[i]), amount)
        capacities[i] = taken
        amount -= taken


@njit(cache=True, error_model="numpy")
def _add(limbs: NDArray[np.int64], product: int) -> None:
    limbs[0] += product >> LIMB_BITS
    limbs[1] += product & (2**LIMB_BITS - 1)

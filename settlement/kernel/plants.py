"""Shared energy among plants and their premium sums, compiled: hour by hour."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from settlement.kernel.division import divide

LIMB_BITS = 32


@njit(cache=True, error_model="numpy")
def attribute_hours(
    injected: NDArray[np.int64],
    shared: NDArray[np.int64],
    is_pro_rata: bool,
    entry_order: NDArray[np.int64],
    grants: NDArray[np.int64],
    earning_until: NDArray[np.int64],
    entities: NDArray[np.int64],
    persons: NDArray[np.int64],
    attributed: NDArray[np.int64],
    reduced: NDArray[np.int64],
) -> None:
    """Write attributed and, for plants with a grant, reduced energy, (plants, hours), which come as zeros.

    Arrays are those of `loops.PlantBlock`; an hour's injections together are below `division.LIMIT`.
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
                    if hour < earning_until[i]:
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
    earning_until: NDArray[np.int64],
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
        for hour in range(min(max(earning_until[i], 0), len(row))):
            product = row[hour] * rate[hour]
            high += product >> LIMB_BITS
            low += product & (2**LIMB_BITS - 1)
        sums[i, 0], sums[i, 1] = high, low

"""What the meter of each connection sees: load, generation, and the net injection and withdrawal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from planning.businesses import Business, business_w, lighting_w
from planning.grid import Grid
from planning.households import Household, household_w
from planning.photovoltaic import Sun, power_w
from planning.roster import Connection
from planning.weather import Weather

Watts = NDArray[np.int64]
QUARTERS_PER_HOUR = 4


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Mean power of each quarter-hour, W, shapes (quarters,)."""

    load_w: Watts
    generation_w: Watts


def profiles(
    connections: Sequence[Connection], grid: Grid, weather: Weather, sun: Sun
) -> tuple[Profile, ...]:
    """One profile per connection, in their order."""
    return tuple(
        Profile(_load(position, connection, grid, weather, sun), _generation(connection, grid, weather, sun))
        for position, connection in enumerate(connections)
    )


def net_wh(profile: Profile, quarters_per_interval: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Injected and withdrawn Wh per interval of one or four quarter-hours.

    A prosumer consumes its own generation first, within each quarter-hour:
    injected = max(0, generation − load), withdrawn = max(0, load − generation). Each interval's energy is
    rounded half-up to the Wh once.
    """
    net_w = profile.generation_w - profile.load_w
    return (
        _interval_wh(np.maximum(0, net_w), quarters_per_interval),
        _interval_wh(np.maximum(0, -net_w), quarters_per_interval),
    )


def days_from(grid: Grid, first: date) -> NDArray[np.bool_]:
    """The quarter-hours whose civil date is `first` or later."""
    later = np.array([day >= first for day in grid.days])
    return np.asarray(later[grid.day])


def _interval_wh(power: Watts, quarters_per_interval: int) -> NDArray[np.int64]:
    """Σ W of the interval's quarters, divided by four, half-up."""
    total = power.reshape(-1, quarters_per_interval).sum(axis=1)
    return np.asarray((total + QUARTERS_PER_HOUR // 2) // QUARTERS_PER_HOUR)


def _load(position: int, connection: Connection, grid: Grid, weather: Weather, sun: Sun) -> Watts:
    name = f"{connection.member}/{position}"
    match connection.load:
        case Household() as household:
            return household_w(name, household, grid, weather)
        case Business() as business:
            return business_w(name, business, grid, weather)
        case lighting:
            return lighting_w(name, sun.is_dark(), lighting.full_w, grid)


def _generation(connection: Connection, grid: Grid, weather: Weather, sun: Sun) -> Watts:
    """Zero without a plant and before the plant's entry into operation."""
    if connection.plant is None:
        return np.zeros(len(grid), dtype=np.int64)
    power = power_w(sun, weather, connection.plant.modules)
    return np.where(days_from(grid, connection.plant.entry), power, 0)

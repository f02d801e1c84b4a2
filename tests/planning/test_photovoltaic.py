"""Photovoltaic power: believable, whole watts, and far from any rounding boundary."""

import numpy as np

from planning.photovoltaic import Modules, exact_power_w, power_w
from tests.planning.conftest import World

FLOAT_NOISE_W = 1e-8
"""A hundred times what processors and builds may differ by at 100 kW (1e-13 relative, several steps)."""


def rooftops(world: World) -> list[Modules]:
    return [connection.plant.modules for connection in world.connections if connection.plant is not None]


def test_power__synthetic_community__no_value_lies_near_a_rounding_boundary(world: World) -> None:
    for modules in rooftops(world):
        exact = exact_power_w(world.sun, world.weather, modules)
        distance_w = np.abs(exact + 0.5 - np.rint(exact + 0.5))[exact > 0]
        assert distance_w.min() > FLOAT_NOISE_W


def test_power__june_in_piemonte__yields_120_to_150_kwh_per_kw(world: World) -> None:
    for modules in rooftops(world):
        energy_wh = int(power_w(world.sun, world.weather, modules).sum()) // 4
        assert 120_000 * modules.power_w <= energy_wh * 1000 <= 150_000 * modules.power_w


def test_power__night__is_zero(world: World) -> None:
    power = power_w(world.sun, world.weather, Modules(6_000, 20, 180, 140))
    assert power[world.sun.is_dark()].max() == 0
    assert world.sun.is_dark().any()


def test_power__never_exceeds_the_plant(world: World) -> None:
    assert power_w(world.sun, world.weather, Modules(6_000, 30, 180, 0)).max() <= 6_000


def test_power__east_roof__peaks_before_a_west_roof(world: World) -> None:
    clear_day = world.grid.day == 0
    east = power_w(world.sun, world.weather, Modules(5_000, 30, 90, 140))[clear_day]
    west = power_w(world.sun, world.weather, Modules(5_000, 30, 270, 140))[clear_day]
    assert east.argmax() < west.argmax()


def test_power__losses__reduce_the_energy(world: World) -> None:
    lossless = power_w(world.sun, world.weather, Modules(5_000, 30, 180, 0)).sum()
    lossy = power_w(world.sun, world.weather, Modules(5_000, 30, 180, 200)).sum()
    assert 0.78 < lossy / lossless < 0.82

"""Synthetic dwellings: believable energy, the evening peak, meter limits, absences."""

from dataclasses import replace

import numpy as np

from planning.households import Household, household_w
from planning.roster import FAMILIES
from tests.planning.conftest import World


def test_household__month__uses_what_an_italian_home_uses(world: World) -> None:
    for connection, profile in zip(world.connections, world.profiles, strict=True):
        if isinstance(connection.load, Household):
            assert 100_000 <= int(profile.load_w.sum()) // 4 <= 400_000


def test_household__all_families__peak_in_the_evening(world: World) -> None:
    families = [
        profile.load_w
        for connection, profile in zip(world.connections, world.profiles, strict=True)
        if isinstance(connection.load, Household)
    ]
    mean_day = sum(families).reshape(30, 96).mean(axis=0)
    assert 76 <= int(mean_day.argmax()) <= 92
    assert mean_day[8:20].mean() * 2 < mean_day[76:92].mean()


def test_household__meter__limits_the_power_to_ten_percent_above_the_contract(world: World) -> None:
    greedy = Household(residents=6, daytime_presence=True, always_on_w=2_900, cooling=True)
    assert household_w("greedy", greedy, world.grid, world.weather).max() == 3_300


def test_household__absence__leaves_the_base_load_and_the_other_days_alone(world: World) -> None:
    home = replace(FAMILIES[0], away=None)
    present = household_w("x", home, world.grid, world.weather)
    absent = household_w("x", replace(home, away=(10, 12)), world.grid, world.weather)
    away = (world.grid.day >= 10) & (world.grid.day <= 12)
    assert np.array_equal(present[~away], absent[~away])
    assert absent[away].max() < 200
    assert absent[away].min() > 0


def test_household__other_name__has_another_curve(world: World) -> None:
    first = household_w("a", FAMILIES[0], world.grid, world.weather)
    assert not np.array_equal(first, household_w("b", FAMILIES[0], world.grid, world.weather))

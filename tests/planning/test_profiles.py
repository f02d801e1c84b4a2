"""Netting and rounding of what a meter sees."""

from datetime import date

import numpy as np

from planning.profiles import Profile, net_wh
from tests.planning.conftest import World


def profile(load_w: list[int], generation_w: list[int]) -> Profile:
    return Profile(np.array(load_w, dtype=np.int64), np.array(generation_w, dtype=np.int64))


def test_net__quarter_hours__are_netted_one_by_one() -> None:
    injected, withdrawn = net_wh(profile([400, 400, 0, 0], [0, 0, 400, 400]), 4)
    assert (injected.tolist(), withdrawn.tolist()) == ([200], [200])


def test_net__half_a_watt_hour__is_rounded_up_once_per_interval() -> None:
    curve = profile([0, 0, 0, 0], [2, 2, 1, 1])
    assert net_wh(curve, 1)[0].tolist() == [1, 1, 0, 0]
    assert net_wh(curve, 4)[0].tolist() == [2]


def test_net__no_plant__never_injects(world: World) -> None:
    for connection, curve in zip(world.connections, world.profiles, strict=True):
        if connection.plant is None:
            assert net_wh(curve, 4)[0].max() == 0


def test_generation__plant_that_starts_on_the_tenth__is_zero_before(world: World) -> None:
    position = next(i for i, c in enumerate(world.connections) if c.member == "famiglia-21")
    generation = world.profiles[position].generation_w
    first = world.grid.days.index(date(2024, 6, 10))
    assert generation[world.grid.day < first].max() == 0
    assert generation[world.grid.day == first].max() > 0

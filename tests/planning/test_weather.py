"""The synthetic sky stays within its bounds and is always the same."""

import numpy as np

from planning.roster import PLACE
from planning.weather import CLEARNESS, Sky, synthetic_weather
from tests.planning.conftest import World


def test_weather__same_place_and_period__is_the_same(world: World) -> None:
    again = synthetic_weather(world.grid, PLACE)
    assert again.skies == world.weather.skies
    assert np.array_equal(again.clearness_per_mille, world.weather.clearness_per_mille)


def test_weather__other_place__is_another(world: World) -> None:
    assert synthetic_weather(world.grid, "elsewhere").skies != world.weather.skies


def test_weather__clear_day__is_never_cloudy(world: World) -> None:
    lowest = CLEARNESS[Sky.CLEAR][0]
    for day, sky in enumerate(world.weather.skies):
        if sky is Sky.CLEAR:
            assert world.weather.clearness_per_mille[world.grid.day == day].min() >= lowest


def test_weather__overcast_day__is_cooler_than_a_clear_one(world: World) -> None:
    highest = {sky: [] for sky in Sky}
    for day, sky in enumerate(world.weather.skies):
        highest[sky].append(int(world.weather.temperature_deci_c[world.grid.day == day].max()))
    assert max(highest[Sky.OVERCAST]) < min(highest[Sky.CLEAR])


def test_weather__month__has_every_kind_of_day(world: World) -> None:
    assert set(world.weather.skies) == set(Sky)

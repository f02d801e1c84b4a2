"""The synthetic community, computed once for all tests of this folder."""

from dataclasses import dataclass

import pytest

from planning.example import END, START, example_case
from planning.grid import Grid, quarter_grid
from planning.photovoltaic import Sun
from planning.profiles import Profile, profiles
from planning.roster import PLACE, SITE, Connection, connections
from planning.weather import Weather, synthetic_weather
from settlement.domain.case import Case


@dataclass(frozen=True)
class World:
    """The month's grid, sky, sun and curves."""

    grid: Grid
    weather: Weather
    sun: Sun
    connections: tuple[Connection, ...]
    profiles: tuple[Profile, ...]


@pytest.fixture(scope="session")
def world() -> World:
    grid = quarter_grid(START, END)
    weather = synthetic_weather(grid, PLACE)
    sun = Sun(grid, SITE)
    return World(grid, weather, sun, connections(), profiles(connections(), grid, weather, sun))


@pytest.fixture(scope="session")
def case() -> Case:
    return example_case()

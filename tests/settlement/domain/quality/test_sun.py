"""Night is night in all of Italy: compared at its corners with pvlib, whose formulas are others."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from pvlib.solarposition import get_solarposition

from settlement.domain.calendar import ROME, day_start, hour_count, hours
from settlement.domain.quality.sun import night_hours

PLACES = {"Lampedusa": (35.5, 12.6), "Brennero": (47.1, 11.5), "Torino": (45.1, 6.7), "Otranto": (40.1, 18.5)}


@pytest.mark.parametrize("year", [2024, 2025])
def test_night__through_a_year__never_has_sun_at_any_corner(year: int) -> None:
    start, end = day_start(date(year, 1, 1)), day_start(date(year + 1, 1, 1))
    night = night_hours(start, hour_count(start, end))
    instants = pd.date_range(start, end, freq="20min")[:-1]
    for north, east in PLACES.values():
        elevation = get_solarposition(instants, north, east)["apparent_elevation"].to_numpy()
        highest = elevation.reshape(-1, 3).max(axis=1)
        # Three degrees below the horizon no module gives anything; twilight is dark to it.
        assert highest[night].max() < -3


def test_night__of_the_longest_and_shortest_day__has_the_hours_that_everybody_knows() -> None:
    for day, dark in (
        (date(2024, 6, 21), {23, 0, 1, 2, 3}),
        (date(2024, 12, 21), {0, 1, 2, 3, 4, 5, 18, 19, 20, 21, 22, 23}),
    ):
        start = day_start(day)
        night = night_hours(start, 24)
        end = day_start(day.replace(day=22))
        clocks = np.array([hour.astimezone(ROME).hour for hour in hours(start, end)])
        assert set(clocks[night].tolist()) == dark

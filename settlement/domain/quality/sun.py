"""When it is certainly night in Italy, everywhere at once.

Declination and equation of time by Spencer, "Fourier series representation of the position of the sun",
Search 2 (1971) 172: within 0.04 degrees and 35 seconds. Elevation: sin h = sin φ sin δ + cos φ cos δ cos ω.
Only a mask comes out of it; no energy is computed here.
"""

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from settlement.domain.calendar import HOUR, ROME

DARK_DEGREES = -6
"""End of civil twilight: no module gives anything below it. The centre of the sun at -0.8 is sunrise."""
CORNERS = ((35, 6), (35, 19), (48, 6), (48, 19))
"""Degrees (north, east) of a box around Italy, Lampedusa (35.5) to Vetta d'Italia (47.1), 6.6 to 18.6."""


def night_hours(start: datetime, hours: int) -> NDArray[np.bool_]:
    """Mask of the hours from `start` on through which it is night in all of Italy, shape (hours,)."""
    edges = _dark_everywhere(start, hours + 1)
    # Dark at both ends is dark between: no night has a day inside an hour.
    return edges[:-1] & edges[1:]


def _dark_everywhere(start: datetime, count: int) -> NDArray[np.bool_]:
    dark = np.ones(count, dtype=np.bool_)
    hours_utc = start.hour + start.minute / 60 + np.arange(count)
    begin_of_year = datetime(start.astimezone(ROME).year, 1, 1, tzinfo=start.tzinfo)
    days = (start - begin_of_year) / timedelta(days=1) + np.arange(count) * (HOUR / timedelta(days=1))
    angle = 2 * np.pi * days / 365
    declination, minutes = _declination(angle), _equation_of_time_minutes(angle)
    for north, east in CORNERS:
        solar_hours = hours_utc + minutes / 60 + east / 15
        hour_angle = np.deg2rad(15 * (solar_hours - 12))
        latitude = np.deg2rad(north)
        sine = np.sin(latitude) * np.sin(declination)
        sine += np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
        dark &= sine < np.sin(np.deg2rad(DARK_DEGREES))
    return dark


def _declination(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    radians: NDArray[np.float64] = (
        0.006918
        - 0.399912 * np.cos(angle)
        + 0.070257 * np.sin(angle)
        - 0.006758 * np.cos(2 * angle)
        + 0.000907 * np.sin(2 * angle)
        - 0.002697 * np.cos(3 * angle)
        + 0.00148 * np.sin(3 * angle)
    )
    return radians


def _equation_of_time_minutes(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    minutes: NDArray[np.float64] = 229.18 * (
        0.000075
        + 0.001868 * np.cos(angle)
        - 0.032077 * np.sin(angle)
        - 0.014615 * np.cos(2 * angle)
        - 0.040849 * np.sin(2 * angle)
    )
    return minutes

"""Power of a photovoltaic plant under the synthetic sky, with pvlib.

Chain: solar position (NREL SPA) → clear sky (Ineichen–Perez, Linke turbidity 3.8, usual in June) scaled
by the weather's clearness → beam and diffuse parts (Erbs) → plane of array (Hay–Davies) → cell
temperature (Faiman) → PVWatts DC and inverter models. Sources: Holmgren et al., JOSS 3(29), 884, 2018
(pvlib); Dobos, PVWatts Version 5 Manual, NREL/TP-6A20-62641, 2014.

pvlib computes with floats whose last digits may differ between processors and numpy builds (about 1e-13
relative). The result is therefore quantised to whole watts before anything else happens: a difference
could only show where a power lies that close to half a watt, and a test proves that none of the built-in
community does, by a wide margin. All later arithmetic is on integers.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pvlib
from numpy.typing import NDArray

from planning.grid import Grid
from planning.weather import Weather

LINKE_TURBIDITY = 3.8
TEMPERATURE_COEFFICIENT_PER_C = -0.0037
INVERTER_EFFICIENCY = 0.96
WIND_M_PER_S = 1.5


@dataclass(frozen=True, slots=True)
class Site:
    """A place: decimal degrees north and east, metres above the sea."""

    latitude: float
    longitude: float
    altitude_m: int


@dataclass(frozen=True, slots=True)
class Modules:
    """Modules of one plant. Azimuth in degrees clockwise from north; losses of all kinds in per mille."""

    power_w: int
    tilt_deg: int
    azimuth_deg: int
    losses_per_mille: int


class Sun:
    """The sun over a place in the middle of each quarter-hour of a grid."""

    def __init__(self, grid: Grid, site: Site) -> None:
        middles = pd.DatetimeIndex(grid.starts) + pd.Timedelta(minutes=7, seconds=30)
        position = pvlib.solarposition.get_solarposition(
            middles, site.latitude, site.longitude, altitude=site.altitude_m
        )
        self.day_of_year = middles.day_of_year.to_numpy()
        self.zenith = position["apparent_zenith"].to_numpy()
        self.azimuth = position["azimuth"].to_numpy()
        self.elevation = position["elevation"].to_numpy()
        self.extra_radiation = pvlib.irradiance.get_extra_radiation(self.day_of_year)
        self.clear_ghi = self._clear_ghi(site)

    def _clear_ghi(self, site: Site) -> NDArray[np.float64]:
        """Global horizontal irradiance without clouds, W/m²."""
        pressure = pvlib.atmosphere.alt2pres(site.altitude_m)
        airmass = pvlib.atmosphere.get_absolute_airmass(
            pvlib.atmosphere.get_relative_airmass(self.zenith), pressure
        )
        with np.errstate(divide="ignore", invalid="ignore"):  # the model divides by the sine of a set sun
            clear = pvlib.clearsky.ineichen(
                self.zenith,
                airmass,
                LINKE_TURBIDITY,
                altitude=site.altitude_m,
                dni_extra=self.extra_radiation,
            )
        return np.asarray(np.nan_to_num(clear["ghi"]), dtype=np.float64)

    def is_dark(self) -> NDArray[np.bool_]:
        """Street lights are on: the sun stands at least two degrees below the horizon."""
        return np.asarray(self.elevation < -2.0)


def exact_power_w(sun: Sun, weather: Weather, modules: Modules) -> NDArray[np.float64]:
    """Mean AC power of each quarter-hour before quantisation, W; shape (quarters,)."""
    irradiance = _plane_of_array(sun, weather, modules)
    air_c = weather.temperature_deci_c / 10
    cell_c = pvlib.temperature.faiman(irradiance, air_c, WIND_M_PER_S)
    dc_w = pvlib.pvsystem.pvwatts_dc(irradiance, cell_c, modules.power_w, TEMPERATURE_COEFFICIENT_PER_C)
    dc_w = dc_w * (1000 - modules.losses_per_mille) / 1000
    ac_w = pvlib.inverter.pvwatts(dc_w, modules.power_w / INVERTER_EFFICIENCY, INVERTER_EFFICIENCY)
    return np.asarray(np.nan_to_num(ac_w), dtype=np.float64)


def power_w(sun: Sun, weather: Weather, modules: Modules) -> NDArray[np.int64]:
    """Mean AC power of each quarter-hour in whole watts, never negative; shape (quarters,)."""
    return np.maximum(0, np.floor(exact_power_w(sun, weather, modules) + 0.5)).astype(np.int64)


def _plane_of_array(sun: Sun, weather: Weather, modules: Modules) -> NDArray[np.float64]:
    """Irradiance on the modules, W/m²."""
    ghi = sun.clear_ghi * weather.clearness_per_mille / 1000
    parts = pvlib.irradiance.erbs(ghi, sun.zenith, sun.day_of_year)
    total = pvlib.irradiance.get_total_irradiance(
        modules.tilt_deg,
        modules.azimuth_deg,
        sun.zenith,
        sun.azimuth,
        parts["dni"],
        ghi,
        parts["dhi"],
        dni_extra=sun.extra_radiation,
        model="haydavies",
    )
    return np.asarray(np.nan_to_num(total["poa_global"]), dtype=np.float64)

"""Energy as text into whole billionths of a Wh, exactly, and whole Wh out of them.

Two roundings, each with a name. `nano_wh` rounds half-up what lies beyond a billionth of a Wh, which no
meter shows. `carry_wh` gives whole Wh by cumulative rounding within a Europe/Rome day.
"""

import re

import numpy as np
from numpy.typing import NDArray

from oracle.sources.whole_days import rome_days
from settlement.domain.case import WH_MAX

NANO = 10**9
NANO_WH_PER = {"Wh": NANO, "kWh": 10**12, "MWh": 10**15, "W": NANO, "kW": 10**12}
POWER_UNITS = ("W", "kW")
_NUMBER = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,40}))?(?:[eE]([+-]?[0-9]{1,2}))?", re.ASCII)

Ints = NDArray[np.int64]


def nano_wh(text: str, unit: str = "kWh", decimal_mark: str = ".") -> int | str:
    """Billionths of a Wh (or of a W), or the words that say what the text is instead of an energy."""
    plain = text.strip()
    if decimal_mark == ",":
        # A full stop would be a mark of thousands or of another file's decimals: not to be guessed.
        plain = "" if "." in plain else plain.replace(",", ".")
    match = _NUMBER.fullmatch(plain)
    if match is None:
        return f"not a number with the decimal mark {decimal_mark}"
    sign, whole, fraction, exponent = match[1], match[2], match[3] or "", int(match[4] or 0)
    units = int(whole + fraction) * NANO_WH_PER[unit]
    shift = exponent - len(fraction)
    nano = units * 10**shift if shift >= 0 else _half_up(units, 10**-shift)
    if sign and nano:
        return "negative"
    return nano if nano <= WH_MAX * NANO else f"above {WH_MAX} Wh"


def _half_up(units: int, divisor: int) -> int:
    return (2 * units + divisor) // (2 * divisor)


def of_power(power_nano_w: Ints, minutes: int) -> Ints:
    """Energy of a mean power over so many minutes, half-up to a billionth of a Wh."""
    whole, rest = np.divmod(power_nano_w, 60)
    energy: Ints = whole * minutes + (2 * rest * minutes + 60) // 120
    return energy


def carry_wh(start: Ints, energy_nano_wh: Ints) -> Ints:
    """Whole Wh of readings in ascending order: their running sum is that of the exact energies, half-up.

    What is cut off from a reading is carried to the next, so the sum of a day is right to half a Wh. The
    carry begins anew with each Europe/Rome day: a day gives the same Wh whatever file it comes in, so that
    an overlapping file is no correction. Energies are not negative; no reading becomes so.
    """
    whole, rest = np.divmod(energy_nano_wh, NANO)
    if not rest.any():
        exact: Ints = whole
        return exact
    running = np.cumsum(rest)
    days = rome_days(start)
    first = np.flatnonzero(np.concatenate([[True], days[1:] != days[:-1]]))
    before = np.repeat(running[first] - rest[first], np.diff(np.append(first, len(days))))
    carried = (running - before + NANO // 2) // NANO
    previous = np.concatenate([[0], carried[:-1]])
    previous[first] = 0
    rounded: Ints = whole + carried - previous
    return rounded

"""What is odd about the Fontana homes in a period: shown to the reader, never repaired.

Two of the homes hold their sun in the wrong column, so they look like the community's best consumers by
day and are paid for it: a reader of the settlement has to know.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from oracle.sources.fontana import Fontana, Home, sum_kwh

MILLIWATT_PER_KW = 1_000_000
NO_LOAD_KWH = Decimal("0.001")
NO_LOAD_SHARE_PER_CENT = 10
DARK_LOAD_PER_CENT = 25
"""A home's mean load in the dark, as a share of its mean load, below which its load follows the sun."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something in a home's data that a reader of the results should know; nothing is changed."""

    home: int
    sentence: str

    def __str__(self) -> str:
        return f"building {self.home}: {self.sentence}"


def anomalies(fontana: Fontana, hours: range) -> list[Anomaly]:
    """All oddities of the homes in a range of hour indices in which no home has a gap, by home."""
    usual = median(_yield_kwh_per_kwp(home, hours) for home in fontana.homes)
    dark = [hour for hour in hours if all(home.generation_kwh[hour] == 0 for home in fontana.homes)]
    found = []
    for home in fontana.homes:
        sentences = [*_low_yield(home, hours, usual), *_odd_load(home, hours, dark)]
        found += [Anomaly(home.number, sentence) for sentence in sentences]
    return found


def _low_yield(home: Home, hours: range, usual: Decimal) -> Iterator[str]:
    """Less than half of what the median home's modules yield."""
    own = _yield_kwh_per_kwp(home, hours)
    if own * 2 < usual:
        yield f"PV yields {own:.0f} kWh/kWp where the median home yields {usual:.0f}: faulty PV channel?"


def _odd_load(home: Home, hours: range, dark: list[int]) -> Iterator[str]:
    """A load that follows the sun, or that is often zero: no refrigerator rests as long."""
    total_kwh = sum_kwh(home.consumption_kwh[hour] for hour in hours)
    dark_kwh = sum_kwh(home.consumption_kwh[hour] for hour in dark)
    idle = sum(home.consumption_kwh[hour] < NO_LOAD_KWH for hour in hours)
    if dark and dark_kwh * len(hours) * 100 < total_kwh * len(dark) * DARK_LOAD_PER_CENT:
        yield (
            f"{dark_kwh:.0f} of {total_kwh:.0f} kWh are consumed in the {len(dark)} of {len(hours)} hours "
            "without sun: generation in the consumption column?"
        )
    elif idle * 100 > NO_LOAD_SHARE_PER_CENT * len(hours):
        yield f"consumption is below 1 Wh in {idle} of {len(hours)} hours: gaps filled with zero?"


def _yield_kwh_per_kwp(home: Home, hours: range) -> Decimal:
    return sum_kwh(home.generation_kwh[hour] for hour in hours) * MILLIWATT_PER_KW / home.pv_milliwatt

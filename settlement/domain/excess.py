"""The excess: the part of the premium that may not go to enterprises (DM 414/2023 art. 3 c. 2 lett. g)."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from settlement.domain.case import MICRO
from settlement.domain.parameters import Parameters
from settlement.domain.rounding import half_up_cents

TIP_ONLY = "TIP_ONLY"
TIP_PLUS_GRANT = "TIP_PLUS_GRANT"
THRESHOLDS = {TIP_ONLY: "tip_only_threshold_pct", TIP_PLUS_GRANT: "tip_plus_grant_threshold_pct"}


@dataclass(frozen=True, slots=True)
class ExcessSet:
    """Plants of one configuration that are measured against one threshold together."""

    configuration: str
    name: str
    shared_wh: int
    injected_wh: int
    premium_cents: int
    excess_cents: int


def excess_set(
    configuration: str,
    name: str,
    energy_wh: Sequence[tuple[int, int]],
    premium_cents: int,
    values: Parameters,
) -> ExcessSet:
    """Excess of a set; `energy_wh` holds shared and injected energy of each of its plants.

    max(0, shared / injected - threshold) in percentage points, times the set's premium, half-up to the cent.
    """
    shared = sum(plant_shared for plant_shared, _ in energy_wh)
    injected = sum(plant_injected for _, plant_injected in energy_wh)
    threshold = Fraction(values.micro(THRESHOLDS[name]), 100 * MICRO)
    above = max(Fraction(0), Fraction(shared, injected) - threshold) if injected else Fraction(0)
    excess = half_up_cents(above * Fraction(premium_cents, 100))
    return ExcessSet(configuration, name, shared, injected, premium_cents, excess)

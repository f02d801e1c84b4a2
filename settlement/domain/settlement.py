"""What one settlement found: energy, incentive and money, and the document that states them."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from settlement.domain.allocation import PoolDivision
from settlement.domain.case import MICRO, Community
from settlement.domain.excess import ExcessSet
from settlement.domain.hourly import exact_sum
from settlement.domain.parameters import Parameters
from settlement.domain.rounding import (
    MICRO_EUR_PER_CENT,
    Split,
    cents_text,
    exact_eur_text,
    half_up_cents,
    micro_eur_text,
    plain_text,
)

_MICRO_DECIMALS = len(str(MICRO)) - 1


@dataclass(frozen=True, slots=True, eq=False)
class ConfigurationEnergy:
    """Hourly energy of a configuration, three int64 arrays of shape (hours,)."""

    id: str
    injected_wh: NDArray[np.int64]
    withdrawn_wh: NDArray[np.int64]
    shared_wh: NDArray[np.int64]

    def totals(self) -> dict[str, int]:
        """Sums over the period, as the document shows them."""
        return {
            "injected_wh": exact_sum(self.injected_wh),
            "withdrawn_wh": exact_sum(self.withdrawn_wh),
            "shared_wh": exact_sum(self.shared_wh),
        }


@dataclass(frozen=True, slots=True)
class PlantResult:
    """Energy of a plant and its premium over the period."""

    injected_wh: int
    shared_wh: int
    premium_exact_eur: Fraction

    @property
    def premium_cents(self) -> int:
        """The premium, half-up to the cent, from the unrounded amount."""
        return half_up_cents(self.premium_exact_eur)


@dataclass(slots=True)
class MemberEnergy:
    """Energy of a member: its meters', its plants' shared energy and its part of the shared withdrawals."""

    injected_wh: int = 0
    withdrawn_wh: int = 0
    shared_injection_wh: int = 0
    shared_withdrawal_wh: int = 0

    def add(self, other: "MemberEnergy") -> None:
        """Add the energy of the same member in another configuration."""
        self.injected_wh += other.injected_wh
        self.withdrawn_wh += other.withdrawn_wh
        self.shared_injection_wh += other.shared_injection_wh
        self.shared_withdrawal_wh += other.shared_withdrawal_wh


@dataclass(frozen=True, slots=True, eq=False)
class Settlement:
    """One settlement; `document()` is settlement.json, the rest is for the service.

    `enterprise_cap_micro_eur` is None while the excess is provisional.
    """

    community: Community
    configurations: tuple[ConfigurationEnergy, ...]
    plants: Mapping[str, PlantResult]
    members: Mapping[str, MemberEnergy]
    valorisation_exact_eur: Fraction
    excess: tuple[ExcessSet, ...]
    is_final: bool
    revenue_micro_eur: int
    split: Split
    weights: Mapping[str, int]
    enterprise_cap_micro_eur: int | None
    division: PoolDivision
    parameters: Parameters

    @property
    def premium_cents(self) -> int:
        """The community's premium: the sum of the plants' rounded premiums."""
        return sum(plant.premium_cents for plant in self.plants.values())

    @property
    def valorisation_cents(self) -> int:
        """The valorisation, half-up to the cent once."""
        return half_up_cents(self.valorisation_exact_eur)

    @property
    def payouts_micro_eur(self) -> Mapping[str, int]:
        """Payout of each member in micro-euro."""
        return self.division.payouts_micro_eur

    @property
    def carried_micro_eur(self) -> int:
        """What the pool could not divide because all weights are zero."""
        return self.division.carried_micro_eur

    @property
    def moved_to_social_micro_eur(self) -> int:
        """What enterprises may not receive."""
        return self.division.moved_to_social_micro_eur

    def document(self) -> dict[str, object]:
        """The content of settlement.json; `canonical_json` gives its bytes."""
        totals = [row.totals() for row in self.configurations]
        sums = {key: sum(row[key] for row in totals) for key in totals[0]}
        document: dict[str, object] = {
            "hours": self.community.hours,
            **sums,
            "plants": {key: _plant_document(plant) for key, plant in self.plants.items()},
            "premium_eur": cents_text(self.premium_cents),
            "valorisation_exact_eur": exact_eur_text(self.valorisation_exact_eur),
            "valorisation_eur": cents_text(self.valorisation_cents),
            "excess": [self._excess_document(row) for row in self.excess],
            "revenue_eur": cents_text(self.revenue_micro_eur // MICRO_EUR_PER_CENT),
            "split_eur": {
                "producers": micro_eur_text(self.split.producers_micro_eur),
                "social": micro_eur_text(self.split.social_micro_eur),
                "grid": micro_eur_text(self.split.grid_micro_eur),
            },
            "members": {key: self._member_document(key) for key in self.members},
            "carried_eur": micro_eur_text(self.carried_micro_eur),
            "moved_to_social_eur": micro_eur_text(self.moved_to_social_micro_eur),
            "rules": self._rules_document(),
        }
        if self.community.lists_configurations:
            document["configurations"] = {
                row.id: {"hours": self.community.hours, **row.totals()} for row in self.configurations
            }
        return document

    def _excess_document(self, row: ExcessSet) -> dict[str, object]:
        named = {"configuration": row.configuration} if self.community.lists_configurations else {}
        return named | {
            "set": row.name,
            "shared_wh": row.shared_wh,
            "injected_wh": row.injected_wh,
            "premium_eur": cents_text(row.premium_cents),
            "excess_eur": cents_text(row.excess_cents),
            "provisional": not self.is_final,
        }

    def _member_document(self, member: str) -> dict[str, object]:
        energy = self.members[member]
        return {
            "injected_wh": energy.injected_wh,
            "withdrawn_wh": energy.withdrawn_wh,
            "shared_injection_wh": energy.shared_injection_wh,
            "shared_withdrawal_wh": energy.shared_withdrawal_wh,
            "payout_eur": micro_eur_text(self.payouts_micro_eur[member]),
        }

    def _rules_document(self) -> dict[str, object]:
        used = {
            name: {
                "value": plain_text(row.value_micro, _MICRO_DECIMALS),
                "source": row.source,
                "verified": row.verified,
            }
            for name, row in self.parameters.used.items()
        }
        return {"rule_set": self.community.rule_set, "parameters_used": used}


def _plant_document(plant: PlantResult) -> dict[str, object]:
    return {
        "injected_wh": plant.injected_wh,
        "shared_wh": plant.shared_wh,
        "premium_exact_eur": exact_eur_text(plant.premium_exact_eur),
        "premium_eur": cents_text(plant.premium_cents),
    }

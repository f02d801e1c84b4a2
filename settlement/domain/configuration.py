"""Energy and premium sums of one configuration, computed in blocks of hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from settlement.domain.attribution import attributed_wh
from settlement.domain.case import Attribution, Member
from settlement.domain.exemption import exempt_parts_wh, exempt_wh
from settlement.domain.holdings import HeldSeries
from settlement.domain.premium import PremiumSums, weighted_sums
from settlement.domain.production import Unit, injected_wh
from settlement.domain.settlement import ConfigurationEnergy, MemberEnergy
from settlement.domain.sharing import shared_wh, shared_withdrawal_wh, total_wh, withdrawn_by_member_wh
from settlement.domain.tariff import RateArray, TariffKey

BLOCK_CELLS = 2**20
"""Members times hours of a block: small enough for the processor's caches, large enough to vectorise."""


@dataclass(frozen=True, slots=True, eq=False)
class ConfigurationInput:
    """What one configuration is computed from; units and withdrawers in the byte order of their ids."""

    id: str
    injections: Sequence[HeldSeries]
    withdrawals: Sequence[HeldSeries]
    withdrawers: Sequence[Member]
    units: Sequence[Unit]
    keys: Sequence[TariffKey]
    rates: Mapping[TariffKey, RateArray]
    attribution: Attribution
    days_of_hours: NDArray[np.int64]

    @property
    def entry_order(self) -> list[int]:
        """Positions of the units by entry into operation."""
        return sorted(range(len(self.units)), key=lambda position: self.units[position].plant.entry_key)


@dataclass(slots=True)
class PlantTally:
    """Running sums of a plant."""

    injected_wh: int = 0
    shared_wh: int = 0
    premium: PremiumSums = field(default_factory=PremiumSums)


@dataclass(frozen=True, slots=True)
class ConfigurationResult:
    """Hourly energy, sums by plant id, and energy by member id."""

    energy: ConfigurationEnergy
    plants: Mapping[str, PlantTally]
    members: Mapping[str, MemberEnergy]


def compute(given: ConfigurationInput, block_cells: int = BLOCK_CELLS) -> ConfigurationResult:
    """Share, attribute and value the energy of one configuration; the block size never changes a result."""
    hours = len(given.days_of_hours)
    injected, withdrawn = total_wh(given.injections, hours), total_wh(given.withdrawals, hours)
    energy = ConfigurationEnergy(given.id, injected, withdrawn, shared_wh(injected, withdrawn))
    plants = {unit.plant.id: PlantTally() for unit in given.units}
    owners = {held.holding.member for held in [*given.injections, *given.withdrawals]}
    members = {member: MemberEnergy() for member in owners}
    block_hours = max(1, block_cells // max(1, len(given.withdrawers), len(given.units)))
    for start in range(0, hours, block_hours):
        block = _Block(given, energy.shared_wh, start, min(hours, start + block_hours))
        exempt_parts = block.share_withdrawals(members)
        attributed = block.attribute(plants, members)
        block.value(plants, attributed, exempt_parts)
    for held in given.injections:
        low, high = held.overlap(0, hours)
        members[held.holding.member].injected_wh += int(held.hourly_wh[low:high].sum(dtype=np.int64))
    return ConfigurationResult(energy, plants, members)


class _Block:
    """Hours [start, stop) of a configuration."""

    def __init__(self, given: ConfigurationInput, shared: NDArray[np.int64], start: int, stop: int) -> None:
        self.given = given
        self.start, self.stop = start, stop
        self.shared = shared[start:stop]
        self.days = given.days_of_hours[start:stop]

    def share_withdrawals(self, members: Mapping[str, MemberEnergy]) -> Mapping[str, NDArray[np.int64]]:
        """Add withdrawals and shared withdrawals to the members; give the exempt energy by group."""
        withdrawers = self.given.withdrawers
        columns = {member.id: column for column, member in enumerate(withdrawers)}
        withdrawn = withdrawn_by_member_wh(self.given.withdrawals, columns, self.start, self.stop)
        parts = shared_withdrawal_wh(self.shared, withdrawn)
        sums = zip(withdrawers, withdrawn.sum(axis=0).tolist(), parts.sum(axis=0).tolist(), strict=True)
        for member, withdrawn_sum, shared_sum in sums:
            members[member.id].withdrawn_wh += withdrawn_sum
            members[member.id].shared_withdrawal_wh += shared_sum
        return exempt_parts_wh(parts, withdrawers, self.days)

    def attribute(
        self, plants: Mapping[str, PlantTally], members: Mapping[str, MemberEnergy]
    ) -> NDArray[np.int64]:
        """Add injection and attributed energy to the plants and their holders; give the attributed energy."""
        given = self.given
        injected = injected_wh(given.units, given.injections, self.start, self.stop)
        attributed = attributed_wh(given.attribution, self.shared, injected, given.entry_order)
        sums = zip(given.units, injected.sum(axis=1).tolist(), attributed.sum(axis=1).tolist(), strict=True)
        for unit, injected_sum, attributed_sum in sums:
            plants[unit.plant.id].injected_wh += injected_sum
            plants[unit.plant.id].shared_wh += attributed_sum
        self._credit_holders(members, attributed)
        return attributed

    def _credit_holders(self, members: Mapping[str, MemberEnergy], attributed: NDArray[np.int64]) -> None:
        rows: dict[str, list[int]] = {}
        for row, unit in enumerate(self.given.units):
            rows.setdefault(unit.plant.pod, []).append(row)
        for held in self.given.injections:
            low, high = held.overlap(self.start, self.stop)
            if low < high and held.holding.pod in rows:
                energy = attributed[rows[held.holding.pod], low - self.start : high - self.start]
                members[held.holding.member].shared_injection_wh += int(energy.sum())

    def value(
        self,
        plants: Mapping[str, PlantTally],
        attributed: NDArray[np.int64],
        exempt_parts: Mapping[str, NDArray[np.int64]],
    ) -> None:
        """Add the block's energy times rate to the plants' premium sums."""
        units = self.given.units
        earning = attributed.copy()
        for row, unit in enumerate(units):
            if unit.premium_end < self.stop:
                earning[row, max(0, unit.premium_end - self.start) :] = 0
        grants = [row for row in self.given.entry_order if units[row].plant.grant_micro_pct]
        reduced = np.zeros_like(earning)
        if grants:
            exempt = exempt_wh(exempt_parts, attributed, earning, grants)
            reduced[grants] = np.where(earning > 0, earning - exempt, 0)[grants]
        for key, rates in self.given.rates.items():
            rows = [row for row in range(len(units)) if self.given.keys[row] == key]
            rates_of_block = rates[self.start : self.stop]
            full_sums = weighted_sums(earning[rows], rates_of_block)
            reduced_sums = weighted_sums(reduced[rows], rates_of_block)
            for row, full, less in zip(rows, full_sums, reduced_sums, strict=True):
                plants[units[row].plant.id].premium.full += full
                plants[units[row].plant.id].premium.reduced += less

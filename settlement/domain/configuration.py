"""Energy and premium sums of one configuration, computed in blocks of hours."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import Attribution, Member
from settlement.domain.exemption import exempt_groups, in_force_wh
from settlement.domain.holdings import HeldSeries
from settlement.domain.loops import Loops, PlantBlock, WithdrawalBlock
from settlement.domain.numpy_loops import NumpyLoops
from settlement.domain.premium import PremiumSums
from settlement.domain.production import Unit, injected_wh, rows_by_pod
from settlement.domain.settlement import ConfigurationEnergy, MemberEnergy
from settlement.domain.sharing import total_wh
from settlement.domain.tariff import RateArray, TariffKey

_BLOCK_CELLS, _BLOCK_HOURS_MIN = 2**20, 512
"""Members times hours of a block: small enough for the processor's caches, large enough to vectorise.

Never fewer hours, or the work for each meter and block would outweigh the work for its hours.
"""


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

    def add(self, injected_wh: int, shared_wh: int, full: int, reduced: int) -> None:
        """Add the sums of a block of hours."""
        self.injected_wh += injected_wh
        self.shared_wh += shared_wh
        self.premium.full += full
        self.premium.reduced += reduced


@dataclass(frozen=True, slots=True)
class ConfigurationResult:
    """Hourly energy, sums by plant id, and energy by member id."""

    energy: ConfigurationEnergy
    plants: Mapping[str, PlantTally]
    members: Mapping[str, MemberEnergy]


def compute(
    given: ConfigurationInput, loops: Loops | None = None, block_hours: int | None = None
) -> ConfigurationResult:
    """Share, attribute and value the energy of one configuration.

    Neither the block size nor who runs the loops (numpy by default) changes a result.
    """
    hours = len(given.days_of_hours)
    tally = _Tally(given, loops or NumpyLoops())
    step = block_hours or _block_hours(given)
    for start in range(0, hours, step):
        stop = min(hours, start + step)
        tally.value(start, stop, tally.share(start, stop))
    return ConfigurationResult(tally.energy, tally.plants, tally.members())


def _block_hours(given: ConfigurationInput) -> int:
    return max(_BLOCK_HOURS_MIN, _BLOCK_CELLS // max(1, len(given.withdrawers), len(given.units)))


class _Tally:
    """Sums of a configuration, block of hours by block of hours."""

    def __init__(self, given: ConfigurationInput, loops: Loops) -> None:
        self.given, self.loops = given, loops
        hours = len(given.days_of_hours)
        injected, nothing = total_wh(given.injections, hours), np.zeros(hours, dtype=np.int64)
        self.energy = ConfigurationEnergy(given.id, injected, nothing, nothing.copy())
        self.plants = {unit.plant.id: PlantTally() for unit in given.units}
        self._withdrawn_wh, self._shared_withdrawal_wh = np.zeros((2, len(given.withdrawers)), dtype=np.int64)
        self._shared_injection_wh: Counter[str] = Counter()
        positions = {member.id: position for position, member in enumerate(given.withdrawers)}
        self._columns = _positions([positions[held.holding.member] for held in given.withdrawals])
        spans = [(held.holding.first, held.holding.end) for held in given.withdrawals]
        self._spans = _positions(spans).reshape(-1, 2)
        self._groups = exempt_groups(given.withdrawers)
        self._rates = list(given.rates.values())
        rate_keys = list(given.rates)
        self._rate_of = _positions([rate_keys.index(key) for key in given.keys])
        rows = rows_by_pod(given.units)
        self._holders = [(held, row) for held in given.injections for row in rows.get(held.holding.pod, ())]
        earning = [(unit.premium_start, unit.premium_end) for unit in given.units]
        self._earning = _positions(earning).reshape(-1, 2)
        self._grants = [row for row in given.entry_order if given.units[row].plant.grant_micro_pct]

    def share(self, start: int, stop: int) -> NDArray[np.int64]:
        """Share the hours and add what members withdrew and share; exempt energy, shape (2, hours)."""
        given = self.given
        block = WithdrawalBlock(
            series=given.withdrawals,
            columns=self._columns,
            spans=self._spans,
            start=start,
            stop=stop,
            injected_wh=self.energy.injected_wh[start:stop],
            groups=self._groups,
        )
        sums = self.loops.share(block)
        self.energy.withdrawn_wh[start:stop] = sums.withdrawn_wh
        self.energy.shared_wh[start:stop] = sums.shared_wh
        self._withdrawn_wh += sums.member_withdrawn_wh
        self._shared_withdrawal_wh += sums.member_shared_wh
        return in_force_wh(sums.group_shared_wh, given.days_of_hours[start:stop])

    def value(self, start: int, stop: int, exempt_wh: NDArray[np.int64]) -> None:
        """Add energy and premium to the plants, attributed energy to their holders."""
        given = self.given
        injected = injected_wh(given.units, given.injections, start, stop)
        block = PlantBlock(
            injected_wh=injected,
            shared_wh=self.energy.shared_wh[start:stop],
            attribution=given.attribution,
            entry_order=given.entry_order,
            grants=self._grants,
            earning=np.clip(self._earning - start, 0, stop - start),
            entities_wh=exempt_wh[0],
            persons_wh=exempt_wh[1],
            rate_of=self._rate_of,
            rates=[rates[start:stop] for rates in self._rates],
        )
        sums = self.loops.value(block)
        injected_sums, attributed_sums = (
            injected.sum(axis=1).tolist(),
            sums.attributed_wh.sum(axis=1).tolist(),
        )
        rows = zip(given.units, injected_sums, attributed_sums, sums.full, sums.reduced, strict=True)
        for unit, *energy_and_premium in rows:
            self.plants[unit.plant.id].add(*energy_and_premium)
        for held, plant in self._holders:
            low, high = held.overlap(start, stop)
            if (low, high) == (start, stop):
                credited = attributed_sums[plant]
            else:
                credited = int(sums.attributed_wh[plant, max(0, low - start) : max(0, high - start)].sum())
            self._shared_injection_wh[held.holding.member] += credited

    def members(self) -> Mapping[str, MemberEnergy]:
        """Energy by member over all blocks."""
        given = self.given
        found = {held.holding.member: MemberEnergy() for held in [*given.injections, *given.withdrawals]}
        withdrawals = self._withdrawn_wh.tolist(), self._shared_withdrawal_wh.tolist()
        for member, withdrawn, shared in zip(given.withdrawers, *withdrawals, strict=True):
            found[member.id].withdrawn_wh = withdrawn
            found[member.id].shared_withdrawal_wh = shared
        for held in given.injections:
            low, high = held.overlap(0, len(given.days_of_hours))
            found[held.holding.member].injected_wh += int(held.hourly_wh[low:high].sum(dtype=np.int64))
        for member_id, shared in self._shared_injection_wh.items():
            found[member_id].shared_injection_wh = shared
        return found


def _positions(values: Sequence[int] | Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)

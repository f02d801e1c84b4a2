"""Hour by hour from readings to shared energy, its plants, its members and what it earns."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from oracle.audit.community import Community, Plant, Pod
from oracle.audit.differences import Difference
from oracle.audit.numbers import apportion
from oracle.audit.rome import day_of
from oracle.audit.rows import QUARTERS, Series
from oracle.audit.rules import ENTITIES, PERSONS, Rules

MEMBER_SUMS = ("injected_wh", "withdrawn_wh", "shared_injection_wh", "shared_withdrawal_wh")
TOTALS = ("injected_wh", "withdrawn_wh", "shared_wh")


@dataclass(slots=True)
class Energy:
    """Sums of a settlement in Wh.

    `hours` holds (injected, withdrawn) of each hour by configuration, `by_year` the shared energy by Rome
    year; `full` and `reduced` sum Wh times four times the tariff in micro-euro per MWh by plant: all energy
    that earns the premium, and the part of it that carries the reduction for a grant.
    """

    hours: dict[str, list[tuple[int, int]]]
    plants: dict[str, Counter[str]]
    members: dict[str, Counter[str]]
    by_year: Counter[int] = field(default_factory=Counter)
    full: Counter[str] = field(default_factory=Counter)
    reduced: Counter[str] = field(default_factory=Counter)

    def totals(self, configuration: str) -> dict[str, int]:
        """Sums of a configuration over the period."""
        pairs = self.hours[configuration]
        return {
            "injected_wh": sum(injected for injected, _ in pairs),
            "withdrawn_wh": sum(withdrawn for _, withdrawn in pairs),
            "shared_wh": sum(min(pair) for pair in pairs),
        }


@dataclass(frozen=True, slots=True)
class _Day:
    """What is the same in all hours of a configuration's day."""

    year: int
    owners: Mapping[str, str]
    plants: tuple[Plant, ...]
    running: Mapping[str, Mapping[str, int]]
    earning: frozenset[str]
    exempt: Mapping[str, frozenset[str]]


def compute_energy(
    community: Community, rules: Rules, readings: Series, prices: Mapping[str, list[int]]
) -> Energy:
    """The energy of all configurations. Raises Difference for an injection that no plant explains."""
    energy = Energy(
        {name: [] for name in community.configurations},
        {plant.id: Counter() for plant in community.plants},
        {member: Counter() for member in community.members},
    )
    for name, configuration in sorted(community.configurations.items()):
        hours = _Configuration(community, rules, readings, name)
        for hour in range(community.end - community.start):
            hours.settle(energy, hour, prices[configuration.zone][hour])
    return energy


class _Configuration:
    def __init__(self, community: Community, rules: Rules, readings: Series, name: str) -> None:
        self.community, self.rules, self.readings, self.name = community, rules, readings, name
        self._pods = [row for row in community.pods if row.configuration == name]
        self._plants = [row for row in community.plants if community.home_of(row.pod) == name]
        self._rates = {row.id: _rate_of(row, community, rules) for row in self._plants}
        self._grants = {row.id for row in self._plants if row.grant_micro_pct > 0}
        self._days: dict[int, _Day] = {}

    def settle(self, energy: Energy, hour: int, price: int) -> None:
        """Add an hour; the price is four times its mean, in micro-euro per MWh."""
        day = self._day(day_of(self.community.start + hour))
        injected = {pod: self._read(pod, "injected", hour) for pod in day.owners}
        withdrawn: Counter[str] = Counter()
        for pod, member in day.owners.items():
            withdrawn[member] += self._read(pod, "withdrawn", hour)
            energy.members[member]["injected_wh"] += injected[pod]
        pair = sum(injected.values()), sum(withdrawn.values())
        shared = min(pair)
        energy.hours[self.name].append(pair)
        energy.by_year[day.year] += shared
        consumed = apportion(shared, withdrawn)
        for member, wh in withdrawn.items():
            energy.members[member]["withdrawn_wh"] += wh
            energy.members[member]["shared_withdrawal_wh"] += consumed[member]
        if any(injected.values()):
            self._book(energy, day, self._produced(day, injected, hour), shared, consumed, price)

    def _read(self, pod: str, direction: str, hour: int) -> int:
        series = self.readings.get((pod, direction))
        return series[hour] if series else 0

    def _day(self, day: int) -> _Day:
        if day not in self._days:
            self._days[day] = self._new_day(day)
        return self._days[day]

    def _new_day(self, day: int) -> _Day:
        owners = {row.code: row.member for row in self._pods if _is_valid(row, day)}
        plants = tuple(row for row in self._plants if row.pod in owners)
        running: dict[str, dict[str, int]] = {pod: {} for pod in owners}
        for plant in plants:
            if plant.entry <= day:
                running[plant.pod][plant.id] = plant.power_milliwatt
        return _Day(
            date.fromordinal(day).year,
            owners,
            plants,
            running,
            frozenset(
                row.id for row in plants if row.admitted and row.premium_start <= day < row.premium_end
            ),
            {group: self._exempt_members(group, day) for group in self.rules.law.exempt},
        )

    def _exempt_members(self, group: str, day: int) -> frozenset[str]:
        """Members of the group's categories on that day."""
        members = self.community.members.items()
        return frozenset(
            name
            for categories, begin, end in self.rules.law.exempt[group]
            for name, row in members
            if begin <= day < end and row.category in categories
        )

    def _produced(self, day: _Day, injected: Mapping[str, int], hour: int) -> dict[str, int]:
        """The injection of each plant: that of its POD by power of the plants in operation."""
        produced = dict.fromkeys((plant.id for plant in day.plants), 0)
        for pod, wh in injected.items():
            if wh and not day.running[pod]:
                raise Difference(f"{pod} injected {wh} Wh in hour {hour} of the period without a plant")
            if wh:
                produced |= apportion(wh, day.running[pod])
        return produced

    def _book(
        self,
        energy: Energy,
        day: _Day,
        produced: Mapping[str, int],
        shared: int,
        consumed: Mapping[str, int],
        price: int,
    ) -> None:
        """Attribute the shared energy to plants and value it."""
        if self.community.attribution == "PRO_RATA_INJECTION":
            attributed = apportion(shared, produced)
        else:
            attributed = _fill(shared, produced, produced)
        exempt = self._exempt(day, attributed, consumed) if self._grants & day.earning else {}
        for plant in day.plants:
            name, wh = plant.id, attributed[plant.id]
            energy.plants[name]["injected_wh"] += produced[name]
            energy.plants[name]["shared_wh"] += wh
            energy.members[day.owners[plant.pod]]["shared_injection_wh"] += wh
            if wh and name in day.earning:
                base, cap, reference, correction = self._rates[name]
                rate = min(cap, base + max(0, reference - price)) + correction
                energy.full[name] += wh * rate
                if name in self._grants:
                    energy.reduced[name] += (wh - exempt[name]) * rate

    def _exempt(
        self, day: _Day, attributed: Mapping[str, int], consumed: Mapping[str, int]
    ) -> dict[str, int]:
        """Energy without reduction: the entities' fills the grant plants, the persons' goes pro rata."""
        used = {
            group: sum(wh for name, wh in consumed.items() if name in members)
            for group, members in day.exempt.items()
        }
        grants = [row.id for row in day.plants if row.id in self._grants & day.earning]
        first = _fill(used.get(ENTITIES, 0), grants, attributed)
        left = {name: wh - first.get(name, 0) for name, wh in attributed.items()}
        second = apportion(used.get(PERSONS, 0), left)
        return {name: first.get(name, 0) + second[name] for name in attributed}


def _is_valid(row: Pod, day: int) -> bool:
    return row.valid_from <= day < row.valid_to


def _fill(amount: int, order: Iterable[str], limits: Mapping[str, int]) -> dict[str, int]:
    """Each in turn takes what it holds, until nothing is left."""
    parts = {}
    for name in order:
        parts[name] = min(amount, limits[name])
        amount -= parts[name]
    return parts


def _rate_of(plant: Plant, community: Community, rules: Rules) -> tuple[int, int, int, int]:
    """Base, cap, reference price and area correction of a plant's tariff, four times micro-euro per MWh."""
    power = sum(
        row.power_milliwatt for row in community.plants if (row.pod, row.source) == (plant.pod, plant.source)
    )
    number = rules.law.class_of(power)
    area = rules.law.areas[plant.region][1]
    correction = rules.micro(f"fc_{area}_eur_per_mwh") if plant.source == "photovoltaic" else 0
    values = (
        rules.micro(f"class{number}_base_eur_per_mwh"),
        rules.micro(f"class{number}_cap_eur_per_mwh"),
        rules.micro("price_reference_eur_per_mwh"),
        correction,
    )
    base, cap, reference, correction = (QUARTERS * value for value in values)
    return base, cap, reference, correction

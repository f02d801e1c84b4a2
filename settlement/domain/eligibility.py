"""Power limits of plants and of the community, and the limit of plants older than the law."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from settlement.domain.case import MICRO, Plant, Source
from settlement.domain.parameters import COMMUNITY_MAX
from settlement.domain.rounding import plain_text
from settlement.domain.rulesets import law


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that the plants break; `plant` is the one that breaks it, in the order given, by its `key`."""

    plant: str
    key: str
    sentence: str


def unit_powers_milliwatt(plants: Sequence[Plant]) -> dict[tuple[str, Source], int]:
    """Power of each production unit: all plants of one source at one POD (Regole Operative 1.2.1.2)."""
    powers: dict[tuple[str, Source], int] = defaultdict(int)
    for plant in plants:
        powers[plant.pod, plant.source] += plant.power_milliwatt
    return dict(powers)


def breaches(plants: Sequence[Plant], parameters_micro: Mapping[str, int]) -> list[Breach]:
    """Every limit that the plants break; the plant named is the one that passes it in the order given."""
    found = unit_breaches(plants, parameters_micro["plant_max_kw"])
    found += existing_breaches(plants, parameters_micro["existing_max_pct"])
    if COMMUNITY_MAX in parameters_micro:
        found += community_breaches(plants, parameters_micro[COMMUNITY_MAX])
    return found


def unit_breaches(plants: Sequence[Plant], max_milliwatt: int) -> list[Breach]:
    """Production units above the limit of a plant, which is itself allowed."""
    powers: dict[tuple[str, Source], int] = defaultdict(int)
    found = []
    for plant in plants:
        unit = (plant.pod, plant.source)
        before, powers[unit] = powers[unit], powers[unit] + plant.power_milliwatt
        if before <= max_milliwatt < powers[unit]:
            total = unit_powers_milliwatt(plants)[unit]
            sentence = (
                f"plants of source {plant.source} at POD {plant.pod} have {_kw(total)} kW together, "
                f"the limit is {_kw(max_milliwatt)} kW"
            )
            found.append(Breach(plant.id, "power_kw", sentence))
    return found


def community_breaches(plants: Sequence[Plant], max_milliwatt: int) -> list[Breach]:
    """All plants together above the limit of a community."""
    total = sum(plant.power_milliwatt for plant in plants)
    power = 0
    for plant in plants:
        power += plant.power_milliwatt
        if power > max_milliwatt:
            sentence = f"all plants have {_kw(total)} kW together, the limit is {_kw(max_milliwatt)} kW"
            return [Breach(plant.id, "power_kw", sentence)]
    return []


def existing_breaches(plants: Sequence[Plant], share_max_micro_pct: int) -> list[Breach]:
    """Plants in operation before the law above their share of all power (D.Lgs. 199/2021 art. 31)."""
    first_new_day = law().first_new_day
    total = sum(plant.power_milliwatt for plant in plants)
    existing = [plant for plant in plants if plant.entry_into_operation < first_new_day]
    power = 0
    for plant in existing:
        power += plant.power_milliwatt
        if power * 100 * MICRO > total * share_max_micro_pct:
            held = sum(row.power_milliwatt for row in existing)
            sentence = (
                f"plants in operation before {first_new_day} have {_kw(held)} of {_kw(total)} kW, "
                f"the limit is {plain_text(share_max_micro_pct, 6)} %"
            )
            return [Breach(plant.id, "entry_into_operation", sentence)]
    return []


def _kw(milliwatt: int) -> str:
    return plain_text(milliwatt, 6)

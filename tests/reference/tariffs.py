"""What a plant earns per MWh, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from tests.reference.world import World

NEW_PLANTS_FROM = date(2021, 12, 16)
CENTRE = {"Lazio", "Marche", "Toscana", "Umbria", "Abruzzo"}
SOUTH = {"Basilicata", "Calabria", "Campania", "Molise", "Puglia", "Sardegna", "Sicilia"}


def premium_end(entry: date) -> date:
    """The same calendar day twenty years later; 29 February becomes 1 March where there is none."""
    try:
        return entry.replace(year=entry.year + 20)
    except ValueError:
        return date(entry.year + 20, 3, 1)


def last_request_day(entry: date) -> date:
    """120 days from entry; for plants older than the decree from the opening of the portal."""
    begin = date(2024, 4, 8) if entry <= date(2024, 1, 23) else entry
    return begin + timedelta(days=120)


def is_late(plant: Mapping[str, Any]) -> bool:
    asked = plant.get("requested_on")
    return asked is not None and asked > last_request_day(plant["entry_into_operation"])


def is_admitted(world: World, plant: Mapping[str, Any]) -> bool:
    if plant["entry_into_operation"] < NEW_PLANTS_FROM:
        return False
    return not (is_late(plant) and world.toml.get("late_request_policy") == "REJECT")


def earns_premium(world: World, plant: Mapping[str, Any], day: date) -> bool:
    entry = plant["entry_into_operation"]
    end = premium_end(entry) + timedelta(days=plant.get("stop_days", 0))
    begin = plant["requested_on"] if is_late(plant) else entry
    return is_admitted(world, plant) and entry <= day < end and begin <= day


def tariff(world: World, plant: Mapping[str, Any], price: Fraction) -> Fraction:
    """€/MWh before the reduction for grants."""
    same = (plant["pod"], plant["source"])
    power = sum(Fraction(p["power_kw"]) for p in world.plants if (p["pod"], p["source"]) == same)
    number = 1 if power <= 200 else 2 if power <= 600 else 3
    value = world.parameters
    rise = max(Fraction(0), value["price_reference_eur_per_mwh"] - price)
    base, cap = value[f"class{number}_base_eur_per_mwh"], value[f"class{number}_cap_eur_per_mwh"]
    region = plant["region"]
    area = "centre" if region in CENTRE else "south" if region in SOUTH else "north"
    correction = value[f"fc_{area}_eur_per_mwh"] if plant["source"] == "photovoltaic" else Fraction(0)
    return min(cap, base + rise) + correction

"""A slow, plain and exact settlement of a case folder, written from the case folder's specification alone.

It shares no line with the production engine: csv and tomllib, dictionaries, whole numbers and fractions, one
hour at a time. It expects a good case (it checks nothing) and answers with the bytes of settlement.json; the
only error that it knows is a rule parameter missing for the period.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.reference.exact import decimal_text, divide, exact_text, half_up
from tests.reference.money import excess_entries, money, premium_cents
from tests.reference.tariffs import earns_premium, tariff
from tests.reference.world import ROME, World, read_world

ENTITIES = {"TERRITORIAL_BODY", "LOCAL_ADMIN", "RELIGIOUS_BODY", "THIRD_SECTOR", "ENV_PROTECTION"}
PERSONS_EXEMPT_FROM = date(2025, 6, 26)


def valid_rows(world: World, configuration: str, day: date) -> dict[str, str]:
    """The configuration's PODs of the day, and the member of each."""
    return {
        row["code"]: row["member"]
        for row in world.toml.get("pods", [])
        if row.get("configuration", "") == configuration
        and row["valid_from"] <= day < row.get("valid_to", date.max)
    }


def plants_injection(world: World, owners: Mapping[str, str], hour: datetime, day: date) -> dict[str, int]:
    """Each plant's part of the injection of its POD; plants not in operation get none."""
    injected = {plant["id"]: 0 for plant in world.plants if plant["pod"] in owners}
    for pod in owners:
        running = {
            plant["id"]: Fraction(plant["power_kw"])
            for plant in world.plants
            if plant["pod"] == pod and plant["entry_into_operation"] <= day
        }
        injected |= divide(world.energy[pod, "injected"][hour], running)
    return injected


def attribute(world: World, shared: int, injected: Mapping[str, int]) -> dict[str, int]:
    """The shared energy of the hour by plant."""
    if world.toml.get("attribution", "ENTRY_ORDER") == "PRO_RATA_INJECTION":
        return divide(shared, injected)
    return fill(shared, [plant["id"] for plant in world.plants if plant["id"] in injected], injected)


def fill(amount: int, order: Iterable[str], limits: Mapping[str, int]) -> dict[str, int]:
    """Give each in turn as much as it holds, until nothing is left."""
    parts = dict.fromkeys(limits, 0)
    for name in order:
        parts[name] = min(limits[name], amount)
        amount -= parts[name]
    return parts


def exempt_energy(
    world: World, attributed: Mapping[str, int], consumed: Mapping[str, int], day: date
) -> dict[str, int]:
    """Per plant, the energy without reduction: entities fill the grant plants, persons share the rest."""
    of_entities = sum(wh for member, wh in consumed.items() if world.categories[member] in ENTITIES)
    of_persons = sum(wh for member, wh in consumed.items() if world.categories[member] == "NATURAL_PERSON")
    grant_plants = [
        plant["id"]
        for plant in world.plants
        if plant["id"] in attributed
        and Fraction(plant.get("grant_pct", 0)) > 0
        and earns_premium(world, plant, day)
    ]
    first = fill(of_entities, grant_plants, attributed)
    left = {plant: attributed[plant] - first[plant] for plant in attributed}
    second = divide(of_persons if day >= PERSONS_EXEMPT_FROM else 0, left)
    return {plant: first[plant] + second[plant] for plant in attributed}


def settle_hour(world: World, configuration: str, hour: datetime) -> None:
    local = hour.astimezone(ROME)
    day = local.date()
    owners = valid_rows(world, configuration, day)
    injected_at = {pod: world.energy[pod, "injected"][hour] for pod in owners}
    withdrawn_at = {pod: world.energy[pod, "withdrawn"][hour] for pod in owners}
    shared = min(sum(injected_at.values()), sum(withdrawn_at.values()))
    withdrawn: Counter[str] = Counter()
    for pod, member in owners.items():
        withdrawn[member] += withdrawn_at[pod]
        world.member_wh[member]["injected_wh"] += injected_at[pod]
        world.member_wh[member]["withdrawn_wh"] += withdrawn_at[pod]
    consumed = divide(shared, withdrawn)
    for member, wh in consumed.items():
        world.member_wh[member]["shared_withdrawal_wh"] += wh
    world.totals[configuration].update(
        injected_wh=sum(injected_at.values()), withdrawn_wh=sum(withdrawn_at.values()), shared_wh=shared
    )
    years = f"@{local.year}" if f"tras_e_eur_per_mwh@{local.year}" in world.parameters else ""
    world.valorisation += Fraction(shared, 10**6) * world.parameters["tras_e_eur_per_mwh" + years]
    book_plants(world, configuration, hour, owners, shared, consumed)


def book_plants(
    world: World,
    configuration: str,
    hour: datetime,
    owners: Mapping[str, str],
    shared: int,
    consumed: Mapping[str, int],
) -> None:
    day = hour.astimezone(ROME).date()
    injected = plants_injection(world, owners, hour, day)
    attributed = attribute(world, shared, injected)
    exempt = exempt_energy(world, attributed, consumed, day)
    for plant in world.plants:
        name = plant["id"]
        if name not in injected:
            continue
        world.plant_wh[name].update(injected_wh=injected[name], shared_wh=attributed[name])
        world.member_wh[owners[plant["pod"]]]["shared_injection_wh"] += attributed[name]
        if attributed[name] and earns_premium(world, plant, day):
            kept = 1 - Fraction(plant.get("grant_pct", 0)) / 80
            paid = exempt[name] + (attributed[name] - exempt[name]) * kept
            price = world.prices[world.zones[configuration]][hour]
            world.premium[name] += paid / 10**6 * tariff(world, plant, price)


def energy_document(world: World) -> dict[str, Any]:
    names = ("injected_wh", "withdrawn_wh", "shared_wh")
    document: dict[str, Any] = {"hours": len(world.hours)}
    document |= {name: sum(total[name] for total in world.totals.values()) for name in names}
    if "configurations" in world.toml:
        document["configurations"] = {
            configuration: {"hours": len(world.hours)}
            | {name: world.totals[configuration][name] for name in names}
            for configuration in world.zones
        }
    document["plants"] = {
        plant["id"]: {
            "injected_wh": world.plant_wh[plant["id"]]["injected_wh"],
            "shared_wh": world.plant_wh[plant["id"]]["shared_wh"],
            "premium_exact_eur": exact_text(world.premium[plant["id"]]),
            "premium_eur": decimal_text(premium_cents(world, plant["id"]), 2),
        }
        for plant in world.plants
    }
    return document


def rules_document(world: World) -> dict[str, Any]:
    return {
        "rule_set": world.toml["rule_set"],
        "parameters_used": {
            name: {"value": exact_text(value), "source": "reference", "verified": True}
            for name, value in world.parameters.items()
        },
    }


def settle(folder: Path) -> bytes:
    """The bytes of settlement.json, but for the wording of sources and their verification."""
    world = read_world(folder)
    for hour in world.hours:
        for configuration in world.zones:
            settle_hour(world, configuration, hour)
    premium = sum(premium_cents(world, plant["id"]) for plant in world.plants)
    excess = excess_entries(world)
    document = energy_document(world) | {
        "premium_eur": decimal_text(premium, 2),
        "valorisation_exact_eur": exact_text(world.valorisation),
        "valorisation_eur": decimal_text(half_up(world.valorisation, 2), 2),
        "excess": excess,
        "rules": rules_document(world),
    }
    return canonical(document | money(world, premium, excess))


def canonical(document: dict[str, Any]) -> bytes:
    """UTF-8, keys sorted, two-space indent, final newline."""
    return (json.dumps(document, sort_keys=True, indent=2, ensure_ascii=False) + "\n").encode()


def canonical_again(settlement: bytes) -> bytes:
    """What the bytes are when they are canonical."""
    return canonical(json.loads(settlement))


def normalised(settlement: bytes) -> bytes:
    """The same settlement with parameter values as plain numbers and without the wording of their sources."""
    document = json.loads(settlement)
    for row in document["rules"]["parameters_used"].values():
        row.update(value=exact_text(Fraction(row["value"])), source="reference", verified=True)
    return canonical(document)

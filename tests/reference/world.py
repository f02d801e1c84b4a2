"""What a settlement reads: the folder's three files, taken at their word, and the rules' numbers.

Energy is in Wh (int), prices and tariffs in €/MWh (Fraction).
"""

from __future__ import annotations

import csv
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.reference.exact import by_bytes

ROME = ZoneInfo("Europe/Rome")
HOUR = timedelta(hours=1)
COMMON = {
    "existing_max_pct": "30",
    "class1_base_eur_per_mwh": "80",
    "class1_cap_eur_per_mwh": "120",
    "class2_base_eur_per_mwh": "70",
    "class2_cap_eur_per_mwh": "110",
    "class3_base_eur_per_mwh": "60",
    "class3_cap_eur_per_mwh": "100",
    "price_reference_eur_per_mwh": "180",
    "fc_north_eur_per_mwh": "10",
    "fc_centre_eur_per_mwh": "4",
    "fc_south_eur_per_mwh": "0",
    "tip_only_threshold_pct": "55",
    "tip_plus_grant_threshold_pct": "45",
}
RULE_SETS = {
    "cacer-2024": COMMON | {"plant_max_kw": "1000"},
    "seed": COMMON | {"plant_max_kw": "100", "community_max_kw": "200"},
}
TRAS_E = {2023: "8.48", 2024: "10.57"}


class MissingParameter(Exception):  # noqa: N818 - it names what is missing
    """A rule parameter has no value for a year of the period."""


@dataclass
class World:
    """All that the settlement reads, and its running sums."""

    toml: dict[str, Any]
    hours: list[datetime]  # starts, UTC
    start: datetime
    end: datetime
    zones: dict[str, str]  # configuration -> zone; the single configuration is called ""
    plants: list[dict[str, Any]]  # in the order (entry_into_operation, pod, id)
    categories: dict[str, str]  # member -> category
    energy: dict[tuple[str, str], Counter[datetime]]  # (pod, direction) -> hour -> Wh
    prices: dict[str, dict[datetime, Fraction]]  # zone -> hour -> €/MWh
    parameters: dict[str, Fraction]
    totals: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # by configuration
    plant_wh: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    member_wh: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    premium: dict[str, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    valorisation: Fraction = Fraction(0)


def rows_of(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(line for line in file if line.strip())


def hour_of(text: str) -> datetime:
    instant = datetime.fromisoformat(text).astimezone(UTC)
    return instant.replace(minute=0)


def idle_storages(toml: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Storages that stand alone, whose withdrawals are no consumption unless the case says so."""
    if toml.get("storage_policy") == "COUNT_AS_WITHDRAWAL":
        return set()
    return {(row["code"], "withdrawn") for row in toml.get("pods", []) if row.get("storage")}


def read_energy(
    folder: Path, hours: set[datetime], left_out: set[tuple[str, str]]
) -> dict[tuple[str, str], Counter[datetime]]:
    energy: dict[tuple[str, str], Counter[datetime]] = defaultdict(Counter)
    for row in rows_of(folder / "readings.csv"):
        hour = hour_of(row["interval_start"])
        if hour in hours and (row["pod"], row["direction"]) not in left_out:
            energy[row["pod"], row["direction"]][hour] += int(row["wh"])
    return energy


def read_prices(folder: Path, hours: set[datetime]) -> dict[str, dict[datetime, Fraction]]:
    """The mean of the rows of an hour: one row, or four."""
    quotes: dict[str, dict[datetime, list[Fraction]]] = defaultdict(lambda: defaultdict(list))
    for row in rows_of(folder / "prices.csv"):
        hour = hour_of(row["interval_start"])
        if hour in hours:
            quotes[row["zone"]][hour].append(Fraction(row["eur_per_mwh"]))
    return {
        zone: {hour: sum(prices) / Fraction(len(prices)) for hour, prices in by_hour.items()}
        for zone, by_hour in quotes.items()
    }


def read_world(folder: Path) -> World:
    toml = tomllib.loads((folder / "community.toml").read_text(encoding="utf-8"))
    start, end = toml["from"].astimezone(UTC), toml["to"].astimezone(UTC)
    hours = [start + n * HOUR for n in range((end - start) // HOUR)]
    configurations = toml.get("configurations") or [{"id": "", "zone": toml["community"]["zone"]}]
    order = lambda p: (p["entry_into_operation"], by_bytes(p["pod"]), by_bytes(p["id"]))  # noqa: E731
    overrides = {name: str(value) for name, value in toml.get("parameters", {}).items()}
    return World(
        toml=toml,
        hours=hours,
        start=start,
        end=end,
        zones={configuration["id"]: configuration["zone"] for configuration in configurations},
        plants=sorted(toml.get("plants", []), key=order),
        categories={member["id"]: member["category"] for member in toml.get("members", [])},
        energy=read_energy(folder, set(hours), idle_storages(toml)),
        prices=read_prices(folder, set(hours)),
        parameters=used_parameters(toml["rule_set"], overrides, hours),
    )


def used_parameters(
    rule_set: str, overrides: Mapping[str, str], hours: list[datetime]
) -> dict[str, Fraction]:
    """All that the rule set defines, overridden; TRAS_E by year when the period spans years."""
    values = RULE_SETS[rule_set] | {k: v for k, v in overrides.items() if k != "tras_e_eur_per_mwh"}
    years = sorted({hour.astimezone(ROME).year for hour in hours})
    for year in years:
        value = overrides.get("tras_e_eur_per_mwh", TRAS_E.get(year))
        if value is None:
            raise MissingParameter("tras_e_eur_per_mwh")
        values["tras_e_eur_per_mwh" + (f"@{year}" if len(years) > 1 else "")] = value
    return {name: Fraction(value) for name, value in values.items()}

"""Law as dated data: parameters of the rule sets and what a case cannot override, read from rules/*.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from settlement.domain.case import MICRO, MemberCategory
from settlement.domain.decimals import parse_scaled

RULE_SETS = ("cacer-2024", "seed")
ZONES = ("NORD", "CNOR", "CSUD", "SUD", "CALA", "SICI", "SARD")
TRAS_E = "tras_e_eur_per_mwh"
_FOLDER = Path(__file__).parent / "rules"


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One value of a parameter, times a million, in force in [valid_from, valid_to); None is open."""

    key: str
    value_micro: int
    unit: str
    valid_from: date | None
    valid_to: date | None
    source: str
    verified: bool

    def holds_on(self, day: date) -> bool:
        """Whether the row is in force on the day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rows of a rule set by parameter name, inherited ones included, oldest first."""

    name: str
    rows: Mapping[str, tuple[RuleRow, ...]]

    def at(self, key: str, day: date) -> RuleRow | None:
        """The row in force on the day, or None."""
        return next((row for row in self.rows[key] if row.holds_on(day)), None)


@dataclass(frozen=True, slots=True)
class Region:
    """Market zone and tariff area (north, centre, south) of an Italian region."""

    name: str
    zone: str
    area: str


@dataclass(frozen=True, slots=True)
class Exemption:
    """Member categories whose energy is exempt from the reduction for capital grants, and since when."""

    group: str
    categories: frozenset[MemberCategory]
    valid_from: date | None


@dataclass(frozen=True, slots=True)
class TariffClass:
    """A class of plants by power; the last class has no upper bound of its own."""

    number: int
    up_to_milliwatt: int | None


@dataclass(frozen=True, slots=True)
class Law:
    """Rules that a case cannot override; `grant_reduction` is F per point of grant_pct, as a ratio of two."""

    first_new_day: date
    premium_years: int
    grant_max_pct: int
    grant_reduction: tuple[int, int]
    tariff_classes: tuple[TariffClass, ...]
    exemptions: Mapping[str, Exemption]
    regions: Mapping[str, Region]

    def tariff_class(self, power_milliwatt: int) -> int:
        """Number of the class of a power; bounds are inclusive downwards."""
        for row in self.tariff_classes[:-1]:
            if row.up_to_milliwatt is not None and power_milliwatt <= row.up_to_milliwatt:
                return row.number
        return self.tariff_classes[-1].number


def _document(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _row(table: Mapping[str, Any]) -> RuleRow:
    value_micro = parse_scaled(table["value"], 6)
    if value_micro is None:
        raise ValueError(f"rule {table['key']}: {table['value']!r} is not a decimal")
    return RuleRow(
        key=table["key"],
        value_micro=value_micro,
        unit=table["unit"],
        valid_from=table.get("valid_from"),
        valid_to=table.get("valid_to"),
        source=table["source"],
        verified=table["verified"],
    )


@cache
def rule_set(name: str) -> RuleSet:
    """The rule set of that name; its rows replace the inherited rows of the same key."""
    document = _document(name)
    inherited = dict(rule_set(document["inherits"]).rows) if "inherits" in document else {}
    own: dict[str, tuple[RuleRow, ...]] = {}
    for table in document["parameters"]:
        row = _row(table)
        own[row.key] = (*own.get(row.key, ()), row)
    ordered = {
        key: tuple(sorted(rows, key=lambda row: row.valid_from or date.min)) for key, rows in own.items()
    }
    return RuleSet(name, MappingProxyType(inherited | ordered))


@cache
def parameter_names() -> frozenset[str]:
    """Every parameter that some rule set defines: the names that a case may override."""
    return frozenset(key for name in RULE_SETS for key in rule_set(name).rows)


@cache
def law() -> Law:
    """The rules that a case cannot override."""
    document = _document("law")
    plants = document["plants"]
    return Law(
        first_new_day=plants["first_new_day"],
        premium_years=plants["premium_years"],
        grant_max_pct=plants["grant_max_pct"],
        grant_reduction=(plants["reduction_at_grant_max_pct"], 100 * plants["grant_max_pct"]),
        tariff_classes=tuple(_tariff_class(table) for table in document["tariff_classes"]),
        exemptions={table["group"]: _exemption(table) for table in document["exempt"]},
        regions={
            name: Region(name, table["zone"], table["area"])
            for table in document["regions"]
            for name in table["names"]
        },
    )


def _tariff_class(table: Mapping[str, Any]) -> TariffClass:
    up_to_kw = table.get("up_to_kw")
    return TariffClass(table["number"], None if up_to_kw is None else up_to_kw * MICRO)


def _exemption(table: Mapping[str, Any]) -> Exemption:
    categories = frozenset(MemberCategory(name) for name in table["categories"])
    return Exemption(table["group"], categories, table.get("valid_from"))

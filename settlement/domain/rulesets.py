"""Law as dated data: the rule sets, read from rules/<set>/<theme>.toml, and what a case cannot override."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from settlement.domain.case import MemberCategory
from settlement.domain.rule_rows import RuleRow, row_of

LAW = "cacer-2024"
RULE_SETS = (LAW, "seed")
ZONES = ("NORD", "CNOR", "CSUD", "SUD", "CALA", "SICI", "SARD")
AREAS = ("north", "centre", "south")
TRAS_E = "tras_e_eur_per_mwh"
_INHERITS = {"seed": LAW}
_EXEMPT = {"ENTITIES": "exempt_entity_categories", "PERSONS": "exempt_person_categories"}
EXEMPTION_KEYS = tuple(_EXEMPT.values())
_FOLDER = Path(__file__).parent / "rules"


class RuleMissing(Exception):  # noqa: N818 - named as the fact that it states
    """A rule that has no value on a day: why, and where one was looked for."""

    def __init__(self, rules: str, row: RuleRow, day: date) -> None:
        self.rules, self.row, self.day = rules, row, day
        super().__init__(
            f"{rules} has no value of {row.key} on {day}: {row.gap} ({row.source}); "
            f"see: condivisa rules explain {row.key} --set {rules} --on {day}"
        )


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rows of a rule set by key, inherited ones included, oldest first.

    The rows of a key cover every day once: a day without a known value has a row that declares the gap.
    """

    name: str
    rows: Mapping[str, tuple[RuleRow, ...]]

    @property
    def parameters(self) -> frozenset[str]:
        """Keys that a case may override and settlement.json lists."""
        return frozenset(key for key, rows in self.rows.items() if rows[0].overridable)

    def covering(self, key: str, day: date) -> RuleRow:
        """The row of the day, be it a value or a declared gap; raises KeyError for an unknown key."""
        return next(row for row in self.rows[key] if row.holds_on(day))

    def at(self, key: str, day: date) -> RuleRow | None:
        """The value in force on the day, or None where the gap is declared; KeyError for an unknown key."""
        row = self.covering(key, day)
        return None if row.value is None else row

    def needed(self, key: str, day: date) -> RuleRow:
        """The value in force on the day; raises RuleMissing where there is none, KeyError for no such key."""
        row = self.covering(key, day)
        if row.value is None:
            raise RuleMissing(self.name, row, day)
        return row


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


@cache
def rule_set(name: str) -> RuleSet:
    """The rule set of that name; its rows replace the inherited rows of the same key."""
    inherited = dict(rule_set(_INHERITS[name]).rows) if name in _INHERITS else {}
    own: dict[str, tuple[RuleRow, ...]] = {}
    for row in _own_rows(name):
        own[row.key] = (*own.get(row.key, ()), row)
    ordered = {
        key: tuple(sorted(rows, key=lambda row: row.valid_from or date.min)) for key, rows in own.items()
    }
    return RuleSet(name, MappingProxyType(inherited | ordered))


def _own_rows(name: str) -> Iterator[RuleRow]:
    for path in sorted((_FOLDER / name.replace("-", "_")).glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        formulas, overridable = document.get("formulas", {}), document.get("overridable", False)
        for table in document["rules"]:
            yield row_of(table, path.stem, formulas, overridable)


@cache
def parameter_names() -> frozenset[str]:
    """The names that a case may override: those of every rule set."""
    return frozenset().union(*(rule_set(name).parameters for name in RULE_SETS))


@cache
def law() -> Law:
    """The rules that a case cannot override; but for exemptions they have one row each, for all time."""
    bounds = _only("tariff_class_up_to_kw").values_micro
    grant_max_micro = _only("grant_max_pct").value_micro
    return Law(
        first_new_day=_only("plant_new_from").day,
        premium_years=_whole("premium_years"),
        grant_max_pct=_whole("grant_max_pct"),
        grant_reduction=(_only("reduction_at_grant_max_pct").value_micro, 100 * grant_max_micro),
        tariff_classes=tuple(
            TariffClass(number, bound) for number, bound in enumerate((*bounds, None), start=1)
        ),
        exemptions={group: _exemption(group, key) for group, key in _EXEMPT.items()},
        regions=_regions(),
    )


def _only(key: str) -> RuleRow:
    (row,) = rule_set(LAW).rows[key]
    return row


def _whole(key: str) -> int:
    whole, rest = divmod(_only(key).value_micro, 1_000_000)
    if rest:
        raise ValueError(f"rule {key} is not a whole number")
    return whole


def _exemption(group: str, key: str) -> Exemption:
    """Its categories since the day that they are exempt; an earlier row names none."""
    *earlier, latest = rule_set(LAW).rows[key]
    if any(row.texts for row in earlier):
        raise ValueError(f"rule {key} exempts categories twice")
    return Exemption(group, frozenset(map(MemberCategory, latest.texts)), latest.valid_from)


def _regions() -> dict[str, Region]:
    areas = {name: area for area in AREAS for name in _only(f"area_{area}_regions").texts}
    zones = {name: zone for zone in ZONES for name in _only(f"zone_{zone}_regions").texts}
    return {name: Region(name, zones[name], areas[name]) for name in sorted(areas)}

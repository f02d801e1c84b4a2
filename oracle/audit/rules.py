"""The rules of a settlement, resolved for its period from the texts of the rule files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from oracle.audit.differences import Difference
from oracle.audit.numbers import MICRO, plain, scaled
from oracle.audit.texts import read_toml

LAW_FILE = "law.toml"
TRAS_E = "tras_e_eur_per_mwh"
OVERRIDDEN = "community.toml [parameters]"
MILLIWATT_PER_KW = MICRO
ENTITIES, PERSONS = "ENTITIES", "PERSONS"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value times a million; where it comes from takes no part in comparisons of figures."""

    micro: int
    source: str = field(compare=False)
    verified: bool = field(compare=False)

    def document(self) -> dict[str, object]:
        """As settlement.json shows it."""
        return {"value": plain(self.micro, 6), "source": self.source, "verified": self.verified}


class _Row(NamedTuple):
    """A parameter in force on the days [valid_from, valid_to), which are ordinals."""

    parameter: Parameter
    valid_from: int
    valid_to: int


@dataclass(frozen=True, slots=True)
class Law:
    """What a case cannot override. Days are ordinals; F = grant percent · `grant_factor`."""

    first_new_day: int
    premium_years: int
    grant_max_pct: int
    grant_factor: Fraction
    classes: tuple[tuple[int, int | None], ...]
    exempt: Mapping[str, tuple[frozenset[str], int]]
    areas: Mapping[str, tuple[str, str]]

    def class_of(self, power_milliwatt: int) -> int:
        """Number of the tariff class of a power; bounds belong to the lower class."""
        for number, bound in self.classes:
            if bound is None or power_milliwatt <= bound:
                return number
        return self.classes[-1][0]


@dataclass(frozen=True, slots=True)
class Rules:
    """Parameters by the names that settlement.json shows, and the law."""

    parameters: Mapping[str, Parameter]
    law: Law

    def micro(self, name: str) -> int:
        """A parameter's value times a million."""
        return self.parameters[name].micro

    def tras_e_micro(self, year: int) -> int:
        """The transmission tariff of a year."""
        name = f"{TRAS_E}@{year}"
        return self.micro(name if name in self.parameters else TRAS_E)


class RuleBook:
    """Rule files by name, read once. Raises Difference where one is missing or of another kind."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        try:
            documents = {name: read_toml(f"rules/{name}", text) for name, text in texts.items()}
            rules = {name: row for name, row in documents.items() if name != LAW_FILE}
            self.law = _law(documents[LAW_FILE])
            self._rows = {name.removesuffix(".toml"): _rows(rules, name) for name in rules}
        except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
            sentence = f"rules: these are no rule files: {type(error).__name__}: {error}"
            raise Difference(sentence) from error

    @property
    def names(self) -> set[str]:
        """Every parameter that some rule set defines, and so a case may override."""
        return {name for rows in self._rows.values() for name in rows}

    def resolve(self, rule_set: str, overrides: Mapping[str, int], days: Sequence[int]) -> Rules:
        """The rules in force on the days of a period. Raises Difference, naming what has no value."""
        if rule_set not in self._rows:
            raise Difference(f"rules/{rule_set}.toml: the rule file is missing")
        rows = self._rows[rule_set]
        years = sorted({date.fromordinal(day).year for day in (days[0], days[-1])})
        found: dict[str, Parameter] = {}
        for name in sorted((rows.keys() | overrides.keys()) - {TRAS_E}):
            found[name] = _used(name, overrides, rows.get(name, []), days[0], days[-1])
        for year in range(years[0], years[-1] + 1):
            first = date(year, 1, 1).toordinal()
            name = TRAS_E if len(years) == 1 else f"{TRAS_E}@{year}"
            found[name] = _used(TRAS_E, overrides, rows.get(TRAS_E, []), first, first)
        return Rules(found, self.law)


def _rows(documents: Mapping[str, Any], name: str) -> dict[str, list[_Row]]:
    """Rows of a rule set by parameter; its own take the place of inherited ones."""
    document = documents[name]
    inherited = _rows(documents, document["inherits"] + ".toml") if "inherits" in document else {}
    own: dict[str, list[_Row]] = {}
    for table in document["parameters"]:
        micro = scaled(table["value"], 6)
        if micro is None:
            raise ValueError(f"{table['key']} is no decimal")
        row = _Row(
            Parameter(micro, str(table["source"]), table["verified"] is True),
            table.get("valid_from", date.min).toordinal(),
            table.get("valid_to", date.max).toordinal(),
        )
        own.setdefault(str(table["key"]), []).append(row)
    return inherited | own


def _used(name: str, overrides: Mapping[str, int], rows: Sequence[_Row], first: int, last: int) -> Parameter:
    if name in overrides:
        return Parameter(overrides[name], OVERRIDDEN, verified=False)
    for row in rows:
        if row.valid_from <= first and last < row.valid_to:
            return row.parameter
    raise Difference(f"rules: {name} has no value from {date.fromordinal(first)} on")


def _law(document: Mapping[str, Any]) -> Law:
    plants = document["plants"]
    return Law(
        first_new_day=plants["first_new_day"].toordinal(),
        premium_years=plants["premium_years"],
        grant_max_pct=plants["grant_max_pct"],
        grant_factor=Fraction(plants["reduction_at_grant_max_pct"], 100 * plants["grant_max_pct"]),
        classes=tuple(_class(row) for row in document["tariff_classes"]),
        exempt={
            row["group"]: (
                frozenset(row["categories"]),
                row["valid_from"].toordinal() if "valid_from" in row else 0,
            )
            for row in document["exempt"]
        },
        areas={name: (row["zone"], row["area"]) for row in document["regions"] for name in row["names"]},
    )


def _class(row: Mapping[str, Any]) -> tuple[int, int | None]:
    return row["number"], row["up_to_kw"] * MILLIWATT_PER_KW if "up_to_kw" in row else None


def require_own_rules(told: Rules, own: Rules) -> None:
    """The figures of the pack's rule files are those of the auditor's own copy; wording may differ.

    What the case itself overrides is neither's. Raises Difference.
    """
    for name in sorted(told.parameters.keys() | own.parameters.keys()):
        pack, copy = told.parameters.get(name), own.parameters.get(name)
        _require_own(f"rules: {name}", _value(pack), _value(copy))
    for part in ("first_new_day", "premium_years", "grant_max_pct", "grant_factor", "classes", "exempt"):
        _require_own(f"rules/{LAW_FILE}: {part}", getattr(told.law, part), getattr(own.law, part))
    for region in sorted(told.law.areas.keys() | own.law.areas.keys()):
        pair = told.law.areas.get(region), own.law.areas.get(region)
        _require_own(f"rules/{LAW_FILE}: {region}", *pair)


def _require_own(what: str, pack: object, copy: object) -> None:
    if pack != copy:
        raise Difference(f"{what}: the pack says {pack}, the auditor's own copy {copy}")


def _value(parameter: Parameter | None) -> str:
    return "nothing" if parameter is None else plain(parameter.micro, 6)

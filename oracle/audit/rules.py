"""The rules of a settlement, resolved for its period from the texts of the rule files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from oracle.audit.differences import Difference
from oracle.audit.numbers import MICRO, plain, scaled
from oracle.audit.texts import read_toml

LAW = "cacer-2024"
VERIFIED = ("V", "S")
ZONES = ("NORD", "CNOR", "CSUD", "SUD", "CALA", "SICI", "SARD")
AREAS = ("north", "centre", "south")
TRAS_E = "tras_e_eur_per_mwh"
OVERRIDDEN = "community.toml [parameters]"
ENTITIES, PERSONS = "ENTITIES", "PERSONS"
_LAW_PARTS = (
    *("first_new_day", "premium_years", "grant_max_pct", "grant_factor", "classes", "exempt"),
    *("pre_decree_until", "pre_decree_request", "request_days"),
)
EXEMPT = {ENTITIES: "exempt_entity_categories", PERSONS: "exempt_person_categories"}


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
    """A rule in force on the days [valid_from, valid_to), which are ordinals; a gap has no value."""

    value: Any
    source: str
    verified: bool
    overridable: bool
    valid_from: int
    valid_to: int


@dataclass(frozen=True, slots=True)
class Law:
    """What a case cannot override. Days are ordinals; F = grant percent · `grant_factor`.

    `exempt` holds, by group, categories and the days [from, to) on which they are exempt. The premium of a
    plant that entered up to `pre_decree_until` is asked for by the day `pre_decree_request`, of a later one
    within `request_days` of its entry.
    """

    first_new_day: int
    premium_years: int
    grant_max_pct: int
    grant_factor: Fraction
    classes: tuple[tuple[int, int | None], ...]
    exempt: Mapping[str, tuple[tuple[frozenset[str], int, int], ...]]
    areas: Mapping[str, tuple[str, str]]
    pre_decree_until: int
    pre_decree_request: int
    request_days: int

    def last_request_day(self, entry: int) -> int:
        """Last day on which the premium of a plant that entered that day can be asked for in time."""
        return self.pre_decree_request if entry <= self.pre_decree_until else entry + self.request_days

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
    """Rule files by their path, `<rule set>/<theme>.toml`, read once.

    Raises Difference where one is missing or of another kind.
    """

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        try:
            rows: dict[str, dict[str, list[_Row]]] = {}
            for name, text in sorted(texts.items()):
                folder, _ = name.split("/")
                _collect(rows.setdefault(folder.replace("_", "-"), {}), read_toml(f"rules/{name}", text))
            self._rows = {name: rows[LAW] | own for name, own in rows.items()}
            self.law = _law(rows[LAW])
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            sentence = f"rules: these are no rule files: {type(error).__name__}: {error}"
            raise Difference(sentence) from error

    @property
    def names(self) -> set[str]:
        """Every parameter that some rule set defines, and so a case may override."""
        return {name for rows in self._rows.values() for name in _parameters(rows)}

    def resolve(self, rule_set: str, overrides: Mapping[str, Parameter], days: Sequence[int]) -> Rules:
        """The rules in force on the days of a period. Raises Difference, naming what has no value."""
        if rule_set not in self._rows:
            raise Difference(f"rules: there are none of {rule_set}")
        rows = self._rows[rule_set]
        years = sorted({date.fromordinal(day).year for day in (days[0], days[-1])})
        found: dict[str, Parameter] = {}
        for name in sorted((_parameters(rows) | overrides.keys()) - {TRAS_E}):
            found[name] = _used(name, overrides, rows.get(name, []), days[0], days[-1])
        for year in range(years[0], years[-1] + 1):
            first = date(year, 1, 1).toordinal()
            name = TRAS_E if len(years) == 1 else f"{TRAS_E}@{year}"
            found[name] = _used(TRAS_E, overrides, rows.get(TRAS_E, []), first, first)
        return Rules(found, self.law)


def _collect(rows: dict[str, list[_Row]], document: Mapping[str, Any]) -> None:
    """Add a file's rows by key; what a case may override stands in files that say so."""
    for table in document["rules"]:
        row = _Row(
            table.get("value"),
            str(table["source"]),
            table["status"] in VERIFIED,
            document.get("overridable") is True,
            table.get("valid_from", date.min).toordinal(),
            table.get("valid_to", date.max).toordinal(),
        )
        rows.setdefault(str(table["key"]), []).append(row)


def _parameters(rows: Mapping[str, Sequence[_Row]]) -> set[str]:
    return {name for name, own in rows.items() if own[0].overridable}


def _used(
    name: str, overrides: Mapping[str, Parameter], rows: Sequence[_Row], first: int, last: int
) -> Parameter:
    if name in overrides:
        return overrides[name]
    for row in rows:
        if row.valid_from <= first and last < row.valid_to and row.value is not None:
            return Parameter(_micro(name, row.value), row.source, row.verified)
    raise Difference(f"rules: {name} has no value from {date.fromordinal(first)} on")


def _micro(name: str, value: object) -> int:
    micro = scaled(value, 6)
    if micro is None:
        raise Difference(f"rules: {name} is no decimal: {value!r:.60}")
    return micro


def _law(rows: Mapping[str, Sequence[_Row]]) -> Law:
    """The rules that hold for all time, but for the exemptions."""

    def only(key: str) -> Any:
        (row,) = rows[key]
        return row.value

    def whole(key: str) -> int:
        return _micro(key, only(key)) // MICRO

    bounds = [_micro("tariff_class_up_to_kw", bound) for bound in only("tariff_class_up_to_kw")]
    zones = {name: zone for zone in ZONES for name in only(f"zone_{zone}_regions")}
    areas = {name: area for area in AREAS for name in only(f"area_{area}_regions")}
    return Law(
        first_new_day=only("plant_new_from").toordinal(),
        premium_years=whole("premium_years"),
        grant_max_pct=whole("grant_max_pct"),
        grant_factor=Fraction(whole("reduction_at_grant_max_pct"), 100 * whole("grant_max_pct")),
        classes=tuple(enumerate([*bounds, None], start=1)),
        exempt={
            group: tuple((frozenset(row.value), row.valid_from, row.valid_to) for row in rows[key])
            for group, key in EXEMPT.items()
        },
        areas={name: (zones[name], area) for name, area in areas.items()},
        pre_decree_until=only("pre_decree_entry_until").toordinal(),
        pre_decree_request=only("gse_portal_opened_on").toordinal() + whole("pre_decree_request_days"),
        request_days=whole("submit_days"),
    )


def require_own_rules(told: Rules, own: Rules) -> None:
    """The figures of the pack's rule files are those of the auditor's own copy; wording may differ.

    What the case itself overrides is neither's. Raises Difference.
    """
    for name in sorted(told.parameters.keys() | own.parameters.keys()):
        pack, copy = told.parameters.get(name), own.parameters.get(name)
        _require_own(f"rules: {name}", _value(pack), _value(copy))
    for part in _LAW_PARTS:
        _require_own(f"rules: {part}", getattr(told.law, part), getattr(own.law, part))
    for region in sorted(told.law.areas.keys() | own.law.areas.keys()):
        pair = told.law.areas.get(region), own.law.areas.get(region)
        _require_own(f"rules: {region}", *pair)


def _require_own(what: str, pack: object, copy: object) -> None:
    if pack != copy:
        raise Difference(f"{what}: the pack says {pack}, the auditor's own copy {copy}")


def _value(parameter: Parameter | None) -> str:
    return "nothing" if parameter is None else plain(parameter.micro, 6)

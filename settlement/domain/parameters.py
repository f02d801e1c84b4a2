"""The rule parameters that one settlement uses: values in force, or overridden by the case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from settlement.domain.calendar import hour_years
from settlement.domain.case import Community
from settlement.domain.rule_rows import RuleRow
from settlement.domain.rulesets import TRAS_E, RuleSet, rule_set

OVERRIDE_SOURCE = "community.toml [parameters]"
COMMUNITY_MAX = "community_max_kw"


class ParameterMissing(Exception):  # noqa: N818 - named as the fact that it states
    """Rule parameters that have no value in the period; `names` holds one (name, year) for each."""

    def __init__(self, names: tuple[tuple[str, int], ...]) -> None:
        self.names = names
        stated = ", ".join(f"{name} of {year}" for name, year in names)
        super().__init__(f"no value is known for the rule parameter {stated}; state one under [parameters]")


@dataclass(frozen=True, slots=True)
class UsedParameter:
    """A value, times a million, with its source and whether a public text confirms it."""

    value_micro: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Parameters:
    """Values of one settlement, each times a million, and the list that its result shows.

    `tras_e_micro_by_year` holds the transmission tariff for every calendar year that the period touches.
    """

    used: Mapping[str, UsedParameter]
    values_micro: Mapping[str, int]
    tras_e_micro_by_year: Mapping[int, int]

    @property
    def unverified(self) -> tuple[str, ...]:
        """Names of the values that no text that was read confirms, sorted."""
        return tuple(sorted(name for name, parameter in self.used.items() if not parameter.verified))

    def micro(self, name: str) -> int:
        """Value of a parameter that does not depend on the year, times a million."""
        return self.values_micro[name]


def timeless_micro(rules_name: str, overrides_micro: Mapping[str, int]) -> dict[str, int]:
    """Values, times a million, of all parameters but the yearly transmission tariff."""
    return {name: row.value_micro for name, row in _timeless(rules_name, overrides_micro, {}).items()}


def resolve(community: Community) -> Parameters:
    """The parameters of a settlement; raises ParameterMissing, naming all that have no value."""
    rules = rule_set(community.rule_set)
    overrides = community.parameters_micro
    sources = community.parameter_sources
    timeless = _timeless(community.rule_set, overrides, sources)
    years: list[int] = np.unique(hour_years(community.start, community.end)).tolist()
    yearly = {year: _yearly(rules, year, overrides, sources) for year in years}
    missing = tuple((TRAS_E, year) for year, parameter in yearly.items() if parameter is None)
    if missing:
        raise ParameterMissing(missing)
    present = {year: parameter for year, parameter in yearly.items() if parameter is not None}
    shown = {TRAS_E if len(years) == 1 else f"{TRAS_E}@{year}": row for year, row in present.items()}
    return Parameters(
        used=timeless | shown,
        values_micro={name: parameter.value_micro for name, parameter in timeless.items()},
        tras_e_micro_by_year={year: parameter.value_micro for year, parameter in present.items()},
    )


def _timeless(
    rules_name: str, overrides: Mapping[str, int], sources: Mapping[str, str]
) -> dict[str, UsedParameter]:
    rules = rule_set(rules_name)
    rows = rules.rows
    names = (rules.parameters | overrides.keys()) - {TRAS_E}
    return {name: _used(name, rows[name][0] if name in rows else None, overrides, sources) for name in names}


def _yearly(
    rules: RuleSet, year: int, overrides: Mapping[str, int], sources: Mapping[str, str]
) -> UsedParameter | None:
    row = rules.at(TRAS_E, date(year, 1, 1))
    return _used(TRAS_E, row, overrides, sources) if row or TRAS_E in overrides else None


def _used(
    name: str, row: RuleRow | None, overrides: Mapping[str, int], sources: Mapping[str, str]
) -> UsedParameter:
    if name in overrides:
        return UsedParameter(overrides[name], sources.get(name, OVERRIDE_SOURCE), verified=False)
    if row is None:
        raise KeyError(f"{name} has neither a rule nor an override")
    return UsedParameter(row.value_micro, row.source, row.verified)

"""Rules that a community adopts by resolution: overrides of parameters, for energy after their adoption."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from settlement.domain.calendar import rome_date
from settlement.domain.case import Community
from settlement.domain.rulesets import RULE_SETS, rule_set

SOURCE_MAX_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class CommunityRule:
    """A parameter's value, times a million, in [valid_from, valid_to); `source` is its resolution."""

    key: str
    value_micro: int
    valid_from: date | None
    valid_to: date | None
    source: str

    def covers(self, first: date, last: date) -> bool:
        """Whether all days from `first` to `last` lie in its validity."""
        begun = self.valid_from is None or self.valid_from <= first
        return begun and (self.valid_to is None or last < self.valid_to)

    def meets(self, other: "CommunityRule") -> bool:
        """Whether the other is of the same key and shares a day."""
        begin = max(self.valid_from or date.min, other.valid_from or date.min)
        return self.key == other.key and begin < min(self.valid_to or date.max, other.valid_to or date.max)


@dataclass(frozen=True, slots=True)
class AdoptedRule:
    """A rule and the instant of its adoption."""

    rule: CommunityRule
    adopted_at: datetime


def unit_of(key: str) -> str:
    """The unit of a parameter; raises KeyError for any other key."""
    units = [rule_set(name).rows[key][0].unit for name in RULE_SETS if key in rule_set(name).parameters]
    if not units:
        raise KeyError(key)
    return units[0]


def names_resolution(source: str) -> bool:
    """Whether the source can name a resolution: one line with a number or a date in it."""
    return source.isprintable() and any(letter.isdigit() for letter in source)


def in_force(
    adopted: Iterable[AdoptedRule], start: datetime, end: datetime, as_of: datetime | None = None
) -> list[CommunityRule]:
    """The rules that count for the period [start, end) as they were adopted at `as_of` (None: all of them).

    A rule counts if the whole period lies in its validity and begins on the day of adoption or later; of
    several for one key the latest adopted counts. What happened before an adoption is never settled by it.
    """
    first, last = _days(start, end)
    found: dict[str, CommunityRule] = {}
    for row in sorted(adopted, key=lambda row: row.adopted_at):
        known = as_of is None or row.adopted_at <= as_of
        if known and rome_date(row.adopted_at) <= first and row.rule.covers(first, last):
            found[row.rule.key] = row.rule
    return [found[key] for key in sorted(found)]


def as_if_in_force(rules: Sequence[CommunityRule], start: datetime, end: datetime) -> list[CommunityRule]:
    """One rule of each key for a period that none of them may touch: what it would have meant.

    The one that covers the period, else the earliest.
    """
    first, last = _days(start, end)
    found: dict[str, CommunityRule] = {}
    for row in sorted(rules, key=lambda row: (not row.covers(first, last), row.valid_from or date.min)):
        found.setdefault(row.key, row)
    return [found[key] for key in sorted(found)]


def overridden(community: Community, rules: Iterable[CommunityRule]) -> Community:
    """The community with the rules as overrides, each with its resolution as source."""
    chosen = list(rules)
    values = {rule.key: rule.value_micro for rule in chosen}
    sources = {rule.key: rule.source for rule in chosen}
    return replace(
        community,
        parameters_micro=dict(sorted((dict(community.parameters_micro) | values).items())),
        parameter_sources=dict(sorted((dict(community.parameter_sources) | sources).items())),
    )


def _days(start: datetime, end: datetime) -> tuple[date, date]:
    return rome_date(start), rome_date(end - timedelta(microseconds=1))

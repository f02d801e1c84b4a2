"""Rules on the wire: rows of the law, and what communities adopt by resolution."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import combinations
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from api.schemas.community import PARAMETER_DECIMALS, ParameterName, RuleSet
from api.schemas.wire import Day, Decimal6, EuroSigned, Instant, Request, Response, Text, rome
from settlement.domain.calendar import rome_date
from settlement.domain.community_rules import AdoptedRule, CommunityRule, names_resolution, unit_of
from settlement.domain.decimals import parse_scaled
from settlement.domain.rounding import cents_text, plain_text
from settlement.domain.rule_rows import RuleRow, Status, value_texts
from settlement.usecases.rule_effect import Figures, PeriodEffect

RULES_MAX = 100


class RuleOut(Response):
    """One row: a value in force from `valid_from` up to, not including, `valid_to`, or why there is none."""

    key: str
    value: str | list[str] | None = Field(description="Decimal, day or words as text; null: see gap")
    gap: str | None = Field(description="Why no value is known")
    unit: str
    valid_from: date | None
    valid_to: date | None
    source: str
    status: Status = Field(
        description="S specification, V read in the source, K known but unread, M our choice"
    )
    verified: bool = Field(description="False for K and M: show the value as unverified")
    theme: str
    formula: str | None = Field(description="The formula that the value enters; null: none is stated")
    note: str | None
    overridable: bool = Field(description="Whether a case or a community may state its own value")

    @classmethod
    def of(cls, row: RuleRow) -> Self:
        """The row as it is sent."""
        return cls(
            key=row.key,
            value=value_texts(row),
            gap=row.gap or None,
            unit=row.unit,
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            source=row.source,
            status=row.status,
            verified=row.verified,
            theme=row.theme,
            formula=row.formula or None,
            note=row.note or None,
            overridable=row.overridable,
        )


class RulesOut(Response):
    """The rows of a rule set that cover a day, by theme and key."""

    rule_set: RuleSet
    on: date
    rules: list[RuleOut]


class RuleHistoryOut(Response):
    """A rule on a day, and all its rows, the oldest first; they cover every day once."""

    rule_set: RuleSet
    on: date
    rule: RuleOut
    history: list[RuleOut]


def _resolution(source: str) -> str:
    if not names_resolution(source):
        raise ValueError("must name the resolution: its body, number and date")
    return source


class CommunityRuleIn(Request):
    """A value that a community resolved for a parameter."""

    key: ParameterName
    value: Decimal6
    unit: Text
    valid_from: Day | None = None
    valid_to: Day | None = None
    source: Annotated[Text, AfterValidator(_resolution)]

    @model_validator(mode="after")
    def _is_a_rule(self) -> Self:
        if self.unit != unit_of(self.key):
            raise ValueError(f"{self.key} is counted in {unit_of(self.key)}")
        if self.valid_from and self.valid_to and self.valid_to <= self.valid_from:
            raise ValueError("valid_to comes after valid_from")
        return self

    @property
    def rule(self) -> CommunityRule:
        """The rule as the domain names it."""
        value_micro = parse_scaled(self.value, PARAMETER_DECIMALS)
        assert value_micro is not None
        return CommunityRule(self.key, value_micro, self.valid_from, self.valid_to, self.source)


class CommunityRulesIn(Request):
    """Rules of one resolution or several; no two of a key share a day."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rules": [
                        {
                            "key": "tip_only_threshold_pct",
                            "value": "50",
                            "unit": "%",
                            "source": "Members' assembly of 2026-11-20, resolution 3",
                        }
                    ]
                }
            ]
        }
    )

    rules: Annotated[list[CommunityRuleIn], Field(min_length=1, max_length=RULES_MAX)]

    @model_validator(mode="after")
    def _do_not_meet(self) -> Self:
        for one, other in combinations(self.values, 2):
            if one.meets(other):
                raise ValueError(f"{one.key} has two values on some days; part them by valid_to")
        return self

    @property
    def values(self) -> list[CommunityRule]:
        """The rules as the domain names them."""
        return [row.rule for row in self.rules]


class AdoptedRuleOut(Response):
    """A rule that the community adopted; it counts for periods that begin on `counts_from` or later."""

    key: str
    value: str
    unit: str
    valid_from: date | None
    valid_to: date | None
    source: str
    adopted_at: Instant
    counts_from: date

    @classmethod
    def of(cls, adopted: AdoptedRule) -> Self:
        """The rule as it is sent."""
        rule = adopted.rule
        return cls(
            key=rule.key,
            value=plain_text(rule.value_micro, PARAMETER_DECIMALS),
            unit=unit_of(rule.key),
            valid_from=rule.valid_from,
            valid_to=rule.valid_to,
            source=rule.source,
            adopted_at=rome(adopted.adopted_at),
            counts_from=rome_date(adopted.adopted_at),
        )


class AdoptedRulesOut(Response):
    """All that the community adopted, the earliest first; of one key the latest that applies counts."""

    rules: list[AdoptedRuleOut]


class FiguresOut(Response):
    """The amounts of a period that rules move."""

    premium_eur: EuroSigned
    valorisation_eur: EuroSigned
    excess_eur: EuroSigned

    @classmethod
    def of(cls, figures: Figures) -> Self:
        """The amounts as they are sent."""
        return cls(
            premium_eur=cents_text(figures.premium_cents),
            valorisation_eur=cents_text(figures.valorisation_cents),
            excess_eur=cents_text(figures.excess_cents),
        )


class PeriodEffectOut(Response):
    """A settled period as it stands, and as the rules would have made it; it stays as it stands."""

    start: Instant
    end: Instant
    settled: FiguresOut
    proposed: FiguresOut | None = Field(description="Null where the rules would keep it from being settled")
    problems: list[str]
    changed_since: bool = Field(
        description="Members, plants or terms changed, and part of the difference is theirs"
    )

    @classmethod
    def of(cls, effect: PeriodEffect) -> Self:
        """The effect as it is sent."""
        return cls(
            start=rome(effect.start),
            end=rome(effect.end),
            settled=FiguresOut.of(effect.settled),
            proposed=None if effect.proposed is None else FiguresOut.of(effect.proposed),
            problems=list(effect.problems),
            changed_since=effect.recomputed not in (None, effect.settled),
        )


class RulesAdoptedOut(Response):
    """What became of the rules, and their effect on what is settled."""

    adopted: bool = Field(description="False: a dry run, or what was adopted last")
    counts_from: date
    effects: list[PeriodEffectOut]

    @classmethod
    def of(cls, adopted: bool, at: datetime, effects: Sequence[PeriodEffect]) -> Self:
        """The answer as it is sent."""
        return cls(
            adopted=adopted,
            counts_from=rome_date(at),
            effects=[PeriodEffectOut.of(effect) for effect in effects],
        )

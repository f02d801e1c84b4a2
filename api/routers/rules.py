"""The law as dated data, and the rules that communities adopt."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query

from api.access import require_community, unknown
from api.deps import Administrator, Anybody, DryRun, ServiceOf
from api.routing import Router
from api.schemas.community import RuleSet
from api.schemas.rules import (
    AdoptedRuleOut,
    AdoptedRulesOut,
    CommunityRulesIn,
    RuleHistoryOut,
    RuleOut,
    RulesAdoptedOut,
    RulesOut,
)
from api.schemas.wire import Day
from api.service import Service
from community.usecases.adopt_rules import adopt_rules
from settlement.domain.calendar import rome_date
from settlement.domain.rulesets import rule_set
from settlement.usecases.rule_effect import rule_effect

router = Router(prefix="/rules", tags=["rules"])
own = Router(prefix="/communities/{community_id}/rules", tags=["rules"])

SetName = Annotated[RuleSet, Query(alias="set", description="Rule set")]
On = Annotated[Day | None, Query(description="The day asked about; today where it is absent")]


@router.get("", operation_id="listRules", summary="Every rule on a day")
def list_rules(_asker: Anybody, service: ServiceOf, name: SetName = "cacer-2024", on: On = None) -> RulesOut:
    """By theme and key; a day without a known value is a row with a gap."""
    rules, day = rule_set(name), _day(service, on)
    rows = sorted((rules.covering(key, day) for key in rules.rows), key=lambda row: (row.theme, row.key))
    return RulesOut(rule_set=name, on=day, rules=[RuleOut.of(row) for row in rows])


@router.get("/{key}", operation_id="explainRule", summary="A rule on a day, and its history")
def explain_rule(
    key: Annotated[str, Path(max_length=100)],
    _asker: Anybody,
    service: ServiceOf,
    name: SetName = "cacer-2024",
    on: On = None,
) -> RuleHistoryOut:
    """Value, unit, validity, source, status, and the formula that it enters."""
    rules, day = rule_set(name), _day(service, on)
    if key not in rules.rows:
        unknown("rule")
    history = [RuleOut.of(row) for row in rules.rows[key]]
    return RuleHistoryOut(rule_set=name, on=day, rule=RuleOut.of(rules.covering(key, day)), history=history)


@own.get("", operation_id="listCommunityRules", summary="Rules that the community adopted")
def list_community_rules(community_id: UUID, asker: Anybody, service: ServiceOf) -> AdoptedRulesOut:
    """The earliest first; of one key the latest that applies to a period counts."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        adopted = work.communities.adopted_rules(community_id)
    return AdoptedRulesOut(rules=[AdoptedRuleOut.of(row) for row in adopted])


@own.post("", operation_id="adoptCommunityRules", summary="Adopt rules, or see their effect first")
def adopt_community_rules(
    community_id: UUID,
    wanted: CommunityRulesIn,
    asker: Administrator,
    service: ServiceOf,
    dry_run: DryRun = False,
) -> RulesAdoptedOut:
    """They count for periods that begin today or later; settled periods stay as they are.

    The effect is a what-if over every settled period, so that it can be seen before: with `dry_run`.
    """
    now = service.clock()
    with service.writing() as work:
        require_community(work, asker, community_id)
        effects = rule_effect(work, community_id, wanted.values)
        stored = adopt_rules(work, community_id, wanted.values, now)
        if not dry_run:
            work.commit()
    return RulesAdoptedOut.of(stored and not dry_run, now, effects)


def _day(service: Service, on: date | None) -> date:
    return rome_date(service.clock()) if on is None else on

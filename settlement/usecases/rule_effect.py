"""What a change of rules would have meant for the periods that a community has settled; stores nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from settlement.domain.case import Case
from settlement.domain.community_rules import CommunityRule, as_if_in_force, overridden
from settlement.domain.engine import settle_or_findings
from settlement.domain.errors import CaseNotReady
from settlement.domain.parameters import ParameterMissing
from settlement.domain.records import StoredSettlement
from settlement.ports import ReadOnlyUnitOfWork, SettlementsReader
from settlement.usecases.load_case import load_case

_CENTS_PER_EURO = 100


class LookBack(ReadOnlyUnitOfWork, Protocol):
    """What cases are made of, and what was settled from them."""

    @property
    def settlements(self) -> SettlementsReader: ...


@dataclass(frozen=True, slots=True)
class Figures:
    """The amounts of a period that rules move; the excess is the sum of its sets."""

    premium_cents: int
    valorisation_cents: int
    excess_cents: int


@dataclass(frozen=True, slots=True)
class PeriodEffect:
    """A settled period as it stands, and as the rules would make it.

    `proposed` is None where they would keep it from being settled: `problems` says why. `recomputed` is what
    the data of today give under the rules of then; it differs from `settled` where members, plants or terms
    were changed since.
    """

    start: datetime
    end: datetime
    settled: Figures
    recomputed: Figures | None
    proposed: Figures | None
    problems: tuple[str, ...]


def rule_effect(
    work: LookBack, community_id: UUID, rules: Sequence[CommunityRule] = (), rule_set: str | None = None
) -> list[PeriodEffect]:
    """Each settled period as if the rules, or another rule set, had been in force in it, by period.

    With neither it shows what the rules of this program change about what an earlier release settled.

    Readings, prices and adopted rules are those that the settlement itself saw. Settled periods stay as they
    are, whatever comes out here.
    """
    settled = work.settlements.of_community(community_id)
    return [_effect(work, period, rules, rule_set) for period in settled]


def _effect(
    work: LookBack, settled: StoredSettlement, rules: Sequence[CommunityRule], rule_set: str | None
) -> PeriodEffect:
    start, end = settled.start, settled.end
    recomputed = proposed = None
    try:
        case = load_case(work, settled.community_id, start, end, settled.as_of)
    except CaseNotReady as error:
        problems = tuple(str(finding) for finding in error.findings)
    else:
        recomputed, _ = _figures(case)
        chosen = replace(case.community, rule_set=rule_set or case.community.rule_set)
        changed = overridden(chosen, as_if_in_force(rules, start, end))
        proposed, problems = _figures(replace(case, community=changed))
    return PeriodEffect(start, end, _stored_figures(settled), recomputed, proposed, problems)


def _figures(case: Case) -> tuple[Figures | None, tuple[str, ...]]:
    """The figures of a case, or why there are none."""
    try:
        found = settle_or_findings(case)
    except ParameterMissing as missing:
        return None, (str(missing),)
    if isinstance(found, list):
        return None, tuple(finding.sentence for finding in found)
    excess = sum(row.excess_cents for row in found.excess)
    return Figures(found.premium_cents, found.valorisation_cents, excess), ()


def _stored_figures(settled: StoredSettlement) -> Figures:
    document = json.loads(settled.document)
    excess = sum(_cents(row["excess_eur"]) for row in document["excess"])
    return Figures(_cents(document["premium_eur"]), _cents(document["valorisation_eur"]), excess)


def _cents(euro: str) -> int:
    """Cents of a text with two decimals."""
    return int(Decimal(euro) * _CENTS_PER_EURO)

"""By when the premium of a plant must be asked for, and until when its community had to be constituted.

GSE Regole Operative; the general term of 120 days is stated by the specification and was not read in a text.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from settlement.domain.case import MICRO, Plant
from settlement.domain.rule_rows import RuleRow
from settlement.domain.rulesets import LAW, RuleSet, law, rule_set


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day of a term, and whether every rule behind it was read in a public text."""

    day: date
    verified: bool


def request_deadline(plant: Plant, rules: RuleSet | None = None) -> Deadline | None:
    """Last day to ask GSE for the premium; None for a plant that the law does not admit.

    Plants that entered before the decree was in force count from the opening of GSE's portal, all others
    from their entry into operation.
    """
    known, entry = rules or rule_set(LAW), plant.entry_into_operation
    if entry < law().first_new_day:
        return None
    if _is_before_decree(plant, known):
        opened = known.needed("gse_portal_opened_on", entry)
        return _term(opened.day, known.needed("pre_decree_request_days", entry), opened)
    return _term(entry, known.needed("submit_days", entry))


def request_rules(plant: Plant, rules: RuleSet | None = None) -> tuple[str, ...]:
    """Keys of the rules that the term of an admitted plant rests on."""
    if _is_before_decree(plant, rules or rule_set(LAW)):
        return ("pre_decree_entry_until", "gse_portal_opened_on", "pre_decree_request_days")
    return ("pre_decree_entry_until", "submit_days")


def _is_before_decree(plant: Plant, rules: RuleSet) -> bool:
    entry = plant.entry_into_operation
    return entry <= rules.needed("pre_decree_entry_until", entry).day


def constitution_deadline(rules: RuleSet | None = None) -> Deadline:
    """Last day on which a plant could enter before its community was constituted, if it was meant for it."""
    known = rules or rule_set(LAW)
    begin = known.needed("constitution_grace_from", law().first_new_day)
    return _term(begin.day, known.needed("constitution_grace_days", begin.day), begin)


def _term(begin: date, days: RuleRow, *others: RuleRow) -> Deadline:
    end = begin + timedelta(days=days.value_micro // MICRO)
    return Deadline(end, all(row.verified for row in (days, *others)))

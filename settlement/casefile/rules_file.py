"""A community's own rules: a TOML file of rows like those of the law, each with its resolution as source."""

from datetime import date
from pathlib import Path

from settlement.casefile.toml_file import read_table
from settlement.casefile.toml_table import Table
from settlement.domain.community_rules import (
    SOURCE_MAX_CHARACTERS,
    CommunityRule,
    names_resolution,
    unit_of,
)
from settlement.domain.findings import Finding, quote
from settlement.domain.rulesets import RULE_SETS, parameter_names, rule_set

_KEYS = ("key", "value", "unit", "valid_from", "valid_to", "source", "note")


def read_rules(file: Path) -> tuple[tuple[CommunityRule, ...], list[Finding]]:
    """The rules of the file and its findings, sorted; the rules are empty if and only if there are findings.

    Only parameters that a case may override can stand in it.
    """
    top, notes = read_table(file, file.name)
    if top is None:
        return (), notes.findings
    top.only({"rules"})
    tables = top.tables("rules")
    if not tables:
        top.note("the file states no rule; write each as a [[rules]] table")
    rows = [(table, _rule(table)) for table in tables]
    _overlaps([(table, rule) for table, rule in rows if rule is not None])
    rules = tuple(rule for _, rule in rows if rule is not None)
    return ((), sorted(notes.findings)) if notes.findings else (rules, [])


def _rule(table: Table) -> CommunityRule | None:
    table.only(_KEYS)
    key = _key(table)
    value_micro = table.decimal("value")
    unit = table.text("unit")
    if key is not None and unit is not None and unit != unit_of(key):
        table.note(f"unit is {quote(unit)}, {key} is counted in {unit_of(key)}", "unit")
    source = _source(table)
    valid_from, valid_to = (_day(table, name) for name in ("valid_from", "valid_to"))
    if valid_from is not None and valid_to is not None and valid_to <= valid_from:
        table.note("valid_to is not after valid_from", "valid_to")
    if key is None or value_micro is None or source is None:
        return None
    return CommunityRule(key, value_micro, valid_from, valid_to, source)


def _key(table: Table) -> str | None:
    key = table.text("key")
    if key is None or key in parameter_names():
        return key
    remedy = f"a community may set {', '.join(sorted(parameter_names()))}"
    known = any(key in rule_set(name).rows for name in RULE_SETS)
    what = "a rule that no community may set" if known else "no rule"
    table.note(f"{quote(key)} is {what}; {remedy}", "key")
    return None


def _source(table: Table) -> str | None:
    source = table.text("source")
    if source is None or (names_resolution(source) and len(source) <= SOURCE_MAX_CHARACTERS):
        return source
    remedy = 'write its body, number and date, like "Members\' assembly of 2026-11-20, resolution 3"'
    defect = "names no resolution" if len(source) <= SOURCE_MAX_CHARACTERS else "is too long"
    table.note(f"source {defect}; {remedy}, in at most {SOURCE_MAX_CHARACTERS} characters", "source")
    return None


def _day(table: Table, key: str) -> date | None:
    return table.day(key) if key in table else None


def _overlaps(rows: list[tuple[Table, CommunityRule]]) -> None:
    """Note every rule of which an earlier one of the file shares a day."""
    for position, (table, rule) in enumerate(rows):
        for _, other in rows[:position]:
            if rule.meets(other):
                table.note(f"{rule.key} has another value on some of these days; part them by valid_to")

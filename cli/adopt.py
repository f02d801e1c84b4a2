"""`condivisa rules effect`, `propose` and `adopt`: what a change of rules does, before it counts."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from cli.display import Display
from cli.failures import EXIT_BAD_INPUT, explained, refuse_findings, stop
from cli.workspace import CommunityArgument, StateOption, now, open_workspace
from community.usecases.adopt_rules import adopt_rules
from settlement.casefile.rules_file import read_rules
from settlement.domain.calendar import rome_date
from settlement.domain.community_rules import CommunityRule
from settlement.domain.rounding import cents_text, plain_text
from settlement.domain.rulesets import RULE_SETS
from settlement.usecases.rule_effect import Figures, PeriodEffect, rule_effect

_DECIMALS = 6
FileArgument = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="TOML, [[rules]]: key, value, unit, source, valid_from, valid_to."),
]


def propose(community: CommunityArgument, file: FileArgument, state: StateOption = None) -> None:
    """Show what a community's own rules would have meant for the periods that it settled. Stores nothing.

    Only parameters can be set; each row's source names the resolution. Bad rows: exit 2, every finding on
    standard error.
    """
    rules = _rules_of(file)
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        with workspace.reading() as work:
            effects = rule_effect(work, record.id, rules)
    display = Display()
    display.title(escape(record.name))
    display.table("Proposed", _rule_rows(rules))
    _show_effects(display, effects)


def adopt(community: CommunityArgument, file: FileArgument, state: StateOption = None) -> None:
    """Adopt a community's own rules, for periods that begin today or later. Settled periods stay as they are.

    Adopting the same file again changes nothing; a later file with the same key takes its place.
    """
    rules = _rules_of(file)
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        adopted_at = now()
        with workspace.writing() as work:
            stored = adopt_rules(work, record.id, rules, adopted_at)
            work.commit()
    keys = ", ".join(sorted({rule.key for rule in rules}))
    since = f"for periods that begin on {rome_date(adopted_at)} or later"
    typer.echo(f"{record.name}: {f'adopted {keys}, {since}' if stored else f'{keys} adopted before'}")


def effect(
    community: Annotated[
        str | None, typer.Argument(metavar="[COMMUNITY]", help="Name or id; default: every community.")
    ] = None,
    rules: Annotated[
        str | None, typer.Option("--set", help=f"Another rule set: {', '.join(RULE_SETS)}; default: its own.")
    ] = None,
    state: StateOption = None,
) -> None:
    """Show what a change of rules means for each community, before anything is settled by it. Stores nothing.

    Without --set: what the rules of this program change about periods that an earlier release settled.
    """
    if rules is not None and rules not in RULE_SETS:
        stop(f'there is no rule set "{rules}"; sets: {", ".join(RULE_SETS)}', EXIT_BAD_INPUT)
    display = Display()
    with explained(), open_workspace(state) as workspace:
        named = None if community is None else workspace.community(community)
        with workspace.reading() as work:
            for record in work.communities.all() if named is None else [named]:
                display.title(f"{escape(record.name)}, {record.rule_set} -> {rules or record.rule_set}")
                _show_effects(display, rule_effect(work, record.id, rule_set=rules))


def _rules_of(file: Path) -> tuple[CommunityRule, ...]:
    rules, findings = read_rules(file)
    if findings:
        refuse_findings(findings)
    return rules


def _rule_rows(rules: Sequence[CommunityRule]) -> list[tuple[str, str]]:
    rows = []
    for rule in rules:
        validity = f"from {rule.valid_from or 'adoption'}" + (f" to {rule.valid_to}" if rule.valid_to else "")
        rows.append((rule.key, f"{plain_text(rule.value_micro, _DECIMALS)}, {validity}; {rule.source}"))
    return rows


def _show_effects(display: Display, effects: Sequence[PeriodEffect]) -> None:
    """Old and new amounts of each settled period."""
    if not effects:
        display.line("\nNo period is settled yet: there is nothing to compare with.")
    for effect in effects:
        last = rome_date(effect.end - timedelta(microseconds=1))
        title = f"{rome_date(effect.start)} to {last}, EUR as settled -> as proposed"
        display.table(title, _effect_rows(effect))
    if effects:
        display.line("\nA what-if: settled periods stay as they are, whatever is adopted.")


def _effect_rows(effect: PeriodEffect) -> list[tuple[str, str]]:
    rows = []
    for name in ("premium", "valorisation", "excess"):
        old = _cents(effect.settled, name)
        shown = "none" if effect.proposed is None else _change(old, _cents(effect.proposed, name))
        rows.append((name, f"{cents_text(old)} -> {shown}"))
    rows += [("refused", problem) for problem in effect.problems]
    if effect.recomputed not in (None, effect.settled):
        rows.append(("note", "members, plants or terms were changed since: part of the difference is theirs"))
    return rows


def _cents(figures: Figures, name: str) -> int:
    cents: int = getattr(figures, f"{name}_cents")
    return cents


def _change(old: int, new: int) -> str:
    sign = "-" if new < old else "+"
    return f"{cents_text(new)} ({sign}{cents_text(abs(new - old))})"

"""`condivisa rules`: the law and each community's own rules as dated rows, and what a change would do."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

import typer
from rich.markup import escape

from cli.adopt import adopt, effect, propose
from cli.display import Display
from cli.failures import EXIT_BAD_INPUT, stop
from cli.workspace import now
from settlement.domain.calendar import rome_date
from settlement.domain.rule_rows import STATUS_WORDS, RuleRow, value_texts
from settlement.domain.rulesets import LAW, RULE_SETS, RuleSet, rule_set

_SHOWN_CHARACTERS = 60

app = typer.Typer(
    name="rules",
    help="The rules that settlements are computed by: dated, each with its source, unverified ones marked.",
    no_args_is_help=True,
    add_completion=False,
)
app.command("effect")(effect)
app.command("propose")(propose)
app.command("adopt")(adopt)

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")]
OnOption = Annotated[
    str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="A day in Italy; default: today.")
]
SetOption = Annotated[str, typer.Option("--set", help=f"One of {', '.join(RULE_SETS)}.")]


@dataclass(frozen=True, slots=True)
class Side:
    """A rule set on a day."""

    rules: RuleSet
    day: date

    def row(self, key: str) -> RuleRow | None:
        """The row of the day; None where the set has no such key."""
        return self.rules.covering(key, self.day) if key in self.rules.rows else None

    def __str__(self) -> str:
        return f"{self.rules.name} on {self.day}"


@app.command("list")
def list_rules(
    name: SetOption = LAW,
    on: OnOption = None,
    theme: Annotated[str | None, typer.Option(help="Only one theme: premium, market, fees, grant, …")] = None,
    as_json: JsonOption = False,
) -> None:
    """List every rule in force on a day: value, unit and status; a gap is listed with its reason."""
    side = Side(_set_typed(name), _day_typed(on))
    rows = [side.rules.covering(key, side.day) for key in side.rules.rows]
    themes = sorted({row.theme for row in rows})
    if theme is not None and theme not in themes:
        stop(f'there is no theme "{theme}" in {name}; themes: {", ".join(themes)}', EXIT_BAD_INPUT)
    chosen = sorted((row for row in rows if theme in (None, row.theme)), key=lambda row: (row.theme, row.key))
    if as_json:
        _print_json(_head(side) | {"rules": [document(row) for row in chosen]})
        return
    display = Display()
    display.title(f"{side}: {len(chosen)} rules")
    for title in sorted({row.theme for row in chosen}):
        lines = [(row.key, _shown(row), _mark(row)) for row in chosen if row.theme == title]
        _columns(display, title, lines)


@app.command("diff")
def diff(
    first: Annotated[str, typer.Argument(metavar="SET_A", help=f"One of {', '.join(RULE_SETS)}.")],
    second: Annotated[
        str | None, typer.Argument(metavar="[SET_B]", help="Default: SET_A, to compare two days.")
    ] = None,
    on: OnOption = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="YYYY-MM-DD", help="Day of SET_B; default: that of --on."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare two rule sets on a day, or a rule set on two days; shows what differs in value or status.

    Example: condivisa rules diff cacer-2024 --on 2025-06-25 --to 2025-06-26
    """
    before = Side(_set_typed(first), _day_typed(on))
    after = Side(_set_typed(second or first), before.day if to is None else _day_typed(to))
    if (before.rules, before.day) == (after.rules, after.day):
        stop("both sides are the same; name another set, or another day with --to", EXIT_BAD_INPUT)
    keys = sorted(before.rules.rows.keys() | after.rules.rows.keys())
    changes = [(key, before.row(key), after.row(key)) for key in keys if _differs(before, after, key)]
    if as_json:
        found = [
            {"key": key, "before": old and document(old), "after": new and document(new)}
            for key, old, new in changes
        ]
        _print_json({"before": _head(before), "after": _head(after), "changes": found})
        return
    display = Display()
    display.title(f"{before} -> {after}: {len(changes)} rules differ")
    _columns(display, "", [(key, _side_text(old), f"-> {_side_text(new)}") for key, old, new in changes])


@app.command("explain")
def explain(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Name of a rule, from `rules list`.")],
    on: OnOption = None,
    name: SetOption = LAW,
    as_json: JsonOption = False,
) -> None:
    """Explain one rule: its value on a day, unit, validity, source, status, history and formula."""
    side = Side(_set_typed(name), _day_typed(on))
    row = side.row(key)
    if row is None:
        near = [known for known in sorted(side.rules.rows) if key.lower() in known.lower()]
        hint = f"did you mean {', '.join(near[:5])}?" if near else "see: condivisa rules list"
        stop(f'{name} has no rule "{key}"; {hint}', EXIT_BAD_INPUT)
    history = side.rules.rows[key]
    if as_json:
        _print_json(_head(side) | {"rule": document(row), "history": [document(entry) for entry in history]})
        return
    display = Display()
    display.title(f"{key}, {side}")
    display.table("Rule", _explanation(row))
    _columns(display, "History", [(_validity(entry), _shown(entry), _mark(entry)) for entry in history])


def document(row: RuleRow) -> dict[str, Any]:
    """A row for programs; `value` is null where `gap` says why."""
    return {
        "key": row.key,
        "value": value_texts(row),
        "gap": row.gap or None,
        "unit": row.unit,
        "valid_from": None if row.valid_from is None else row.valid_from.isoformat(),
        "valid_to": None if row.valid_to is None else row.valid_to.isoformat(),
        "source": row.source,
        "status": row.status,
        "verified": row.verified,
        "theme": row.theme,
        "formula": row.formula or None,
        "note": row.note or None,
        "overridable": row.overridable,
    }


def _explanation(row: RuleRow) -> list[tuple[str, str]]:
    rows = [
        ("value", _value(row)),
        ("valid", _validity(row)),
        ("source", row.source),
        ("status", f"{row.status}: {STATUS_WORDS[row.status]}"),
        ("formula", row.formula or "none"),
        ("override", "a case or a community may" if row.overridable else "no case may"),
    ]
    return [*rows, ("note", row.note)] if row.note else rows


def _value(row: RuleRow) -> str:
    value = value_texts(row)
    if value is None:
        return f"none: {row.gap}"
    if value == []:
        return "none"
    stated = value if isinstance(value, str) else ", ".join(value)
    return stated if row.unit in ("text", "texts", "date") else f"{stated} {row.unit}"


def _shown(row: RuleRow) -> str:
    text = _value(row)
    return text if len(text) <= _SHOWN_CHARACTERS else f"{text[: _SHOWN_CHARACTERS - 1]}…"


def _mark(row: RuleRow) -> str:
    if row.value is None:
        return "GAP"
    return "" if row.verified else "UNVERIFIED"


def _validity(row: RuleRow) -> str:
    last = None if row.valid_to is None else row.valid_to - timedelta(days=1)
    if row.valid_from is None:
        return "any day" if last is None else f"until {last}"
    return f"from {row.valid_from}" if last is None else f"{row.valid_from} to {last}"


def _side_text(row: RuleRow | None) -> str:
    return "no such rule" if row is None else f"{_shown(row)} {_mark(row)}".rstrip()


def _differs(before: Side, after: Side, key: str) -> bool:
    old, new = before.row(key), after.row(key)
    if old is None or new is None:
        return old is not new
    return (old.value, old.gap, old.status) != (new.value, new.gap, new.status)


def _columns(display: Display, title: str, lines: Sequence[tuple[str, str, str]]) -> None:
    """Three columns as wide as their longest text; lines are never cut."""
    if title:
        display.line(f"\n[bold]{title}[/bold]")
    first, second = _width(row[0] for row in lines), _width(row[1] for row in lines)
    for key, text, mark in lines:
        display.line(f"  {key:<{first}}  {escape(f'{text:<{second}}  {mark}'.rstrip())}")


def _width(texts: Iterable[str]) -> int:
    return max(map(len, texts), default=0)


def _head(side: Side) -> dict[str, Any]:
    return {"rule_set": side.rules.name, "on": side.day.isoformat()}


def _set_typed(name: str) -> RuleSet:
    if name not in RULE_SETS:
        stop(f'there is no rule set "{name}"; sets: {", ".join(RULE_SETS)}', EXIT_BAD_INPUT)
    return rule_set(name)


def _day_typed(text: str | None) -> date:
    if text is None:
        return rome_date(now())
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day like 2026-06-30") from None


def _print_json(found: dict[str, Any]) -> None:
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False))

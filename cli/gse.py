"""`condivisa gse`: our figures beside those of GSE, and what GSE pays in advance."""

from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from cli.case_file import CaseArgument, complete_case, settled_case
from cli.failures import EXIT_BAD_INPUT, EXIT_REFUSED, explained, refuse_findings, stop
from cli.workspace import CommunityArgument, StateOption, open_workspace
from settlement.casefile.gse_file import read_gse_figures
from settlement.domain.calendar import rome_text
from settlement.domain.case import MICRO, Community, Plant
from settlement.domain.deadlines import request_deadline
from settlement.domain.decimals import parse_scaled
from settlement.domain.gse_advance import monthly_advances_cents
from settlement.domain.gse_figures import Comparison, Divergence, Statement, compare
from settlement.domain.production import is_admitted, is_late
from settlement.domain.rounding import cents_text, decimal_text
from settlement.domain.rulesets import law, rule_set
from settlement.usecases.year_balance import year_balance

app = typer.Typer(
    name="gse", help="Our figures beside GSE's own, and what GSE pays in advance.", no_args_is_help=True
)

_SHOWN = 20


@app.command(name="compare")
def compare_figures(
    case: CaseArgument,
    figures: Annotated[
        Path,
        typer.Argument(metavar="FIGURES.csv", help="from,to,configuration,plant,figure,value; see below."),
    ],
) -> None:
    """Compare the settlement of CASE with figures of GSE; exit 1 where one of them differs.

    Rows state injected_kwh, withdrawn_kwh, shared_kwh, premium_eur or valorisation_eur for the time from-to;
    plant and configuration stay empty where the figure is a sum. The first hour and plant are named.
    """
    with explained():
        settlement = settled_case(case)
    statements, findings = read_gse_figures(figures, settlement.community)
    if findings:
        refuse_findings(findings)
    found = compare(settlement, statements)
    for line in comparison_lines(found):
        typer.echo(line)
    if found.divergent:
        raise typer.Exit(EXIT_REFUSED)


def comparison_lines(found: Comparison) -> list[str]:
    """The report: counts, the first places to look, then the differences in the order of the file."""
    lines = [
        f"{found.agreeing} figures agree, {len(found.divergent)} differ, "
        f"{len(found.unanswered)} are finer than the settlement"
    ]
    if found.first_hour is not None:
        lines.append(f"first differing hour: {_sentence(found.first_hour)}")
    if found.first_plant is not None:
        lines.append(f"first differing plant: {_sentence(found.first_plant)}")
    lines += [f"line {row.statement.line}: {_sentence(row)}" for row in found.divergent[:_SHOWN]]
    if len(found.divergent) > _SHOWN:
        lines.append(f"… and {len(found.divergent) - _SHOWN} more")
    lines += [f"line {row.statement.line}: not compared: {_place(row.statement)}" for row in found.unanswered]
    return lines


def _sentence(row: Divergence) -> str:
    ours, theirs = _value(row.statement, row.ours or 0), _value(row.statement, row.statement.value)
    return f"{_place(row.statement)}: GSE {theirs}, here {ours}"


def _place(statement: Statement) -> str:
    names = [f"plant {statement.plant}"] if statement.plant else []
    names += [f"configuration {statement.configuration}"] if statement.configuration else []
    span = f"{rome_text(statement.start)} to {rome_text(statement.end)}"
    return ", ".join([statement.figure, *names, span])


def _value(statement: Statement, value: int) -> str:
    return decimal_text(value, 3) if statement.figure.is_energy else cents_text(value)


@app.command()
def advance(
    case: CaseArgument,
    hours: Annotated[
        str, typer.Option(metavar="H", help="Equivalent hours of a year of the plants, stated by you.")
    ],
) -> None:
    """What GSE might pay each month in advance (acconto), plant by plant: an indication, by a draft of 2023.

    A = power · H/12 · coincidence · (base tariff + area term); the final rule was not read.
    """
    hours_micro = parse_scaled(hours, 6)
    if hours_micro is None:
        stop(f"--hours is {hours!r}, not a plain decimal like 1250", EXIT_BAD_INPUT)
    with explained():
        advances = monthly_advances_cents(settled_case(case), Fraction(hours_micro, MICRO))
    for plant, cents in advances.items():
        typer.echo(f"{plant}: {cents_text(cents)} EUR a month (unverified)")


@app.command()
def balance(
    community: CommunityArgument,
    year: Annotated[int, typer.Option(min=2000, max=2199, help="Calendar year.")],
    state: StateOption = None,
) -> None:
    """What GSE still owes for a year (conguaglio): its computed incentive less advances and balances paid.

    Of the periods that are settled and the receipts that were divided by them; provisional until the settled
    periods cover the whole year.
    """
    with open_workspace(state) as workspace, workspace.reading() as work:
        record = workspace.community(community)
        found = year_balance(work, record.id, year)
    rows = [
        ("premium", found.premium_cents),
        ("valorisation", found.valorisation_cents),
        ("advances", -found.advances_cents),
        ("balances", -found.balances_cents),
        ("due", found.due_cents),
    ]
    for name, cents in rows:
        typer.echo(f"{name:<13}{cents_text(cents):>14} EUR")
    if not found.is_complete:
        typer.echo(f"provisional: the settled periods do not cover all of {year}")


@app.command()
def deadlines(case: CaseArgument) -> None:
    """By when the premium of each plant must be asked for at GSE, and which requests came late."""
    with explained():
        community = complete_case(case).community
        rules = rule_set(community.rule_set)
        for plant in community.plants:
            found = request_deadline(plant, rules)
            if found is None:
                typer.echo(f"{plant.id}: no premium, in operation before {law().first_new_day}")
            else:
                late = _late_words(plant, community)
                typer.echo(f"{plant.id}: by {found.day}{'' if found.verified else ' (unverified)'}{late}")


def _late_words(plant: Plant, community: Community) -> str:
    """What a late request costs; "" for one in time."""
    if not is_late(plant, community):
        return ""
    if is_admitted(plant, community):
        return f"; asked for late, premium from {plant.requested_on}"
    return f"; asked for late on {plant.requested_on}, no premium"

"""`condivisa case`: build case folders that `condivisa settle` and `make demo CASE=…` take."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from cli.months import month_typed
from oracle.sources.anomalies import Anomaly, anomalies
from oracle.sources.citylearn import (
    ZONE,
    Months,
    citylearn_case,
    whole_months,
    write_citylearn,
)
from oracle.sources.example import write_example
from oracle.sources.folder import FolderNotEmpty
from oracle.sources.fontana import read_fontana
from oracle.sources.zonal_prices import read_zonal_prices
from settlement.domain.case import Case, Direction
from settlement.domain.findings import Finding

EXIT_BAD_INPUT = 2

app = typer.Typer(
    name="case",
    help="Build case folders (community, readings, prices) to settle or to demonstrate with.",
    no_args_is_help=True,
)

Replace = Annotated[bool, typer.Option("--replace", help="Write into a folder that holds files already.")]


@app.command()
def example(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write.")], replace: Replace = False
) -> None:
    """Write the built-in community: 40 members in Piemonte, June 2024, all of it synthetic.

    The same bytes come out on every machine. Example: condivisa case example demo-case
    """
    try:
        write_example(folder, replace)
    except FolderNotEmpty as occupied:
        _refuse_occupied(occupied)
    typer.echo(f"{folder}: the synthetic community of June 2024; next: condivisa settle {folder}")


@app.command()
def citylearn(
    path: Annotated[Path, typer.Argument(help="energy_long.csv.gz of CityLearn Fontana, or its folder.")],
    prices: Annotated[Path, typer.Option(help="prezzi_zonali_2024.csv.gz, or its folder.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write.")],
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help="One whole month.")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="YYYY-MM", help="First whole month.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="Last month, included.")] = None,
    replace: Replace = False,
) -> None:
    """Build a case from 17 real homes with PV, hours moved to 2024, with Italian zonal prices.

    Row n becomes hour n from 2024-01-01T00:00+01:00; the rows begin in August, so the seasons are shifted by
    seven months. Oddities of the data are shown as warnings and left as they are. Without --month, or --from
    and --to, all whole months are taken: January to November. Bad input: exit 2, every finding on standard
    error, nothing written.
    """
    wanted = _months(month, first, last)
    homes, home_findings = read_fontana(path)
    zonal, price_findings = read_zonal_prices(prices, ZONE)
    if homes is None or zonal is None:
        _refuse(home_findings + price_findings)
    months = wanted or whole_months(homes)
    case, findings = citylearn_case(homes, zonal, months)
    if case is None:
        _refuse(findings)
    odd = anomalies(homes, months.hours)
    try:
        write_citylearn(case, odd, out, replace)
    except FolderNotEmpty as occupied:
        _refuse_occupied(occupied)
    _report(case, odd, out)


def _months(month: str | None, first: str | None, last: str | None) -> Months | None:
    """The wanted months, None when the options leave it open."""
    if month is not None and (first is not None or last is not None):
        raise typer.BadParameter("give --month, or --from and --to")
    if month is not None:
        first = last = month
    if first is None and last is None:
        return None
    if first is None or last is None:
        raise typer.BadParameter("--from and --to go together")
    months = Months(month_typed(first), month_typed(last))
    if months.last < months.first:
        raise typer.BadParameter(f"{last} comes before {first}")
    return months


def _report(case: Case, odd: list[Anomaly], out: Path) -> None:
    """What was written, and what is odd about it."""
    for anomaly in odd:
        typer.echo(f"warning: {anomaly}", err=True)
    energy = {
        direction: sum(int(series.wh.sum()) for series in case.series if series.direction is direction)
        for direction in Direction
    }
    typer.echo(
        f"{out}: {len(case.community.members)} homes, {case.community.hours} hours, "
        f"injected {energy[Direction.INJECTED]} Wh, withdrawn {energy[Direction.WITHDRAWN]} Wh; "
        f"next: condivisa settle {out}"
    )


def _refuse(findings: list[Finding]) -> NoReturn:
    """Every finding on its line, exit 2."""
    for finding in findings:
        typer.echo(str(finding), err=True)
    raise typer.Exit(EXIT_BAD_INPUT)


def _refuse_occupied(occupied: FolderNotEmpty) -> NoReturn:
    typer.echo(f"{occupied}; choose another one, or add --replace", err=True)
    raise typer.Exit(EXIT_BAD_INPUT)

"""`condivisa prices`: files of day-ahead prices, told apart with their defects, imported."""

from pathlib import Path
from typing import Annotated

import typer

from cli.failures import EXIT_BAD_INPUT, explained, refuse_findings
from cli.intake import counted
from cli.reading_files import SkipOption, show_notes
from cli.workspace import CommunityArgument, StateOption, now, open_workspace
from oracle.sources.content import read_content
from oracle.sources.prices.other_year import other_year
from oracle.sources.prices.price_file import PriceFile
from oracle.sources.prices.registry import read_price_content, read_price_file, why_not
from oracle.usecases.take_in_readings import price_runs, take_in_prices
from settlement.domain.calendar import DAY, day_start
from settlement.domain.findings import Finding, printable
from settlement.domain.rounding import decimal_text

app = typer.Typer(
    name="prices",
    help="Files of day-ahead prices: tell them apart, name their defects, import them.",
    no_args_is_help=True,
)

FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="CSV or XML of GME or ENTSO-E, also gzip.")
]
AgainstOption = Annotated[
    Path | None,
    typer.Option(
        "--against", metavar="OTHER", help="Look whether the prices are those of other hours there."
    ),
]


@app.command()
def detect(files: FilesArgument, against: AgainstOption = None) -> None:
    """Say what each file is, which days it holds and what is wrong with it, or why it is of no known format.

    Exit 2 where a file is of no known format, has findings or gaps.
    """
    other = None if against is None else _usable(against)
    sound = True
    for path in files:
        sound = _detect(path, other) and sound
    if not sound:
        raise typer.Exit(EXIT_BAD_INPUT)


@app.command("import")
def import_files(
    community: CommunityArgument,
    files: FilesArgument,
    against: AgainstOption = None,
    skip_incomplete: SkipOption = False,
    state: StateOption = None,
) -> None:
    """Import the whole days of the zones of a registered community, as received now.

    Prices serve all communities of a zone. Other values than those known are kept beside them as corrections.
    Bad input: every finding as file:line: sentence, exit 2, nothing imported.
    """
    read = [read_price_file(path) for path in files]
    other = None if against is None else _usable(against)
    odd = [row for file in read if other is not None for row in other_year(file, other)]
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        today = now()
        with workspace.writing() as work:
            first = min((row.coverage.days[0] for file in read for row in file.columns if row.coverage.days),
                        default=today.date())  # fmt: skip
            terms = work.communities.terms(record.id, day_start(first), day_start(first + DAY))
            zones = sorted({row.zone for row in terms.configurations}) if terms is not None else []
            runs, findings, notes = price_runs(read, zones, skip_incomplete=skip_incomplete)
            if findings or odd:
                refuse_findings(sorted([*findings, *odd]))
            done = take_in_prices(work, record.id, runs, today)
            work.commit()
        show_notes(notes)
        spans = ", ".join(f"{run.first} to {run.last}" for run in runs)
        typer.echo(f"zones {', '.join(zones)}: {spans}; price days {counted(done.prices)}")


def _usable(path: Path) -> PriceFile:
    found = read_price_file(path)
    if found.findings:
        refuse_findings(found.findings)
    return found


def _detect(path: Path, other: PriceFile | None) -> bool:
    content = read_content(path)
    if isinstance(content, Finding):
        typer.echo(str(content), err=True)
        return False
    found = read_price_content(content)
    if not found.format:
        typer.echo(f"{printable(path.name)}: no known format of prices", err=True)
        for name, reason in why_not(content):
            typer.echo(f"  {name}: {printable(reason)}", err=True)
        return False
    typer.echo(f"{printable(path.name)}: {found.format}")
    for column in found.columns:
        days = column.coverage.days
        mean = decimal_text(int(column.micro.sum()) // len(column.micro) // 10_000, 2)
        span = f"{len(days)} whole days {days[0]} … {days[-1]}" if days else "no whole day"
        typer.echo(f"  {column.zone}  {span}  mean {mean} EUR/MWh")
    odd = [*found.findings, *found.gaps(), *(other_year(found, other) if other is not None else [])]
    for finding in sorted(odd):
        typer.echo(str(finding), err=True)
    return not odd

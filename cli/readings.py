"""`condivisa readings`: meter files of distributors, portals and loggers, told apart, converted, imported."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli.display import Display
from cli.failures import EXIT_BAD_INPUT, explained, refuse_findings, stop
from cli.intake import counted, quality_lines
from cli.reading_files import (
    BlankOption,
    DirectionOption,
    FilesArgument,
    MappingOption,
    PodOption,
    Said,
    SkipOption,
    read_files,
    said,
    show_assembled,
    show_notes,
    show_registers,
    with_pods,
)
from cli.workspace import CommunityArgument, StateOption, Workspace, now, open_workspace
from community.domain.records import CommunityRecord
from oracle.sources.content import read_content
from oracle.sources.meters.assembly import Assembled, assemble, period, whole_days
from oracle.sources.meters.mapping import mapping_toml, read_mapping
from oracle.sources.meters.meter_file import Options
from oracle.sources.meters.registry import read_meter_content, why_not
from oracle.usecases.take_in_readings import take_in_readings
from settlement.casefile import write_atomically, write_readings
from settlement.domain.case import Case, Community, Shares
from settlement.domain.findings import Finding, printable

MAPPING_FILE = "readings-mapping.toml"

app = typer.Typer(
    name="readings",
    help="Meter files of distributors, portals and loggers: tell them apart, convert them, import them.",
    no_args_is_help=True,
)

OutOption = Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for readings.csv.")]
SaveOption = Annotated[
    bool, typer.Option("--save-mapping", help="Keep --mapping and the labels of --pod for this community.")
]


@app.command()
def detect(files: FilesArgument) -> None:
    """Say what each file is and what it holds, or for each format why it is none of it.

    Exit 2 where a file is of no known format or has findings. Example: condivisa readings detect *.csv
    """
    sound = True
    for path in files:
        sound = _detect(path) and sound
    if not sound:
        raise typer.Exit(EXIT_BAD_INPUT)


@app.command()
def convert(
    files: FilesArgument,
    out: OutOption,
    mapping: MappingOption = None,
    pod: PodOption = None,
    direction: DirectionOption = None,
    blank_is_zero: BlankOption = False,
) -> None:
    """Write the readings of the files as one readings.csv, as case folders hold it.

    Several files merge; days may be incomplete. Bad input: every finding, exit 2, nothing written. Example:
    condivisa readings convert ExportData_settembre.csv --pod IT001E00000001 --direction withdrawn --out case
    """
    given = said(mapping, pod, direction, blank_is_zero, skip=False)
    assembled = _assembled(files, given)
    start, end = period(assembled.days)
    frame = Community("", "", start, end, Shares(10_000, 0, 0), ())
    try:
        write_readings(Case(frame, assembled.series(start, end), ()), out)
    except OSError as error:
        stop(f"{out} cannot be written: {error.strerror or error}", EXIT_BAD_INPUT)
    show_notes(assembled.notes)
    show_assembled(assembled)
    typer.echo(f"{out / 'readings.csv'}: {len(assembled.registers)} series")


@app.command("import")
def import_files(
    community: CommunityArgument,
    files: FilesArgument,
    mapping: MappingOption = None,
    pod: PodOption = None,
    direction: DirectionOption = None,
    blank_is_zero: BlankOption = False,
    skip_incomplete: SkipOption = False,
    save_mapping: SaveOption = False,
    state: StateOption = None,
) -> None:
    """Import the whole days of the files into a registered community, as received now.

    The same values again change nothing; other values are kept beside the old ones as corrections. A day that
    a file begins or ends with and that is not whole is left out; one in the middle is a finding. Files of no
    known format are read by the mapping that --save-mapping kept. Days that cannot be what they say are held
    (`condivisa quality held`). Bad input: every finding as file:line: sentence, exit 2, nothing imported.
    """
    given = said(mapping, pod, direction, blank_is_zero, skip_incomplete)
    if save_mapping and given.options.mapping is None:
        stop("--save-mapping keeps the mapping that --mapping names: name one", EXIT_BAD_INPUT)
    with explained(), open_workspace(state) as workspace:
        record = workspace.community(community)
        assembled = _whole_days(_assembled(files, _with_saved(workspace, record, files, given)), given)
        display = Display()
        with display.stage("import") as stage, workspace.writing() as work:
            source = ", ".join(path.name for path in files)
            admitted = take_in_readings(work, record.id, assembled, source, now())
            work.commit()
            days = counted(admitted.imported.readings)
            stage.outcome = f"{len(assembled.registers)} series, POD-days {days}"
        show_notes(assembled.notes)
        show_assembled(assembled)
        for line in quality_lines(record.name, admitted):
            typer.echo(line)
        if save_mapping and given.options.mapping is not None:
            kept = workspace.folder_of(record.name) / MAPPING_FILE
            write_atomically(kept, mapping_toml(with_pods(given.options.mapping, given.choices)).encode())
            typer.echo(f"{kept}: kept for files of no known format")


def _detect(path: Path) -> bool:
    """Show what a file is; whether it can be used."""
    content = read_content(path)
    if isinstance(content, Finding):
        typer.echo(str(content), err=True)
        return False
    found = read_meter_content(content, Options())
    if not found.format:
        typer.echo(f"{printable(path.name)}: no known format", err=True)
        for name, reason in why_not(content):
            typer.echo(f"  {name}: {printable(reason)}", err=True)
        return False
    typer.echo(f"{printable(path.name)}: {found.format}")
    show_registers(found)
    show_notes(found.notes)
    for finding in found.findings:
        typer.echo(str(finding), err=True)
    return not found.findings


def _assembled(files: list[Path], given: Said) -> Assembled:
    """The readings of all files by POD; stops the command with every finding."""
    read = read_files(files, given.options, Display())
    assembled, findings = assemble(read, given.choices)
    if findings:
        refuse_findings(findings)
    return assembled


def _whole_days(assembled: Assembled, given: Said) -> Assembled:
    whole, findings = whole_days(assembled, given.choices)
    if findings:
        refuse_findings(findings)
    return whole


def _with_saved(workspace: Workspace, record: CommunityRecord, files: list[Path], given: Said) -> Said:
    """With the kept mapping where no other is named and every file is of no known format."""
    kept = workspace.folder_of(record.name) / MAPPING_FILE
    if given.options.mapping is not None or not kept.is_file():
        return given
    contents = [read_content(path) for path in files]
    if any(isinstance(row, Finding) or read_meter_content(row, Options()).format for row in contents):
        return given
    mapping, findings = read_mapping(kept)
    if mapping is None:
        refuse_findings(findings)
    typer.echo(f"no known format: read by {kept}", err=True)
    choices = replace(given.choices, pods={**mapping.pods, **given.choices.pods})
    return Said(replace(given.options, mapping=mapping), choices)

"""Meter files as arguments: reading them with what the user says about them, and showing what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.display import Display, kwh
from cli.failures import EXIT_BAD_INPUT, refuse_findings, stop
from oracle.sources.meters.assembly import Assembled, Choices
from oracle.sources.meters.mapping import Mapping, read_mapping
from oracle.sources.meters.meter_file import MeterFile, Options, Register
from oracle.sources.meters.registry import read_meter_file
from settlement.casefile.fields import POD_CODE
from settlement.domain.calendar import rome_text
from settlement.domain.case import Direction
from settlement.domain.findings import Finding, printable

NOTES_SHOWN = 20

FilesArgument = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Meter files of any known format, also ZIP and gzip.")
]
MappingOption = Annotated[
    Path | None, typer.Option("--mapping", metavar="MAP.toml", help="How a table of another layout is read.")
]
PodOption = Annotated[
    list[str] | None,
    typer.Option("--pod", metavar="[LABEL=]POD", help="POD of a meter that the file names otherwise."),
]
DirectionOption = Annotated[
    Direction | None, typer.Option("--direction", help="Where the file does not tell it.")
]
BlankOption = Annotated[
    bool, typer.Option("--blank-is-zero", help="Count blank cells as zero, marked estimated.")
]
SkipOption = Annotated[
    bool, typer.Option("--skip-incomplete", help="Leave out days that lack readings in their middle.")
]


@dataclass(frozen=True, slots=True)
class Said:
    """What the user says about the files."""

    options: Options
    choices: Choices


def said(
    mapping: Path | None, pods: Sequence[str] | None, direction: Direction | None, blank: bool, skip: bool
) -> Said:
    """The options as one value; stops the command where they make no sense."""
    found: Mapping | None = None
    if mapping is not None:
        found, findings = read_mapping(mapping)
        if found is None:
            refuse_findings(findings)
    labelled, alone = dict(found.pods) if found else {}, None
    for text in pods or ():
        label, mark, pod = text.rpartition("=")
        if not POD_CODE.fullmatch(pod):
            stop(f'--pod "{printable(text)}" does not end in a POD code like IT001E00000001', EXIT_BAD_INPUT)
        if mark:
            labelled[label] = pod
        elif alone is not None:
            stop("--pod without a LABEL= can stand once: it is the POD of every meter", EXIT_BAD_INPUT)
        else:
            alone = pod
    return Said(Options(found, direction, blank), Choices(labelled, alone, skip))


def read_files(files: Sequence[Path], options: Options, display: Display) -> list[MeterFile]:
    """All files, one after the other, with progress."""
    found = []
    with display.stage("read") as stage:
        for number, file in enumerate(files):
            stage.report("read", number, len(files), printable(file.name))
            found.append(read_meter_file(file, options))
        readings = sum(len(row.wh) for file in found for row in file.registers)
        stage.outcome = f"{len(found)} files, {readings:,} readings"
    return found


def show_notes(notes: Sequence[Finding]) -> None:
    """What the reader should know, on standard error; the first twenty and how many more."""
    for note in notes[:NOTES_SHOWN]:
        typer.echo(f"note: {note}", err=True)
    if len(notes) > NOTES_SHOWN:
        typer.echo(f"note: and {len(notes) - NOTES_SHOWN} more of this kind", err=True)


def show_registers(file: MeterFile) -> None:
    """A line for each register of a file."""
    for row in file.registers:
        typer.echo(f"  {printable(row.label)}  {row.direction or 'direction not told'}  {_told(row)}")


def show_assembled(assembled: Assembled) -> None:
    """A line for each POD and direction."""
    for (pod, direction), row in assembled.registers.items():
        typer.echo(f"  {pod}  {direction}  {_told(row)}")


def with_pods(mapping: Mapping, choices: Choices) -> Mapping:
    """The mapping together with the PODs of the labels that the user named."""
    return replace(mapping, pods={**mapping.pods, **choices.pods})


def _told(row: Register) -> str:
    first, last = (rome_text(datetime.fromtimestamp(int(row.start[at]) * 60, UTC)) for at in (0, -1))
    estimated = int(row.estimated.sum())
    share = f", {estimated:,} estimated" if estimated else ""
    count = f"{len(row.wh):,} of {row.resolution_minutes} minutes"
    return f"{count}  {first} … {last}  {kwh(row.total_wh)} kWh{share}"

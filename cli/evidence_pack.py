"""`condivisa pay pack`: all that an auditor needs to compute a distribution again, in one archive."""

from pathlib import Path
from typing import Annotated

import typer

from cli.failures import EXIT_REFUSED, explained, stop
from cli.workspace import CommunityArgument, StateOption, open_workspace
from oracle.usecases.evidence_pack import evidence_pack
from oracle.usecases.pack_archive import archive_of
from settlement.casefile import write_atomically


def pack(
    community: CommunityArgument,
    distribution: Annotated[int, typer.Option(help="Number of the distribution.")],
    out: Annotated[Path, typer.Argument(metavar="OUT.zip", help="Where to write the pack.")],
    state: StateOption = None,
) -> None:
    """Write the evidence pack of a settled distribution, for `condivisa verify pack`.

    Inputs, rules, results and proofs; the same bytes at every call. CONFIDENTIAL: it holds the members'
    readings and who is paid what, though no IBAN. Give it to the community's auditors alone.
    """
    with explained(), open_workspace(state) as workspace:
        found = workspace.distribution(workspace.community(community), distribution)
        with workspace.reading() as work:
            files = evidence_pack(work, found.id)
        archive = archive_of(files)
        try:
            write_atomically(out, archive)
        except OSError as error:
            stop(f"{out} cannot be written: {error.strerror}", EXIT_REFUSED)
        typer.echo(f"{out}: {len(files)} files, {len(archive)} bytes, confidential")

"""`condivisa statement`: members' statements of a distribution, canonical and as PDF."""

from pathlib import Path
from typing import Annotated

import typer

from cli.failures import EXIT_BAD_INPUT, stop
from cli.workspace import CommunityArgument, StateOption, open_workspace, slug
from oracle.usecases.ledger_place import ledger_place
from settlement.casefile import write_atomically
from settlement.documents.statement_pdf import Language, statement_pdf


def statement(
    community: CommunityArgument,
    distribution: Annotated[int, typer.Option(metavar="NUMBER", help="Number of the distribution.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go; made if it is absent.")],
    member: Annotated[
        str | None, typer.Option(metavar="ID", help="One member only; by default all of them.")
    ] = None,
    language: Annotated[Language, typer.Option(help="Language of the PDF.")] = Language.ITALIAN,
    pdf: Annotated[bool, typer.Option(help="Draw PDFs beside the canonical JSON.")] = True,
    state: StateOption = None,
) -> None:
    """Write the statements of a distribution: MEMBER.json, whose SHA-256 the payout receipt names, and PDF.

    A statement says where the money came from, how it was divided, the readings behind it with those that
    were estimated, and the rules with those that no public text confirmed.
    """
    with open_workspace(state) as workspace, workspace.reading() as work:
        found = workspace.distribution(workspace.community(community), distribution)
        members = sorted(work.statements.hashes(found.id), key=str.encode)
        if member is not None and member not in members:
            known = ", ".join(members[:10]) or "none"
            stop(
                f"distribution {distribution} has no statement of {member!r}; members: {known}",
                EXIT_BAD_INPUT,
            )
        place = ledger_place(work, found)
        out.mkdir(parents=True, exist_ok=True)
        names = _file_names(members)
        for name in members if member is None else [member]:
            document = work.statements.of(found.id, name)
            assert document is not None, "a hash has its statement"
            write_atomically(out / f"{names[name]}.json", document)
            if pdf:
                write_atomically(out / f"{names[name]}.pdf", statement_pdf(document, language, place))
    typer.echo(f"{len(members) if member is None else 1} statements -> {out}")


def _file_names(members: list[str]) -> dict[str, str]:
    """A file name for each member; a number behind those that would be the same."""
    names: dict[str, str] = {}
    for member in members:
        name = slug(member)
        while name in names.values():
            name += "-2"
        names[member] = name
    return names

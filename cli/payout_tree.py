"""`condivisa pay tree`: all payouts of a distribution in one file that anyone can check against the vault."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import explained
from cli.workspace import CommunityArgument, StateOption, open_workspace
from oracle.usecases.payout_tree import payout_tree
from settlement.casefile import write_atomically


def tree(
    community: CommunityArgument,
    distribution: Annotated[int, typer.Option(help="Number of the distribution.")],
    out: Annotated[Path, typer.Argument(metavar="FILE.json", help="Where to write the tree.")],
    state: StateOption = None,
) -> None:
    """Write the payout tree of a settled distribution, for `condivisa verify tree` and the page.

    It names no member and no IBAN, but shows wallets and every amount: give it to auditors, or publish it
    when the members agreed.
    """
    with explained(), open_workspace(state) as workspace:
        found = workspace.distribution(workspace.community(community), distribution)
        with workspace.reading() as work:
            document = payout_tree(work, found.id)
        write_atomically(out, (json.dumps(document, indent=1) + "\n").encode())
        typer.echo(f"{out}: {len(document['leaves'])} leaves, {document['total_eur']} EUR")

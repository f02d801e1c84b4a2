"""`condivisa watch`: look once for what is late, stands still or runs out, and raise or resolve alerts."""

import typer

from cli.failures import explained
from cli.workspace import StateOption, has_chain, now, open_ledger, open_workspace
from oracle.chain.inspection import Inspection
from oracle.usecases.watch import watch as look


def watch(state: StateOption = None) -> None:
    """Look at readings, messages and the operator's account once; `condivisa alerts` lists what was found.

    Missing readings, a publication that stands still, a balance that pays for less than a month.
    """
    with explained(), open_workspace(state) as workspace:
        node = account = None
        if has_chain(workspace.settings):
            with open_ledger(workspace) as opened:
                inspection = Inspection(opened.chain)
                node, account = inspection.node(), inspection.account()
        with workspace.writing() as work:
            seen = look(work, now(), node, account)
            work.commit()
    typer.echo(f"alerts open: {seen.open}, new: {seen.new}, resolved: {seen.resolved}")

"""`condivisa watch`: look once for what is late, stands still, runs out or misbehaves."""

import typer

from cli.failures import explained
from cli.workspace import StateOption, has_chain, now, open_ledger, open_workspace
from oracle.chain.inspection import Inspection
from oracle.usecases.watch import watch as look


def watch(state: StateOption = None) -> None:
    """Look at readings, messages, devices and the operator's account once; `condivisa alerts` lists all.

    Missing readings, a publication that stands still, a balance that pays for less than a month; devices that
    are silent or measure what must not be. The job `watch` does the same every five minutes.
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

"""Looks for what is late, stands still, runs out or misbehaves, in all communities."""

from oracle.errors import KeysUnusable, NodeNotStarted, NodeUnreachable
from oracle.jobs import Done, Job
from oracle.ports import AccountFacts, NodeFacts, Progress
from oracle.tasks.desk import Desk
from oracle.usecases.watch import watch


def run(desk: Desk, _job: Job, report: Progress) -> Done:
    """A node that is away hides the operator's account, and nothing else."""
    report("watch", 0, 1, "looking at readings, messages, devices and the operator's account")
    node, account, unseen = _facts(desk)
    with desk.writing() as work:
        seen = watch(work, desk.clock(), node, account)
        work.commit()
    figures = {"open": seen.open, "new": seen.new, "resolved": seen.resolved}
    return Done(f"alerts open: {seen.open}, new: {seen.new}, resolved: {seen.resolved}{unseen}", figures)


def _facts(desk: Desk) -> tuple[NodeFacts | None, AccountFacts | None, str]:
    chain = desk.chain()
    if chain is None:
        return None, None, ""
    try:
        return *chain.facts(), ""
    except (KeysUnusable, NodeNotStarted, NodeUnreachable) as error:
        return None, None, f"; the operator's account was not looked at: {error}"

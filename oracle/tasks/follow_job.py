"""Brings the index of events to the chain's newest block."""

from oracle.jobs import Done, Job
from oracle.ports import Progress
from oracle.tasks.desk import Desk


def run(desk: Desk, _job: Job, report: Progress) -> Done:
    """Each batch of blocks is stored as it is read: a run that was killed is gone on with.

    Raises NodeUnreachable, NodeRefused.
    """
    chain = desk.chain()
    if chain is None:
        return Done("there is no chain to follow")
    report("follow", 0, 0, "reading blocks")
    found = chain.follow(report)
    taken_back = f", {found.taken_back} blocks taken back" if found.taken_back else ""
    figures = {
        "blocks": found.blocks,
        "events": found.events,
        "taken_back": found.taken_back,
        "number": found.number,
    }
    return Done(f"{found.blocks} blocks, {found.events} events read{taken_back}", figures)

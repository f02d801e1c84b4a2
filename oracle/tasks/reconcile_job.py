"""Compares chain, database and books of a community; what differs becomes alerts."""

from oracle.errors import NotDeployed
from oracle.jobs import Done, Job
from oracle.ports import Progress
from oracle.tasks.desk import Desk
from oracle.usecases.reconcile import Reconciled, compare_books

BOOKS_ALONE = "no contracts on a chain: the books alone were compared"


def run(desk: Desk, job: Job, report: Progress) -> Done:
    """What differs is an alert until a later run finds it gone: a job that found it has done its work.

    Raises NotFound, NodeUnreachable.
    """
    report("reconcile", 0, 1, "comparing chain, database and books")
    found = _compared(desk, job, report)
    kinds = [one.kind for one in found.divergences]
    sentence = f"differ: {', '.join(kinds)}; look at the alerts" if kinds else "all that was compared agrees"
    return Done("; ".join([sentence, *found.notes]), {"differences": kinds, "notes": list(found.notes)})


def _compared(desk: Desk, job: Job, report: Progress) -> Reconciled:
    assert job.community_id is not None
    chain = desk.chain()
    with desk.reading() as work:
        deployed = bool(work.deployments.of_community(job.community_id))
    if chain is not None and deployed:
        try:
            return chain.reconcile(job.community_id, desk.clock(), report)
        except NotDeployed as error:  # they are on another chain than the one that answers
            return _books(desk, job, str(error))
    return _books(desk, job, BOOKS_ALONE)


def _books(desk: Desk, job: Job, note: str) -> Reconciled:
    assert job.community_id is not None
    with desk.writing() as work:
        found = compare_books(work, job.community_id, desk.clock(), note)
        work.commit()
    return found

"""Compares the books with receipts, distributions and payouts."""

from oracle.jobs import Done, Job
from oracle.tasks.desk import Desk
from oracle.tasks.report import Report
from settlement.domain.errors import AccountsDiffer
from settlement.usecases.reconcile_accounts import reconcile_accounts


def run(desk: Desk, job: Job, report: Report) -> Done:
    """Writes nothing. Raises AccountsDiffer: a divergence is a failed job, which somebody has to look at."""
    assert job.community_id is not None
    report("reconcile", 0, 1, "comparing the books with what happened")
    with desk.reading() as work:
        differences = reconcile_accounts(work, job.community_id)
    if differences:
        raise AccountsDiffer(differences)
    return Done("books, receipts, distributions and payouts agree")

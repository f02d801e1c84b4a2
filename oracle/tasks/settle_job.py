"""Settles a period of stored readings and orders its publication."""

from oracle.jobs import Done, Job
from oracle.ports import Progress
from oracle.tasks.arguments import PERIOD, Argument, period, reason
from oracle.tasks.desk import Desk
from settlement.bootstrap import case_manifest
from settlement.engines import settle_case
from settlement.usecases.close_period import close_period

ARGUMENTS = (*PERIOD, Argument("reason", reason, "Why a settled period is settled anew", required=False))


def run(desk: Desk, job: Job, report: Progress) -> Done:
    """Settle by what is known now; a period that is settled answers its settlement.

    Raises what `close_period` raises.
    """
    assert job.community_id is not None
    start, end = period(job.arguments)
    report("settle", 0, 1, f"settling {job.arguments['from']} to {job.arguments['to']}")
    with desk.writing() as work:
        settlement = close_period(
            work, case_manifest, job.community_id, start, end, desk.clock(),
            reason=job.arguments.get("reason"), settle=settle_case,
        )  # fmt: skip
        desk.checkpoint("settled, not committed")
        work.commit()
    desk.checkpoint("settled")
    figures = {
        "settlement": str(settlement.id),
        "shared_wh": settlement.shared_wh,
        "evidence": settlement.evidence.hex(),
        "hidden": [str(refusal) for refusal in settlement.refusals],
    }
    return Done(f"settled: {settlement.shared_wh} Wh shared", figures)

"""Deletes telemetry that is old; readings that are settled are not telemetry and stay."""

from oracle.jobs import Done, Job
from oracle.ports import Progress
from oracle.tasks.desk import Desk
from oracle.usecases.telemetry import drop_telemetry


def run(desk: Desk, _job: Job, report: Progress) -> Done:
    """Delete what was measured longer ago than the service keeps it."""
    report("prune", 0, 1, f"deleting telemetry older than {desk.telemetry_days} days")
    with desk.writing() as work:
        count = drop_telemetry(work, desk.clock(), desk.telemetry_days)
        work.commit()
    return Done(f"{count} values older than {desk.telemetry_days} days deleted", {"values": count})

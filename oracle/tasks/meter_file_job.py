"""Imports a meter file of a known foreign format: all of it or nothing."""

import re

from oracle.jobs import Done, Job
from oracle.ports import Progress
from oracle.sources.meters.assembly import Choices, assemble, whole_days
from oracle.sources.meters.meter_file import Options
from oracle.sources.meters.registry import read_meter_bytes
from oracle.tasks.arguments import Argument, one_of
from oracle.tasks.desk import Desk
from oracle.tasks.failures import FindingsInTable
from oracle.tasks.import_job import import_done, table_of
from oracle.usecases.take_in_readings import take_in_readings
from settlement.domain.case import Direction

FILE_NAME = re.compile(r"[^/\\\x00-\x1f\x7f]{1,120}")
POD = re.compile(r"IT[0-9]{3}E[0-9]{8}[0-9A-Z]?", re.ASCII)


def _file_name(text: str) -> str:
    if not FILE_NAME.fullmatch(text):
        raise ValueError("must be the name of a file, at most 120 characters, without its folder")
    return text


def _pod(text: str) -> str:
    if not POD.fullmatch(text):
        raise ValueError("must be a POD like IT001E00000001")
    return text


ARGUMENTS = (
    Argument("name", _file_name, "The file's name; some formats need it"),
    Argument("pod", _pod, "POD, where the file has none", required=False),
    Argument("direction", one_of(*Direction), "Where the file does not tell it", required=False),
    Argument(
        "skip_incomplete", one_of("yes", "no"), "Leave out days that lack readings in their middle", False
    ),
    Argument("blank_is_zero", one_of("yes", "no"), "Count blank cells as zero, marked estimated", False),
)


def run(desk: Desk, job: Job, report: Progress) -> Done:
    """Whole Europe/Rome days, as received when the job was ordered: a second run changes nothing.

    Raises FindingsInTable with every defect, and what `take_in_readings` raises.
    """
    assert job.community_id is not None
    told = job.arguments
    direction = Direction(told["direction"]) if "direction" in told else None
    options = Options(direction=direction, blank_is_zero=told.get("blank_is_zero") == "yes")
    choices = Choices(pod=told.get("pod"), skip_incomplete=told.get("skip_incomplete") == "yes")
    with desk.writing() as work:
        file = table_of(work, job)
        report("read", 0, 2, f"reading {len(file)} bytes")
        assembled, findings = assemble([read_meter_bytes(told["name"], file, options)], choices)
        if findings:
            raise FindingsInTable(findings)
        whole, findings = whole_days(assembled, choices)
        if findings:
            raise FindingsInTable(findings)
        report("store", 1, 2, "storing readings")
        source = f"{told['name']} by job {job.number}"
        admitted = take_in_readings(work, job.community_id, whole, source, job.created_at)
        desk.checkpoint("imported, not committed")
        work.commit()
    desk.checkpoint("imported")
    return import_done("readings", admitted)

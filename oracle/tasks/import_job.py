"""Imports the readings or the prices of a staged table: all of it or nothing."""

from oracle.errors import JobMalformed
from oracle.jobs import Done, Job, JobWork
from oracle.ports import Progress
from oracle.tasks.arguments import PERIOD, Argument, one_of, period
from oracle.tasks.desk import Desk
from oracle.tasks.failures import FindingsInTable
from settlement.casefile.staged import read_table
from settlement.domain.errors import NotFound
from settlement.usecases.admit_readings import Admitted, admit_readings
from settlement.usecases.import_readings import Counts

ARGUMENTS = (*PERIOD, Argument("table", one_of("readings", "prices"), "readings or prices"))


def run(desk: Desk, job: Job, report: Progress) -> Done:
    """Read, check and store; as received when the job was ordered, so that a second run changes nothing.

    Raises FindingsInTable with every defect, and what `admit_readings` raises.
    """
    assert job.community_id is not None
    kind, span = job.arguments["table"], period(job.arguments)
    with desk.writing() as work:
        table = table_of(work, job)
        terms = work.communities.terms(job.community_id, *span)
        if terms is None:
            raise NotFound("community", job.community_id)
        report("read", 0, 2, f"reading {len(table)} bytes of {kind}")
        case, findings = read_table(kind, table, terms)
        if findings:
            raise FindingsInTable(findings)
        report("store", 1, 2, f"storing {kind}")
        admitted = admit_readings(work, job.community_id, case, f"job {job.number}", job.created_at)
        desk.checkpoint("imported, not committed")
        work.commit()
    desk.checkpoint("imported")
    return import_done(kind, admitted)


def table_of(work: JobWork, job: Job) -> bytes:
    """The file that the job reads. Raises JobMalformed where it is not kept any more."""
    table = work.jobs.table(job.id)
    if table is None:
        raise JobMalformed("the table of this job is not stored any more: order the import again")
    return table


def import_done(kind: str, admitted: Admitted) -> Done:
    """What an import achieved: days that entered, and days that were held."""
    imported, held = admitted.imported, len(admitted.held) + admitted.known
    counts = imported.readings if kind == "readings" else imported.prices
    sentence = _sentence(kind, counts) + (f"; held back: {held} POD-days" if held else "")
    return Done(sentence, {"days": _figures(counts), "held": held})


def _sentence(kind: str, counts: Counts) -> str:
    return f"days of {kind}: {counts.new} new, {counts.corrected} corrected, {counts.unchanged} already there"


def _figures(counts: Counts) -> dict[str, int]:
    return {"new": counts.new, "corrected": counts.corrected, "unchanged": counts.unchanged}

"""The kinds of jobs: a new one is a line in KINDS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias
from uuid import UUID

from oracle.jobs import Done, Job
from oracle.tasks import import_job, publish_job, reconcile_job, settle_job
from oracle.tasks.arguments import Argument
from oracle.tasks.desk import Desk
from oracle.tasks.report import Report

Run: TypeAlias = Callable[[Desk, Job, Report], Done]


def by_community(community_id: UUID) -> str:
    """Jobs that change what others of the community read wait for each other; communities do not."""
    return f"community:{community_id}"


def by_publisher(_community_id: UUID) -> str:
    """One account signs for all communities: its nonces have one order."""
    return "publisher"


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of job is run, what it is told, and which jobs it waits for.

    `run` may be killed anywhere and is then run again: what it did must be found, not done twice.
    """

    name: str
    run: Run
    about: str
    arguments: tuple[Argument, ...] = ()
    partition: Callable[[UUID], str] = by_community
    takes_table: bool = False


_ALL = (
    Kind(
        "import",
        import_job.run,
        "Import readings or prices of a period.",
        import_job.ARGUMENTS,
        takes_table=True,
    ),
    Kind("settle", settle_job.run, "Settle a period and order its publication.", settle_job.ARGUMENTS),
    Kind("publish", publish_job.run, "Send what is ordered to the ledger.", partition=by_publisher),
    Kind("reconcile-accounts", reconcile_job.run, "Compare the books with what happened."),
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _ALL})

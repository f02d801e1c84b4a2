"""The kinds of jobs: a new one is a line in KINDS."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from uuid import UUID

from oracle.tasks import (
    follow_job,
    import_job,
    meter_file_job,
    prune_job,
    publish_job,
    reconcile_job,
    settle_job,
    watch_job,
)
from oracle.tasks.desk import Kind


def by_publisher(_community_id: UUID | None) -> str:
    """One account signs for all communities: its nonces have one order."""
    return "publisher"


def by_itself(name: str) -> Callable[[UUID | None], str]:
    """Jobs that only look: they work on snapshots, so that a node that is away keeps nobody waiting."""
    return lambda _community_id: name


_ALL = (
    Kind(
        "import",
        import_job.run,
        "Import readings or prices of a period.",
        import_job.ARGUMENTS,
        takes_table=True,
    ),
    Kind(
        "meter-file",
        meter_file_job.run,
        "Import readings of a meter file of a known format.",
        meter_file_job.ARGUMENTS,
        takes_table=True,
    ),
    Kind("settle", settle_job.run, "Settle a period and order its publication.", settle_job.ARGUMENTS),
    Kind("publish", publish_job.run, "Send what is ordered to the ledger.", partition=by_publisher),
    Kind(
        "reconcile",
        reconcile_job.run,
        "Compare chain, database and books; raise alerts.",
        partition=by_itself("reconcile"),
    ),
    Kind(
        "follow",
        follow_job.run,
        "Read the chain's newest blocks and events into the index.",
        partition=by_itself("follow"),
        of_community=False,
    ),
    Kind(
        "watch",
        watch_job.run,
        "Look for what is late, stands still, runs out or misbehaves; raise alerts.",
        partition=by_itself("watch"),
        of_community=False,
    ),
    Kind(
        "prune",
        prune_job.run,
        "Delete old telemetry.",
        partition=by_itself("prune"),
        of_community=False,
    ),
)

KINDS: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in _ALL})

"""A job is ordered by its kind: its arguments are checked before anything is stored."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from oracle.errors import JobMalformed
from oracle.jobs import JobWork, NewJob
from oracle.tasks.arguments import check_arguments
from oracle.tasks.desk import Kind
from oracle.tasks.kinds import KINDS
from oracle.usecases.jobs import Ordered, enqueue
from settlement.domain.identifiers import uuid7

KEY_MAX_CHARACTERS = 100


def order(
    work: JobWork,
    community_id: UUID | None,
    kind: str,
    arguments: Mapping[str, str],
    now: datetime,
    *,
    key: str | None = None,
    table: bytes | None = None,
    request_id: str | None = None,
    not_before: datetime | None = None,
    kinds: Mapping[str, Kind] = KINDS,
) -> Ordered:
    """The job of that key, or a new one; of no community for a kind that serves all of them.

    Raises JobMalformed and JobKeyReused.
    """
    known = kinds.get(kind)
    if known is None:
        raise JobMalformed(f"there is no kind of job called {kind!r}; there are: {', '.join(kinds)}")
    if known.of_community != (community_id is not None):
        named = "is of a community: name one" if known.of_community else "serves all communities: name none"
        raise JobMalformed(f"{kind} {named}")
    check_arguments(kind, known.arguments, arguments)
    if known.takes_table != (table is not None):
        raise JobMalformed(
            f"{kind} {'reads a table: name its file' if known.takes_table else 'takes no table'}"
        )
    new = NewJob(
        id=uuid7(),
        kind=kind,
        community_id=community_id,
        partition=known.partition(community_id),
        arguments=arguments,
        created_at=now,
        not_before=now if not_before is None else not_before,
        key=key,
        request_id=request_id,
        table=table,
    )
    return enqueue(work, new)

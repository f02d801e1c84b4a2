"""Settlements of one period: a newer one supersedes, the older ones stay as they were."""

from collections.abc import Sequence
from uuid import UUID

from settlement.domain.records import StoredSettlement


def current(settlements: Sequence[StoredSettlement]) -> list[StoredSettlement]:
    """Those that no other one supersedes, in their order."""
    superseded = {row.supersedes for row in settlements}
    return [row for row in settlements if row.id not in superseded]


def lineage(settlement: StoredSettlement, settlements: Sequence[StoredSettlement]) -> list[UUID]:
    """Ids of a settlement and of all that it stands in the place of, the newest first."""
    known = {row.id: row for row in settlements}
    found: list[UUID] = []
    following: StoredSettlement | None = settlement
    while following is not None:
        found.append(following.id)
        following = None if following.supersedes is None else known[following.supersedes]
    return found


def undistributed(settlements: Sequence[StoredSettlement], named: set[UUID]) -> list[StoredSettlement]:
    """Current settlements of periods of which no distribution named any settlement."""
    return [row for row in current(settlements) if named.isdisjoint(lineage(row, settlements))]


def successors(settlements: Sequence[StoredSettlement], named: set[UUID]) -> list[StoredSettlement]:
    """Current settlements of the periods that the named ones settled."""
    return [row for row in current(settlements) if not named.isdisjoint(lineage(row, settlements))]

"""What was known of a POD's days, on which date, and how each version came."""

from datetime import date, datetime
from uuid import UUID

from settlement.domain.case import Direction
from settlement.domain.day_vectors import DayVector
from settlement.domain.quality.history import DayVersion, version_of
from settlement.domain.quality.quarantine import HeldState
from settlement.ports import QualityWork

_Key = tuple[Direction, date, datetime]


def reading_history(
    work: QualityWork, community_id: UUID, pod: str, first: date, last: date, as_of: datetime | None = None
) -> list[DayVersion]:
    """Every version of the POD's days from first to last that was known at `as_of`, the oldest first."""
    origins = _origins(work, community_id, pod, first, last)
    before: dict[tuple[Direction, date], DayVector] = {}
    found = []
    for direction, vector in work.readings.versions(community_id, pod, first, last):
        if as_of is not None and vector.received_at > as_of:
            continue
        place = (direction, vector.day)
        origin = origins.get((*place, vector.received_at), "imported")
        found.append(version_of(pod, direction, vector, before.get(place), origin))
        before[place] = vector
    return found


def _origins(work: QualityWork, community_id: UUID, pod: str, first: date, last: date) -> dict[_Key, str]:
    """How versions came that were not just imported, by direction, day and instant."""
    found: dict[_Key, str] = {}
    for row in work.quarantine.of_days(community_id, first, last):
        if row.held.pod == pod and row.state is HeldState.RELEASED and row.decided_at is not None:
            key = (row.held.direction, row.held.day, row.decided_at)
            found[key] = f"released by {row.decided_by}: {row.reason} (arrived with {row.source})"
    for estimate in work.estimates.of_pod(community_id, pod, first, last):
        donors = ", ".join(str(day) for day in estimate.from_days)
        found[estimate.direction, estimate.day, estimate.received_at] = (
            f"estimated by {estimate.method} from {donors}; {estimate.actor}: {estimate.reason}"
        )
    return found

"""What was known of a day, and from when on: its versions in the order in which they arrived."""

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from settlement.domain.case import Direction
from settlement.domain.day_vectors import DayVector


@dataclass(frozen=True, slots=True)
class DayVersion:
    """A version of a day of a POD and direction, known from `received_at` on until the next one.

    `change_wh` and `changed` (intervals) compare with the version before, None for the first or where the
    resolution changed. `origin` says in words how it came: imported, released, or estimated by a method.
    """

    pod: str
    direction: Direction
    day: date
    received_at: datetime
    resolution_minutes: int
    energy_wh: int
    estimated: int
    change_wh: int | None
    changed: int | None
    origin: str


def version_of(
    pod: str, direction: Direction, vector: DayVector, before: DayVector | None, origin: str
) -> DayVersion:
    """The version, compared with the one before it."""
    comparable = before is not None and before.resolution_minutes == vector.resolution_minutes
    change = changed = None
    if before is not None and comparable:
        differences = vector.wh.astype(np.int64) - before.wh
        change, changed = int(differences.sum()), int(np.count_nonzero(differences))
    return DayVersion(
        pod,
        direction,
        vector.day,
        vector.received_at,
        vector.resolution_minutes,
        int(vector.wh.sum(dtype=np.int64)),
        0 if vector.estimated is None else int(vector.estimated.sum()),
        change,
        changed,
        origin,
    )

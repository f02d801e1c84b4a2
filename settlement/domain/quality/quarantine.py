"""Days of readings that cannot be what they say, kept aside until somebody decides."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import Direction, MeterSeries


class HeldState(StrEnum):
    """A held day is released into the readings, or rejected; neither is taken back."""

    HELD = "held"
    RELEASED = "released"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, eq=False)
class HeldDay:
    """One civil day of one POD and direction as it arrived; where `present` is False the value is absent."""

    pod: str
    direction: Direction
    day: date
    resolution_minutes: int
    wh: NDArray[np.int32]
    present: NDArray[np.bool_]
    estimated: NDArray[np.bool_]

    @classmethod
    def cut(cls, series: MeterSeries, day: date, part: slice) -> "HeldDay":
        """The day of a series whose intervals lie at `part`."""
        return cls(
            series.pod,
            series.direction,
            day,
            series.resolution_minutes,
            series.wh[part],
            series.present[part],
            series.estimated[part],
        )

    @property
    def digest(self) -> bytes:
        """SHA-256 of what arrived: the same values again are the same day held."""
        head = f"{self.pod} {self.direction} {self.day} {self.resolution_minutes}\n".encode()
        values = np.where(self.present, self.wh, -1).astype(">i4").tobytes()
        return hashlib.sha256(head + values + np.packbits(self.estimated).tobytes()).digest()

    @property
    def whole(self) -> bool:
        """Whether every interval is there; others are never released."""
        return bool(self.present.all())

    @property
    def series(self) -> MeterSeries:
        """The day as a series of a period of that day."""
        return MeterSeries(
            self.pod, self.direction, self.resolution_minutes, self.wh, self.present, self.estimated
        )


@dataclass(frozen=True, slots=True, eq=False)
class QuarantinedDay:
    """A held day, where it came from, why it is held, and what became of it.

    `findings` are check, sentence and remedy of each. `decided_by`, `reason` and `decided_at` are None while
    it is held.
    """

    id: UUID
    community_id: UUID
    held: HeldDay
    received_at: datetime
    source: str
    findings: Sequence[Mapping[str, str]]
    state: HeldState = HeldState.HELD
    decided_by: str | None = None
    reason: str | None = None
    decided_at: datetime | None = None

"""What a check finds in readings, as a value: how grave, where, and what to do."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from settlement.domain.case import Direction


class Severity(StrEnum):
    """What follows from a finding.

    Only what cannot be is BLOCKING: the days concerned are held until somebody decides. What is odd but
    possible is a WARNING and is settled; a NOTE is for whoever reads on.
    """

    BLOCKING = "blocking"
    WARNING = "warning"
    NOTE = "note"


class Check(StrEnum):
    """The checks, by the names that reports use."""

    MISSING_DAYS = "MISSING_DAYS"
    PARTIAL_DAY = "PARTIAL_DAY"
    ZERO_DAYS = "ZERO_DAYS"
    ABOVE_POWER = "ABOVE_POWER"
    SUN_AT_NIGHT = "SUN_AT_NIGHT"
    SPIKE = "SPIKE"
    FROZEN = "FROZEN"
    CHANNELS_SWAPPED = "CHANNELS_SWAPPED"
    WITHDRAWS_LIKE_SUN = "WITHDRAWS_LIKE_SUN"
    LOW_YIELD = "LOW_YIELD"
    SAME_AS_OTHER_POD = "SAME_AS_OTHER_POD"
    UNIT_CHANGED = "UNIT_CHANGED"
    SAME_AS_YEAR_BEFORE = "SAME_AS_YEAR_BEFORE"
    CLOCK_CHANGE = "CLOCK_CHANGE"


@dataclass(frozen=True, slots=True)
class QualityFinding:
    """One check's finding in one series: `days` are the days concerned, ascending, `count` the intervals.

    `direction` is None where the POD reported neither. The sentences are for whoever answers for the meter.
    """

    check: Check
    severity: Severity
    pod: str
    direction: Direction | None
    days: tuple[date, ...]
    count: int
    sentence: str
    remedy: str

    @property
    def order(self) -> tuple[int, str, str, date, str]:
        """The gravest first, then by POD, direction and day."""
        return (
            list(Severity).index(self.severity),
            self.pod,
            self.direction or "",
            self.days[0],
            self.check,
        )

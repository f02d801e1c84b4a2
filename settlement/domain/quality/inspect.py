"""All checks, one after the other: adding a check is adding a line."""

from collections.abc import Callable, Iterator

from settlement.domain.quality.capacity import above_power
from settlement.domain.quality.channels import low_yield, sun_at_night, swapped
from settlement.domain.quality.clock_change import clock_change
from settlement.domain.quality.completeness import missing_days, partial_days, zero_days
from settlement.domain.quality.finding import QualityFinding
from settlement.domain.quality.shapes import frozen, spikes
from settlement.domain.quality.subject import Subject
from settlement.domain.quality.twins import same_as_other_pod, same_as_year_before, unit_changed

QualityCheck = Callable[[Subject], Iterator[QualityFinding]]

CHECKS_OF_ARRIVALS: tuple[QualityCheck, ...] = (
    partial_days,
    zero_days,
    above_power,
    sun_at_night,
    spikes,
    frozen,
    swapped,
    low_yield,
    same_as_other_pod,
    unit_changed,
    same_as_year_before,
    clock_change,
)
"""A file may hold some PODs and some days: what it lacks is no finding about it."""
CHECKS: tuple[QualityCheck, ...] = (missing_days, *CHECKS_OF_ARRIVALS)


def inspect(subject: Subject, checks: tuple[QualityCheck, ...] = CHECKS) -> list[QualityFinding]:
    """Everything that the checks find, the gravest first."""
    return sorted((row for check in checks for row in check(subject)), key=lambda row: row.order)

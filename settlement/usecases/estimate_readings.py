"""Days that were not measured get an estimate, when somebody asks for it by the name of a method."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

import numpy as np

from settlement.domain.calendar import DAY, day_start
from settlement.domain.case import Case, Direction, MeterSeries
from settlement.domain.errors import EstimateRefused, NotFound
from settlement.domain.quality.estimation import (
    DayEstimate,
    EstimateMethod,
    RecordedEstimate,
    donor_days,
    estimate_day,
)
from settlement.ports import UnitOfWork
from settlement.usecases.import_readings import import_readings, instant_of_arrival


def estimate_readings(
    work: UnitOfWork, community_id: UUID, wanted: RecordedEstimate, days: Sequence[date]
) -> list[RecordedEstimate]:
    """Estimate days of a POD and direction; returns those that entered, each with the days it comes from.

    `wanted` says POD, direction, method, author, reason and the instant; its day and donors are replaced by
    each day's own. Every value is marked as estimated. A day estimated before is estimated anew where the
    values differ. All or nothing: raises EstimateRefused for a day that has readings of the grid operator,
    its own estimates among them, or has no donors, NotFound, and ReadingsNotAdmitted for days on which the
    POD is not the community's.
    """
    if not days or not wanted.actor.strip() or not wanted.reason.strip():
        raise EstimateRefused("an estimate has days, an author and a reason")
    work.lock(f"readings:{community_id}")
    span = (day_start(min(days)), day_start(max(days) + DAY))
    # An estimate is known by when it was received: the readings' own instant, which a settlement may push on.
    wanted = replace(wanted, received_at=instant_of_arrival(work, community_id, *span, wanted.received_at))
    known = work.readings.days(community_id, *donor_days(list(days)))
    vectors = known.get((wanted.pod, wanted.direction), {})
    own = {
        (row.day, row.received_at)
        for row in work.estimates.of_pod(community_id, wanted.pod, min(days), max(days))
        if row.direction is wanted.direction
    }
    entered = []
    for day in sorted(set(days)):
        if day in vectors and (day, vectors[day].received_at) not in own:
            raise EstimateRefused(f"{wanted.pod} {wanted.direction} of {day} has its readings")
        made = estimate_day(wanted.method, day, vectors)
        if made is None:
            raise EstimateRefused(_no_donors(wanted.method, wanted.pod, wanted.direction, day))
        if _enter(work, community_id, wanted, made):
            entered.append(replace(wanted, day=day, from_days=made.from_days))
    work.estimates.add(entered)
    return entered


def _enter(work: UnitOfWork, community_id: UUID, wanted: RecordedEstimate, made: DayEstimate) -> bool:
    """Whether the readings changed by it."""
    terms = work.communities.terms(community_id, day_start(made.day), day_start(made.day + DAY))
    if terms is None:
        raise NotFound("community", community_id)
    all_of_it = np.ones(len(made.wh), dtype=np.bool_)
    series = MeterSeries(wanted.pod, wanted.direction, made.resolution_minutes, made.wh, all_of_it, all_of_it)
    counts = import_readings(work, community_id, Case(terms, (series,), ()), wanted.received_at).readings
    return counts.new + counts.corrected > 0


def _no_donors(method: EstimateMethod, pod: str, direction: Direction, day: date) -> str:
    needed = {
        EstimateMethod.SAME_WEEKDAY_MEAN: "two measured days of the same weekday in the four weeks before",
        EstimateMethod.LINEAR_INTERPOLATION: "a measured day at most a week before and one after",
    }[method]
    return f"{method} cannot estimate {pod} {direction} of {day}: it needs {needed}, of one resolution"

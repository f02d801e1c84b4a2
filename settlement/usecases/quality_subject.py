"""Readings with what is known from before, as the checks look at them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from settlement.domain.calendar import DAY
from settlement.domain.case import Community, Direction, MeterSeries
from settlement.domain.day_vectors import DayGrid, DayVector
from settlement.domain.quality.subject import Subject
from settlement.ports import ReadOnlyUnitOfWork
from settlement.usecases.load_case import validity

RECENT = timedelta(days=28)
"""Four weeks before: each weekday four times."""


def subject_of(
    work: ReadOnlyUnitOfWork,
    community_id: UUID,
    terms: Community,
    grid: DayGrid,
    series: Sequence[MeterSeries],
    as_of: datetime | None = None,
) -> Subject:
    """The series on the grid's days, with the four weeks before and the same dates of the year before."""

    def known(first: date, last: date) -> Mapping[tuple[str, Direction], dict[date, DayVector]]:
        # Asked first: a community's first file has nothing before it, and most files have no year before.
        if last < first or not work.readings.has_any(community_id, first, last):
            return {}
        return work.readings.days(community_id, first, last, as_of)

    first, last = grid.days[0], grid.days[-1]
    year = (_year_before(first), min(_year_before(last), first - DAY))
    recent = known(first - RECENT, first - DAY)
    return Subject(grid, terms, series, validity(terms, grid), recent, known(*year))


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1, day=min(day.day, 28 if day.month == 2 else 31))

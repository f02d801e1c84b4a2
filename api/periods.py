"""A period of a query: Europe/Rome days, the last one exclusive."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Query

from api.errors import ApiError
from api.schemas.wire import Day
from settlement.domain.calendar import day_start

DAYS_MAX = 3_660


@dataclass(frozen=True, slots=True)
class Days:
    """The days [first, after)."""

    first: date
    after: date

    @property
    def count(self) -> int:
        """Number of days."""
        return (self.after - self.first).days

    @property
    def start(self) -> datetime:
        """The instant at which the first day begins."""
        return day_start(self.first)

    @property
    def end(self) -> datetime:
        """The instant at which the last day has ended."""
        return day_start(self.after)

    def require_at_most(self, days: int) -> None:
        """Refuse a period that would make an answer, or the work for it, too large."""
        if self.count > days:
            raise ApiError(
                "PERIOD_TOO_LONG", f"the period has {self.count} days; here at most {days} are served"
            )


async def _days(
    first: Annotated[Day, Query(alias="from", description="First Europe/Rome day", examples=["2024-07-01"])],
    after: Annotated[Day, Query(alias="to", description="Day after the last one", examples=["2024-08-01"])],
) -> Days:
    if after <= first:
        raise ApiError("REQUEST_MALFORMED", "to comes after from")
    days = Days(first, after)
    days.require_at_most(DAYS_MAX)
    return days


Period = Annotated[Days, Depends(_days)]

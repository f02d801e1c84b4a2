"""Energy on the wire: settling a period, its balance, its forecast."""

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from api.schemas.wire import Count, Day, Id, Instant, Request, Response, Text, WattHours

Resolution = Literal["hour", "day", "month"]
BalanceStatus = Literal["settled", "provisional", "absent"]


class ShareRequest(Request):
    """The period to settle: Europe/Rome days, `to` exclusive."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"from": "2024-07-01", "to": "2024-08-01"}]})

    first: Annotated[Day, Field(alias="from", examples=["2024-07-01"])]
    after: Annotated[Day, Field(alias="to", examples=["2024-08-01"])]
    reason: Annotated[
        Text | None,
        Field(description="Why a settled period is settled anew; by default, what was received since"),
    ] = None

    @model_validator(mode="after")
    def _is_a_period(self) -> Self:
        if self.after <= self.first:
            raise ValueError("to comes after from")
        return self


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """Energy of one interval; injected and withdrawn are never netted."""

    # A dataclass is sent as it was built. An answer has up to 8,784 rows, all from arrays of whole numbers:
    # a model would check each field of each of them again.
    __pydantic_config__ = Response.model_config

    start: Instant
    hours: Annotated[Count, Field(description="Hours of the interval: a day has 23, 24 or 25")]
    injected_wh: WattHours
    withdrawn_wh: WattHours
    shared_wh: WattHours
    status: Annotated[
        BalanceStatus,
        Field(
            description="settled; provisional: summed from what has been received so far; absent: nothing was"
        ),
    ]


class BalanceOut(Response):
    """The community's energy in a period, as it was known at `as_of`."""

    community_id: Id
    start: Instant
    end: Instant
    resolution: Resolution
    as_of: Instant
    status: BalanceStatus = Field(description="The weakest status of any row")
    injected_wh: WattHours
    withdrawn_wh: WattHours
    shared_wh: WattHours
    rows: list[BalanceRow]


class ForecastRow(Response):
    """Expected energy of one hour."""

    start: Instant
    injected_wh: WattHours
    withdrawn_wh: WattHours
    shared_wh: WattHours


class ForecastDay(Response):
    """A forecast day and the day whose readings it repeats."""

    day: Day
    taken_from: Day
    rows: list[ForecastRow]


class ForecastOut(Response):
    """What the coming days will bring if they are like those of a week before."""

    community_id: Id
    method: Literal["seasonal_naive_168h"] = Field(
        description="Every hour repeats the same hour of the week before; no weather, no learning"
    )
    as_of: Instant
    days: list[ForecastDay]

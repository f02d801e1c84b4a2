"""Energy: settle a period, its balance, its forecast."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.access import require_community
from api.deps import Administrator, Anybody, DryRun, ServiceOf
from api.periods import DAYS_MAX, Days, Period
from api.queries import balance as balances
from api.queries import forecast as forecasts
from api.routing import Router
from api.schemas.energy import (
    BalanceOut,
    ForecastDay,
    ForecastOut,
    ForecastRow,
    Resolution,
    ShareRequest,
)
from api.schemas.settlement import SettlementDetailOut
from api.schemas.wire import Day, rome
from planning.forecast import DAYS_MAX as FORECAST_DAYS_MAX
from planning.forecast import METHOD
from settlement.usecases.close_period import close_period

router = Router(prefix="/communities/{community_id}/energy", tags=["energy"])

SHARE_DAYS_MAX = 366
BALANCE_DAYS_MAX = {"hour": 366, "day": DAYS_MAX, "month": DAYS_MAX}


@router.post("/share", operation_id="shareEnergy", summary="Settle a period from the stored readings")
def share_energy(
    community_id: UUID,
    wanted: ShareRequest,
    asker: Administrator,
    service: ServiceOf,
    dry_run: DryRun = False,
) -> SettlementDetailOut:
    """Computes shared energy, incentive and the members' parts, and orders the publication.

    A period that is settled answers its settlement again, unless readings or prices of it were received
    since: then it is settled anew. The newer settlement supersedes the older, which stays, and what changed
    of days that are on the ledger is ordered as corrections. What was distributed stays. Missing readings or
    prices are refused with a finding for each (CASE_NOT_READY), a rule parameter without a value by its name
    (PARAMETER_MISSING).
    """
    period = Days(wanted.first, wanted.after)
    period.require_at_most(SHARE_DAYS_MAX)
    with service.writing() as work:
        require_community(work, asker, community_id)
        now = service.clock()
        span = (period.start, period.end)
        settled = close_period(
            work, service.evidence, community_id, *span, now, reason=wanted.reason, settle=service.settle
        )
        shown = SettlementDetailOut.of(settled)
        if not dry_run:
            work.commit()
    return shown


@router.get("/balance", operation_id="energyBalance", summary="Injected, withdrawn and shared energy")
def energy_balance(
    community_id: UUID,
    asker: Anybody,
    period: Period,
    service: ServiceOf,
    resolution: Annotated[Resolution, Query(description="Length of an interval")] = "day",
) -> BalanceOut:
    """Of the whole community, by hour, day or month. Settled intervals say so; later ones are provisional."""
    period.require_at_most(BALANCE_DAYS_MAX[resolution])
    with service.reading() as work:
        require_community(work, asker, community_id)
        as_of = service.clock()
        found = balances.balance(work, community_id, period.first, period.after)
    whole = found.total()
    return BalanceOut(
        community_id=community_id,
        start=whole.start,
        end=rome(period.end),
        resolution=resolution,
        as_of=rome(as_of),
        status=whole.status,
        injected_wh=whole.injected_wh,
        withdrawn_wh=whole.withdrawn_wh,
        shared_wh=whole.shared_wh,
        rows=found.rows(resolution),
    )


@router.get("/forecast", operation_id="energyForecast", summary="Seasonal naive forecast, named so")
def energy_forecast(
    community_id: UUID,
    asker: Anybody,
    service: ServiceOf,
    first: Annotated[
        Day | None,
        Query(alias="from", description="First day; by default the day after the last settled one"),
    ] = None,
    days: Annotated[int, Query(ge=1, le=FORECAST_DAYS_MAX, description="Number of days")] = 7,
) -> ForecastOut:
    """Every hour repeats the same hour of the week before; the answer names the days it was taken from.

    HISTORY_MISSING where the readings of that week are not complete.
    """
    with service.reading() as work:
        require_community(work, asker, community_id)
        as_of = service.clock()
        begin = first or forecasts.default_first_day(work, community_id, as_of)
        found = forecasts.forecast(work, community_id, begin, days)
    return ForecastOut(
        community_id=community_id,
        method=METHOD,
        as_of=rome(as_of),
        days=[ForecastDay(day=row.day, taken_from=row.taken_from, rows=_rows(row)) for row in found],
    )


def _rows(day: forecasts.CommunityDay) -> list[ForecastRow]:
    columns = (day.starts, day.injected_wh, day.withdrawn_wh, day.shared_wh)
    return [
        ForecastRow(start=rome(start), injected_wh=injected, withdrawn_wh=withdrawn, shared_wh=shared)
        for start, injected, withdrawn, shared in zip(*columns, strict=True)
    ]

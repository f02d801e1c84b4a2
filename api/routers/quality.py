"""The quality of readings: a month's report, held days and decisions on them, estimates by named methods."""

from typing import Annotated
from uuid import UUID

import numpy as np
from fastapi import Query

from api.access import require_community
from api.deps import Administrator, Anybody, Overseer, ServiceOf
from api.periods import Period
from api.routing import Router
from api.schemas.quality import (
    DecidedOut,
    DecisionRequest,
    EstimateOut,
    EstimateRequest,
    HeldDayOut,
    KnownEnergyOut,
    Month,
    QualityReportOut,
)
from api.schemas.wire import Instant
from settlement.domain.quality.estimation import RecordedEstimate
from settlement.usecases.decide_held import reject_readings, release_readings
from settlement.usecases.estimate_readings import estimate_readings
from settlement.usecases.metered_energy import metered_energy
from settlement.usecases.quality_report import quality_report

router = Router(prefix="/communities/{community_id}/quality", tags=["quality"])

ENERGY_DAYS_MAX = 366
AsOf = Annotated[Instant | None, Query(description="As it was known then; default: now")]


@router.get("", operation_id="getQualityReport", summary="How good the readings of a month are")
def get_quality_report(
    community_id: UUID,
    month: Annotated[Month, Query()],
    asker: Overseer,
    service: ServiceOf,
    as_of: AsOf = None,
) -> QualityReportOut:
    """Per configuration: completeness of each POD by day, findings with remedies, held days, estimates."""
    year, number = month.split("-")
    with service.reading() as work:
        require_community(work, asker, community_id)
        position = (int(year) - 1970) * 12 + int(number) - 1
        report = quality_report(work, community_id, position, as_of or service.clock())
    return QualityReportOut.of(report)


@router.get("/held", operation_id="getHeldReadings", summary="Days of readings that are held")
def get_held_readings(community_id: UUID, asker: Administrator, service: ServiceOf) -> list[HeldDayOut]:
    """Not in the readings until an administrator releases them; rejected ones stay out for good."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        return [HeldDayOut.of(row) for row in work.quarantine.waiting(community_id)]


@router.post("/decisions", operation_id="decideHeldReadings", summary="Release held days, or reject them")
def post_decisions(
    community_id: UUID, wanted: DecisionRequest, asker: Administrator, service: ServiceOf
) -> DecidedOut:
    """All of them or none. A decision is taken once and keeps the name of the token and the reason."""
    decide = release_readings if wanted.decision == "release" else reject_readings
    with service.writing() as work:
        require_community(work, asker, community_id)
        ids = set(wanted.ids)
        decided = decide(work, community_id, ids, asker.label, wanted.reason, service.clock())
        work.commit()
    return DecidedOut(decided=decided)


@router.post("/estimates", operation_id="estimateReadings", summary="Estimate absent days by a named method")
def post_estimates(
    community_id: UUID, wanted: EstimateRequest, asker: Administrator, service: ServiceOf
) -> list[EstimateOut]:
    """Only days without readings of the grid operator; statements name the method. All of them or none."""
    with service.writing() as work:
        require_community(work, asker, community_id)
        order = RecordedEstimate(
            community_id,
            wanted.pod,
            wanted.direction,
            min(wanted.days),
            service.clock(),
            wanted.method,
            (),
            asker.label,
            wanted.reason,
        )
        made = estimate_readings(work, community_id, order, wanted.days)
        work.commit()
    return [EstimateOut.of(row) for row in made]


@router.get("/energy", operation_id="getKnownEnergy", summary="Energy as the readings were known on a date")
def get_known_energy(
    community_id: UUID,
    period: Period,
    asker: Anybody,
    service: ServiceOf,
    as_of: AsOf = None,
) -> list[KnownEnergyOut]:
    """Sums per configuration from readings alone, whatever was settled since."""
    period.require_at_most(ENERGY_DAYS_MAX)
    with service.reading() as work:
        require_community(work, asker, community_id)
        rows = metered_energy(work, community_id, period.start, period.end, as_of or service.clock())
    return [
        KnownEnergyOut(
            configuration=row.configuration,
            hours=len(row.present),
            complete_hours=int(row.present.sum()),
            injected_wh=int(row.injected_wh.sum()),
            withdrawn_wh=int(row.withdrawn_wh.sum()),
            shared_wh=int(np.minimum(row.injected_wh, row.withdrawn_wh).sum()),
        )
        for row in rows
    ]

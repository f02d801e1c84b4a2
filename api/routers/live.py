"""What devices send, with a key of theirs, and what is shown of it."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query

from api.access import require_community, require_member, unknown
from api.deps import Anybody, FromDevice, ServiceOf
from api.paging import DEFAULT, Limit
from api.routing import Router
from api.schemas.device import PushOut
from api.schemas.live import LiveOut, LiveValueOut, TelemetryPoint, TelemetrySeries, TelemetryTaken
from api.schemas.wire import rome
from api.service import ReadWork
from community.domain.devices import DeviceRecord
from community.domain.records import Principal
from oracle.records import MessageChannel
from oracle.sources.device_messages import Instant, Metric, ReadingsMessage, TelemetryMessage
from oracle.usecases.meter_push import push_readings
from oracle.usecases.telemetry import live_values, take_telemetry

router = Router(prefix="/communities/{community_id}", tags=["devices"])
From = Annotated[Instant | None, Query(alias="from", description="First instant; default: a day before `to`")]
To = Annotated[Instant | None, Query(alias="to", description="Instant after the last one; default: now")]


@router.post("/meters/readings", operation_id="pushReadings", summary="Send a meter's readings")
def post_meter_readings(
    community_id: UUID, message: ReadingsMessage, device: FromDevice, service: ServiceOf
) -> PushOut:
    """For a meter, with its own key: quarter-hours, hours or days, in any order, as often as need be.

    The same message again changes nothing. Days enter the readings when they are complete; a value that was
    sent later than the one known corrects it, and the earlier one is kept.
    """
    with service.writing() as work:
        _require_own(device, community_id)
        pushed = push_readings(work, device, message, service.clock(), MessageChannel.HTTP)
        work.commit()
    return PushOut.of(pushed)


@router.post("/telemetry", operation_id="sendTelemetry", summary="Send measurements for monitoring")
def post_telemetry(
    community_id: UUID, message: TelemetryMessage, device: FromDevice, service: ServiceOf
) -> TelemetryTaken:
    """For any device, with its own key. These values are shown and watched; nothing is settled by them."""
    with service.writing() as work:
        _require_own(device, community_id)
        kept = take_telemetry(work, device, message, service.clock(), MessageChannel.HTTP)
        work.commit()
    return TelemetryTaken(kept=kept)


@router.get("/live", operation_id="getLive", summary="The newest value of each metric")
def get_live(community_id: UUID, asker: Anybody, service: ServiceOf) -> LiveOut:
    """With source and age; values that are too old are marked. A member finds the devices of its own PODs."""
    now = service.clock()
    with service.reading() as work:
        require_community(work, asker, community_id)
        pods = _pods(work, asker, community_id)
        rows = live_values(work, community_id, now)
    shown = [LiveValueOut.of(row) for row in rows if pods is None or row.device.device.pod in pods]
    return LiveOut(at=rome(now), values=shown)


@router.get(
    "/devices/{device_id}/telemetry", operation_id="getTelemetry", summary="Values of a metric over time"
)
def get_telemetry(
    community_id: UUID,
    device_id: UUID,
    metric: Metric,
    asker: Anybody,
    service: ServiceOf,
    start: From = None,
    end: To = None,
    limit: Limit = DEFAULT,
) -> TelemetrySeries:
    """In the order in which they were measured, from `from` on, at most `limit`."""
    until: datetime = end or service.clock()
    begin = start or until - timedelta(days=1)
    with service.reading() as work:
        require_community(work, asker, community_id)
        device = work.devices.get(community_id, device_id) or unknown("device")
        pods = _pods(work, asker, community_id)
        if pods is not None and device.device.pod not in pods:
            unknown("device")
        rows = work.telemetry.series(device_id, metric, begin, until, limit)
    points = [TelemetryPoint.of(row) for row in rows]
    return TelemetrySeries(device_id=device_id, metric=metric, unit=metric.unit, points=points)


def _require_own(device: DeviceRecord, community_id: UUID) -> None:
    if device.community_id != community_id:
        unknown("community")


def _pods(work: ReadWork, asker: Principal, community_id: UUID) -> set[str] | None:
    """The PODs whose devices the asker may see; None: all."""
    if asker.member_id is None:
        return None
    member = require_member(work, asker, community_id, asker.member_id).member
    return {pod.pod for pod in member.pods}

"""Live values on the wire: decimals are text, in the unit that stands beside them."""

from datetime import timedelta
from typing import Self

from pydantic import Field

from api.schemas.wire import Count, Id, Instant, Response, rome
from oracle.records import Measured
from oracle.sources.device_messages import Metric
from oracle.usecases.live_watch import decimal_text
from oracle.usecases.telemetry import LiveValue


class LiveValueOut(Response):
    """The newest value of a device's metric."""

    device_id: Id
    device: str = Field(description="The device's code")
    kind: str
    pod: str
    metric: Metric
    value: str = Field(description="Decimal, as text", examples=["230.4"])
    unit: str
    measured_at: Instant
    received_at: Instant
    source: str = Field(description="http or mqtt")
    age_s: Count = Field(description="Whole seconds since it was measured")
    stale: bool = Field(description="Too old to say anything of the present")

    @classmethod
    def of(cls, row: LiveValue) -> Self:
        """The value as it is sent."""
        device = row.device.device
        return cls(
            device_id=row.device.id,
            device=device.code,
            kind=device.kind,
            pod=device.pod,
            metric=row.metric,
            value=decimal_text(row.value_milli),
            unit=row.metric.unit,
            measured_at=rome(row.measured_at),
            received_at=rome(row.received_at),
            source=row.source,
            age_s=row.age // timedelta(seconds=1),
            stale=row.stale,
        )


class LiveOut(Response):
    """What the community's devices say now; for looking, never for settling."""

    at: Instant = Field(description="When this was put together")
    values: list[LiveValueOut]


class TelemetryPoint(Response):
    """A measured value."""

    measured_at: Instant
    value: str
    received_at: Instant
    source: str

    @classmethod
    def of(cls, row: Measured) -> Self:
        """The value as it is sent."""
        return cls(
            measured_at=rome(row.at),
            value=decimal_text(row.value_milli),
            received_at=rome(row.received_at),
            source=row.channel,
        )


class TelemetrySeries(Response):
    """Values of one metric of a device in the order in which they were measured."""

    device_id: Id
    metric: Metric
    unit: str
    points: list[TelemetryPoint]


class TelemetryTaken(Response):
    """What became of a message of telemetry."""

    kept: Count = Field(description="Values that were new; of ten seconds the first is kept")

"""A community with registered devices, and the messages that they send; tests state only what differs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine

from community.domain.devices import DeviceKind, DeviceRecord, NewDevice
from community.usecases.devices import register_device
from community.usecases.register_community import register_community
from oracle.records import MessageChannel
from oracle.sources.device_messages import Block, ReadingsMessage, Sample, TelemetryMessage
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.meter_push import Pushed, push_readings
from oracle.usecases.telemetry import take_telemetry
from settlement.domain.calendar import DAY, day_hours, day_start
from settlement.domain.case import Direction
from tests.settlement.store.world import community

NOW = datetime(2024, 12, 4, 9, tzinfo=UTC)
POD, OTHER_POD = "IT001E00000001", "IT001E00000002"
MONDAY = date(2024, 7, 1)
METER = NewDevice("m-1", DeviceKind.METER, POD)
INVERTER = NewDevice("i-1", DeviceKind.INVERTER, POD, "SUN", interval_s=60)
Days = dict[tuple[Direction, date], list[int]]


@dataclass(frozen=True, slots=True)
class Devices:
    """A community with a meter at the POD of its plant SUN, and an inverter of that plant."""

    engine: Engine
    community_id: UUID
    meter: DeviceRecord
    meter_key: str
    inverter: DeviceRecord
    inverter_key: str

    def push(self, message: ReadingsMessage, now: datetime = NOW) -> Pushed:
        """Push one message and commit."""
        with OracleUnitOfWork(self.engine) as work:
            done = push_readings(work, self.meter, message, now, MessageChannel.HTTP)
            work.commit()
        return done

    def send(self, message: TelemetryMessage, now: datetime = NOW) -> int:
        """Send telemetry of the inverter and commit."""
        with OracleUnitOfWork(self.engine) as work:
            kept = take_telemetry(work, self.inverter, message, now, MessageChannel.HTTP)
            work.commit()
        return kept

    def settled_days(self, as_of: datetime | None = None) -> Days:
        """What entered the readings of the meter's POD."""
        with OracleReadOnlyUnitOfWork(self.engine) as work:
            known = work.readings.days(self.community_id, date(2024, 1, 1), date(2025, 12, 31), as_of)
        return {
            (direction, day): vector.wh.tolist()
            for (pod, direction), vectors in known.items()
            for day, vector in vectors.items()
            if pod == POD
        }


def devices(engine: Engine, now: datetime = NOW) -> Devices:
    """Register community, meter and inverter."""
    with OracleUnitOfWork(engine) as work:
        terms = community(MONDAY, MONDAY + DAY)
        community_id = register_community(work, terms).community_id
        meter = register_device(work, community_id, METER, now)
        inverter = register_device(work, community_id, INVERTER, now)
        work.commit()
    return Devices(engine, community_id, meter.record, meter.key, inverter.record, inverter.key)


def readings(
    message: str,
    wh: list[int],
    *,
    day: date = MONDAY,
    first: int = 0,
    direction: Direction = Direction.INJECTED,
    sent: datetime = NOW - timedelta(hours=1),
    pod: str = POD,
    estimated: bool = False,
) -> ReadingsMessage:
    """A message with quarter-hours of a day, from the `first` one on."""
    start = day_start(day) + first * timedelta(minutes=15)
    block = Block(direction=direction, start=start, wh=tuple(wh), estimated=estimated)
    return ReadingsMessage(message=message, pod=pod, sent_at=sent, blocks=(block,))


def day_values(day: date = MONDAY, base: int = 100) -> list[int]:
    """A value for every quarter-hour of a day."""
    return [base + index for index in range(4 * day_hours(day))]


def telemetry(*samples: tuple[str, str, datetime]) -> TelemetryMessage:
    """A message of (metric, value, instant)."""
    return TelemetryMessage(
        samples=tuple(Sample(metric=metric, value=value, at=at) for metric, value, at in samples)
    )

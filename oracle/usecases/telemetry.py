"""Telemetry: what devices measure now, for monitoring. No settlement reads it.

However fast a device sends, one value of a metric is kept in ten seconds, of instants at most a week ago; a
flood fills no disk.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from community.domain.devices import DeviceRecord
from oracle.errors import MeasuredInFuture, MeasuredTooLongAgo
from oracle.records import Measured, MessageChannel
from oracle.sources.device_messages import CLOCKS_APART, Metric, Sample, TelemetryMessage
from oracle.usecases.live_watch import watch
from oracle.work import LiveReading, LiveWork

STEP: Final = timedelta(seconds=10)
OLDEST: Final = timedelta(days=7)
KEPT_DAYS: Final = 30
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LiveValue:
    """The newest value of a device's metric, in thousandths of its unit.

    `age` is the time since it was measured; `stale`: too old to say anything of the present.
    """

    device: DeviceRecord
    metric: Metric
    value_milli: int
    measured_at: datetime
    received_at: datetime
    source: MessageChannel
    age: timedelta
    stale: bool


def take_telemetry(
    work: LiveWork, device: DeviceRecord, message: TelemetryMessage, now: datetime, channel: MessageChannel
) -> int:
    """Keep a message's values, the first of each step; how many were new. Alerts follow the newest values.

    Raises MeasuredInFuture and MeasuredTooLongAgo; then nothing of the message is kept.
    """
    for sample in message.samples:
        _require_present(sample, now)
    # In one order, so that two messages about the same instants cannot wait for each other.
    ordered = sorted(message.samples, key=lambda one: (one.metric, one.at))
    chosen = {(sample.metric, _step(sample.at)): sample for sample in reversed(ordered)}
    values = [
        Measured(device.id, metric, at, sample.milli, channel, now)
        for (metric, at), sample in sorted(chosen.items(), key=lambda pair: pair[0])
    ]
    count = work.telemetry.add(values)
    work.devices.seen(device.id, now)
    seen = work.devices.get(device.community_id, device.id)
    assert seen is not None
    watch(work, device.community_id, [seen], now)
    return count


def live_values(work: LiveReading, community_id: UUID, now: datetime) -> list[LiveValue]:
    """The newest value of every metric of the community's active devices, with source and age."""
    devices = [row for row in work.devices.of_community(community_id) if row.revoked_at is None]
    by_id = {row.id: row for row in devices}
    found = [
        _live(by_id[value.device_id], value, now)
        for value in work.telemetry.newest(list(by_id), [metric.value for metric in Metric])
    ]
    return sorted(found, key=lambda row: (row.device.device.code, row.metric))


def drop_telemetry(work: LiveWork, now: datetime, kept_days: int = KEPT_DAYS) -> int:
    """Delete values that were measured longer ago than so many days; how many."""
    return work.telemetry.drop_before(now - timedelta(days=kept_days))


def _live(device: DeviceRecord, value: Measured, now: datetime) -> LiveValue:
    # A clock that stepped back makes no negative age.
    age = max(now - value.at, timedelta(0))
    stale = age > device.silent_after
    return LiveValue(
        device,
        Metric(value.metric),
        value.value_milli,
        value.at,
        value.received_at,
        value.channel,
        age,
        stale,
    )


def _require_present(sample: Sample, now: datetime) -> None:
    if sample.at > now + CLOCKS_APART:
        raise MeasuredInFuture(f"{sample.metric} of {sample.at.isoformat()}: here it is {now.isoformat()}")
    if sample.at < now - OLDEST:
        raise MeasuredTooLongAgo(
            f"{sample.metric} of {sample.at.isoformat()}: telemetry is taken for {OLDEST.days} days"
        )


def _step(instant: datetime) -> datetime:
    return instant - (instant - _EPOCH) % STEP

"""Readings that a meter sends: messages are kept as they came, whole days of them enter the readings.

A meter may send a quarter-hour, a day or a month, twice, late and in any order. Each message is stored once;
its values are collected by day, and a day enters when its last interval is there. A value that was sent later
than the one known enters as a correction of its day: the earlier one stays, as everywhere.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

import numpy as np

from community.domain.devices import DeviceKind, DeviceRecord
from oracle.errors import MeasuredInFuture, MessageIdReused, MessageMalformed, PodNotOwn
from oracle.records import MessageChannel, MeterMessageRecord
from oracle.sources.device_messages import CLOCKS_APART, ReadingsMessage
from oracle.sources.meter_day import CollectedDay, DayKey, Part, parts
from oracle.work import MeterWork
from settlement.domain.calendar import DAY, day_start
from settlement.domain.case import Case, Direction, MeterSeries
from settlement.domain.day_vectors import DayGrid
from settlement.domain.errors import NotFound, ReadingsNotAdmitted
from settlement.domain.identifiers import uuid7
from settlement.usecases.admit_readings import admit_readings

_FOREVER: Final = datetime.max.replace(tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What became of a message.

    `known`: it had been stored before. `changed` counts values that say something new; `entered` are the days
    that entered the readings, `waiting` those of this message that still lack intervals.
    """

    message: str
    known: bool
    changed: int = 0
    entered: tuple[DayKey, ...] = ()
    waiting: tuple[DayKey, ...] = ()


def push_readings(
    work: MeterWork, device: DeviceRecord, message: ReadingsMessage, now: datetime, channel: MessageChannel
) -> Pushed:
    """Store a meter's message once, and let the days that it completes or corrects enter the readings.

    Raises PodNotOwn, MessageIdReused, MeasuredInFuture, MessageMalformed, ReadingsNotAdmitted, NotFound.
    """
    _require_own(device, message)
    # Two messages about one POD wait for each other, so that no value is lost between reading and writing.
    work.lock(f"meter:{device.community_id}:{message.pod}")
    digest = message.digest
    before = work.meter_messages.digest(device.id, message.message)
    if before is not None:
        if before != digest:
            raise MessageIdReused(message.message)
        work.devices.seen(device.id, now)
        return Pushed(message.message, known=True)
    _require_past(device, message, now)
    cut = _cut(device, message, digest)
    _require_admitted(work, device, [part.key.day for part in cut])
    _store(work, device, message, digest, now, channel)
    collected, changed = _collect(work, device, cut)
    entered = _enter(work, device, [day for day in collected if day.key in changed], now)
    work.devices.seen(device.id, now)
    waiting = tuple(day.key for day in collected if not day.complete)
    return Pushed(message.message, False, sum(changed.values()), tuple(entered), waiting)


def _require_own(device: DeviceRecord, message: ReadingsMessage) -> None:
    if device.device.kind is not DeviceKind.METER:
        raise PodNotOwn(f"{device.device.code} is no meter: what it measures is telemetry")
    if message.pod != device.device.pod:
        raise PodNotOwn(f"meter {device.device.code} does not speak for POD {message.pod}")


def _require_past(device: DeviceRecord, message: ReadingsMessage, now: datetime) -> None:
    step = timedelta(minutes=device.device.resolution_minutes)
    latest = max(block.start + len(block.wh) * step for block in message.blocks)
    for what, instant in (("its time of sending", message.sent_at), ("its last interval", latest)):
        if instant > now + CLOCKS_APART:
            raise MeasuredInFuture(f"{what} is {instant.isoformat()}, and here it is {now.isoformat()}")


def _cut(device: DeviceRecord, message: ReadingsMessage, digest: bytes) -> list[Part]:
    """The message by day. Raises MessageMalformed for starts inside an interval and for two values of one."""
    minutes = device.device.resolution_minutes
    for position, block in enumerate(message.blocks):
        if block.start.minute % minutes or block.start.second or block.start.microsecond:
            raise MessageMalformed(
                [f"blocks.{position}.start: this meter has intervals of {minutes} minutes"]
            )
    cut = [part for block in message.blocks for part in parts(block, minutes, message.sent_at, digest)]
    said = [(part.key, part.first + index) for part in cut for index in range(len(part.wh))]
    if len(set(said)) < len(said):
        raise MessageMalformed(["blocks: one interval of one direction stands twice"])
    return cut


def _require_admitted(work: MeterWork, device: DeviceRecord, days: Collection[date]) -> None:
    """A message about days on which the POD is not the community's is refused before anything is stored."""
    pod = device.device.pod
    valid = work.communities.pod_days(device.community_id, pod)
    outside = [
        day
        for day in sorted(set(days))
        if not any(begin <= day and (end is None or day < end) for begin, end in valid)
    ]
    if outside:
        raise ReadingsNotAdmitted([(pod, day) for day in outside])


def _store(
    work: MeterWork,
    device: DeviceRecord,
    message: ReadingsMessage,
    digest: bytes,
    now: datetime,
    channel: MessageChannel,
) -> None:
    body = message.model_dump(mode="json")
    record = MeterMessageRecord(
        uuid7(), device.id, message.message, digest, body, channel, message.sent_at, now
    )
    work.meter_messages.add(record)


def _collect(
    work: MeterWork, device: DeviceRecord, cut: Sequence[Part]
) -> tuple[list[CollectedDay], dict[DayKey, int]]:
    """The days with the message's values in them, and how many values of each say something new."""
    keys = list(dict.fromkeys(part.key for part in cut))
    known = work.meter_days.of(device.community_id, device.device.pod, keys)
    days = {key: known.get(key) or CollectedDay.empty(key) for key in keys}
    changed: dict[DayKey, int] = {}
    for part in cut:
        count = days[part.key].take(part)
        if count:
            changed[part.key] = changed.get(part.key, 0) + count
    work.meter_days.put(device.community_id, device.device.pod, list(days.values()))
    return list(days.values()), changed


def _enter(
    work: MeterWork, device: DeviceRecord, changed: Sequence[CollectedDay], now: datetime
) -> list[DayKey]:
    """Import the complete ones of the changed days; one that is complete in quarter-hours enters by them."""
    complete = [day for day in changed if day.complete]
    quarters = {day.key: DayKey(day.key.direction, day.key.day, 15) for day in complete}
    finer = work.meter_days.of(device.community_id, device.device.pod, list(quarters.values()))
    entering = [
        day
        for day in complete
        if quarters[day.key] == day.key
        or not (quarters[day.key] in finer and finer[quarters[day.key]].complete)
    ]
    if entering:
        days = [day.key.day for day in entering]
        start, end = day_start(min(days)), day_start(max(days) + DAY)
        terms = work.communities.terms(device.community_id, start, end)
        if terms is None:
            raise NotFound("community", device.community_id)
        case = Case(terms, _series(device.device.pod, DayGrid.of(start, end), entering), ())
        received_at = _received_at(work, device.community_id, days, now)
        # What cannot be is held; the device is told that its day was taken, since sending again helps nobody.
        admit_readings(work, device.community_id, case, f"device {device.device.code}", received_at)
    return [day.key for day in entering]


def _series(pod: str, grid: DayGrid, entering: Sequence[CollectedDay]) -> tuple[MeterSeries, ...]:
    found = []
    for direction in sorted({day.key.direction for day in entering}):
        own = [day for day in entering if day.key.direction is direction]
        found.append(_one_series(pod, direction, grid, own))
    return tuple(found)


def _one_series(
    pod: str, direction: Direction, grid: DayGrid, entering: Sequence[CollectedDay]
) -> MeterSeries:
    minutes = entering[0].key.resolution_minutes
    edges = grid.interval_edges(minutes)
    wh = np.zeros(int(edges[-1]), dtype=np.int32)
    present, estimated = np.zeros_like(wh, dtype=np.bool_), np.zeros_like(wh, dtype=np.bool_)
    for day in entering:
        position = grid.days.index(day.key.day)
        place = slice(edges[position], edges[position + 1])
        wh[place], present[place], estimated[place] = day.wh, True, day.estimated
    return MeterSeries(pod, direction, minutes, wh, present, estimated)


def _received_at(work: MeterWork, community_id: UUID, days: Collection[date], now: datetime) -> datetime:
    """Now, or a microsecond after what is known of these days where our clock has stepped back.

    A correction must be received later than what it corrects, and the order in which we received is a fact
    even when the clock is wrong.
    """
    first, last = min(days), max(days)
    work.lock(f"readings:{community_id}")  # as the import does: nobody adds between the look and the import
    if not work.readings.received_days(community_id, first, last, now - _MICROSECOND, _FOREVER):
        return now
    known = work.readings.days(community_id, first, last)
    latest = max(vector.received_at for vectors in known.values() for vector in vectors.values())
    return latest + _MICROSECOND

"""Devices are registered, get new keys before the old ones end, and are revoked."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from community.domain.device_key import new_key, public_key
from community.domain.devices import (
    CODE,
    INTERVAL_MAX_S,
    DeviceKeyRecord,
    DeviceKind,
    DeviceRecord,
    NewDevice,
)
from community.domain.errors import DeviceExists, DeviceMisfit, DeviceRevoked
from community.ports import DeviceReading, DeviceWork
from settlement.domain.errors import NotFound
from settlement.domain.identifiers import uuid7

OVERLAP_MAX = timedelta(days=90)
LIMIT_MAX_W = 1_000_000_000


@dataclass(frozen=True, slots=True)
class GivenKey:
    """A device and its new key. `key` is shown once and kept nowhere: we keep its public half."""

    record: DeviceRecord
    key: str = field(repr=False)


def register_device(work: DeviceWork, community_id: UUID, device: NewDevice, now: datetime) -> GivenKey:
    """Register a device with its first key.

    Raises NotFound for the community, DeviceMisfit and DeviceExists.
    """
    if work.communities.get(community_id) is None:
        raise NotFound("community", community_id)
    work.lock(f"devices:{community_id}")
    _require_fitting(work, community_id, device)
    known = work.devices.of_community(community_id)
    if any(row.device.code == device.code for row in known):
        raise DeviceExists(f"the community already has a device {device.code}")
    _require_only_meter(known, device)
    record = DeviceRecord(uuid7(), community_id, device, now)
    work.devices.add(record)
    return GivenKey(record, _give_key(work, record.id, now))


def change_device(work: DeviceWork, community_id: UUID, device_id: UUID, device: NewDevice) -> DeviceRecord:
    """Set what is said of a device, but code and kind.

    Raises NotFound, DeviceRevoked, DeviceMisfit and DeviceExists.
    """
    work.lock(f"devices:{community_id}")
    before = _active(work, community_id, device_id)
    if (device.code, device.kind) != (before.device.code, before.device.kind):
        raise DeviceMisfit("code and kind of a device do not change; register another one")
    _require_fitting(work, community_id, device)
    others = [row for row in work.devices.of_community(community_id) if row.id != device_id]
    _require_only_meter(others, device)
    work.devices.change(device_id, device)
    return _active(work, community_id, device_id)


def rotate_key(
    work: DeviceWork, community_id: UUID, device_id: UUID, now: datetime, overlap: timedelta
) -> GivenKey:
    """Give a device a new key; the keys that it has end after the overlap, so that it misses nothing.

    An overlap of nothing ends them at once. Raises NotFound, DeviceRevoked, DeviceMisfit.
    """
    if not timedelta(0) <= overlap <= OVERLAP_MAX:
        raise DeviceMisfit(f"two keys overlap for at most {OVERLAP_MAX.days} days")
    work.lock(f"devices:{community_id}")
    record = _active(work, community_id, device_id)
    work.devices.end_keys(device_id, now + overlap)
    return GivenKey(record, _give_key(work, device_id, now))


def revoke_device(work: DeviceWork, community_id: UUID, device_id: UUID, now: datetime) -> DeviceRecord:
    """Believe nothing more of a device, at once; what it said before stays. Raises NotFound."""
    work.lock(f"devices:{community_id}")
    if work.devices.get(community_id, device_id) is None:
        raise NotFound("device", device_id)
    if work.devices.revoke(device_id, now):
        work.devices.end_keys(device_id, now)
    found = work.devices.get(community_id, device_id)
    assert found is not None
    return found


def device_of_key(work: DeviceReading, key: str, now: datetime) -> DeviceRecord | None:
    """Whose key it is; None when it is no key, unknown, ended, or of a revoked device."""
    public = public_key(key)
    return None if public is None else work.devices.of_key(public, now)


def _give_key(work: DeviceWork, device_id: UUID, now: datetime) -> str:
    key = new_key()
    public = public_key(key)
    assert public is not None
    work.devices.add_key(DeviceKeyRecord(uuid7(), device_id, public, now))
    return key


def _active(work: DeviceWork, community_id: UUID, device_id: UUID) -> DeviceRecord:
    found = work.devices.get(community_id, device_id)
    if found is None:
        raise NotFound("device", device_id)
    if found.revoked_at is not None:
        raise DeviceRevoked(found.device.code)
    return found


def _require_fitting(work: DeviceWork, community_id: UUID, device: NewDevice) -> None:
    if not CODE.fullmatch(device.code):
        raise DeviceMisfit("a device's code has 1 to 64 letters, digits, hyphens and underscores")
    if not 1 <= device.interval_s <= INTERVAL_MAX_S:
        raise DeviceMisfit(f"a device sends every 1 to {INTERVAL_MAX_S} seconds")
    if device.resolution_minutes not in (15, 60):
        raise DeviceMisfit("a meter measures in steps of 15 or 60 minutes")
    if device.limit_w is not None and not 0 <= device.limit_w <= LIMIT_MAX_W:
        raise DeviceMisfit(f"a limit has 0 to {LIMIT_MAX_W} W")
    members = work.communities.members(community_id)
    if all(pod.pod != device.pod for row in members for pod in row.member.pods):
        raise DeviceMisfit(f"the community has no POD {device.pod}")
    if device.plant is not None:
        plants = {row.code: row.pod for row in work.communities.plants(community_id)}
        if plants.get(device.plant) != device.pod:
            raise DeviceMisfit(f"the community has no plant {device.plant} behind POD {device.pod}")


def _require_only_meter(others: list[DeviceRecord], device: NewDevice) -> None:
    if device.kind is not DeviceKind.METER:
        return
    for row in others:
        same = row.device.kind is DeviceKind.METER and row.device.pod == device.pod
        if same and row.revoked_at is None:
            raise DeviceExists(
                f"meter {row.device.code} already speaks for POD {device.pod}; revoke it first"
            )

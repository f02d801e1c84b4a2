"""Devices: who may send, and with which key."""

from datetime import timedelta
from uuid import UUID

from api.access import require_community, unknown
from api.deps import Administrator, Overseer, ServiceOf
from api.paging import DEFAULT, Limit, Offset
from api.routing import Router
from api.schemas.device import DeviceCreate, DeviceKeyOut, DeviceOut, DevicePage, DeviceWanted, KeyRotate
from api.schemas.wire import part
from community.usecases.devices import change_device, register_device, revoke_device, rotate_key

router = Router(prefix="/communities/{community_id}/devices", tags=["devices"])


@router.post("", operation_id="registerDevice", summary="Register a device", status_code=201)
def post_device(
    community_id: UUID, wanted: DeviceCreate, asker: Administrator, service: ServiceOf
) -> DeviceKeyOut:
    """The answer holds the device's key: it is shown this once. A POD has one active meter."""
    with service.writing() as work:
        require_community(work, asker, community_id)
        device = wanted.wanted(wanted.code, wanted.kind)
        shown = DeviceKeyOut.of(register_device(work, community_id, device, service.clock()))
        work.commit()
    return shown


@router.get("", operation_id="listDevices", summary="The devices, revoked ones too")
def list_devices(
    community_id: UUID, asker: Overseer, service: ServiceOf, limit: Limit = DEFAULT, offset: Offset = 0
) -> DevicePage:
    """By code, with the instant at which each was last heard."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        rows = work.devices.of_community(community_id)
    shown = [DeviceOut.of(row) for row in part(rows, limit, offset)]
    return DevicePage(limit=limit, offset=offset, total=len(rows), devices=shown)


@router.get("/{device_id}", operation_id="getDevice", summary="A device")
def get_device(community_id: UUID, device_id: UUID, asker: Overseer, service: ServiceOf) -> DeviceOut:
    """What is registered of it, and when it was last heard."""
    with service.reading() as work:
        require_community(work, asker, community_id)
        return DeviceOut.of(work.devices.get(community_id, device_id) or unknown("device"))


@router.put("/{device_id}", operation_id="changeDevice", summary="Change a device")
def put_device(
    community_id: UUID, device_id: UUID, wanted: DeviceWanted, asker: Administrator, service: ServiceOf
) -> DeviceOut:
    """Sets everything but code, kind and keys."""
    with service.writing() as work:
        require_community(work, asker, community_id)
        before = work.devices.get(community_id, device_id) or unknown("device")
        device = wanted.wanted(before.device.code, before.device.kind)
        shown = DeviceOut.of(change_device(work, community_id, device_id, device))
        work.commit()
    return shown


@router.post("/{device_id}/keys", operation_id="rotateDeviceKey", summary="Give a new key", status_code=201)
def post_key(
    community_id: UUID, device_id: UUID, wanted: KeyRotate, asker: Administrator, service: ServiceOf
) -> DeviceKeyOut:
    """The keys that the device has stay valid for the overlap, so that it can be changed over in peace."""
    overlap = timedelta(hours=wanted.overlap_hours)
    with service.writing() as work:
        require_community(work, asker, community_id)
        if work.devices.get(community_id, device_id) is None:
            unknown("device")
        given = rotate_key(work, community_id, device_id, service.clock(), overlap)
        work.commit()
    return DeviceKeyOut.of(given)


@router.delete("/{device_id}", operation_id="revokeDevice", summary="Revoke a device")
def delete_device(community_id: UUID, device_id: UUID, asker: Administrator, service: ServiceOf) -> DeviceOut:
    """Nothing more of it is accepted; what it sent and its row stay. A revoked device stays revoked."""
    with service.writing() as work:
        require_community(work, asker, community_id)
        if work.devices.get(community_id, device_id) is None:
            unknown("device")
        shown = DeviceOut.of(revoke_device(work, community_id, device_id, service.clock()))
        work.commit()
    return shown

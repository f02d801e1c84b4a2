"""Devices and the public halves of their keys."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, insert, or_, select, update
from sqlmodel import Session, col

from community.domain.devices import DeviceKeyRecord, DeviceKind, DeviceRecord, NewDevice
from community.store.tables import DeviceKeyRow, DeviceRow


class DevicesReader:
    """Reads and recognises devices; writes nothing."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_community(self, community_id: UUID) -> list[DeviceRecord]:
        """The devices of a community by code, revoked ones too."""
        return self._all(col(DeviceRow.community_id) == community_id)

    def get(self, community_id: UUID, device_id: UUID) -> DeviceRecord | None:
        """The device of that id in that community."""
        same = (col(DeviceRow.community_id) == community_id, col(DeviceRow.id) == device_id)
        return next(iter(self._all(*same)), None)

    def by_code(self, community_id: UUID, code: str) -> DeviceRecord | None:
        """The device of that code in that community."""
        same = (col(DeviceRow.community_id) == community_id, col(DeviceRow.code) == code)
        return next(iter(self._all(*same)), None)

    def of_key(self, public_key: bytes, now: datetime) -> DeviceRecord | None:
        """Whose key that is, if the key is valid at that instant and the device was not revoked."""
        row = self._session.execute(_OF_KEY, {"public_key": public_key, "now": now}).scalar_one_or_none()
        return None if row is None else _record(row)

    def keys(self, device_id: UUID) -> list[DeviceKeyRecord]:
        """The keys of a device, the oldest first."""
        query = select(DeviceKeyRow).where(col(DeviceKeyRow.device_id) == device_id)
        rows = self._session.scalars(query.order_by(col(DeviceKeyRow.valid_from), col(DeviceKeyRow.id)))
        return [
            DeviceKeyRecord(row.id, row.device_id, row.public_key, row.valid_from, row.valid_to)
            for row in rows
        ]

    def _all(self, *conditions: ColumnElement[bool]) -> list[DeviceRecord]:
        query = select(DeviceRow).where(*conditions).order_by(col(DeviceRow.code))
        rows = self._session.scalars(query, execution_options={"populate_existing": True})
        return [_record(row) for row in rows]


class Devices(DevicesReader):
    """Registers devices, gives and ends keys."""

    def add(self, record: DeviceRecord) -> None:
        """Store a device."""
        row = {"id": record.id, "community_id": record.community_id, "registered_at": record.created_at}
        self._session.execute(insert(DeviceRow), [row | columns_of(record.device)])

    def change(self, device_id: UUID, device: NewDevice) -> None:
        """Set what a device says of itself, but its code."""
        changed = columns_of(device)
        changed.pop("code")
        self._session.execute(update(DeviceRow).where(col(DeviceRow.id) == device_id).values(**changed))

    def revoke(self, device_id: UUID, now: datetime) -> bool:
        """Revoke a device; False when it was revoked before."""
        active = (col(DeviceRow.id) == device_id, col(DeviceRow.revoked_at).is_(None))
        revoked = update(DeviceRow).where(*active).values(revoked_at=now).returning(col(DeviceRow.id))
        return self._session.execute(revoked).first() is not None

    def seen(self, device_id: UUID, now: datetime) -> None:
        """Note that something was accepted from a device; a clock that steps back moves nothing."""
        latest = func.greatest(func.coalesce(col(DeviceRow.last_seen_at), now), now)
        self._session.execute(
            update(DeviceRow).where(col(DeviceRow.id) == device_id).values(last_seen_at=latest)
        )

    def add_key(self, key: DeviceKeyRecord) -> None:
        """Store the public half of a key."""
        row = {
            "id": key.id,
            "device_id": key.device_id,
            "public_key": key.public_key,
            "valid_from": key.valid_from,
            "valid_to": key.valid_to,
        }
        self._session.execute(insert(DeviceKeyRow), [row])

    def end_keys(self, device_id: UUID, at: datetime) -> None:
        """End the keys of a device at that instant, unless they end sooner."""
        ending = col(DeviceKeyRow.valid_to)
        later = (col(DeviceKeyRow.device_id) == device_id, or_(ending.is_(None), ending > at))
        # A key that would begin after its end never was one.
        end = func.greatest(col(DeviceKeyRow.valid_from), at)
        self._session.execute(update(DeviceKeyRow).where(*later).values(valid_to=end))


def columns_of(device: NewDevice) -> dict[str, Any]:
    """Columns of what a device says of itself."""
    return {
        "code": device.code,
        "kind": device.kind,
        "pod": device.pod,
        "plant": device.plant,
        "interval_s": device.interval_s,
        "resolution_minutes": device.resolution_minutes,
        "limit_w": device.limit_w,
    }


def _record(row: DeviceRow) -> DeviceRecord:
    device = NewDevice(
        row.code,
        DeviceKind(row.kind),
        row.pod,
        row.plant,
        row.interval_s,
        row.resolution_minutes,
        row.limit_w,
    )
    return DeviceRecord(row.id, row.community_id, device, row.registered_at, row.revoked_at, row.last_seen_at)


_OF_KEY = (
    select(DeviceRow)
    .join(DeviceKeyRow, col(DeviceKeyRow.device_id) == col(DeviceRow.id))
    .where(
        col(DeviceKeyRow.public_key) == bindparam("public_key"),
        col(DeviceKeyRow.valid_from) <= bindparam("now"),
        or_(col(DeviceKeyRow.valid_to).is_(None), col(DeviceKeyRow.valid_to) > bindparam("now")),
        col(DeviceRow.revoked_at).is_(None),
    )
)

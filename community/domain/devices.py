"""Meters, inverters and batteries that send us messages, as the registry keeps them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""A device's code stands in addresses and in MQTT topics, where `/`, `+` and `#` have a meaning."""
INTERVAL_MAX_S: Final = 7 * 86_400
SILENT_AFTER_INTERVALS: Final = 3
"""One lost message is weather, three in a row are a fault."""


class DeviceKind(StrEnum):
    """What a device is; only a meter's readings are settled."""

    METER = "meter"
    INVERTER = "inverter"
    BATTERY = "battery"


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A device to register.

    It speaks for one POD of the community, and for a plant (its code) behind it where there is one.
    `interval_s` is how often it means to send; `resolution_minutes` (15 or 60) is what a meter measures in;
    `limit_w` is an agreed limit of what may be fed in here, otherwise the plant's power is the limit.
    """

    code: str
    kind: DeviceKind
    pod: str
    plant: str | None = None
    interval_s: int = 900
    resolution_minutes: int = 15
    limit_w: int | None = None


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """A registered device; `last_seen_at` is when we last accepted something from it."""

    id: UUID
    community_id: UUID
    device: NewDevice
    created_at: datetime
    revoked_at: datetime | None = None
    last_seen_at: datetime | None = None

    @property
    def silent_after(self) -> timedelta:
        """How long it may say nothing before somebody should look."""
        return timedelta(seconds=self.device.interval_s * SILENT_AFTER_INTERVALS)


@dataclass(frozen=True, slots=True)
class DeviceKeyRecord:
    """The public half of a key, valid from `valid_from` up to, not including, `valid_to`."""

    id: UUID
    device_id: UUID
    public_key: bytes
    valid_from: datetime
    valid_to: datetime | None = None

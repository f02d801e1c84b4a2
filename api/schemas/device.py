"""Devices on the wire."""

from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field

from api.schemas.wire import Count, Day, Id, Instant, Page, PodCode, Request, Response, Text, rome
from community.domain.devices import INTERVAL_MAX_S, DeviceKind, DeviceRecord, NewDevice
from community.usecases.devices import LIMIT_MAX_W, OVERLAP_MAX, GivenKey
from oracle.usecases.meter_push import Pushed

OVERLAP_MAX_HOURS = OVERLAP_MAX.days * 24
Code = Annotated[
    str,
    Field(pattern="^[A-Za-z0-9_-]{1,64}$", description="Its name in addresses and topics", examples=["m-07"]),
]


class DeviceWanted(Request):
    """What is said of a device besides its code and its kind."""

    pod: PodCode
    plant: Annotated[Text, Field(max_length=100)] | None = Field(
        default=None, description="Code of the plant behind the POD that it belongs to"
    )
    interval_s: Annotated[int, Field(strict=True, ge=1, le=INTERVAL_MAX_S)] = Field(
        default=900, description="How often it means to send"
    )
    resolution_minutes: Literal[15, 60] = Field(default=15, description="What a meter measures in")
    limit_w: Annotated[int, Field(strict=True, ge=0, le=LIMIT_MAX_W)] | None = Field(
        default=None, description="Agreed limit of injection; without one the plant's power is the limit"
    )

    def wanted(self, code: str, kind: DeviceKind) -> NewDevice:
        """The device as the use case takes it."""
        return NewDevice(
            code, kind, self.pod, self.plant, self.interval_s, self.resolution_minutes, self.limit_w
        )


class DeviceCreate(DeviceWanted):
    """A device to register."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"code": "m-07", "kind": "meter", "pod": "IT001E00000007"}]}
    )

    code: Code
    kind: DeviceKind


class KeyRotate(Request):
    """A new key, and how long those before it stay valid."""

    overlap_hours: Annotated[int, Field(strict=True, ge=0, le=OVERLAP_MAX_HOURS, examples=[168])]


class DeviceOut(Response):
    """A registered device."""

    id: Id
    code: str
    kind: str
    pod: str
    plant: str | None
    interval_s: int
    resolution_minutes: int
    limit_w: int | None
    state: str = Field(description="active or revoked")
    registered_at: Instant
    revoked_at: Instant | None
    last_seen_at: Instant | None = Field(description="When something of it was last accepted")

    @classmethod
    def of(cls, record: DeviceRecord) -> Self:
        """The device as it is sent."""
        device = record.device
        return cls(
            id=record.id,
            code=device.code,
            kind=device.kind,
            pod=device.pod,
            plant=device.plant,
            interval_s=device.interval_s,
            resolution_minutes=device.resolution_minutes,
            limit_w=device.limit_w,
            state="active" if record.revoked_at is None else "revoked",
            registered_at=rome(record.created_at),
            revoked_at=None if record.revoked_at is None else rome(record.revoked_at),
            last_seen_at=None if record.last_seen_at is None else rome(record.last_seen_at),
        )


class DeviceKeyOut(Response):
    """A device with its new key."""

    device: DeviceOut
    key: str = Field(description="Shown once; only its public half is kept")

    @classmethod
    def of(cls, given: GivenKey) -> Self:
        """The device and its key as they are sent."""
        return cls(device=DeviceOut.of(given.record), key=given.key)


class DevicePage(Page):
    """Devices, by code."""

    devices: list[DeviceOut]


class CollectedDayOut(Response):
    """A day of a direction."""

    direction: str
    day: Day


class PushOut(Response):
    """What became of a message of readings."""

    message: str
    known: bool = Field(description="It had been stored before; nothing changed")
    changed: Count = Field(description="Values that say something new")
    entered: list[CollectedDayOut] = Field(description="Complete days that entered the readings")
    waiting: list[CollectedDayOut] = Field(description="Days of this message that still lack intervals")

    @classmethod
    def of(cls, pushed: Pushed) -> Self:
        """The outcome as it is sent."""
        entered = [CollectedDayOut(direction=key.direction, day=key.day) for key in pushed.entered]
        waiting = [CollectedDayOut(direction=key.direction, day=key.day) for key in pushed.waiting]
        return cls(
            message=pushed.message,
            known=pushed.known,
            changed=pushed.changed,
            entered=entered,
            waiting=waiting,
        )

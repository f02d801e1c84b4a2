"""A message from a broker: whose it is, whether it is proved, and what is done with it.

Topics are `condivisa/<community id>/<device code>/readings` and `.../telemetry`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from community.domain.devices import DeviceRecord
from community.ports import Devices
from oracle.errors import MessageMalformed, MessageNotProved, OracleError
from oracle.records import Alert, MessageChannel
from oracle.sources.device_messages import parse_readings, parse_telemetry
from oracle.sources.signed_message import open_message
from oracle.usecases.alerts import raise_alert, resolve_alert
from oracle.usecases.meter_push import push_readings
from oracle.usecases.telemetry import take_telemetry
from oracle.work import LiveWork, MeterWork, PlantsReader, PodDaysReader

ROOT: Final = "condivisa"
READINGS: Final = "readings"
TELEMETRY: Final = "telemetry"
REFUSED: Final = "message-refused"


class InboxCommunities(PodDaysReader, PlantsReader, Protocol):
    """Communities with their terms, PODs and plants."""


class InboxWork(MeterWork, LiveWork, Protocol):
    """What a message of either kind is taken with."""

    @property
    def communities(self) -> InboxCommunities: ...
    @property
    def devices(self) -> Devices: ...


@dataclass(frozen=True, slots=True)
class Topic:
    """Where a device publishes what."""

    community_id: UUID
    device: str
    kind: str

    def text(self, root: str = ROOT) -> str:
        """The topic's name at the broker."""
        return f"{root}/{self.community_id}/{self.device}/{self.kind}"


def parse_topic(text: str, root: str = ROOT) -> Topic:
    """The topic of that name. Raises MessageMalformed."""
    parts = text.removeprefix(root + "/").split("/")
    if not text.startswith(root + "/") or len(parts) != 3 or parts[2] not in (READINGS, TELEMETRY):
        raise MessageMalformed([f"its topic is not {root}/<community>/<device>/readings or telemetry"])
    try:
        return Topic(UUID(parts[0]), parts[1], parts[2])
    except ValueError as error:
        raise MessageMalformed(["its topic names no community's id"]) from error


def take_message(work: InboxWork, topic: str, payload: bytes, now: datetime, root: str = ROOT) -> str:
    """Take a message; a sentence about what became of it.

    Raises OracleError and ServiceError for a message that is refused: nothing of it is kept.
    """
    place = parse_topic(topic, root)
    device = _device(work, place)
    body = open_message(payload).require_proved(topic, _public_keys(work, device, now))
    if place.kind == READINGS:
        pushed = push_readings(work, device, parse_readings(body), now, MessageChannel.MQTT)
        done = f"message {pushed.message} {'known' if pushed.known else 'stored'}"
        sentence = f"{device.device.code}: {done}, {len(pushed.entered)} days entered"
    else:
        count = take_telemetry(work, device, parse_telemetry(body), now, MessageChannel.MQTT)
        sentence = f"{device.device.code}: {count} values kept"
    resolve_alert(work, REFUSED, device.device.code, now, device.community_id)
    return sentence


def note_refusal(work: InboxWork, topic: str, reason: str, now: datetime, root: str = ROOT) -> None:
    """An alert about a refused message, if it names a device that we know: anybody may name others."""
    try:
        device = _device(work, parse_topic(topic, root))
    except OracleError:
        return
    sentence = f"a message of {device.device.code} was refused: {reason}"
    raise_alert(work, Alert(REFUSED, device.device.code, sentence, community_id=device.community_id), now)


def _device(work: InboxWork, topic: Topic) -> DeviceRecord:
    found = work.devices.by_code(topic.community_id, topic.device)
    # One sentence for a device that is unknown and one that was revoked: a guess learns nothing.
    if found is None or found.revoked_at is not None:
        raise MessageNotProved("there is no such device, or it was revoked")
    return found


def _public_keys(work: InboxWork, device: DeviceRecord, now: datetime) -> list[bytes]:
    return [
        key.public_key
        for key in work.devices.keys(device.id)
        if key.valid_from <= now and (key.valid_to is None or now < key.valid_to)
    ]

"""Takes devices' messages from an MQTT broker, each at least once.

A message is acknowledged after it was handled, that is after the database has committed; until then the
broker keeps it for our session, which outlives the connection and this process. What arrives twice is
recognised by those who handle it. While the database is away nothing is acknowledged: we leave the broker,
wait, and come back for what it kept.
"""

import logging
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import unquote, urlsplit

from paho.mqtt import client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from oracle.errors import BrokerSettingsWrong, Unavailable
from oracle.sources.signed_message import PAYLOAD_MAX_BYTES
from oracle.usecases.device_inbox import READINGS, ROOT, TELEMETRY

log = logging.getLogger("condivisa.broker")

Handle: TypeAlias = Callable[[str, bytes], str]
Say: TypeAlias = Callable[[str], None]
Client: TypeAlias = Any
"""A paho client; the published stubs describe another version of it."""

PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
SESSION_S: Final = 7 * 86_400
"""How long the broker keeps messages for us while we are away."""
IN_FLIGHT_MAX: Final = 20
"""More than so many unacknowledged messages the broker does not send: it keeps the flood, not we."""
PAUSE_FIRST_S: Final = 1.0
PAUSE_MAX_S: Final = 60.0
_TOPIC_MAX_BYTES: Final = 4_096
_KEEPALIVE_S: Final = 30


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Which broker, and who we are to it.

    `client_id` names the session that the broker keeps: one process at a time has it. `root` is the first
    part of all topics. Files are for TLS: `ca` of the broker, `certificate` and `key` of ours.
    """

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = None
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    client_id: str = "condivisa"
    root: str = ROOT

    @classmethod
    def of(cls, url: str, **options: Any) -> "BrokerSettings":
        """Settings of `mqtt://[user:password@]host[:port]`, mqtts:// for TLS. Raises BrokerSettingsWrong."""
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError as error:
            raise BrokerSettingsWrong("the port of the broker's address is no number") from error
        if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/"):
            raise BrokerSettingsWrong("a broker's address is mqtt://host:port, or mqtts://host:port for TLS")
        return cls(
            host=parts.hostname,
            port=port or PORTS[parts.scheme],
            tls=parts.scheme == "mqtts",
            username=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
            **options,
        )

    @property
    def place(self) -> str:
        """The broker as it may be printed: without the password."""
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"


class Subscriber:
    """Receives until it is told to end."""

    def __init__(
        self,
        settings: BrokerSettings,
        handle: Handle,
        say: Say,
        between: Callable[[], None] = lambda: None,
        pause_s: float = PAUSE_FIRST_S,
    ) -> None:
        """`handle` raises Unavailable for what is to come again; `between` is called every second or so."""
        self._settings, self._handle, self._say, self._between = settings, handle, say, between
        self._pause_s = pause_s
        self._welcome = self._away = False

    def run(self, ended: threading.Event) -> None:
        """Connect, receive, and connect again with growing pauses. Raises BrokerSettingsWrong."""
        pause = self._pause_s
        while not ended.is_set():
            if self._session(ended):
                pause = self._pause_s
            if not ended.is_set():
                self._say(f"trying again in {pause:g} s")
                ended.wait(pause)
                pause = min(2 * pause, PAUSE_MAX_S)

    def _session(self, ended: threading.Event) -> bool:
        """One connection from beginning to end; whether it was a good one, after which the pause is short."""
        self._welcome = self._away = False
        client = self._client()
        try:
            client.connect(
                self._settings.host,
                self._settings.port,
                keepalive=_KEEPALIVE_S,
                clean_start=False,
                properties=_wishes(),
            )
        except (OSError, ssl.SSLError) as error:
            self._say(f"the broker at {self._settings.place} cannot be reached: {error}")
            return False
        lost = False
        while not (ended.is_set() or self._away or lost):
            lost = client.loop(timeout=1.0) != MQTTErrorCode.MQTT_ERR_SUCCESS
            self._between()
        if lost:
            self._say(f"the connection to the broker at {self._settings.place} is lost")
        client.disconnect()
        return self._welcome and not self._away

    def _client(self) -> Client:
        settings = self._settings
        make: Any = mqtt.Client
        client = make(
            CallbackAPIVersion.VERSION2,
            client_id=settings.client_id,
            protocol=mqtt.MQTTv5,
            manual_ack=True,
        )
        if settings.username is not None:
            client.username_pw_set(settings.username, settings.password)
        if settings.tls:
            self._use_tls(client)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        return client

    def _use_tls(self, client: Client) -> None:
        settings = self._settings
        files = [
            None if one is None else str(one) for one in (settings.ca, settings.certificate, settings.key)
        ]
        try:
            client.tls_set(*files, tls_version=ssl.PROTOCOL_TLS_CLIENT)
        except (OSError, ssl.SSLError, ValueError) as error:
            raise BrokerSettingsWrong(f"the files for TLS cannot be used: {error}") from error

    def _on_connect(self, client: Client, _userdata: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._say(f"the broker at {self._settings.place} refuses us: {reason}")
            return
        client.subscribe([(topic, 1) for topic in self._topics()])

    def _on_subscribe(
        self, _client: Client, _userdata: Any, _mid: Any, reasons: Any, _properties: Any
    ) -> None:
        refused = [reason for reason in reasons if reason.is_failure]
        if refused:
            self._away = True
            self._say(f"the broker at {self._settings.place} lets us read nothing: {refused[0]}")
            return
        self._welcome = True
        self._say(f"listening at {self._settings.place} to {' and '.join(self._topics())}")

    def _topics(self) -> list[str]:
        return [f"{self._settings.root}/+/+/{kind}" for kind in (READINGS, TELEMETRY)]

    def _on_message(self, client: Client, _userdata: Any, message: Any) -> None:
        if self._away:
            return  # the broker keeps it
        try:
            self._say(self._handle(message.topic, bytes(message.payload)))
        except Unavailable as error:
            self._away = True
            self._say(f"the message waits at the broker: {error}")
            return
        except Exception:
            # Sent again it would fail again and hold up all others.
            log.exception("bug while handling a message of %s", message.topic)
        client.ack(message.mid, message.qos)


def _wishes() -> Properties:
    wishes = Properties(PacketTypes.CONNECT)
    wishes.SessionExpiryInterval = SESSION_S
    wishes.ReceiveMaximum = IN_FLIGHT_MAX
    wishes.MaximumPacketSize = PAYLOAD_MAX_BYTES + _TOPIC_MAX_BYTES
    return wishes

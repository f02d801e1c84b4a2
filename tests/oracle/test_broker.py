"""Messages through a real broker: at least once to us, exactly once into the store.

├── a signed message should be stored, ten of it once, and a retained one with every connection once
├── what is published while we are away should wait for our session
├── while the database is away nothing should be acknowledged, and nothing lost
├── a crash between commit and acknowledgement should store nothing twice
├── a broker that goes and comes should be found again
└── what is not proved, malformed, revoked or of another POD should be refused and hold up nobody
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from sqlalchemy import Engine, text

from community.domain.device_key import new_key
from community.usecases.devices import revoke_device, rotate_key
from oracle.broker import BrokerSettings, Subscriber
from oracle.errors import BrokerSettingsWrong, Unavailable
from oracle.sources.device_messages import ReadingsMessage, TelemetryMessage
from oracle.sources.signed_message import sign_message
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.alerts import open_alerts
from oracle.usecases.device_inbox import Topic
from oracle.wiring import device_inbox
from settlement.domain.case import Direction
from settlement.domain.identifiers import uuid7
from settlement.store.engine import open_engine
from tests.oracle.devices import (
    MONDAY,
    NOW,
    OTHER_POD,
    Devices,
    day_values,
    devices,
    readings,
    telemetry,
)
from tests.oracle.mosquitto import STANDARD, Mosquitto, answers, free_port, publish, running, wait_until

WHOLE = day_values()
DAY = (Direction.INJECTED, MONDAY)


@dataclass
class Line:
    """A broker, devices that publish to it, and what our side said."""

    world: Devices
    place: tuple[str, int]
    root: str = field(default_factory=lambda: f"condivisa-test-{uuid4().hex}")
    said: list[str] = field(default_factory=list)

    @property
    def settings(self) -> BrokerSettings:
        return BrokerSettings(*self.place, client_id=self.root, root=self.root)

    def topic(self, kind: str = "readings", device: str = "m-1") -> str:
        return Topic(self.world.community_id, device, kind).text(self.root)

    def publish(self, message: ReadingsMessage, *, key: str | None = None, retain: bool = False) -> None:
        """The meter's message, signed by its key or another one."""
        body = message.model_dump_json().encode()
        signed = sign_message(key or self.world.meter_key, self.topic(), body)
        publish(self.place, self.topic(), signed, retain=retain)

    def publish_telemetry(self, message: TelemetryMessage) -> None:
        topic = self.topic("telemetry", "i-1")
        signed = sign_message(self.world.inverter_key, topic, message.model_dump_json().encode())
        publish(self.place, topic, signed)

    @contextmanager
    def listening(self, handle: Callable[[str, bytes], str] | None = None) -> Iterator[None]:
        """Our side, until the block ends."""
        ended = threading.Event()
        inbox = handle or device_inbox(self.world.engine, lambda: NOW, self.root)
        subscriber = Subscriber(self.settings, inbox, self.said.append, pause_s=0.05)
        thread = threading.Thread(target=subscriber.run, args=(ended,))
        thread.start()
        try:
            self.wait_for("listening")
            yield
        finally:
            ended.set()
            thread.join(10)
            assert not thread.is_alive()

    def wait_for(self, part: str, times: int = 1) -> None:
        wait_until(lambda: sum(part in sentence for sentence in list(self.said)) >= times)

    def stored(self) -> int:
        with self.world.engine.connect() as connection:
            return int(connection.execute(text("SELECT count(*) FROM meter_messages")).scalar_one())

    def alerts(self) -> list[str]:
        with OracleReadOnlyUnitOfWork(self.world.engine) as work:
            return [row.alert.sentence for row in open_alerts(work, self.world.community_id)]

    def forget(self) -> None:
        """Leave nothing at the broker: no session and no retained message."""
        publish(self.place, self.topic(), b"", retain=True)
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=self.root, protocol=mqtt.MQTTv5)
        ending = Properties(PacketTypes.CONNECT)
        ending.SessionExpiryInterval = 0
        client.connect(*self.place, clean_start=True, properties=ending)
        client.loop(1.0)
        client.disconnect()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """The machine's own broker, or one of ours where it has none."""
    if answers(*STANDARD):
        yield STANDARD
        return
    with running(tmp_path_factory.mktemp("mosquitto")) as broker:
        yield ("127.0.0.1", broker.port)


@pytest.fixture
def line(engine: Engine, place: tuple[str, int]) -> Iterator[Line]:
    made = Line(devices(engine), place)
    yield made
    made.forget()


@pytest.mark.service
def test_broker__signed_messages__are_stored(line: Line) -> None:
    with line.listening():
        line.publish(readings("1", WHOLE))
        line.publish_telemetry(telemetry(("power_w", "1500", NOW)))
        line.wait_for("m-1: message 1 stored, 1 days entered")
        line.wait_for("i-1: 1 values kept")
    assert line.world.settled_days() == {DAY: WHOLE}


@pytest.mark.service
def test_broker__ten_of_one_message__store_it_once(line: Line) -> None:
    with line.listening():
        for _ in range(10):
            line.publish(readings("1", WHOLE))
        line.wait_for("message 1 known", times=9)
    assert line.stored() == 1


@pytest.mark.service
def test_broker__parts_out_of_order__end_as_the_day(line: Line) -> None:
    with line.listening():
        for first in (72, 0, 48, 24, 0):
            line.publish(readings(f"q{first}", WHOLE[first : first + 24], first=first))
        line.wait_for("message q", times=5)
    assert line.world.settled_days() == {DAY: WHOLE}


@pytest.mark.service
def test_broker__retained_message__comes_with_every_connection_and_is_stored_once(line: Line) -> None:
    line.publish(readings("1", WHOLE), retain=True)
    with line.listening():
        line.wait_for("message 1 stored")
    with line.listening():
        line.wait_for("message 1 known")
    assert line.stored() == 1


@pytest.mark.service
def test_broker__published_while_we_are_away__waits_for_our_session(line: Line) -> None:
    with line.listening():
        pass
    for number in range(5):
        line.publish(readings(str(number), WHOLE[:4]))
    assert line.stored() == 0
    with line.listening():
        line.wait_for("stored", times=5)
    assert line.stored() == 5


@pytest.mark.service
def test_broker__database_away__nothing_is_acknowledged_and_nothing_lost(line: Line) -> None:
    inbox = device_inbox(line.world.engine, lambda: NOW, line.root)
    failures = iter(range(3))

    def handle(topic: str, payload: bytes) -> str:
        if next(failures, None) is not None:
            raise Unavailable("the database does not answer")
        return inbox(topic, payload)

    with line.listening(handle):
        line.publish(readings("1", WHOLE))
        line.publish(readings("2", [1], direction=Direction.WITHDRAWN))
        line.wait_for("message 1 stored")
        line.wait_for("message 2 stored")
    assert sum("waits at the broker" in sentence for sentence in line.said) == 3
    assert line.stored() == 2


@pytest.mark.service
def test_broker__killed_between_commit_and_acknowledgement__stores_once(line: Line) -> None:
    inbox = device_inbox(line.world.engine, lambda: NOW, line.root)
    kills = iter([True])

    def handle(topic: str, payload: bytes) -> str:
        sentence = inbox(topic, payload)
        if next(kills, False):
            raise Unavailable("this process was killed")
        return sentence

    with line.listening(handle):
        line.publish(readings("1", WHOLE))
        line.wait_for("message 1 known")
    assert line.stored() == 1


def test_inbox__database_gone__is_unavailable_not_refused() -> None:
    nobody = open_engine(f"postgresql://127.0.0.1:{free_port()}/nothing")
    inbox = device_inbox(nobody, lambda: NOW)
    with pytest.raises(Unavailable):
        inbox(Topic(uuid7(), "m-1", "readings").text(), b"anything")


@pytest.mark.service
def test_broker__what_is_not_to_be_believed__is_refused_and_holds_up_nobody(line: Line) -> None:
    other = Topic(line.world.community_id, "nobody", "readings").text(line.root)
    with line.listening():
        publish(line.place, line.topic(), b"no signed message")
        publish(line.place, other, sign_message(line.world.meter_key, other, b"{}"))
        publish(line.place, f"{line.root}/no-community/m-1/readings", b"x")
        line.publish(readings("1", WHOLE), key=new_key())
        line.publish(readings("1", WHOLE, pod=OTHER_POD))
        line.publish(readings("1", WHOLE, sent=NOW + timedelta(days=1)))
        publish(line.place, line.topic(), sign_message(line.world.meter_key, line.topic(), b"{}"))
        line.wait_for("refused", times=7)
        assert len(line.alerts()) == 1
        assert line.stored() == 0
        line.publish(readings("1", WHOLE))
        line.wait_for("message 1 stored")
    assert line.alerts() == []


@pytest.mark.service
def test_broker__keys__old_one_in_the_overlap_and_none_after_revocation(line: Line) -> None:
    world = line.world
    with OracleUnitOfWork(world.engine) as work:
        new = rotate_key(
            work, world.community_id, world.meter.id, NOW - timedelta(hours=1), timedelta(days=1)
        )
        work.commit()
    with line.listening():
        line.publish(readings("1", WHOLE[:4]))
        line.publish(readings("2", WHOLE[:4]), key=new.key)
        line.wait_for("stored", times=2)
        with OracleUnitOfWork(world.engine) as work:
            revoke_device(work, world.community_id, world.meter.id, NOW)
            work.commit()
        line.publish(readings("3", WHOLE[:4]), key=new.key)
        line.wait_for("revoked")
    assert line.stored() == 2


@pytest.mark.service
def test_broker__a_bug_of_ours__is_logged_and_holds_up_nobody(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    inbox = device_inbox(line.world.engine, lambda: NOW, line.root)
    bugs = iter([True])

    def handle(topic: str, payload: bytes) -> str:
        if next(bugs, False):
            raise ZeroDivisionError
        return inbox(topic, payload)

    with line.listening(handle):
        line.publish(readings("1", WHOLE))
        line.publish(readings("2", WHOLE))
        line.wait_for("message 2 stored")
    assert "bug while handling a message" in caplog.text


@pytest.mark.service
def test_inbox__a_bug_of_ours__leaves_an_alert_until_a_message_is_taken(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = device_inbox(line.world.engine, lambda: NOW, line.root)
    with monkeypatch.context() as broken:
        broken.setattr("oracle.wiring.take_message", lambda *_: {}["missing"])
        with pytest.raises(KeyError):
            inbox(line.topic(), b"anything")
    (alert,) = line.alerts()
    assert "a bug of ours (KeyError)" in str(alert)
    with line.listening():
        line.publish(readings("1", WHOLE))
        line.wait_for("message 1 stored")
    assert line.alerts() == []


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Mosquitto]:
    with running(tmp_path) as broker:
        yield broker


@pytest.mark.service
def test_broker__goes_and_comes_back__is_found_again_and_keeps_what_it_took(
    engine: Engine, own: Mosquitto
) -> None:
    line = Line(devices(engine), ("127.0.0.1", own.port))
    with line.listening():
        own.stop()
        line.wait_for("lost")
        line.wait_for("cannot be reached")
        own.start()
        line.wait_for("listening", times=2)
        line.publish(readings("1", WHOLE))
        line.wait_for("message 1 stored")
    line.publish(readings("2", WHOLE[:4], direction=Direction.WITHDRAWN))
    own.stop()
    own.start()
    with line.listening():
        line.wait_for("message 2 stored")
    assert line.stored() == 2


@pytest.mark.service
def test_broker__wrong_password__is_said_and_tried_again(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text("", encoding="utf-8")
    with running(tmp_path, "allow_anonymous false", f"password_file {tmp_path}/passwords") as broker:
        said: list[str] = []
        ended = threading.Event()
        settings = replace(
            BrokerSettings.of(f"mqtt://meter:wrong@127.0.0.1:{broker.port}"), client_id=uuid4().hex
        )
        subscriber = Subscriber(settings, lambda *_: "", said.append, pause_s=0.05)
        thread = threading.Thread(target=subscriber.run, args=(ended,))
        thread.start()
        wait_until(lambda: sum("refuses us" in one for one in said) >= 2)
        ended.set()
        thread.join(10)
    assert "wrong" not in " ".join(said).replace("refuses us", "")


def test_settings__url__is_read_and_shown_without_the_password() -> None:
    found = BrokerSettings.of("mqtts://u%40x:p%2Fw@broker.example")
    assert (found.host, found.port, found.tls) == ("broker.example", 8883, True)
    assert (found.username, found.password) == ("u@x", "p/w")
    assert found.place == "mqtts://broker.example:8883"
    assert BrokerSettings.of("mqtt://127.0.0.1").port == 1883


@pytest.mark.parametrize(
    "url", ["", "http://x", "mqtt://", "mqtt://x:port", "mqtt://x:99999", "mqtt://x/topic", "127.0.0.1:1883"]
)
def test_settings__no_brokers_address__is_refused(url: str) -> None:
    with pytest.raises(BrokerSettingsWrong):
        BrokerSettings.of(url)

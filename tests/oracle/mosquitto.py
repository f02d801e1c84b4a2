"""A real MQTT broker: the one of this machine, or a process of the test's own that it may stop and start."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.publish as paho_publish
import pytest

STANDARD = ("127.0.0.1", 1883)
_PATIENCE_S = 15


def program() -> str:
    """The broker's program; skips the test where there is none."""
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip("the MQTT broker is not installed (mosquitto)")
    return found


def answers(host: str, port: int) -> bool:
    """Whether something listens there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass
class Mosquitto:
    """A broker process on a port of its own; what it keeps survives a restart."""

    folder: Path
    port: int = field(default_factory=free_port)
    options: tuple[str, ...] = ("allow_anonymous true",)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        lines = [f"listener {self.port} 127.0.0.1", "user root", "persistence true"]
        lines += [f"persistence_location {self.folder}/", *self.options]
        (self.folder / "mosquitto.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.process = subprocess.Popen(
            [program(), "-c", str(self.folder / "mosquitto.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: answers("127.0.0.1", self.port))

    def stop(self) -> None:
        """Stop it in good order, so that it writes down what it keeps."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(_PATIENCE_S)
            self.process = None


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Mosquitto]:
    """A broker for the length of a block."""
    broker = Mosquitto(folder, options=options or ("allow_anonymous true",))
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def publish(place: tuple[str, int], topic: str, payload: bytes, *, retain: bool = False) -> None:
    """Publish with QoS 1 and wait for the broker's word."""
    paho_publish.single(topic, payload, qos=1, retain=retain, hostname=place[0], port=place[1])


def wait_until(condition, patience_s: float = _PATIENCE_S) -> None:
    """Wait for a condition; fails the test when it does not come true."""
    end = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > end:
            pytest.fail(f"not within {patience_s} s")
        time.sleep(0.02)

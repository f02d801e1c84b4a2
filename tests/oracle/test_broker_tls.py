"""A broker behind TLS: its certificate is checked, and ours is shown where it asks for one."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from oracle.broker import BrokerSettings, Subscriber
from oracle.errors import BrokerSettingsWrong
from tests.oracle.mosquitto import Mosquitto, program, running, wait_until


def certificate(folder: Path, name: str) -> None:
    """A self-signed certificate for 127.0.0.1."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl, which makes the certificates of this test, is not installed")
    names = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.crt")]
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run([*command, "-days", "2", *names, *files], check=True, capture_output=True)


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """A broker that asks for a certificate of those who come."""
    program()
    folder = tmp_path_factory.mktemp("mosquitto-tls")
    for name in ("broker", "condivisa", "stranger"):
        certificate(folder, name)
    options = [f"certfile {folder}/broker.crt", f"keyfile {folder}/broker.key"]
    options += [f"cafile {folder}/condivisa.crt", "require_certificate true", "allow_anonymous true"]
    with running(folder, *options) as broker:
        yield broker


def settings(broker: Mosquitto, ca: str | None, own: str | None) -> BrokerSettings:
    found = BrokerSettings.of(f"mqtts://127.0.0.1:{broker.port}", client_id=uuid4().hex)
    files = [None if name is None else broker.folder / name for name in (ca, own and f"{own}.crt")]
    key = None if own is None else broker.folder / f"{own}.key"
    return replace(found, ca=files[0], certificate=files[1], key=key)


@contextmanager
def saying(wanted: BrokerSettings) -> Iterator[list[str]]:
    """What a subscriber says while the block runs."""
    said: list[str] = []
    ended = threading.Event()
    subscriber = Subscriber(wanted, lambda *_: "", said.append, pause_s=0.05)
    thread = threading.Thread(target=subscriber.run, args=(ended,))
    thread.start()
    try:
        yield said
    finally:
        ended.set()
        thread.join(10)


def test_tls__both_certificates_known__listens(secure: Mosquitto) -> None:
    with saying(settings(secure, "broker.crt", "condivisa")) as said:
        wait_until(lambda: any("listening at mqtts://" in one for one in said))


@pytest.mark.parametrize(
    ("ca", "own"), [(None, "condivisa"), ("stranger.crt", "condivisa"), ("broker.crt", "stranger")]
)
def test_tls__a_certificate_is_unknown__never_listens(
    secure: Mosquitto, ca: str | None, own: str | None
) -> None:
    with saying(settings(secure, ca, own)) as said:
        wait_until(lambda: sum("trying again" in one for one in said) >= 2)
    assert not any("listening" in one for one in said)


def test_tls__file_that_is_none__is_refused_at_once(secure: Mosquitto, tmp_path: Path) -> None:
    wanted = replace(settings(secure, "broker.crt", None), ca=tmp_path / "absent.crt")
    with pytest.raises(BrokerSettingsWrong, match="TLS"):
        Subscriber(wanted, lambda *_: "", lambda _: None).run(threading.Event())

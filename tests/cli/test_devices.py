"""`condivisa devices` and `condivisa live`, as they are typed."""

import json
import re
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from cli import devices as devices_verb
from cli import live as live_verb
from cli.workspace import now
from community.usecases.register_community import register_community
from oracle.records import MessageChannel
from oracle.sources.signed_message import open_message
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases.telemetry import take_telemetry
from tests.oracle.devices import POD, telemetry
from tests.settlement.store import world


@pytest.fixture
def run(database_url: str, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.delenv("CONDIVISA_MQTT_URL", raising=False)
    with OracleUnitOfWork(engine) as work:
        register_community(work, world.case().community)
        work.commit()
    runner = CliRunner()

    def invoke(verb, *words: str, state: bool = True, **options: object) -> Result:
        at = ["--state", str(tmp_path / "state")] if state else []
        return runner.invoke(verb.app, [*words, *at], **options)

    return invoke


def registered(run) -> str:
    done = run(devices_verb, "register", "Prova", "m-1", "--kind", "meter", "--pod", POD)
    assert done.exit_code == 0, done.output
    return done.stdout.strip()


def test_register__key__stands_alone_on_standard_output(run) -> None:
    done = run(devices_verb, "register", "Prova", "m-1", "--kind", "meter", "--pod", POD)
    assert re.fullmatch(r"cdk_[A-Za-z0-9_-]{43}\n", done.stdout)
    assert done.stdout.strip() not in done.stderr
    assert POD in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("register", "Prova", "m/1", "--kind", "meter", "--pod", POD), "letters, digits"),
        (("register", "Prova", "m-1", "--kind", "meter", "--pod", "IT001E77777777"), "no POD"),
        (("register", "Nulla", "m-1", "--kind", "meter", "--pod", POD), "no community"),
        (("rotate", "Prova", "m-9"), "no device"),
        (("revoke", "Prova", "m-9"), "no device"),
    ],
)
def test_verbs__wrong_input__say_what_is_wrong(run, words: tuple[str, ...], sentence: str) -> None:
    done = run(devices_verb, *words)
    assert (done.exit_code, sentence in done.stderr) == (2, True)


def test_verbs__life_of_a_device__is_on_the_list(run) -> None:
    key = registered(run)
    assert "never heard" in run(devices_verb, "list", "Prova").stdout
    new = run(devices_verb, "rotate", "Prova", "m-1").stdout.strip()
    assert new != key
    assert run(devices_verb, "revoke", "Prova", "m-1").exit_code == 0
    (row,) = json.loads(run(devices_verb, "list", "Prova", "--json").stdout)["devices"]
    assert (row["code"], row["last_seen_at"], row["revoked_at"] is None) == ("m-1", None, False)


def test_sign__message__is_one_that_we_read(run, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(registered(run) + "\n", encoding="utf-8")
    words = ("sign", "condivisa/c/m-1/readings", "--key-file", str(tmp_path / "key"))
    done = run(devices_verb, *words, state=False, input=b"{}")
    found = open_message(done.stdout.encode())
    assert (found.topic, found.body) == ("condivisa/c/m-1/readings", b"{}")
    (tmp_path / "key").write_text("no key", encoding="utf-8")
    assert run(devices_verb, *words, state=False, input=b"{}").exit_code == 2


def test_show__values__with_unit_source_and_age(run, engine: Engine) -> None:
    registered(run)
    assert run(live_verb, "show", "Prova").stdout == "no values yet\n"
    with OracleUnitOfWork(engine) as work:
        community = work.communities.by_name("Prova")
        assert community is not None
        device = work.devices.by_code(community.id, "m-1")
        assert device is not None
        take_telemetry(work, device, telemetry(("frequency_hz", "49.98", now())), now(), MessageChannel.MQTT)
        work.commit()
    assert re.search(
        r"m-1 +frequency_hz +49.98 Hz +\d+ s ago by mqtt", run(live_verb, "show", "Prova").stdout
    )
    (row,) = json.loads(run(live_verb, "show", "Prova", "--json").stdout)["values"]
    assert (row["value"], row["unit"], row["stale"]) == ("49.98", "Hz", False)


def test_mqtt__no_broker_named__says_so(run, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(live_verb, "mqtt")
    assert (done.exit_code, "CONDIVISA_MQTT_URL" in done.stderr) == (3, True)
    monkeypatch.setenv("CONDIVISA_MQTT_URL", "http://user:secret@broker")
    done = run(live_verb, "mqtt")
    assert (done.exit_code, "secret" in done.output) == (1, False)

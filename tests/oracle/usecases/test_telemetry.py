"""Telemetry: shown with source and age, bounded however fast it comes, watched, and never settled.

take_telemetry
├── should keep the first value of ten seconds, and the same message once
├── when measured in the future or long ago it should keep nothing of the message
└── a flood should leave a bounded number of rows
live_values
└── should give the newest of each metric, marked when too old
watch
├── should raise what is wrong and resolve what is over, once each
└── should say nothing by values that are too old
"""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from community.usecases.devices import change_device, register_device, revoke_device
from oracle.errors import MeasuredInFuture, MeasuredTooLongAgo
from oracle.records import MessageChannel
from oracle.sources.device_messages import Metric
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.alerts import open_alerts
from oracle.usecases.live_watch import watch_community
from oracle.usecases.telemetry import drop_telemetry, live_values
from tests.oracle.devices import INVERTER, NOW, Devices, devices, telemetry

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def world(engine: Engine) -> Devices:
    return devices(engine)


def rows(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM telemetry")).scalar_one())


def alerts(world: Devices) -> dict[str, str]:
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        return {row.alert.kind: row.alert.sentence for row in open_alerts(work, world.community_id)}


def look(world: Devices, now: datetime) -> int:
    with OracleUnitOfWork(world.engine) as work:
        new = watch_community(work, world.community_id, now)
        work.commit()
    return new


def test_take__same_message_again__is_kept_once(world: Devices) -> None:
    message = telemetry(("power_w", "1500", NOW), ("voltage_l1_v", "230.4", NOW))
    assert [world.send(message), world.send(message)] == [2, 0]


def test_take__a_flood__is_bounded(world: Devices) -> None:
    """Five hundred values of fifty seconds, sent ten times in ten orders: six rows."""
    samples = [("power_w", str(number), NOW - number * SECOND / 10) for number in range(500)]
    for turn in range(10):
        world.send(telemetry(*samples[turn:], *samples[:turn]))
    assert rows(world.engine) == 6


@pytest.mark.parametrize(
    ("at", "error"),
    [(NOW + 6 * MINUTE, MeasuredInFuture), (NOW - 8 * DAY, MeasuredTooLongAgo)],
)
def test_take__measured_at_another_time__keeps_nothing(
    world: Devices, at: datetime, error: type[Exception]
) -> None:
    with pytest.raises(error):
        world.send(telemetry(("power_w", "1", NOW), ("power_w", "1", at)))
    assert rows(world.engine) == 0


def test_live__out_of_order__is_the_newest_with_source_and_age(world: Devices) -> None:
    world.send(telemetry(("power_w", "2000", NOW - 20 * SECOND), ("state_of_charge_pct", "80.5", NOW - DAY)))
    world.send(telemetry(("power_w", "1000", NOW - 2 * MINUTE)), NOW + MINUTE)
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        power, charge = live_values(work, world.community_id, NOW)
    assert (power.metric, power.value_milli, power.source) == (Metric.POWER_W, 2_000_000, MessageChannel.HTTP)
    assert (power.age, power.stale) == (20 * SECOND, False)
    assert (charge.value_milli, charge.stale) == (80_500, True)


def test_live__our_clock_steps_back__no_age_is_negative(world: Devices) -> None:
    world.send(telemetry(("power_w", "2000", NOW)))
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        (power,) = live_values(work, world.community_id, NOW - DAY)
    assert (power.age, power.stale) == (timedelta(0), False)


def test_live__revoked_device__is_not_shown(world: Devices) -> None:
    world.send(telemetry(("power_w", "2000", NOW)))
    with OracleUnitOfWork(world.engine) as work:
        revoke_device(work, world.community_id, world.inverter.id, NOW)
        assert live_values(work, world.community_id, NOW) == []


def test_drop__old_values__are_gone_and_new_ones_stay(world: Devices) -> None:
    world.send(telemetry(("power_w", "1", NOW - 5 * DAY), ("power_w", "2", NOW)))
    with OracleUnitOfWork(world.engine) as work:
        assert drop_telemetry(work, NOW, kept_days=4) == 1
        work.commit()
    assert rows(world.engine) == 1


def test_watch__injection_above_the_plants_power__is_raised_and_resolved(world: Devices) -> None:
    world.send(telemetry(("power_w", "50000", NOW)))
    assert alerts(world) == {}
    world.send(telemetry(("power_w", "50000.001", NOW + MINUTE)), NOW + MINUTE)
    assert alerts(world) == {"injection-limit": "i-1 feeds in 50000.001 W; the plant's power is 50000 W"}
    world.send(telemetry(("power_w", "60000", NOW + 2 * MINUTE)), NOW + 2 * MINUTE)
    assert "60000 W" in alerts(world)["injection-limit"]
    world.send(telemetry(("power_w", "100", NOW + 3 * MINUTE)), NOW + 3 * MINUTE)
    assert alerts(world) == {}


def test_watch__two_inverters_of_a_plant__count_together(world: Devices) -> None:
    with OracleUnitOfWork(world.engine) as work:
        second = register_device(work, world.community_id, replace(INVERTER, code="i-2"), NOW).record
        work.commit()
    world.send(telemetry(("power_w", "30000", NOW)))
    replace(world, inverter=second).send(telemetry(("power_w", "30000", NOW)))
    assert "60000 W" in alerts(world)["injection-limit"]


def test_watch__agreed_limit__counts_instead_of_the_plants_power(world: Devices) -> None:
    with OracleUnitOfWork(world.engine) as work:
        change_device(work, world.community_id, world.inverter.id, replace(INVERTER, limit_w=3_000))
        work.commit()
    world.send(telemetry(("power_w", "3001", NOW)))
    assert alerts(world)["injection-limit"].endswith("the agreed limit is 3000 W")


BANDS = [
    ("voltage_l1_v", "253.001", "voltage-band"),
    ("voltage_l3_v", "206.999", "voltage-band"),
    ("frequency_hz", "50.501", "frequency-band"),
    ("frequency_hz", "49.499", "frequency-band"),
    ("voltage_l1_v", "253", None),
    ("voltage_l2_v", "207", None),
    ("frequency_hz", "50.5", None),
]


def test_watch__bands_of_en_50160__are_raised_outside_only(world: Devices) -> None:
    for number, (metric, value, kind) in enumerate(BANDS):
        at = NOW + number * DAY  # by then the value before is too old
        world.send(telemetry((metric, value, at)), at)
        assert list(alerts(world)) == ([] if kind is None else [kind]), (metric, value)


def test_watch__silent_device__is_raised_once_and_resolved_by_its_next_message(world: Devices) -> None:
    assert look(world, NOW + 3 * MINUTE) == 0
    assert look(world, NOW + 3 * MINUTE + SECOND) == 1
    assert look(world, NOW + 4 * MINUTE) == 0
    assert "never sent" in alerts(world)["device-silent"]
    world.send(telemetry(("power_w", "1", NOW + 4 * MINUTE)), NOW + 4 * MINUTE)
    assert alerts(world) == {}


def test_watch__value_too_old__says_nothing_of_the_present(world: Devices) -> None:
    world.send(telemetry(("voltage_l1_v", "300", NOW)))
    look(world, NOW + 10 * MINUTE)
    assert list(alerts(world)) == ["device-silent"]


def test_watch__revoked_device__has_no_alerts(world: Devices) -> None:
    world.send(telemetry(("voltage_l1_v", "300", NOW)))
    with OracleUnitOfWork(world.engine) as work:
        revoke_device(work, world.community_id, world.inverter.id, NOW)
        work.commit()
    look(world, NOW)
    assert alerts(world) == {}


def test_settlement__never_reads_telemetry() -> None:
    """The import contracts keep both apart in both directions; no statement names the table either."""
    named = [
        path
        for path in (ROOT / "settlement").rglob("*.py")
        if "telemetry" in path.read_text(encoding="utf-8").lower()
    ]
    assert named == []

"""A meter's messages: once each, in any order, whole days into the readings.

push_readings
├── when the message was stored before
│   ├── with the same content it should change nothing, from ten threads too
│   └── with other content it should be refused
├── when the day lacks intervals it should wait, and enter with the last of them
├── when a value was sent later it should correct the day and keep the earlier one
├── when a value was sent earlier than the one known it should change nothing
├── when the POD is not the device's, or not the community's on that day, it should store nothing
├── when a clock is wrong
│   ├── the device's in the future: refused
│   └── ours stepped back: received after what it corrects all the same
└── in any order, as often as you like: the same readings (property)
"""

import os
import threading
from dataclasses import replace
from datetime import date, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from community.domain.devices import DeviceKind, NewDevice
from community.usecases.devices import register_device, revoke_device
from oracle.errors import MeasuredInFuture, MessageIdReused, MessageMalformed, PodNotOwn
from oracle.records import MessageChannel
from oracle.sources.device_messages import ReadingsMessage
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.meter_push import Pushed, push_readings
from settlement.domain.calendar import day_start
from settlement.domain.case import Direction
from settlement.domain.errors import ReadingsNotAdmitted
from settlement.store.engine import open_engine
from tests.oracle.devices import (
    METER,
    MONDAY,
    NOW,
    OTHER_POD,
    POD,
    Days,
    Devices,
    day_values,
    devices,
    readings,
)

IN, OUT = Direction.INJECTED, Direction.WITHDRAWN
WHOLE = day_values()
SENT = NOW - timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(engine: Engine) -> Devices:
    return devices(engine)


def count(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_push__whole_day__enters_the_readings(world: Devices) -> None:
    done = world.push(readings("1", WHOLE))
    assert [key.day for key in done.entered] == [MONDAY]
    assert (done.known, done.changed, done.waiting) == (False, 96, ())
    assert world.settled_days() == {(IN, MONDAY): WHOLE}


def test_push__ten_times__is_stored_once(world: Devices) -> None:
    outcomes = [world.push(readings("1", WHOLE), NOW + number * MINUTE) for number in range(10)]
    assert [done.known for done in outcomes] == [False] + 9 * [True]
    assert (count(world.engine, "meter_messages"), count(world.engine, "meter_readings")) == (1, 1)
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        (kept,) = work.meter_messages.of_device(world.meter.id)
        assert ReadingsMessage.model_validate(kept.body) == readings("1", WHOLE)
        found = work.devices.get(world.community_id, world.meter.id)
    assert found is not None
    assert found.last_seen_at == NOW + 9 * MINUTE


def test_push__from_ten_threads__is_stored_once(world: Devices) -> None:
    outcomes: list[Pushed] = []
    gate = threading.Barrier(10)

    def run() -> None:
        gate.wait()
        outcomes.append(world.push(readings("1", WHOLE)))

    threads = [threading.Thread(target=run) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done.known for done in outcomes) == [False] + 9 * [True]
    assert (count(world.engine, "meter_messages"), count(world.engine, "meter_readings")) == (1, 1)


def test_push__ten_threads_with_parts_of_a_day__lose_nothing(world: Devices) -> None:
    gate = threading.Barrier(10)

    def run(number: int) -> None:
        gate.wait()
        part = WHOLE[10 * number : 10 * number + 10]
        world.push(readings(str(number), part, first=10 * number))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.settled_days() == {(IN, MONDAY): WHOLE}


def test_push__same_id_other_content__is_refused_and_changes_nothing(world: Devices) -> None:
    world.push(readings("1", WHOLE))
    with pytest.raises(MessageIdReused, match="message 1"):
        world.push(readings("1", [0, *WHOLE[1:]]))
    assert world.settled_days() == {(IN, MONDAY): WHOLE}


def test_push__quarter_hours_backwards__enter_with_the_last(world: Devices) -> None:
    for first in range(95, 0, -5):
        done = world.push(readings(f"q{first}", WHOLE[first - 4 : first + 1], first=first - 4))
        assert done.entered == ()
        assert [key.day for key in done.waiting] == [MONDAY]
    assert world.settled_days() == {}
    done = world.push(readings("q0", WHOLE[:1]))
    assert [key.day for key in done.entered] == [MONDAY]
    assert world.settled_days() == {(IN, MONDAY): WHOLE}


def test_push__later_value__corrects_the_day_and_keeps_the_earlier_one(world: Devices) -> None:
    world.push(readings("1", WHOLE, sent=SENT))
    done = world.push(readings("2", [7], first=40, sent=SENT + MINUTE), NOW + MINUTE)
    assert (done.changed, len(done.entered)) == (1, 1)
    corrected = [*WHOLE[:40], 7, *WHOLE[41:]]
    assert world.settled_days() == {(IN, MONDAY): corrected}
    assert world.settled_days(as_of=NOW) == {(IN, MONDAY): WHOLE}
    assert count(world.engine, "meter_readings") == 2


def test_push__earlier_value_that_comes_late__changes_nothing(world: Devices) -> None:
    world.push(readings("2", WHOLE, sent=SENT))
    done = world.push(readings("1", [7], first=40, sent=SENT - MINUTE), NOW + MINUTE)
    assert (done.changed, done.entered) == (0, ())
    assert world.settled_days() == {(IN, MONDAY): WHOLE}


def test_push__estimate_replaced_by_the_same_value_measured__is_a_correction(world: Devices) -> None:
    world.push(readings("1", WHOLE, sent=SENT, estimated=True))
    done = world.push(readings("2", WHOLE, sent=SENT + MINUTE), NOW + MINUTE)
    assert len(done.entered) == 1
    assert count(world.engine, "meter_readings") == 2


@pytest.mark.parametrize("day", [date(2024, 3, 31), date(2024, 10, 27)], ids=["23 hours", "25 hours"])
def test_push__day_of_another_length__enters_whole(world: Devices, day: date) -> None:
    whole = day_values(day)
    assert world.push(readings("1", whole[:50], day=day)).entered == ()
    world.push(readings("2", whole[50:], day=day, first=50))
    assert world.settled_days() == {(IN, day): whole}


def test_push__a_month_in_both_directions__enters_in_one_message(world: Devices) -> None:
    month = readings("1", list(range(31 * 96)))
    both = (month.blocks[0], month.blocks[0].model_copy(update={"direction": OUT}))
    done = world.push(month.model_copy(update={"blocks": both}))
    assert len(done.entered) == 62
    assert len(world.settled_days()) == 62


def test_push__quarter_hours_of_a_new_meter__take_the_place_of_hours(world: Devices) -> None:
    """In whatever order a day's hours and quarter-hours come, its quarter-hours stay."""
    with OracleUnitOfWork(world.engine) as work:
        revoke_device(work, world.community_id, world.meter.id, NOW)
        hourly = register_device(
            work, world.community_id, replace(METER, code="m-2", resolution_minutes=60), NOW
        )
        work.commit()
    world.push(readings("1", WHOLE))
    hours = replace(world, meter=hourly.record)
    assert hours.push(readings("1", [4] * 24), NOW + MINUTE).entered == ()
    assert world.settled_days() == {(IN, MONDAY): WHOLE}
    other = date(2024, 7, 2)
    hours.push(readings("2", [4] * 24, day=other))
    world.push(readings("2", WHOLE, day=other), NOW + MINUTE)
    assert world.settled_days()[IN, other] == WHOLE


def test_push__pod_of_somebody_else__is_refused_and_stored_nowhere(world: Devices) -> None:
    with pytest.raises(PodNotOwn, match=OTHER_POD):
        world.push(readings("1", WHOLE, pod=OTHER_POD))
    assert count(world.engine, "meter_messages") == 0


def test_push__inverter__is_no_meter(world: Devices) -> None:
    with pytest.raises(PodNotOwn, match="telemetry"):
        replace(world, meter=world.inverter).push(readings("1", WHOLE))


def test_push__day_before_the_pod_is_the_communitys__is_refused_as_a_whole(world: Devices) -> None:
    with pytest.raises(ReadingsNotAdmitted, match="2023-12-31"):
        world.push(readings("1", 2 * WHOLE, day=date(2023, 12, 31)))
    assert (count(world.engine, "meter_messages"), count(world.engine, "meter_days")) == (0, 0)


@pytest.mark.parametrize(
    ("sent", "day"),
    [(NOW + timedelta(minutes=6), MONDAY), (SENT, NOW.date())],
    ids=["sent tomorrow", "measured tomorrow"],
)
def test_push__clock_of_the_device_ahead__is_refused(world: Devices, sent: datetime, day: date) -> None:
    with pytest.raises(MeasuredInFuture):
        world.push(readings("1", WHOLE, sent=sent, day=day))
    assert count(world.engine, "meter_messages") == 0


def test_push__our_clock_steps_back__a_correction_is_received_after_what_it_corrects(world: Devices) -> None:
    world.push(readings("1", WHOLE, sent=SENT))
    world.push(readings("2", [7], sent=SENT + MINUTE), NOW - timedelta(minutes=30))
    assert world.settled_days()[IN, MONDAY][0] == 7
    assert world.settled_days(as_of=NOW)[IN, MONDAY] == WHOLE


def test_push__start_inside_an_interval_or_an_interval_twice__is_malformed(world: Devices) -> None:
    message = readings("1", WHOLE)
    crooked = message.blocks[0].model_copy(update={"start": day_start(MONDAY) + timedelta(minutes=7)})
    for blocks in ((crooked,), (message.blocks[0], message.blocks[0])):
        with pytest.raises(MessageMalformed, match="blocks"):
            world.push(message.model_copy(update={"blocks": blocks}))
    assert count(world.engine, "meter_messages") == 0


TUESDAY = date(2024, 7, 2)
SAID = (
    readings("a", WHOLE[:60], sent=SENT),
    readings("b", [1] * 50, first=50, sent=SENT + MINUTE),
    readings("c", [2] * 90, first=3, sent=SENT - MINUTE),
    readings("d", [3] * 96, day=TUESDAY, sent=SENT),
    readings("e", [4] * 10, day=TUESDAY, first=20, sent=SENT),  # tied with d: their digests decide
    readings("f", [5] * 40, first=80, sent=SENT + 2 * MINUTE),  # over midnight
    readings("g", [6] * 96, direction=OUT, sent=SENT),
)


@pytest.fixture(scope="module")
def shared(database_server: str, database_template: str):
    """One database for all examples, each with a community of its own."""
    name, address = f"condivisa_push_{os.getpid()}", make_url(database_server)
    server = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{database_template}"')
        engine = open_engine(address.set(database=name).render_as_string(hide_password=False))
        yield devices(engine)
        engine.dispose()
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_push__any_order_and_repetition__ends_with_the_same_readings(
    data: st.DataObject, shared: Devices
) -> None:
    """Against a model of a few lines: of each interval the value that was sent last."""
    repeated = [*SAID, *data.draw(st.lists(st.sampled_from(SAID), max_size=5))]
    order = data.draw(st.permutations(repeated))
    with OracleUnitOfWork(shared.engine) as work:
        for message in order:
            instant = NOW + data.draw(st.integers(-3, 3)) * MINUTE
            push_readings(work, shared.meter, message, instant, MessageChannel.MQTT)
        found = {
            (direction, day): vector.wh.tolist()
            for (pod, direction), days in work.readings.days(
                shared.community_id, MONDAY, date(2024, 7, 3)
            ).items()
            for day, vector in days.items()
            if pod == POD
        }
    assert found == model(SAID)


def model(said: tuple[ReadingsMessage, ...]) -> Days:
    """Complete days of the set of messages."""
    values: dict[tuple[Direction, datetime], int] = {}
    for message in sorted(said, key=lambda one: (one.sent_at, _signed(one.digest))):
        for block in message.blocks:
            for index, wh in enumerate(block.wh):
                values[block.direction, block.start + index * timedelta(minutes=15)] = wh
    found: Days = {}
    for direction in (IN, OUT):
        for day in (MONDAY, TUESDAY):
            starts = [day_start(day) + index * timedelta(minutes=15) for index in range(96)]
            if all((direction, start) in values for start in starts):
                found[direction, day] = [values[direction, start] for start in starts]
    return found


def _signed(digest: bytes) -> int:
    return int.from_bytes(digest[:8], "big", signed=True)


def test_register__second_device_of_a_pod__is_no_second_meter(world: Devices) -> None:
    with OracleUnitOfWork(world.engine) as work:
        battery = register_device(
            work, world.community_id, NewDevice("b-1", DeviceKind.BATTERY, POD), NOW
        ).record
        with pytest.raises(PodNotOwn):
            push_readings(work, battery, readings("1", WHOLE), NOW, MessageChannel.HTTP)

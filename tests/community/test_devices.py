"""The registry: who may send, and with which key at which instant.

register
├── should give a key that is kept nowhere
└── when POD, plant or code do not fit it should be refused
rotate
└── both keys should be good during the overlap and only the new one afterwards
revoke
└── no key should be good any more, and none should be given
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from community.domain.devices import DeviceKind, NewDevice
from community.domain.errors import DeviceExists, DeviceMisfit, DeviceRevoked
from community.store.unit_of_work import UnitOfWork
from community.usecases.devices import (
    change_device,
    device_of_key,
    register_device,
    revoke_device,
    rotate_key,
)
from settlement.domain.errors import NotFound
from settlement.domain.identifiers import uuid7
from tests.oracle.devices import METER, NOW, OTHER_POD, devices

WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)


@pytest.fixture
def world(engine: Engine):
    return devices(engine)


def holder(engine: Engine, key: str, now=NOW) -> str | None:
    with UnitOfWork(engine) as work:
        found = device_of_key(work, key, now)
    return None if found is None else found.device.code


def test_register__key__opens_and_stands_nowhere(world) -> None:
    assert holder(world.engine, world.meter_key) == "m-1"
    assert holder(world.engine, world.meter_key[:-2]) is None
    assert world.meter_key not in repr(world.meter)
    with world.engine.connect() as connection:
        stored = connection.execute(text("SELECT d::text || k::text FROM devices d, device_keys k")).scalars()
        assert all(world.meter_key not in row for row in stored)


MISFITS = [
    (NewDevice("m-1", DeviceKind.INVERTER, OTHER_POD), DeviceExists),
    (NewDevice("m-2", DeviceKind.METER, METER.pod), DeviceExists),
    (NewDevice("m/2", DeviceKind.METER, OTHER_POD), DeviceMisfit),
    (NewDevice("m#", DeviceKind.METER, OTHER_POD), DeviceMisfit),
    (NewDevice("m-2", DeviceKind.METER, "IT001E77777777"), DeviceMisfit),
    (NewDevice("i-2", DeviceKind.INVERTER, OTHER_POD, "SUN"), DeviceMisfit),
    (NewDevice("m-2", DeviceKind.METER, OTHER_POD, interval_s=0), DeviceMisfit),
    (NewDevice("m-2", DeviceKind.METER, OTHER_POD, resolution_minutes=30), DeviceMisfit),
    (NewDevice("m-2", DeviceKind.METER, OTHER_POD, limit_w=-1), DeviceMisfit),
]


def test_register__what_does_not_fit__is_refused(world) -> None:
    for device, error in MISFITS:
        with UnitOfWork(world.engine) as work, pytest.raises(error):
            register_device(work, world.community_id, device, NOW)


def test_register__unknown_community__is_refused(world) -> None:
    with UnitOfWork(world.engine) as work, pytest.raises(NotFound):
        register_device(work, uuid7(), METER, NOW)


def test_rotate__overlap__both_keys_are_good_until_it_ends(world) -> None:
    with UnitOfWork(world.engine) as work:
        new = rotate_key(work, world.community_id, world.meter.id, NOW, WEEK).key
        work.commit()
    assert holder(world.engine, world.meter_key, NOW + WEEK - SECOND) == "m-1"
    assert holder(world.engine, world.meter_key, NOW + WEEK) is None
    assert holder(world.engine, new, NOW) == "m-1"
    assert holder(world.engine, new, NOW - SECOND) is None
    assert holder(world.engine, new, NOW + WEEK) == "m-1"


def test_rotate__lost_key__ends_at_once_and_a_later_overlap_revives_nothing(world) -> None:
    with UnitOfWork(world.engine) as work:
        rotate_key(work, world.community_id, world.meter.id, NOW, timedelta(0))
        rotate_key(work, world.community_id, world.meter.id, NOW + SECOND, WEEK)
        work.commit()
    assert holder(world.engine, world.meter_key) is None
    assert holder(world.engine, world.meter_key, NOW + SECOND) is None


def test_rotate__overlap_without_end__is_refused(world) -> None:
    with UnitOfWork(world.engine) as work, pytest.raises(DeviceMisfit):
        rotate_key(work, world.community_id, world.meter.id, NOW, timedelta(days=91))


def test_revoke__device__is_believed_no_more_and_its_pod_is_free(world) -> None:
    with UnitOfWork(world.engine) as work:
        revoke_device(work, world.community_id, world.meter.id, NOW)
        again = revoke_device(work, world.community_id, world.meter.id, NOW + WEEK)
        assert again.revoked_at == NOW
        with pytest.raises(DeviceRevoked):
            rotate_key(work, world.community_id, world.meter.id, NOW, WEEK)
        register_device(work, world.community_id, replace(METER, code="m-2"), NOW)
        work.commit()
    assert holder(world.engine, world.meter_key) is None


def test_change__pod_and_limit__are_set_but_never_code_or_kind(world) -> None:
    with UnitOfWork(world.engine) as work:
        wanted = replace(METER, limit_w=3_000, interval_s=60)
        assert change_device(work, world.community_id, world.meter.id, wanted).device == wanted
        with pytest.raises(DeviceMisfit):
            change_device(work, world.community_id, world.meter.id, replace(METER, code="m-9"))

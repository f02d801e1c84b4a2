"""
watch
├── given readings that are due and not there it should name configuration, POD and last day, and no others
├── given the readings came it should resolve the alert
├── given a message that waits for an hour it should say so, and resolve it when it is done
├── given an account that pays for less than a month, or than three days, it should warn, or call it critical
├── given free gas it should never warn of the balance
└── given the same again it should open nothing new
"""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from oracle.ports import AccountFacts, NodeFacts
from oracle.records import RaisedAlert, Severity
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases.watch import BALANCE, DAYS_OF_GAS, GAS_OF_A_DAY, MISSING, STALLED, Seen, watch
from tests.oracle.world import World
from tests.settlement.store.world import pod_of

SENDER = bytes([7]) * 20


def look(world: World, now: datetime, balance: int | None = None, gas_price: int = 2) -> Seen:
    node = NodeFacts("http://127.0.0.1", 1, 10, "0x", 0, "final", gas_price)
    account = None if balance is None else AccountFacts(SENDER, balance, 0, 0)
    with OracleUnitOfWork(world.engine) as work:
        seen = watch(work, now, node if account else None, account)
        work.commit()
    return seen


def alerts(engine: Engine, kind: str) -> list[RaisedAlert]:
    with OracleUnitOfWork(engine) as work:
        return [row for row in work.alerts.all() if row.alert.kind == kind]


def test_watch__readings_due__are_missed_once_they_are_due(world: World) -> None:
    last = world.settlement.end  # readings end here, at an Italian midnight
    look(world, last + timedelta(days=44))
    assert alerts(world.engine, MISSING) == []
    look(world, last + timedelta(days=47))
    (found,) = alerts(world.engine, MISSING)
    assert "7 of 7 PODs" in found.alert.sentence
    assert f"{pod_of('P1')} (last read on 2024-07-31) and 6 more" in found.alert.sentence
    assert found.alert.community_id == world.community_id
    assert look(world, last + timedelta(days=48)).new == 0
    # Looking at an earlier day stands for readings that came meanwhile.
    assert look(world, last + timedelta(days=44)).resolved == 1
    assert alerts(world.engine, MISSING) == []


def test_watch__message_waits__stands_still_after_an_hour(world: World) -> None:
    with OracleUnitOfWork(world.engine) as work:
        oldest = work.outbox.open_rows(world.community_id)[0]
    look(world, oldest.created_at + timedelta(minutes=59))
    assert alerts(world.engine, STALLED) == []
    look(world, oldest.created_at + timedelta(minutes=61))
    (found,) = alerts(world.engine, STALLED)
    assert found.alert.subject == oldest.topic
    assert "condivisa publish" in found.alert.sentence


@pytest.mark.parametrize(
    ("days", "severity"),
    [
        (DAYS_OF_GAS, None),
        (DAYS_OF_GAS - 1, Severity.WARNING),
        (3, Severity.WARNING),
        (2, Severity.CRITICAL),
        (0, Severity.CRITICAL),
    ],
)
def test_watch__balance__is_counted_in_days(world: World, days: int, severity: Severity | None) -> None:
    configurations = len(world.configurations)
    look(world, datetime(2024, 1, 1, tzinfo=UTC), balance=days * GAS_OF_A_DAY * configurations * 2)
    found = alerts(world.engine, BALANCE)
    assert [row.alert.severity for row in found] == ([] if severity is None else [severity])


def test_watch__free_gas__needs_no_balance(world: World) -> None:
    look(world, datetime(2024, 1, 1, tzinfo=UTC), balance=0, gas_price=0)
    assert alerts(world.engine, BALANCE) == []

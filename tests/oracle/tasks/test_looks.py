"""
Jobs that look and raise alerts
├── follow
│   ├── given contracts it should read the chain into the index, and be ordered by itself
│   └── given no chain it should say so
├── reconcile
│   ├── given a community on the chain it should compare everything, and alert until all agrees again
│   └── given one that has no contracts it should compare the books alone, and alert
├── watch
│   ├── given a silent device it should alert, and say how many alerts are open
│   └── given a node that is away it should look at everything else, and say so
└── prune should delete old telemetry and leave the rest
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, text

from oracle.jobs import Job, JobState
from oracle.records import Alert
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.tasks.desk import Desk
from oracle.tasks.drain import drain_all
from oracle.tasks.order import order
from oracle.tasks.schedule import SCHEDULE
from oracle.tasks.tick import tick
from oracle.usecases.alerts import raise_alert
from oracle.usecases.publish import publish
from oracle.usecases.watch import BALANCE
from oracle.wiring import OpenChain, open_chain_side, publishing
from tests.oracle.devices import NOW, devices, telemetry
from tests.oracle.tasks.desks import Clock, desk, look
from tests.oracle.world import World

POOL = '{"pool": "1"}'
OF_A_RECEIPT = "WHERE entry_id = (SELECT id FROM accounting_entries WHERE kind = 'receipt' LIMIT 1)"
LATER = datetime(2026, 1, 1, tzinfo=UTC)


def ran(at: Desk, engine: Engine, community_id: UUID | None, kind: str) -> Job:
    """A job of that kind, after it was done."""
    with OracleUnitOfWork(engine) as work:
        job = order(work, community_id, kind, {}, at.clock()).job
        work.commit()
    drain_all(at)
    return look(engine, job)


def beside(engine: Engine, opened: OpenChain, now: datetime = LATER) -> Desk:
    """A desk with a chain."""
    side = open_chain_side(engine, opened)
    return replace(desk(engine, clock=Clock(now)), chain=lambda: side)


def alerts(engine: Engine) -> dict[str, str]:
    """Open alerts, by kind and subject."""
    with OracleReadOnlyUnitOfWork(engine) as work:
        return {f"{row.alert.kind} {row.alert.subject}": row.alert.sentence for row in work.alerts.all()}


def change(engine: Engine, statement: str) -> None:
    """What somebody did by hand."""
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no trigger refuses it
        assert connection.execute(text(statement)).rowcount > 0


@pytest.mark.node
def test_follow_and_reconcile__published_community__are_compared_and_alert(
    engine: Engine, world: World, opened: OpenChain
) -> None:
    publish(publishing(engine, opened))
    at = beside(engine, opened)
    tick(at, [entry for entry in SCHEDULE if entry.kind == "follow"])
    drain_all(at)
    with OracleReadOnlyUnitOfWork(engine) as work:
        (followed,) = work.jobs.listed()
        assert work.chain_index.events(opened.chain.chain_id, names=("DayAccepted",))
    assert followed.state is JobState.DONE
    assert followed.community_id is None

    agreeing = ran(at, engine, world.community_id, "reconcile")
    assert (agreeing.state, agreeing.outcome and agreeing.outcome["differences"]) == (JobState.DONE, [])
    change(engine, f"UPDATE chain_events SET arguments = arguments || '{POOL}' WHERE name = 'Settled'")
    differing = ran(at, engine, world.community_id, "reconcile")
    assert differing.state is JobState.DONE
    assert differing.outcome is not None
    assert differing.outcome["differences"] == ["settlements"]
    assert "pool of distribution 1" in alerts(engine)["reconciliation settlements"]


def test_follow__no_chain__says_so(engine: Engine) -> None:
    done = ran(desk(engine), engine, None, "follow")
    assert (done.state, done.sentence) == (JobState.DONE, "there is no chain to follow")


def test_reconcile__no_contracts__compares_the_books_and_alerts(engine: Engine, world: World) -> None:
    at = desk(engine, clock=Clock(LATER))
    agreeing = ran(at, engine, world.community_id, "reconcile")
    assert "the books alone were compared" in agreeing.sentence
    change(engine, f"UPDATE accounting_postings SET amount_micro_eur = amount_micro_eur * 2 {OF_A_RECEIPT}")
    differing = ran(at, engine, world.community_id, "reconcile")
    assert differing.outcome is not None
    assert differing.outcome["differences"] == ["accounts"]
    assert "reconciliation accounts" in alerts(engine)


def test_watch__silent_device__alerts_beside_everything_else(engine: Engine) -> None:
    world = devices(engine)
    at = desk(engine, clock=Clock(NOW + timedelta(days=2)))
    done = ran(at, engine, None, "watch")
    assert "device-silent i-1" in alerts(engine)
    assert done.sentence == f"alerts open: {len(alerts(engine))}, new: {len(alerts(engine))}, resolved: 0"
    world.send(telemetry(("power_w", "1", at.clock())), at.clock())
    assert "resolved: 0" in ran(at, engine, None, "watch").sentence, "the message has resolved it already"
    assert "device-silent i-1" not in alerts(engine)


@pytest.mark.node
def test_watch__node_away__looks_at_everything_else(engine: Engine, away: OpenChain) -> None:
    devices(engine)
    done = ran(beside(engine, away), engine, None, "watch")
    assert done.state is JobState.DONE
    assert "the operator's account was not looked at" in done.sentence
    assert "device-silent i-1" in alerts(engine)


@pytest.mark.node
def test_watch__node__looks_at_the_operators_account(engine: Engine, opened: OpenChain) -> None:
    with OracleUnitOfWork(engine) as work:
        raise_alert(work, Alert(BALANCE, "0x", "gas was dear"), LATER)
        work.commit()
    ran(desk(engine, clock=Clock(LATER)), engine, None, "watch")
    assert list(alerts(engine)) == ["low-balance 0x"], "without a chain nobody knows"
    ran(beside(engine, opened), engine, None, "watch")
    assert alerts(engine) == {}


def test_prune__old_telemetry__goes_and_the_rest_stays(engine: Engine) -> None:
    world = devices(engine)
    for days in (5, 1):
        at = NOW - timedelta(days=days)
        world.send(telemetry(("power_w", "1", at)), at)
    done = ran(replace(desk(engine, clock=Clock(NOW)), telemetry_days=3), engine, None, "prune")
    assert done.sentence == "1 values older than 3 days deleted"

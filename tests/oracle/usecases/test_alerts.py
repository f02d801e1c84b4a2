"""One open alert for each thing, whoever sees it how often.

raise_alert
├── when nothing of its kind and subject is open it should open one
├── when one is open it should be seen again, with the latest sentence
├── when it was resolved it should open another one
└── when its texts are too long it should cut them
resolve_alert, resolve_others, resolve_by_id
└── should close what is gone and nothing else
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine

from oracle.records import Alert, Severity
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases.alerts import open_alerts, raise_alert, resolve_alert, resolve_by_id, resolve_others
from settlement.domain.errors import NotFound
from settlement.domain.identifiers import uuid7
from tests.oracle.world import World

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
WHOLE = Alert("disk", "database", "the disk is nearly full")


def test_raise_alert__seen_again__one_open_row_with_the_latest_sentence(engine: Engine) -> None:
    worse = replace(WHOLE, sentence="the disk is full", severity=Severity.CRITICAL)
    with OracleUnitOfWork(engine) as work:
        assert raise_alert(work, WHOLE, NOW)
        assert not raise_alert(work, worse, LATER)
        (found,) = open_alerts(work)
    assert (found.alert, found.raised_at, found.last_seen_at) == (worse, NOW, LATER)


def test_raise_alert__of_a_community__is_another_one(world: World) -> None:
    own = replace(WHOLE, community_id=world.community_id)
    with OracleUnitOfWork(world.engine) as work:
        assert raise_alert(work, WHOLE, NOW)
        assert raise_alert(work, own, NOW)
        assert [row.alert for row in open_alerts(work, world.community_id)] == [own]
        assert len(open_alerts(work)) == 2
        assert resolve_alert(work, "disk", "database", LATER)
        assert [row.alert for row in open_alerts(work)] == [own]


def test_raise_alert__after_it_was_resolved__opens_another(engine: Engine) -> None:
    with OracleUnitOfWork(engine) as work:
        raise_alert(work, WHOLE, NOW)
        assert resolve_alert(work, WHOLE.kind, WHOLE.subject, LATER)
        assert not resolve_alert(work, WHOLE.kind, WHOLE.subject, LATER)
        assert raise_alert(work, WHOLE, LATER)
        assert [row.resolved_at for row in work.alerts.all(resolved=True)] == [None, LATER]


def test_raise_alert__texts_too_long__are_cut_and_still_the_same_alert(engine: Engine) -> None:
    long = Alert("disk", "s" * 300, "x" * 3000)
    with OracleUnitOfWork(engine) as work:
        assert raise_alert(work, long, NOW)
        assert not raise_alert(work, long, NOW)
        assert resolve_alert(work, "disk", long.subject, NOW)


def test_resolve_others__some_are_still_there__closes_the_rest(engine: Engine) -> None:
    with OracleUnitOfWork(engine) as work:
        for subject in ("a", "b", "c"):
            raise_alert(work, replace(WHOLE, subject=subject), NOW)
        raise_alert(work, Alert("node", "z", "away"), NOW)
        assert resolve_others(work, "disk", {"b"}, LATER) == 2
        assert sorted(row.alert.subject for row in open_alerts(work)) == ["b", "z"]


def test_resolve_by_id__unknown__is_refused(engine: Engine) -> None:
    with OracleUnitOfWork(engine) as work:
        raise_alert(work, WHOLE, NOW)
        (found,) = open_alerts(work)
        assert resolve_by_id(work, found.id, LATER) == found
        assert open_alerts(work) == []
        with pytest.raises(NotFound):
            resolve_by_id(work, UUID(int=uuid7().int), LATER)

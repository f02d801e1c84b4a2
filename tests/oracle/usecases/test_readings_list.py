"""The published list: it matches the chain, names nobody, and outlives the keys behind it.

readings_list
├── it should match the chain, and name neither a POD nor a reading
├── given a key that was erased it should be the same document, and still add up
└── given a day without report, or a configuration of another community, it should say so
"""

import json
from datetime import date

import pytest
from sqlalchemy import Engine

from oracle.chain.receipt import parse_list, parse_reading
from oracle.chain.rpc import Rpc
from oracle.chain.verify import Verdict, verify_list
from oracle.errors import NotPosted, SaltsForgotten
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.publish import publish
from oracle.usecases.readings_list import readings_list
from oracle.usecases.receipts import reading_receipt
from oracle.wiring import OpenChain, publishing, trust_of
from settlement.domain.calendar import month_number
from settlement.domain.errors import NotFound
from settlement.domain.identifiers import uuid7
from tests.oracle.world import Published, World, settled_world
from tests.settlement.store.world import pod_of

pytestmark = pytest.mark.node

DAY = date(2024, 7, 14)


def test_readings_list__posted_day__names_no_pod(published: Published) -> None:
    text = json.dumps(published.list)
    assert len(parse_list(text).entries) == 7
    assert "IT001E" not in text
    assert set(published.list["entries"][0]) == {"id", "commitment"}


def test_readings_list__every_day_of_the_month__has_the_same_ids(published: Published) -> None:
    world = published.world
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        other = readings_list(work, world.community_id, world.configurations[""], date(2024, 7, 15))
    assert other["report"]["roster"] == published.list["report"]["roster"]
    assert other["report"]["root"] != published.list["report"]["root"]


def test_readings_list__key_erased__is_the_same_and_still_adds_up(engine: Engine, opened: OpenChain) -> None:
    world = settled_world(engine)
    publish(publishing(engine, opened))
    configuration = world.configurations[""]
    with OracleReadOnlyUnitOfWork(engine) as work:
        before = readings_list(work, world.community_id, configuration, DAY)
        receipt = parse_reading(json.dumps(reading_receipt(work, world.community_id, pod_of("P1"), DAY)))
    with OracleUnitOfWork(engine) as work:
        assert work.pod_keys.forget(pod_of("P1"), month_number(DAY))
        work.commit()

    with OracleReadOnlyUnitOfWork(engine) as work:
        assert readings_list(work, world.community_id, configuration, DAY) == before
        with pytest.raises(SaltsForgotten):
            reading_receipt(work, world.community_id, pod_of("P1"), DAY)
        (kept,) = work.reports.of_days(configuration, DAY, DAY)
    assert kept.pods[receipt.position] is None
    trust = trust_of(engine, opened, world.community_id)
    result = verify_list(parse_list(json.dumps(before)), trust, Rpc(opened.url))
    assert result.verdict is Verdict.MATCHES


def test_readings_list__day_without_report__is_not_posted(published: Published, world: World) -> None:
    configuration = published.world.configurations[""]
    with OracleReadOnlyUnitOfWork(published.world.engine) as work, pytest.raises(NotPosted):
        readings_list(work, published.world.community_id, configuration, date(2024, 8, 14))
    with OracleReadOnlyUnitOfWork(world.engine) as work, pytest.raises(NotPosted):
        readings_list(work, world.community_id, world.configurations[""], DAY)


def test_readings_list__configuration_of_nobody__is_not_found(published: Published) -> None:
    world = published.world
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        with pytest.raises(NotFound):
            readings_list(work, world.community_id, uuid7(), DAY)
        with pytest.raises(NotFound):
            readings_list(work, uuid7(), world.configurations[""], DAY)

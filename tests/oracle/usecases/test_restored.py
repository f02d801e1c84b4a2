"""
a database that was restored from a backup
├── given nothing happened since, reading the chain from the beginning should give the same index, and
│   publishing should send nothing
├── given a message was not published yet, it should be published once
└── given the chain went on since, publishing should refuse before anything is sent
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from oracle.errors import NonceTaken
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork
from oracle.usecases.follow import follow, rebuild
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, following, publishing
from settlement.store.backup import back_up, restore
from settlement.store.engine import open_engine
from tests.oracle.usecases.test_publish import confirm_all
from tests.oracle.world import World

pytestmark = pytest.mark.node


@pytest.fixture
def restored(empty_database_url: str) -> Iterator[Engine]:
    """Another database, empty until a backup fills it."""
    engine = open_engine(empty_database_url)
    yield engine
    engine.dispose()


def carried_over(world: World, restored: Engine, file: Path) -> None:
    back_up(_address(world.engine), file)
    restore(file, _address(restored))


def _address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def events(engine: Engine, chain_id: int) -> list[object]:
    with OracleReadOnlyUnitOfWork(engine) as work:
        return [*work.chain_index.events(chain_id), *work.chain_index.headers(chain_id)]


def test_restored__nothing_since__has_the_same_index_and_sends_nothing(
    world: World, opened: OpenChain, restored: Engine, tmp_path: Path
) -> None:
    publish(publishing(world.engine, opened))
    confirm_all(world)
    publish(publishing(world.engine, opened))
    carried_over(world, restored, tmp_path / "backup")
    sent = opened.chain.transaction_count()
    found = publish(publishing(restored, opened))
    assert (found.done, found.sent_again, found.stopped, opened.chain.transaction_count()) == (0, 0, {}, sent)
    follow(following(world.engine, opened))
    rebuild(following(restored, opened))
    chain_id = opened.chain.chain_id
    assert events(restored, chain_id)
    assert events(restored, chain_id) == events(world.engine, chain_id)


def test_restored__message_open__is_published_once(
    world: World, opened: OpenChain, restored: Engine, tmp_path: Path
) -> None:
    carried_over(world, restored, tmp_path / "backup")
    assert publish(publishing(restored, opened)).stopped == {}
    assert publish(publishing(restored, opened)).done == 0


def test_restored__chain_went_on__refuses_before_it_sends(
    world: World, opened: OpenChain, restored: Engine, tmp_path: Path
) -> None:
    publish(publishing(world.engine, opened))
    carried_over(world, restored, tmp_path / "backup")
    confirm_all(world)
    publish(publishing(world.engine, opened))
    sent = opened.chain.transaction_count()
    confirm_all(
        World(restored, world.community_id, world.configurations, world.settlement, world.distribution)
    )
    with pytest.raises(NonceTaken):
        publish(publishing(restored, opened))
    assert opened.chain.transaction_count() == sent

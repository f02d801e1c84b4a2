"""A node whose blocks the tests of one file take back, and who works on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from oracle.chain.node import LocalNode, start_node
from oracle.chain.rpc import Rpc
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from tests.oracle.mining import empty_blocks
from tests.oracle.operators import account
from tests.oracle.usecases.test_publish import confirm_all
from tests.oracle.world import World


@pytest.fixture(scope="module")
def node(anvil: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalNode]:
    """A node of this file's tests alone, with more blocks than any of them takes back."""
    with start_node(tmp_path_factory.mktemp("own-node"), anvil) as started:
        empty_blocks(Rpc(started.url), 25)
        yield started


@pytest.fixture
def own(node: LocalNode, tmp_path: Path) -> OpenChain:
    """An operator for this test."""
    return account(node, tmp_path / "keys.json")


@pytest.fixture
def paid(world: World, own: OpenChain) -> World:
    """A world that was published, paid and confirmed."""
    publish(publishing(world.engine, own))
    confirm_all(world)
    assert publish(publishing(world.engine, own)).stopped == {}
    return world

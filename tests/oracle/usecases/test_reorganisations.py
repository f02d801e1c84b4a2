"""The chain takes back what counted: it is found again and posted again, in order, nothing twice.

publish
├── when blocks are taken back at every point of the money path, one, five or twenty at a time
│   └── it should end as without: same transactions, states and books
├── when they are taken back after the run
│   └── it should give them back in the next run, and no row should change
├── when they are taken back under a correction
│   └── it should end with the same reports in line and no difference
├── when they are taken back while what was forgotten is sent again
│   └── it should begin again
└── when the contract would refuse now what it accepted before
    └── it should send nothing, and go on once it accepts it
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from oracle.chain.client import Finality
from oracle.chain.inspection import Inspection
from oracle.chain.node import LocalNode
from oracle.chain.rpc import Rpc
from oracle.errors import CallReverted
from oracle.records import TransactionState
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork
from oracle.usecases.chain_status import chain_status
from oracle.usecases.context import Pace, TokenChoice, VaultPolicy
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from settlement.bootstrap import upgrade_database
from settlement.store.engine import open_engine
from tests.oracle.mining import empty_blocks, reorganise
from tests.oracle.operators import account
from tests.oracle.usecases.anew import accepted, distribute_again, settle_anew
from tests.oracle.usecases.test_crash import end_state
from tests.oracle.usecases.test_publish import confirm_all
from tests.oracle.world import ALL_CONSENT, World, settled_world

pytestmark = pytest.mark.node

POINTS = (
    "done deploy",
    "mined post",
    "done post-days",
    "recorded settle",
    "done settle",
    "recorded push",
    "decided reserve",
    "finishing confirm",
    "done confirm",
)
"""Points of the money path at which the node is not in the middle of a block, each met once."""


class TakesBack:
    """A checkpoint that takes blocks back the first time that it meets each of the names."""

    def __init__(self, opened: OpenChain, depth: int, names: tuple[str, ...]) -> None:
        self._opened, self._depth, self._names = opened, depth, list(names)

    def __call__(self, name: str) -> None:
        if name in self._names:
            self._names.remove(name)
            reorganise(Rpc(self._opened.url), self._depth)

    @property
    def left(self) -> list[str]:
        """Names that were not met."""
        return self._names


def through(world: World, opened: OpenChain, checkpoint: Callable[[str], None] = lambda _: None) -> int:
    """Publish, confirm at the bank, publish again, and once more; how many transactions were sent again."""
    sent_again = 0
    pace = Pace(resend_after_s=0.1)
    for confirming in (True, False, False):
        result = publish(publishing(world.engine, opened, pace=pace, checkpoint=checkpoint))
        assert result.stopped == {}
        sent_again += result.sent_again
        if confirming:
            confirm_all(world)
    return sent_again


def rows(world: World) -> dict[str, Any]:
    """What this side has recorded, without the instants of blocks."""
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        settled = work.settled_distributions.of(world.distribution.id)
    return {
        "transactions": [(row.nonce, row.step, row.hash, row.state) for row in world.transactions()],
        "payouts": [(row.leaf_index, row.state, row.bank_reference) for row in world.payouts()],
        "accepted": {day: row.accepted_at for day, row in accepted(world).items()},
        "settled": settled,
        "open": world.open_messages(),
    }


@pytest.fixture(scope="module")
def calm(
    node: LocalNode, database_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], dict[str, Any]]:
    """The end of the same world on a chain that takes nothing back; computed once."""
    found: list[dict[str, Any]] = []
    folder = tmp_path_factory.mktemp("calm")

    def state(url: str) -> dict[str, Any]:
        if not found:
            engine = open_engine(url)
            upgrade_database(engine)
            world, opened = settled_world(engine), account(node, folder / "keys.json")
            assert through(world, opened) == 0
            found.append(end_state(world, opened))
            engine.dispose()
        return found[0]

    return state


@pytest.mark.parametrize("depth", [1, 5, 20])
def test_publish__blocks_taken_back_at_every_point__ends_as_without(
    depth: int, world: World, own: OpenChain, empty_database_url: str, calm: Callable[[str], dict[str, Any]]
) -> None:
    expected = calm(empty_database_url)
    taker = TakesBack(own, depth, POINTS)
    assert through(world, own, taker) > 0
    assert taker.left == []
    assert end_state(world, own) == expected
    assert all(row.state is TransactionState.MINED for row in world.transactions())


@pytest.mark.parametrize("depth", [1, 5, 20])
def test_publish__blocks_taken_back_after_the_run__come_back_and_no_row_changes(
    depth: int, world: World, own: OpenChain
) -> None:
    through(world, own)
    before = rows(world)
    reorganise(Rpc(own.url), depth)
    assert publish(publishing(world.engine, own)).sent_again > 0
    assert rows(world) == before
    blocks = {row.block_hash for row in world.transactions()}
    assert all(
        own.chain.rpc.call("eth_getBlockByHash", "0x" + block.hex(), False) for block in blocks if block
    )
    assert publish(publishing(world.engine, own)).sent_again == 0


def test_publish__blocks_taken_back_under_a_correction__same_reports_in_line(
    engine: Engine, own: OpenChain
) -> None:
    world = settled_world(engine, payees=ALL_CONSENT)
    publish(publishing(engine, own))
    distribute_again(world, settle_anew(world))
    taker = TakesBack(own, 20, ("recorded correct", "done correct-days", "recorded settle", "done settle"))
    result = publish(publishing(engine, own, pace=Pace(resend_after_s=0.1), checkpoint=taker))
    assert (result.stopped, taker.left) == ({}, [])
    assert publish(publishing(engine, own)).stopped == {}
    with OracleReadOnlyUnitOfWork(engine) as work:
        standing = chain_status(work, Inspection(own.chain))
    assert standing.divergences == ()
    assert sum(any(row.predecessor) for row in accepted(world).values()) == 3


def test_publish__taken_back_while_sending_again__begins_again(world: World, own: OpenChain) -> None:
    through(world, own)
    before = rows(world)
    reorganise(Rpc(own.url), 12)
    taker = TakesBack(own, 5, ("sent again push", "sent again confirm"))
    context = publishing(world.engine, own, pace=Pace(resend_after_s=0.1), checkpoint=taker)
    assert publish(context).stopped == {}
    assert taker.left == []
    assert rows(world) == before


def test_publish__outcomes_count_with_blocks_on_top__a_shallow_one_is_never_recorded(
    node: LocalNode, world: World, tmp_path: Path
) -> None:
    opened = account(node, tmp_path / "deep.json", Finality(depth=3))
    taken: list[int] = []

    def tick(_seconds: float) -> None:
        # Between two looks a block comes, and now and then the newest two are other ones.
        taken.append(1)
        if len(taken) % 7 == 0:
            reorganise(Rpc(node.url), 2)
        empty_blocks(Rpc(node.url), 1)

    pace = Pace(poll_s=0.001, resend_after_s=0.0, sleep=tick)
    result = publish(publishing(world.engine, opened, pace=pace))
    assert (result.stopped, result.sent_again) == ({}, 0)
    assert len(taken) > 20


def test_publish__refused_now_and_accepted_before__waits_for_its_time(world: World, own: OpenChain) -> None:
    rpc = Rpc(own.url)
    policy = VaultPolicy(TokenChoice.TEST_EURO, root_delay_s=3600)
    assert isinstance(
        publish(publishing(world.engine, own, policy=policy)).stopped[world.community_id], CallReverted
    )
    rpc.call("evm_increaseTime", hex(3601))
    empty_blocks(rpc, 1)
    assert publish(publishing(world.engine, own)).stopped == {}
    before = rows(world)
    # The settlement is taken back as well: its delay begins anew.
    reorganise(rpc, 6)
    with pytest.raises(CallReverted, match=r"what a reorganisation took back.*NotYetValid"):
        publish(publishing(world.engine, own))
    assert rows(world) == before
    rpc.call("evm_increaseTime", hex(3601))
    empty_blocks(rpc, 1)
    assert publish(publishing(world.engine, own)).sent_again > 0
    assert rows(world) == before

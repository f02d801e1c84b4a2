"""Exactly once, whatever dies: the publisher at any point, the node at any time, the node's whole memory.

publish
├── when the publisher is killed with -9 at every point at which a crash leaves another state behind
│   └── it should end as without crashes: same transactions, nothing posted or paid twice
├── when it is killed at every point of posting together, of correcting and of settling what was corrected
│   └── it should end as without crashes: same reports replaced, the adjustment taken up once
├── when the node is killed with -9 and restarted
│   └── it should send what the node lost, byte for byte
├── when the node's state is gone or torn
│   ├── it should send everything again: same addresses, roots, balances
│   └── it should go on with what was still open
└── when the node comes back in the middle of a run
    └── it should wait, then go on
"""

import multiprocessing
import os
import signal
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from sqlalchemy import Engine

from oracle.attest.payout_tree import Node, seal
from oracle.chain.client import EvmChain
from oracle.chain.inspection import Inspection
from oracle.chain.keys import load_or_create_keys
from oracle.chain.node import LocalNode, start_node
from oracle.chain.rpc import Rpc
from oracle.errors import ContractsMissing
from oracle.records import ContractKind
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork
from oracle.usecases.chain_status import chain_status
from oracle.usecases.context import Pace
from oracle.usecases.payout_leaves import tree_of
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from settlement.bootstrap import upgrade_database
from settlement.domain.payout_states import Channel
from settlement.store.engine import open_engine
from tests.oracle.chain.test_node import kill, wait_for_state
from tests.oracle.usecases.anew import accepted, distribute_again, settle_anew
from tests.oracle.usecases.test_publish import addresses, confirm_all, view
from tests.oracle.world import ALL_CONSENT, World, settled_world

pytestmark = pytest.mark.node

_FORK = multiprocessing.get_context("fork")


class FirstUnseen:
    """A checkpoint that kills its process with -9 the first time that it meets a name not seen before.

    With words, only at names that contain one of them.
    """

    def __init__(self, log: Path, words: Collection[str] = ("",)) -> None:
        self._log = log
        self._words = words

    def __call__(self, name: str) -> None:
        seen = self._log.read_text().splitlines()
        if name not in seen and any(word in name for word in self._words):
            with self._log.open("a") as file:
                file.write(name + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.kill(os.getpid(), signal.SIGKILL)


def publish_in_a_process(url: str, opened: OpenChain, log: Path, words: Collection[str]) -> None:
    """One life of a publisher, with connections of its own."""
    engine = open_engine(url, pool_size=2)
    result = publish(publishing(engine, opened, checkpoint=FirstUnseen(log, words)))
    os._exit(1 if result.stopped else 0)


def life(url: str, opened: OpenChain, log: Path, words: Collection[str] = ("",)) -> int:
    """Exit status of one life: negative when it was killed, 1 when a queue stood still."""
    process = _FORK.Process(target=publish_in_a_process, args=(url, opened, log, words))
    process.start()
    process.join(120)
    assert process.exitcode is not None
    return process.exitcode


def end_state(world: World, opened: OpenChain) -> dict[str, Any]:
    """Everything that must not depend on crashes: transactions, states, and the chain's own books."""
    places = addresses(world, opened)
    vault, token = places[ContractKind.VAULT], places[ContractKind.TOKEN]
    wallets = [row.wallet_address for row in world.payouts() if row.channel is Channel.WALLET]
    return {
        "transactions": [(row.nonce, row.step, row.attempt, row.state) for row in world.transactions()],
        "count": opened.chain.transaction_count(),
        "payouts": [(row.leaf_index, row.state, row.amount_micro_eur) for row in world.payouts()],
        "open": world.open_messages(),
        "root": view(opened, "CommunityVault", vault, "distributionOf", 1)[0][:2] == own_tree(world),
        "leaves": [
            view(opened, "CommunityVault", vault, "statusOf", 1, row.leaf_index) for row in world.payouts()
        ],
        "funds": view(opened, "CommunityVault", vault, "funds"),
        "supply": view(opened, "TestEuro", token, "totalSupply"),
        "wallets": [balance(opened, token, address) for address in wallets if address],
        "treasurer": balance(opened, token, opened.chain.sender),
    }


def own_tree(world: World) -> tuple[bytes, int]:
    """Seal and depth that the vault must keep; salts make another root in every world."""
    tree = tree_of(world.payouts())
    return seal(Node(tree.root, tree.total_micro_eur)), tree.depth


def balance(opened: OpenChain, token: bytes, address: bytes) -> int:
    """Test euro of an account."""
    (held,) = view(opened, "TestEuro", token, "balanceOf", to_checksum_address(address))
    return int(held)


def fresh_account(opened: OpenChain, path: Path) -> OpenChain:
    """Another operator on the same chain."""
    keys = load_or_create_keys(path)
    return replace(opened, chain=EvmChain(opened.chain.rpc, keys, opened.chain.chain_id))


def test_publish__killed_at_every_point__ends_as_without_crashes(
    database_url: str, empty_database_url: str, opened: OpenChain, tmp_path: Path, engine: Engine
) -> None:
    log = tmp_path / "seen"
    log.touch()
    world = settled_world(engine)
    lives = 0
    while (status := life(database_url, opened, log)) != 0:
        assert status == -signal.SIGKILL
        lives += 1
        assert lives < 200, "the publisher does not get on"
    confirm_all(world)
    while life(database_url, opened, log) != 0:
        lives += 1
    crashed = end_state(world, opened)

    points = log.read_text().splitlines()
    assert lives == len(points) > 60
    assert {
        "deciding post",
        "decided post",
        "sent push",
        "mined settle",
        "recorded credit",
        "done confirm",
    } <= {*points}
    assert crashed == calm_end_state(empty_database_url, fresh_account(opened, tmp_path / "calm.json"))


def calm_end_state(url: str, opened: OpenChain) -> dict[str, Any]:
    """End state of the same world without a crash, in a database of its own."""
    engine = open_engine(url)
    upgrade_database(engine)
    world = settled_world(engine)
    publish(publishing(engine, opened))
    confirm_all(world)
    publish(publishing(engine, opened))
    found = end_state(world, opened)
    engine.dispose()
    return found


def corrected_state(world: World, opened: OpenChain) -> dict[str, Any]:
    """What must not depend on crashes after a correction was settled: reports in line, sums, adjustment."""
    reports = [(code, accepted(world, code)) for code in world.configurations]
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        standing = chain_status(work, Inspection(opened.chain))
    community = standing.communities[0]
    assert community.registration is not None
    return {
        "differences": standing.divergences,
        "transactions": [(row.nonce, row.step, row.attempt, row.state) for row in world.transactions()],
        "count": opened.chain.transaction_count(),
        "replaced": [(code, day) for code, held in reports for day in held if any(held[day].predecessor)],
        "months": [(row.area_code, row.shared_wh, row.corrections, row.settled) for row in community.months],
        "adjustment": community.registration.adjustment,
        "open": world.open_messages(),
        "carry": community.funds.carry_micro_eur if community.funds else None,
    }


def test_publish__killed_at_every_point_of_a_correction__ends_as_without_crashes(
    database_url: str, empty_database_url: str, opened: OpenChain, tmp_path: Path, engine: Engine
) -> None:
    log = tmp_path / "seen"
    log.touch()
    world = settled_world(engine, payees=ALL_CONSENT, two_areas=True)
    lives = killed_lives(database_url, opened, log, ["post all", "post-all"])
    distribute_again(world, settle_anew(world, two_areas=True))
    lives += killed_lives(database_url, opened, log, ["correct", "settle"])
    crashed = corrected_state(world, opened)

    points = log.read_text().splitlines()
    assert lives == len(points)
    assert {"decided post all", "recorded correct", "finishing correct-days", "mined settle"} <= {*points}
    assert len(crashed["replaced"]) == 6
    assert crashed["differences"] == ()
    calm = fresh_account(opened, tmp_path / "calm.json")
    assert crashed == calm_corrected_state(empty_database_url, calm)


def killed_lives(url: str, opened: OpenChain, log: Path, words: Collection[str]) -> int:
    """Lives of publishers until one gets to the end; how many were killed."""
    lives = 0
    while (status := life(url, opened, log, words)) != 0:
        assert status == -signal.SIGKILL
        lives += 1
        assert lives < 50, "the publisher does not get on"
    return lives


def calm_corrected_state(url: str, opened: OpenChain) -> dict[str, Any]:
    """The same without a crash, in a database of its own."""
    engine = open_engine(url)
    upgrade_database(engine)
    world = settled_world(engine, payees=ALL_CONSENT, two_areas=True)
    publish(publishing(engine, opened))
    distribute_again(world, settle_anew(world, two_areas=True))
    publish(publishing(engine, opened))
    found = corrected_state(world, opened)
    engine.dispose()
    return found


@pytest.fixture
def own_node(anvil: Path, tmp_path: Path) -> Iterator[LocalNode]:
    """A node that this test may kill."""
    with start_node(tmp_path / "chain", anvil) as node:
        yield node


def opened_on(node: LocalNode, folder: Path) -> OpenChain:
    """The account of the folder's keys on a node."""
    keys = load_or_create_keys(folder / "chain" / "keys.json")
    return OpenChain(node.url, EvmChain(Rpc(node.url), keys, node.chain_id), True, tuple(node.notes))


def test_publish__node_killed_before_its_first_write__everything_is_sent_again(
    engine: Engine, own_node: LocalNode, anvil: Path, tmp_path: Path
) -> None:
    world = settled_world(engine)
    opened = opened_on(own_node, tmp_path)
    publish(publishing(engine, opened))
    before, places = end_state(world, opened), addresses(world, opened)
    kill(own_node)
    (tmp_path / "chain" / "state.json").unlink(missing_ok=True)

    with start_node(tmp_path / "chain", anvil) as node:
        again = opened_on(node, tmp_path)
        assert again.chain.transaction_count() == 0
        result = publish(publishing(engine, again))

        assert (result.done, result.sent_again) == (0, len(world.transactions()))
        assert addresses(world, again) == places
        assert end_state(world, again) == before


def test_publish__node_killed_after_a_write__only_the_lost_is_sent_again(
    engine: Engine, own_node: LocalNode, anvil: Path, tmp_path: Path
) -> None:
    world = settled_world(engine)
    opened = opened_on(own_node, tmp_path)
    publish(publishing(engine, opened))
    wait_for_state(tmp_path / "chain", len(world.transactions()))
    saved = (tmp_path / "chain" / "state.json").read_bytes()
    confirm_all(world)
    publish(publishing(engine, opened))
    before = end_state(world, opened)
    kill(own_node)
    # What the disk holds after a crash within the second: the state before the confirmation.
    (tmp_path / "chain" / "state.json").write_bytes(saved)

    with start_node(tmp_path / "chain", anvil) as node:
        again = opened_on(node, tmp_path)
        result = publish(publishing(engine, again))
        assert (result.done, result.sent_again) == (0, 1)
        assert end_state(world, again) == before


def test_publish__state_torn_while_messages_are_open__sends_again_and_goes_on(
    engine: Engine, own_node: LocalNode, anvil: Path, tmp_path: Path
) -> None:
    world = settled_world(engine)
    opened = opened_on(own_node, tmp_path)
    publish(publishing(engine, opened))
    own_node.stop()
    confirm_all(world)
    state = tmp_path / "chain" / "state.json"
    state.write_bytes(state.read_bytes()[:1000])

    with start_node(tmp_path / "chain", anvil) as node:
        again = opened_on(node, tmp_path)
        assert "set aside" in again.notes[0]
        result = publish(publishing(engine, again))
        assert result.stopped == {}
        assert result.done == 1
        assert world.open_messages() == []
        assert balance(again, addresses(world, again)[ContractKind.TOKEN], wallet_of(world)) > 0


def wallet_of(world: World) -> bytes:
    """The first wallet that is paid."""
    return next(row.wallet_address for row in world.payouts() if row.wallet_address)


def test_publish__other_keys_after_the_state_was_lost__says_what_is_missing(
    engine: Engine, own_node: LocalNode, anvil: Path, tmp_path: Path
) -> None:
    settled_world(engine)
    publish(publishing(engine, opened_on(own_node, tmp_path)))
    kill(own_node)
    (tmp_path / "chain" / "state.json").unlink(missing_ok=True)
    (tmp_path / "chain" / "keys.json").unlink()

    with (
        start_node(tmp_path / "chain", anvil) as node,
        pytest.raises(ContractsMissing, match="the ledger at 0x"),
    ):
        publish(publishing(engine, opened_on(node, tmp_path)))


def test_publish__node_dies_in_the_middle_and_returns__waits_and_goes_on(
    engine: Engine, own_node: LocalNode, anvil: Path, tmp_path: Path
) -> None:
    world = settled_world(engine)
    nodes: list[LocalNode] = []
    stages: list[str] = []

    def crash(name: str) -> None:
        if name == "sent settle" and own_node.process is not None:
            kill(own_node)
            (tmp_path / "chain" / "state.json").unlink(missing_ok=True)

    def restart(_seconds: float) -> None:
        if own_node.process is None and not nodes:
            nodes.append(start_node(tmp_path / "chain", anvil))

    opened = opened_on(own_node, tmp_path)
    context = publishing(
        engine,
        opened,
        pace=Pace(sleep=restart, patience_s=30.0),
        progress=lambda stage, *_: stages.append(stage),
        checkpoint=crash,
    )
    try:
        result = publish(context)
        assert result.stopped == {}
        assert result.sent_again > 10
        assert {"node", "resend"} <= set(stages)
        assert world.open_messages() == []
        assert view(
            opened, "CommunityVault", addresses(world, opened)[ContractKind.VAULT], "distributionCount"
        ) == (1,)
    finally:
        for node in nodes:
            node.stop()

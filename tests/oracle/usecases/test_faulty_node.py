"""Between us and the chain everything may go wrong: answers late, lost, doubled, stale, refused.

publish
├── when answers are lost, late or doubled after they had their effect it should do everything once
├── when a node refuses or is stale it should ask the other
├── when the node in use dies in the middle it should go on with the other, and say so
├── when the only node is away it should wait by the injected clock, and go on
├── when a lower nonce was dropped it should be sent again, so that the later ones are mined
├── when a waiting transaction was dropped from the pool it should be sent again
└── when a call needs more gas than a block has it should sign nothing
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from oracle.chain.client import EvmChain
from oracle.chain.contracts import VaultContract
from oracle.chain.endpoints import LOOK_EVERY_S, Endpoints, node_of
from oracle.chain.keys import load_or_create_keys
from oracle.chain.node import LocalNode
from oracle.chain.rpc import Rpc
from oracle.errors import CallReverted, NodeUnreachable, NotMined, WrongChain
from oracle.records import TransactionState
from oracle.usecases.context import Pace
from oracle.usecases.publish import publish
from oracle.wiring import ChainSettings, OpenChain, open_chain, publishing
from tests.oracle.faulty_node import Fault, FaultyNode, faulty_node, random_script
from tests.oracle.usecases.test_crash import end_state
from tests.oracle.usecases.test_delivery import context as paced
from tests.oracle.usecases.test_delivery import mine
from tests.oracle.usecases.test_publish import confirm_all
from tests.oracle.world import World, settled_world

pytestmark = pytest.mark.node

ASKED = ("eth_sendRawTransaction", "eth_getTransactionReceipt", "eth_estimateGas", "eth_getTransactionCount")


@pytest.fixture
def faulty(shared_node: LocalNode) -> Iterator[FaultyNode]:
    """A node before the shared one that does as it is told."""
    with faulty_node(shared_node.url) as node:
        yield node


def through(opened: OpenChain, node: Rpc | Endpoints) -> OpenChain:
    """The same account, seen through another node."""
    return replace(opened, chain=EvmChain(node, opened.chain.keys, opened.chain.chain_id))


def require_once(world: World, opened: OpenChain) -> None:
    """Everything is done, and every nonce was used for one thing."""
    rows = world.transactions()
    assert world.open_messages() == []
    assert [row.nonce for row in rows] == list(range(len(rows)))
    assert len({(row.outbox_id, row.step) for row in rows}) == len(rows)
    assert all(row.state is TransactionState.MINED for row in rows)
    assert opened.chain.transaction_count() == len(rows)


@pytest.mark.parametrize(
    "seed", [1, pytest.param(2, marks=pytest.mark.deep), pytest.param(3, marks=pytest.mark.deep)]
)
def test_publish__answers_lost_late_and_doubled__does_everything_once(
    seed: int, world: World, opened: OpenChain, faulty: FaultyNode
) -> None:
    faulty.script = random_script(seed, ASKED, 25, ("drop", "twice", "timeout"))
    faulty.script += [Fault("eth_sendRawTransaction", kind) for kind in ("drop", "twice", "timeout")]
    pace = Pace(away_s=0.01, sleep=lambda _seconds: None)
    result = publish(publishing(world.engine, through(opened, Rpc(faulty.url, 0.4)), pace=pace))
    assert result.stopped == {}
    assert len(faulty.met) > 20
    require_once(world, opened)
    assert end_state(world, opened)["root"]


def test_publish__one_node_refuses_and_is_stale__asks_the_other(
    world: World, opened: OpenChain, faulty: FaultyNode
) -> None:
    faulty.script = random_script(7, ASKED, 20, ("refuse", "drop"))
    nodes = Endpoints([faulty.url, opened.url], 5.0, opened.chain.chain_id)
    result = publish(publishing(world.engine, through(opened, nodes)))
    assert result.stopped == {}
    require_once(world, opened)


def test_publish__answers_of_an_older_block__nothing_twice(
    world: World, opened: OpenChain, faulty: FaultyNode
) -> None:
    kinds = ("eth_getTransactionReceipt", "eth_getTransactionCount")
    faulty.script = random_script(11, kinds, 30, ("stale",))
    pace = Pace(resend_after_s=0.0)
    result = publish(publishing(world.engine, through(opened, Rpc(faulty.url)), pace=pace))
    assert result.stopped == {}
    require_once(world, opened)


def test_publish__node_dies_in_the_middle__goes_on_with_the_other_and_says_so(
    world: World, opened: OpenChain, faulty: FaultyNode
) -> None:
    said: list[str] = []
    nodes = Endpoints([faulty.url, opened.url], 5.0, opened.chain.chain_id)

    def die(name: str) -> None:
        if name == "sent settle":
            faulty.always = "drop"

    context = publishing(
        world.engine,
        through(opened, nodes),
        checkpoint=die,
        progress=lambda stage, _done, _total, sentence: said.append(f"{stage}: {sentence}"),
    )
    assert publish(context).stopped == {}
    require_once(world, opened)
    notes = [line for line in said if line.startswith("node: ")]
    assert notes[0].startswith(f"node: passed over: {faulty.url}")
    assert notes[1] == f"node: asking {opened.url} from now on"


def test_endpoints__stale_away_or_of_another_chain__are_passed_over_until_they_are_well(
    opened: OpenChain, faulty: FaultyNode
) -> None:
    clock = [0.0]
    Rpc(opened.url).call("anvil_mine", "0x10")
    faulty.script = [Fault("eth_blockNumber", "stale")]
    nodes = Endpoints([faulty.url, opened.url], 5.0, monotonic=lambda: clock[0])
    assert nodes.chain_id() == opened.chain.chain_id
    assert nodes.url == opened.url
    first, second = nodes.notes()
    assert first.startswith(f"passed over: {faulty.url} is stale: at block")
    assert second == f"asking {opened.url} from now on"
    clock[0] += LOOK_EVERY_S
    nodes.chain_id()
    assert nodes.notes() == [f"{faulty.url} is well again"]
    with pytest.raises(WrongChain, match="serves chain 31337, not chain 5"):
        Endpoints([faulty.url, opened.url], 5.0, 5).chain_id()
    faulty.always = "drop"
    with pytest.raises(NodeUnreachable, match=r"cannot be reached.*; http"):
        Endpoints([faulty.url, "http://127.0.0.1:1"], 5.0, 5).chain_id()


def test_open_chain__several_addresses__takes_one_that_is_well(opened: OpenChain, tmp_path: Path) -> None:
    load_or_create_keys(tmp_path / "keys.json")
    settings = ChainSettings(tmp_path, rpc=f"http://127.0.0.1:1, {opened.url}", keys=tmp_path / "keys.json")
    with open_chain(settings) as found:
        assert found.url == opened.url
        assert "passed over: http://127.0.0.1:1 cannot be reached" in found.notes[0]
    assert isinstance(node_of(opened.url), Rpc)


def test_publish__only_node_away__waits_by_the_injected_clock(
    world: World, opened: OpenChain, faulty: FaultyNode
) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if sum(slept) > 20:
            faulty.always = None

    def die(name: str) -> None:
        if name == "decided settle":
            faulty.always = "drop"

    pace = Pace(sleep=sleep, patience_s=60.0)
    context = publishing(world.engine, through(opened, Rpc(faulty.url)), pace=pace, checkpoint=die)
    assert publish(context).stopped == {}
    assert sum(slept) > 20
    require_once(world, opened)

    faulty.always = "drop"
    confirm_all(world)
    never = Pace(sleep=lambda _seconds: None, patience_s=10.0)
    with pytest.raises(NodeUnreachable):
        publish(publishing(world.engine, through(opened, Rpc(faulty.url)), pace=never))
    assert world.open_messages() == ["confirm"]


@pytest.fixture
def paid(paid_rpc: Rpc, tmp_path: Path) -> OpenChain:
    """An operator with money on a node that asks for it, and takes a block when it is told to."""
    keys = load_or_create_keys(tmp_path / "keys.json")
    paid_rpc.call("anvil_setBalance", keys.operator.address, hex(10**21))
    return OpenChain(paid_rpc.url, EvmChain(paid_rpc, keys, 31337), local=True)


def dropping(rpc: Rpc, name: str) -> Callable[[str], None]:
    """A checkpoint at which the node forgets all that waits, once."""
    dropped: list[str] = []

    def drop(found: str) -> None:
        if found == name and not dropped:
            dropped.append(found)
            rpc.call("anvil_dropAllTransactions")

    return drop


def test_publish__dropped_from_the_pool__is_sent_again(world: World, paid: OpenChain, paid_rpc: Rpc) -> None:
    context = paced(world.engine, paid, lambda: mine(paid_rpc), dropping(paid_rpc, "sent credit"))
    assert publish(context).stopped == {}
    require_once(world, paid)


def test_publish__lower_nonce_dropped__is_sent_again_before_the_later_ones(
    engine: Engine, paid: OpenChain, paid_rpc: Rpc
) -> None:
    one, two = settled_world(engine, name="Uno"), settled_world(engine, name="Due", offset=100)
    # The first community's transaction waits, is given up for this run, and is then dropped.
    stuck = publish(paced(engine, paid, lambda: None, patience_s=0.05), one.community_id)
    assert isinstance(stuck.stopped[one.community_id], NotMined)
    paid_rpc.call("anvil_dropAllTransactions")
    context = paced(engine, paid, lambda: mine(paid_rpc))
    assert publish(context, two.community_id).stopped == {}
    assert publish(context).stopped == {}
    nonces = sorted(row.nonce for world in (one, two) for row in world.transactions())
    assert nonces == list(range(len(nonces)))
    assert paid.chain.transaction_count() == len(nonces)


def test_sign__needs_more_gas_than_a_block_has__signs_nothing(paid: OpenChain) -> None:
    chain = paid.chain
    call = VaultContract(paid.chain).token_deployment()
    signed = chain.sign(call, 0)
    assert signed.raw
    chain._gas_max = lambda: 100_000  # type: ignore[method-assign]
    with pytest.raises(CallReverted, match="a transaction here has at most 100000"):
        chain.sign(call, 0)

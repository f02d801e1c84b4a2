"""A step on a chain where gas costs something: fees rise, blocks are late, nonces are taken.

deliver
├── given fees that rise while the transaction waits
│   └── it should sign the same nonce again with more, keep both hashes, and find either in the chain
├── given no block at all
│   └── it should say so after its patience, and keep the signed bytes
└── given an account without money
    └── it should stop with the node's own words and sign nothing twice
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine

from oracle.chain.client import EvmChain, _decoded
from oracle.chain.keys import load_or_create_keys
from oracle.chain.rpc import Rpc
from oracle.errors import NodeRefused, NotMined
from oracle.ports import Signed
from oracle.records import TransactionState
from oracle.usecases.context import Context, Pace
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from tests.oracle.world import World

pytestmark = pytest.mark.node

GWEI = 10**9


def mine(rpc: Rpc) -> None:
    """One block."""
    rpc.call("anvil_mine", "0x1")


def base_fee(rpc: Rpc, wei: int) -> None:
    """One block with that base fee."""
    rpc.call("anvil_setNextBlockBaseFeePerGas", hex(wei))
    mine(rpc)


@pytest.fixture
def paid(paid_rpc: Rpc, tmp_path: Path) -> OpenChain:
    """An operator with money on a node that asks for it."""
    keys = load_or_create_keys(tmp_path / "keys.json")
    paid_rpc.call("anvil_setBalance", keys.operator.address, hex(10**21))
    return OpenChain(paid_rpc.url, EvmChain(paid_rpc, keys, 31337), local=True)


def context(
    engine: Engine,
    paid: OpenChain,
    tick: Callable[[], None],
    checkpoint: Callable[[str], None] = lambda _name: None,
    patience_s: float = 60.0,
) -> Context:
    """A publisher to whom every pause brings what `tick` does."""
    pace = Pace(resend_after_s=0.0, patience_s=patience_s, sleep=lambda _seconds: tick())
    return publishing(engine, paid, pace=pace, checkpoint=checkpoint)


def test_deliver__gas_costs_something__everything_is_published(
    world: World, paid: OpenChain, paid_rpc: Rpc
) -> None:
    result = publish(context(world.engine, paid, lambda: mine(paid_rpc)))
    assert result.stopped == {}
    assert world.open_messages() == []


def test_deliver__fees_rise_while_it_waits__signs_the_same_nonce_with_more(
    world: World, paid: OpenChain, paid_rpc: Rpc
) -> None:
    def spike(name: str) -> None:
        if name == "decided credit":
            base_fee(paid_rpc, 100 * GWEI)

    result = publish(context(world.engine, paid, lambda: mine(paid_rpc), spike))

    assert result.stopped == {}
    credit = next(row for row in world.transactions() if row.step == "credit")
    assert len(credit.earlier_hashes) >= 1
    assert credit.state is TransactionState.MINED
    nonces = [row.nonce for row in world.transactions()]
    assert nonces == list(range(len(nonces)))


def test_deliver__cheaper_version_is_mined_after_all__is_found(
    world: World, paid: OpenChain, paid_rpc: Rpc
) -> None:
    """The fee is raised in the database, and then a block takes the version that was sent before."""
    publish_until(world, paid, paid_rpc, "sent credit")
    credit = next(row for row in world.transactions() if row.step == "credit")
    with publishing(world.engine, paid).unit() as work:
        # A block with the first version comes right after another one was signed and stored.
        paid_rpc.call("anvil_setNextBlockBaseFeePerGas", hex(1))
        mine(paid_rpc)
        work.transactions.replace(credit, _dearer(paid, credit.raw))
        work.commit()

    result = publish(context(world.engine, paid, lambda: mine(paid_rpc)))

    assert result.stopped == {}
    found = next(row for row in world.transactions() if row.step == "credit")
    assert found.earlier_hashes == (credit.hash,)
    assert found.state is TransactionState.MINED


class Cut(Exception):  # noqa: N818 - not an error but the end of a life
    """The publisher's life ends here."""


def publish_until(world: World, paid: OpenChain, rpc: Rpc, last: str) -> None:
    """Publish up to a checkpoint."""

    def cut(name: str) -> None:
        if name == last:
            raise Cut

    with pytest.raises(Cut):
        publish(context(world.engine, paid, lambda: mine(rpc), cut))


def _dearer(paid: OpenChain, raw: bytes) -> Signed:
    nonce, to, data, gas, fees = _decoded(raw)
    return paid.chain._signed(nonce, to, data, gas, fees.raised())


def test_deliver__no_block_comes__says_so_and_keeps_the_bytes(
    world: World, paid: OpenChain, paid_rpc: Rpc
) -> None:
    result = publish(context(world.engine, paid, lambda: None, patience_s=0.05))

    assert isinstance(result.stopped[world.community_id], NotMined)
    (stored,) = world.transactions()
    assert stored.state is TransactionState.SIGNED

    again = publish(context(world.engine, paid, lambda: mine(paid_rpc)))
    assert again.stopped == {}
    assert world.transactions()[0].raw == stored.raw


def test_deliver__account_without_money__stops_with_the_nodes_words(
    world: World, paid: OpenChain, paid_rpc: Rpc
) -> None:
    def rob(name: str) -> None:
        if name == "decided mint":
            paid_rpc.call("anvil_setBalance", paid.chain.keys.operator.address, "0x0")

    result = publish(context(world.engine, paid, lambda: mine(paid_rpc), rob))

    assert isinstance(result.stopped[world.community_id], NodeRefused)
    assert "funds" in str(result.stopped[world.community_id])
    count = len(world.transactions())
    paid_rpc.call("anvil_setBalance", paid.chain.keys.operator.address, hex(10**21))
    assert publish(context(world.engine, paid, lambda: mine(paid_rpc))).stopped == {}
    assert world.transactions()[count - 1].step == "mint"

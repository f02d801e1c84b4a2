"""A queue that cannot go on stands still with a clear error, and never loops.

publish
├── it should leave the other communities' queues running
├── when a transaction reverts it should stop, and go on only when a retry is allowed
├── when the contract would refuse it should sign nothing
├── when fewer reporters are left than must sign it should sign nothing
└── when the account or the database is in use elsewhere it should send nothing
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from oracle.chain.artifacts import artifact
from oracle.chain.client import EvmChain
from oracle.chain.keys import load_or_create_keys
from oracle.errors import (
    AnotherPublisher,
    CallReverted,
    KeysUnusable,
    NonceTaken,
    TransactionReverted,
)
from oracle.ports import Call, Signed
from oracle.records import ContractKind, TransactionState
from oracle.store.exclusive import exclusive
from oracle.usecases.context import TokenChoice, VaultPolicy
from oracle.usecases.places import place_of
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from tests.oracle.mining import mine
from tests.oracle.usecases.test_publish import addresses
from tests.oracle.world import World, settled_world

pytestmark = pytest.mark.node


class Starving(EvmChain):
    """Signs one step with too little gas, so that it is mined and reverted."""

    def __init__(self, chain: EvmChain, step: Callable[[Call], bool]) -> None:
        super().__init__(chain.rpc, chain.keys, chain.chain_id)
        self._starves = step

    def sign(self, call: Call, nonce: int) -> Signed:
        if not self._starves(call):
            return super().sign(call, nonce)
        return self._signed(nonce, call.to, call.data, 80_000, self._market_fees())


def starving(world: World, opened: OpenChain, word: str) -> OpenChain:
    """A chain on which the steps with that word in their sentence run out of gas."""
    return replace(opened, chain=Starving(opened.chain, lambda call: word in call.sentence))


def test_publish__transaction_reverts__queue_stops_and_never_signs_again(
    world: World, opened: OpenChain
) -> None:
    poor = starving(world, opened, "settle distribution")
    first = publish(publishing(world.engine, poor))
    count = opened.chain.transaction_count()
    second = publish(publishing(world.engine, opened))

    for result in (first, second):
        assert isinstance(result.stopped[world.community_id], TransactionReverted)
    assert opened.chain.transaction_count() == count
    assert world.open_messages() == ["settle"]


def test_publish__reverted_and_retry_allowed__goes_on(world: World, opened: OpenChain) -> None:
    publish(publishing(world.engine, starving(world, opened, "settle distribution")))
    result = publish(publishing(world.engine, opened, retry_reverted=True))

    assert result.stopped == {}
    settles = [row for row in world.transactions() if row.step == "settle"]
    assert [(row.attempt, row.state) for row in settles] == [
        (1, TransactionState.REVERTED),
        (2, TransactionState.MINED),
    ]


def test_publish__one_community_stands_still__the_other_goes_on(engine: Engine, opened: OpenChain) -> None:
    one = settled_world(engine, name="Uno")
    two = settled_world(engine, name="Due", offset=100)
    # The first settlement that is signed runs out of gas.
    seen: list[int] = []

    def first_settlement(call: Call) -> bool:
        if "settle distribution" in call.sentence:
            seen.append(1)
        return len(seen) == 1 and "settle distribution" in call.sentence

    poor = replace(opened, chain=Starving(opened.chain, first_settlement))
    result = publish(publishing(engine, poor))

    assert list(result.stopped) == [one.community_id]
    assert two.open_messages() == []


def test_publish__account_used_elsewhere__sends_nothing(world: World, opened: OpenChain) -> None:
    context = publishing(world.engine, opened)
    publish(context)
    mine(opened.chain, context.vault.token_deployment())

    with pytest.raises(NonceTaken, match="another program uses the same key"):
        publish(context)


def test_publish__two_at_once__the_second_refuses(world: World, opened: OpenChain) -> None:
    context = publishing(world.engine, opened)
    impatient = replace(context, exclusive=lambda: exclusive(world.engine, "publishing", patience_s=0.0))
    with exclusive(world.engine, "publishing"), pytest.raises(AnotherPublisher):
        publish(impatient)


def test_exclusive__lock_released__is_free_again(engine: Engine) -> None:
    with exclusive(engine, "x"):
        pass
    with exclusive(engine, "x"):
        pass


def test_publish__simulation_fails__nothing_is_signed(world: World, opened: OpenChain) -> None:
    policy = VaultPolicy(TokenChoice.TEST_EURO, root_delay_s=3600)
    result = publish(publishing(world.engine, opened, policy=policy))

    error = result.stopped[world.community_id]
    assert isinstance(error, CallReverted)
    assert "CommunityVault_NotYetValid" in str(error)
    assert world.open_messages() == ["push", "reserve"]
    assert "push" not in [transaction.step for transaction in world.transactions()]


def guarded(opened: OpenChain, folder: Path) -> tuple[EvmChain, VaultPolicy]:
    """Another account, and terms by which it guards and has an hour to cancel."""
    keys = load_or_create_keys(folder / "guardian.json")
    guardian = EvmChain(opened.chain.rpc, keys, opened.chain.chain_id)
    return guardian, VaultPolicy(TokenChoice.TEST_EURO, root_delay_s=3600, guardian=guardian.sender)


def test_publish__too_few_reporters_left__signs_nothing(
    world: World, opened: OpenChain, tmp_path: Path
) -> None:
    guardian, policy = guarded(opened, tmp_path)

    def remove(name: str) -> None:
        if name == "done deploy":
            for reporter in opened.chain.keys.reporters[:3]:
                places = addresses(world, opened)
                community = place_of(context, world.community_id).community
                data = artifact("EnergyLedger").call("removeReporter", community, reporter.address)
                assert mine(guardian, Call(places[ContractKind.LEDGER], data, "remove")).succeeded

    context = publishing(world.engine, opened, policy=policy, checkpoint=remove)
    result = publish(context)

    error = result.stopped[world.community_id]
    assert isinstance(error, KeysUnusable)
    assert "3 of the community's 2 reporters must sign" in str(error)
    assert "post" not in [row.step for row in world.transactions()]

"""Leaves that a push finds paid, and leaves that it cannot pay.

push
├── when somebody claimed a leaf for its member before
│   └── it should pay the others, and note the leaf as paid
├── when a leaf's transfer fails
│   └── it should leave that leaf open, say so, and block nothing
└── when a token's refusals make the batch cost more than a transaction may
    └── it should push halves, down to a single leaf, and pay each leaf once
"""

from dataclasses import replace
from pathlib import Path

import pytest
from eth_utils.address import to_checksum_address

from oracle.attest.keccak import keccak256
from oracle.attest.payout_tree import encode_leaf, encode_proof
from oracle.chain.artifacts import artifact
from oracle.chain.client import GAS_LIMIT_MAX, EvmChain
from oracle.chain.contracts import VaultContract
from oracle.chain.keys import load_or_create_keys
from oracle.errors import CallReverted
from oracle.ports import Branch, Call, Outcome, PaidBatch
from oracle.records import ContractKind
from oracle.usecases.context import VaultPolicy
from oracle.usecases.payout_leaves import tree_of
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from settlement.domain.payout_states import PayoutState
from tests.oracle.mining import mine
from tests.oracle.usecases.test_publish import addresses, view
from tests.oracle.world import World

pytestmark = pytest.mark.node
NO_BRANCH = Branch(1, 0, (), ())


class Settled(Exception):  # noqa: N818 - not an error but the point at which the test steps in
    """The distribution is settled and nothing is paid."""


def settle_only(world: World, opened: OpenChain, policy: VaultPolicy | None = None) -> None:
    """Publish up to the first settlement's end."""

    def stop(name: str) -> None:
        if name == "done settle":
            raise Settled

    with pytest.raises(Settled):
        publish(publishing(world.engine, opened, policy=policy, checkpoint=stop))


def claim(world: World, opened: OpenChain, stranger: EvmChain, index: int) -> None:
    """A stranger claims a leaf on the member's behalf."""
    vault = addresses(world, opened)[ContractKind.VAULT]
    tree = tree_of(world.payouts())
    leaf, proof = encode_leaf(tree.leaves[index]), encode_proof(tree.proof(index))
    data = artifact("CommunityVault").call("claim", (1, index, leaf, proof))
    assert mine(stranger, Call(vault, data, "claim")).succeeded


def test_push__leaf_was_claimed_before__is_noted_as_paid_and_paid_once(
    world: World, opened: OpenChain, tmp_path: Path
) -> None:
    settle_only(world, opened)
    keys = load_or_create_keys(tmp_path / "stranger.json")
    claim(world, opened, EvmChain(opened.chain.rpc, keys, opened.chain.chain_id), 0)

    assert publish(publishing(world.engine, opened)).stopped == {}

    first, second = world.payouts()[:2]
    assert (first.state, second.state) == (PayoutState.PAID, PayoutState.PAID)
    token = addresses(world, opened)[ContractKind.TOKEN]
    for payout in (first, second):
        assert payout.wallet_address is not None
        held = view(opened, "TestEuro", token, "balanceOf", to_checksum_address(payout.wallet_address))
        assert held == (payout.amount_micro_eur,)


def test_push__transfer_fails__leaf_stays_open_and_the_rest_goes_on(world: World, opened: OpenChain) -> None:
    class Refusing(VaultContract):
        def paid_batch(self, vault: bytes, outcome: Outcome) -> PaidBatch:
            honest = super().paid_batch(vault, outcome)
            return PaidBatch(honest.start, honest.paid & ~1, 1)

        def is_paid(self, vault: bytes, distribution: int, index: int) -> bool:
            return index != 0 and super().is_paid(vault, distribution, index)

    seen: list[str] = []
    context = publishing(world.engine, opened, progress=lambda *facts: seen.append(facts[3]))
    result = publish(replace(context, vault=Refusing(opened.chain)))

    assert result.stopped == {}
    assert [row.state for row in world.payouts()[:2]] == [PayoutState.PENDING, PayoutState.PAID]
    assert "1 leaves could not be paid and stay open, first: leaf 0" in seen
    assert world.open_messages() == []


def test_push__batch_that_no_transaction_holds__is_pushed_in_halves(world: World, opened: OpenChain) -> None:
    class Narrow(VaultContract):
        def fits(self, vault: bytes, branch: Branch) -> bool:
            return len(branch.leaves) < 2 and super().fits(vault, branch)

    result = publish(replace(publishing(world.engine, opened), vault=Narrow(opened.chain)))

    assert result.stopped == {}
    assert [row.state for row in world.payouts()[:2]] == [PayoutState.PAID] * 2
    steps = [row.step for row in world.transactions() if row.step.startswith("push")]
    assert steps[:2] == ["push 0 to 0", "push 1 to 1"]
    assert len(steps) == len(world.payouts())


@pytest.mark.parametrize(
    ("error", "expected"), [("TooLittleGas(uint256,uint256)", False), ("NotYetValid(uint32,uint40)", None)]
)
def test_fits__contract_refuses__is_no_unless_for_another_reason(
    opened: OpenChain, error: str, expected: bool | None
) -> None:
    class Refused(EvmChain):
        def gas_of(self, call: Call) -> int:
            data = keccak256(f"CommunityVault_{error}".encode())[:4] + bytes(64)
            raise CallReverted(call.sentence, error, data)

    vault = VaultContract(Refused(opened.chain.rpc, opened.chain.keys, opened.chain.chain_id))
    if expected is None:
        with pytest.raises(CallReverted):
            vault.fits(bytes(20), NO_BRANCH)
    else:
        assert vault.fits(bytes(20), NO_BRANCH) is expected


def test_fits__more_gas_than_a_transaction_may_use__is_no(opened: OpenChain) -> None:
    class Dear(EvmChain):
        def gas_of(self, call: Call) -> int:
            return GAS_LIMIT_MAX + 1

    vault = VaultContract(Dear(opened.chain.rpc, opened.chain.keys, opened.chain.chain_id))
    assert not vault.fits(bytes(20), NO_BRANCH)

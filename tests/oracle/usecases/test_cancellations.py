"""What the guardian cancels is divided anew, and in the end everybody has what they would have had.

publish
├── when the guardian cancelled a distribution
│   ├── it should note it, cancel its leaves, pay nothing of it, and stop at nothing
│   ├── it should note it once, whatever is killed
│   └── while no block that counts has the cancellation, it should wait
├── when another was planned on it
│   ├── it should be planned anew with the same receipts and periods
│   ├── though its settlement was signed before
│   └── when its month was corrected meanwhile it should name the newer settlement, as a redivision does
├── when another was settled on it
│   └── that one should be paid, and a distribution without receipts pay the rest
├── when it is divided anew, every pack should come out
│   ├── with what the cancelled leaves gave back, without receipts too
│   └── with a correction that only a plan took that never reached the ledger
└── when everything is paid in the end
    └── each member should have what a world without cancellation pays
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from sqlalchemy import Engine

from oracle.audit.pack import audit
from oracle.chain.artifacts import artifact
from oracle.chain.client import EvmChain, Finality
from oracle.chain.inspection import Inspection
from oracle.chain.node import LocalNode, start_node
from oracle.errors import CallReverted, DistributionCancelled, OracleError
from oracle.ports import Call
from oracle.records import ContractKind, TransactionState
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.chain_status import chain_status
from oracle.usecases.context import VaultPolicy
from oracle.usecases.evidence_pack import evidence_pack
from oracle.usecases.payout_leaves import tree_of
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from settlement.domain.errors import ServiceError
from settlement.domain.payout_states import PayoutState
from settlement.domain.records import Cancellation, Distribution, ReceiptKind
from settlement.domain.rule_files import rule_texts
from settlement.usecases.distribute import distribute
from settlement.usecases.record_receipt import ReceiptTerms, record_receipt
from settlement.usecases.redivide import redivide
from tests.oracle.mining import mine
from tests.oracle.usecases.anew import distribute_again, settle_anew
from tests.oracle.usecases.test_claims import settle_only
from tests.oracle.usecases.test_publish import addresses, view
from tests.oracle.usecases.test_stopped_queues import guarded
from tests.oracle.world import World, settled_world, wallet

pytestmark = pytest.mark.node
HOUR_S = 3600


class Killed(Exception):  # noqa: N818 - not an error but the end of a life
    """The publisher died here."""


@pytest.fixture(scope="module")
def shared_node(anvil: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalNode]:
    """A node of these tests alone: its clock is moved."""
    with start_node(tmp_path_factory.mktemp("node"), anvil) as node:
        yield node


class Story:
    """A world whose distributions can be cancelled for an hour."""

    def __init__(self, world: World, opened: OpenChain, guardian: EvmChain, policy: VaultPolicy) -> None:
        self.world, self.opened, self.guardian, self.policy = world, opened, guardian, policy

    def publish(self, *deaths: str, finality: Finality | None = None) -> OracleError | ServiceError | None:
        """Work the world's queue; the error at which it stands. It dies at a checkpoint of these names."""

        def die(name: str) -> None:
            if name in deaths:
                raise Killed

        chain = self.opened.chain
        if finality is not None:
            chain = EvmChain(chain.rpc, chain.keys, chain.chain_id, finality)
        opened = replace(self.opened, chain=chain)
        context = publishing(self.world.engine, opened, policy=self.policy, checkpoint=die)
        return publish(context, self.world.community_id).stopped.get(self.world.community_id)

    def cancel(self, number: int) -> None:
        """The guardian cancels a distribution."""
        with OracleUnitOfWork(self.world.engine) as work:
            tree = tree_of(work.payouts.of_distribution(self.distributions()[number - 1].id))
        data = artifact("CommunityVault").call("cancel", number, tree.root, tree.total_micro_eur)
        vault = addresses(self.world, self.opened)[ContractKind.VAULT]
        assert mine(self.guardian, Call(vault, data, "cancel")).succeeded

    def receive(self, cents: int) -> Distribution:
        """Another receipt over the same month."""
        with OracleUnitOfWork(self.world.engine) as work:
            terms = ReceiptTerms(
                ReceiptKind.BALANCE, date(2024, 12, 4), cents * 10_000, f"{self.world.community_id} {cents}"
            )
            receipt = record_receipt(work, self.world.community_id, terms)
            found = distribute(
                work,
                self.world.community_id,
                [receipt.id],
                [self.world.settlement.id],
                acknowledged=["RECEIVED_ABOVE_COMPUTED", "RECEIVED_BELOW_COMPUTED"],
            )
            work.commit()
        return found

    def redivide(self) -> Distribution:
        """A distribution without receipts."""
        with OracleUnitOfWork(self.world.engine) as work:
            found = redivide(work, self.world.community_id, wallets=True)
            work.commit()
        return found

    def wait_and_publish(self) -> None:
        """The hour passes, and nobody cancels."""
        assert isinstance(self.publish(), CallReverted)
        self.opened.chain.rpc.call("evm_increaseTime", HOUR_S + 1)
        self.opened.chain.rpc.call("evm_mine")
        assert self.publish() is None

    def distributions(self) -> list[Distribution]:
        """By number, each in its latest plan."""
        with OracleUnitOfWork(self.world.engine) as work:
            return work.distributions.of_community(self.world.community_id)

    def cancellations(self) -> list[Cancellation]:
        """What was noted."""
        with OracleUnitOfWork(self.world.engine) as work:
            return work.distributions.cancellations(self.world.community_id)

    def states(self, distribution: Distribution) -> set[PayoutState]:
        """Where its leaves stand."""
        with OracleUnitOfWork(self.world.engine) as work:
            return {row.state for row in work.payouts.of_distribution(distribution.id)}

    def paid(self) -> Counter[str]:
        """Micro-euro that each member got, or that wait for the bank."""
        paid: Counter[str] = Counter()
        with OracleUnitOfWork(self.world.engine) as work:
            for row in work.payouts.of_community(self.world.community_id):
                if row.state in (PayoutState.PAID, PayoutState.RESERVED):
                    paid[row.member or ""] += row.amount_micro_eur
        return paid

    def differences(self) -> tuple[str, ...]:
        """What `chain status` finds."""
        with OracleReadOnlyUnitOfWork(self.world.engine) as work:
            return chain_status(work, Inspection(self.opened.chain)).divergences

    def notes(self) -> str:
        """What `chain status` adds."""
        with OracleReadOnlyUnitOfWork(self.world.engine) as work:
            return "\n".join(chain_status(work, Inspection(self.opened.chain)).notes)


@pytest.fixture
def story(world: World, opened: OpenChain, tmp_path: Path) -> Story:
    """A community with one distribution, nothing published yet."""
    guardian, policy = guarded(opened, tmp_path)
    return Story(world, opened, guardian, policy)


def undisturbed(engine: Engine, story: Story, *receipts: int) -> Counter[str]:
    """What the same community pays when nobody cancels."""
    other = settled_world(engine, name="Due", offset=100)
    calm = Story(other, story.opened, story.guardian, story.policy)
    calm.wait_and_publish()
    for cents in receipts:
        calm.receive(cents)
        calm.wait_and_publish()
    return calm.paid()


def test_publish__distribution_cancelled__is_noted_and_nothing_of_it_is_paid(story: Story) -> None:
    assert isinstance(story.publish(), CallReverted)
    story.cancel(1)
    assert "the next publication notes it" in story.notes()
    before = story.distributions()

    assert story.publish() is None

    assert story.distributions() == before
    assert story.cancellations() == [Cancellation(before[0].id, 1)]
    assert story.states(before[0]) == {PayoutState.CANCELLED}
    assert story.world.open_messages() == []
    assert {"push", "reserve"}.isdisjoint({row.step for row in story.world.transactions()})
    assert story.differences() == ()
    assert "which distribution 2 divides" in story.notes()


@pytest.mark.parametrize("death", ["cancelling", "cancelled"])
def test_publish__killed_while_noting__notes_it_once(story: Story, death: str) -> None:
    story.receive(10_001)
    settle_only(story.world, story.opened, story.policy)
    story.cancel(1)
    with pytest.raises(Killed):
        story.publish(death)

    assert isinstance(story.publish(), CallReverted)

    assert len(story.cancellations()) == 1
    assert [(row.number, row.plan) for row in story.distributions()] == [(1, 1), (2, 2)]


def test_publish__cancellation_that_does_not_count_yet__waits(story: Story) -> None:
    story.publish()
    story.cancel(1)

    error = story.publish(finality=Finality(depth=1))

    assert isinstance(error, DistributionCancelled)
    assert story.cancellations() == []
    story.opened.chain.rpc.call("evm_mine")
    assert story.publish(finality=Finality(depth=1)) is None
    assert len(story.cancellations()) == 1


def test_publish__another_was_planned_on_it__is_planned_anew_and_pays_all(
    engine: Engine, story: Story
) -> None:
    first, stale = story.world.distribution, story.receive(10_001)
    settle_only(story.world, story.opened, story.policy)
    story.cancel(1)
    story.wait_and_publish()

    anew = story.distributions()[1]
    assert (anew.number, anew.plan, anew.id) != (stale.number, stale.plan, stale.id)
    assert (anew.receipts, anew.settlements) == (stale.receipts, stale.settlements)
    assert anew.previous_carry_micro_eur == first.pool_micro_eur
    assert story.states(stale) == {PayoutState.CANCELLED}
    assert story.paid() == undisturbed(engine, story, 10_001)
    assert story.differences() == ()


def test_publish__its_settlement_was_signed_before__is_planned_anew(story: Story) -> None:
    stale = story.receive(10_001)
    settle_only(story.world, story.opened, story.policy)
    with pytest.raises(Killed):
        story.publish("decided settle")
    story.cancel(1)

    story.wait_and_publish()

    anew = story.distributions()[1]
    assert anew.plan == stale.plan + 1
    settles = [row.state for row in story.world.transactions() if row.step == "settle"]
    assert settles == [TransactionState.MINED, TransactionState.REVERTED, TransactionState.MINED]


def test_publish__another_was_settled_on_it__a_redivision_pays_the_rest(engine: Engine, story: Story) -> None:
    second = story.receive(10_001)
    assert isinstance(story.publish(), CallReverted)
    story.cancel(1)
    story.wait_and_publish()
    assert story.distributions()[1] == second
    assert story.cancellations() == [Cancellation(story.world.distribution.id, 2)]

    third = story.redivide()
    assert (third.number, third.receipts, third.amount_micro_eur) == (3, (), 0)
    story.wait_and_publish()

    assert story.redivide() == third
    assert story.paid() == undisturbed(engine, story, 10_001)
    assert story.differences() == ()


def divisions(story: Story) -> list[dict[str, Any]]:
    """What the packs of all distributions say of their divisions; each pack comes out."""
    found = []
    for distribution in story.distributions():
        with OracleReadOnlyUnitOfWork(story.world.engine) as work:
            files = dict(evidence_pack(work, distribution.id))
        assert audit(files, rule_texts()).difference is None
        found.append(json.loads(files["division.json"]))
    return found


def test_pack__redivision_without_receipts__comes_out(story: Story) -> None:
    story.receive(10_001)
    story.publish()
    story.cancel(1)
    story.wait_and_publish()
    story.redivide()
    story.wait_and_publish()

    first, second, third = divisions(story)

    # The second was divided before; the third pays what the first had promised.
    assert second["previous"]["carry_eur"] == first["carry_eur"]
    assert third["enterprises"] is None
    assert {row["weight"] for row in third["members"]} == {0}
    owed = {row["member"]: row["leaf_eur"] for row in first["members"]}
    assert {row["member"]: row["leaf_eur"] for row in third["members"] if row["leaf_eur"] != "0.000000"} == {
        member: leaf for member, leaf in owed.items() if leaf != "0.000000"
    }
    assert story.differences() == ()


def test_publish__month_corrected_before_a_redivision__it_names_the_newer_settlement(story: Story) -> None:
    settle_only(story.world, story.opened, story.policy)
    newer = settle_anew(story.world)
    story.cancel(1)
    assert story.publish() is None
    assert story.redivide().settlements == (newer.id,)
    story.wait_and_publish()

    first, second = divisions(story)

    assert [row["distribution"] for row in second["corrections"]] == [1]
    assert second["pool_eur"] == first["pool_eur"]
    assert story.differences() == ()


def test_publish__month_corrected_before_a_plan_anew__it_names_the_newer_settlement(story: Story) -> None:
    stale = story.receive(10_001)
    settle_only(story.world, story.opened, story.policy)
    newer = settle_anew(story.world)
    story.cancel(1)
    story.wait_and_publish()

    anew = story.distributions()[1]

    assert (anew.receipts, anew.settlements, anew.plan) == (stale.receipts, (newer.id,), stale.plan + 1)
    assert len(divisions(story)) == 2
    assert story.differences() == ()


def test_pack__planned_anew_after_a_correction__has_what_the_former_plan_took(story: Story) -> None:
    settle_only(story.world, story.opened, story.policy)
    newer = settle_anew(story.world)
    stale = distribute_again(story.world, newer)
    story.cancel(1)
    story.wait_and_publish()

    first, second = divisions(story)

    assert story.distributions()[1].plan == stale.plan + 1
    (correction,) = second["corrections"]
    assert correction["distribution"] == 1
    due = [(row["member"], row["entitlement_eur"]) for row in first["members"]]
    assert [(row["member"], row["balance_eur"]) for row in second["before"]["members"]] == due
    assert [(row["member"], row["before_eur"]) for row in correction["members"]] == due
    assert story.differences() == ()


def test_publish__next_receipt_after_it__pays_what_a_world_without_cancellation_pays(
    engine: Engine, story: Story
) -> None:
    story.publish()
    story.cancel(1)
    story.publish()
    story.receive(10_001)
    story.wait_and_publish()
    story.receive(7)
    story.publish()
    story.cancel(3)
    story.publish()
    story.receive(99_999)
    story.wait_and_publish()

    assert story.differences() == ()
    paid, calm = story.paid(), undisturbed(engine, story, 10_001, 7, 99_999)
    assert paid == calm
    token = addresses(story.world, story.opened)[ContractKind.TOKEN]
    # Both worlds pay the same wallet.
    holder = to_checksum_address(wallet(1))
    assert view(story.opened, "TestEuro", token, "balanceOf", holder) == (paid["P1"] + calm["P1"],)


def test_status__chain_has_forgotten_the_vault_s_distributions__is_a_difference(story: Story) -> None:
    class Forgetful(Inspection):
        def distribution_count(self, vault: bytes) -> int:
            return 0

    story.publish()
    story.cancel(1)
    story.publish()
    with OracleReadOnlyUnitOfWork(story.world.engine) as work:
        found = chain_status(work, Forgetful(story.opened.chain)).divergences
    assert "number of the latest distribution: computed here 1, on the chain 0" in found

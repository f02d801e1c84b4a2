"""From the outbox to the chain: every message once, every figure compared.

publish
├── given a settled month
│   ├── it should post the days, credit the receipt, settle, push wallets and reserve bank leaves
│   ├── it should pay every wallet exactly its leaf
│   └── when it runs again it should send nothing
├── given bank references
│   └── it should confirm the leaves and release their tokens to the treasurer
├── given a vault that counts a bookkeeping euro
│   ├── it should pay everything by bank
│   └── when a leaf names a wallet it should refuse before signing
├── given two configurations it should post and settle both
├── given a second community it should use the same ledger and token
└── given a node of another chain it should refuse and sign nothing
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_utils.address import to_checksum_address
from sqlalchemy import Engine

from oracle.chain.artifacts import artifact
from oracle.chain.client import EvmChain
from oracle.chain.node import start_node
from oracle.chain.rpc import Rpc
from oracle.errors import (
    ChannelNotPayable,
    NodeUnreachable,
    OtherChainInUse,
    WrongChain,
)
from oracle.records import ContractKind, TransactionState
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases.context import Pace, TokenChoice, VaultPolicy
from oracle.usecases.pay import confirm_payouts, pays_wallets
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing
from settlement.domain.calendar import month_number
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel, PayoutState
from tests.oracle.world import ALL_CONSENT, BANK_ONLY, FIRST, WALLETS, World, settled_world, wallet

pytestmark = pytest.mark.node

BOOKKEEPING = VaultPolicy(token=TokenChoice.BOOKKEEPING)


def addresses(world: World, opened: OpenChain) -> dict[ContractKind, bytes]:
    """The contracts that serve the world's community."""
    with OracleUnitOfWork(world.engine) as work:
        rows = work.deployments.of_chain(opened.chain.chain_id)
    return {row.kind: row.address for row in rows if row.community_id in (None, world.community_id)}


def view(opened: OpenChain, name: str, address: bytes, function: str, *arguments: object) -> Any:
    """Answer of a view function."""
    return opened.chain.view(artifact(name), address, function, *arguments)


def confirm_all(world: World) -> int:
    """Report every bank leaf as paid."""
    with OracleUnitOfWork(world.engine) as work:
        bank = [payout for payout in world.payouts() if payout.channel is Channel.BANK]
        references = {payout.leaf_index: f"SEPA-{payout.leaf_index}" for payout in bank}
        ordered = confirm_payouts(work, world.distribution.id, references)
        work.commit()
    return ordered


def test_publish__settled_month__every_leaf_is_paid_or_reserved(world: World, opened: OpenChain) -> None:
    result = publish(publishing(world.engine, opened), world.community_id)

    assert result.stopped == {}
    assert world.open_messages() == []
    states = {payout.channel: payout.state for payout in world.payouts()}
    assert states == {Channel.WALLET: PayoutState.PAID, Channel.BANK: PayoutState.RESERVED}


def test_publish__settled_month__ledger_totals_and_vault_sums_are_the_databases(
    world: World, opened: OpenChain
) -> None:
    publish(publishing(world.engine, opened), world.community_id)

    places = addresses(world, opened)
    with OracleUnitOfWork(world.engine) as work:
        community = work.communities.get(world.community_id)
    assert community is not None
    name = community.configurations[0].ledger_id
    (totals,) = view(
        opened, "EnergyLedger", places[ContractKind.LEDGER], "totalsOf", name, month_number(FIRST)
    )
    settlement, distribution = world.settlement, world.distribution
    assert totals[:3] == (settlement.injected_wh, settlement.withdrawn_wh, settlement.shared_wh)
    funds = view(opened, "CommunityVault", places[ContractKind.VAULT], "funds")
    assert funds[:3] == (
        distribution.social_micro_eur,
        distribution.grid_micro_eur,
        distribution.carry_micro_eur,
    )


def test_publish__wallet_leaves__hold_exactly_their_amounts(world: World, opened: OpenChain) -> None:
    publish(publishing(world.engine, opened), world.community_id)

    token = addresses(world, opened)[ContractKind.TOKEN]
    wallets = [payout for payout in world.payouts() if payout.channel is Channel.WALLET]
    assert len(wallets) == 2
    for payout in wallets:
        assert payout.wallet_address is not None
        (held,) = view(opened, "TestEuro", token, "balanceOf", to_checksum_address(payout.wallet_address))
        assert held == payout.amount_micro_eur


def test_publish__again__sends_nothing(world: World, opened: OpenChain) -> None:
    publish(publishing(world.engine, opened))
    count = opened.chain.transaction_count()

    result = publish(publishing(world.engine, opened))

    assert (result.done, result.sent_again) == (0, 0)
    assert opened.chain.transaction_count() == count


def test_publish__every_transaction__has_its_gas_and_block_on_record(world: World, opened: OpenChain) -> None:
    publish(publishing(world.engine, opened))

    transactions = world.transactions()
    assert [transaction.nonce for transaction in transactions] == list(range(len(transactions)))
    assert {transaction.state for transaction in transactions} == {TransactionState.MINED}
    assert all((transaction.gas_used or 0) > 21_000 for transaction in transactions)
    assert all(transaction.block_hash for transaction in transactions)


def test_publish__progress__counts_to_the_number_of_messages(world: World, opened: OpenChain) -> None:
    seen: list[tuple[str, int, int, str]] = []
    publish(publishing(world.engine, opened, progress=lambda *facts: seen.append(facts)))

    assert [done for _, done, _, _ in seen] == list(range(1, len(seen) + 1))
    assert seen[-1][1] == seen[-1][2]
    assert list(dict.fromkeys(stage for stage, *_ in seen)) == [
        "deploy",
        "post-days",
        "credit",
        "settle",
        "push",
        "reserve",
    ]


def test_publish__bank_references__leaves_are_confirmed_and_tokens_go_to_the_treasurer(
    world: World, opened: OpenChain
) -> None:
    publish(publishing(world.engine, opened))
    assert confirm_all(world) == 1

    result = publish(publishing(world.engine, opened))

    assert result.stopped == {}
    bank = [payout for payout in world.payouts() if payout.channel is Channel.BANK]
    assert {payout.state for payout in bank} == {PayoutState.CONFIRMED}
    assert bank[0].bank_reference == f"SEPA-{bank[0].leaf_index}"
    token = addresses(world, opened)[ContractKind.TOKEN]
    (held,) = view(opened, "TestEuro", token, "balanceOf", opened.chain.keys.operator.address)
    assert held == sum(payout.amount_micro_eur for payout in bank)


def test_publish__references_again__orders_nothing(world: World, opened: OpenChain) -> None:
    publish(publishing(world.engine, opened))
    confirm_all(world)
    publish(publishing(world.engine, opened))

    assert confirm_all(world) == 0


def test_publish__overlapping_references_before_publication__confirms_each_leaf_once(
    world: World, opened: OpenChain
) -> None:
    publish(publishing(world.engine, opened))
    first = next(payout.leaf_index for payout in world.payouts() if payout.channel is Channel.BANK)
    with OracleUnitOfWork(world.engine) as work:
        confirm_payouts(work, world.distribution.id, {first: "SEPA-A"})
        work.commit()
    confirm_all(world)

    result = publish(publishing(world.engine, opened))

    assert result.stopped == {}
    assert world.payouts()[first].bank_reference == "SEPA-A"
    assert {row.state for row in world.payouts() if row.channel is Channel.BANK} == {PayoutState.CONFIRMED}


def test_publish__bookkeeping_euro__everything_is_paid_by_bank(engine: Engine, opened: OpenChain) -> None:
    world = settled_world(engine, payees=BANK_ONLY)
    publish(publishing(engine, opened, policy=BOOKKEEPING))
    confirm_all(world)
    result = publish(publishing(engine, opened, policy=BOOKKEEPING))

    assert result.stopped == {}
    assert {payout.state for payout in world.payouts()} == {PayoutState.CONFIRMED}
    places = addresses(world, opened)
    assert ContractKind.TOKEN not in places
    held = view(opened, "CommunityVault", places[ContractKind.VAULT], "funds")[3]
    paid = sum(payout.amount_micro_eur for payout in world.payouts())
    assert held == world.distribution.amount_micro_eur - paid


def test_publish__wallet_leaf_and_bookkeeping_euro__refuses_before_signing(
    engine: Engine, opened: OpenChain
) -> None:
    world = settled_world(engine, payees=WALLETS)
    result = publish(publishing(engine, opened, policy=BOOKKEEPING))

    assert isinstance(result.stopped[world.community_id], ChannelNotPayable)
    assert world.open_messages() == ["settle"]
    assert "settle" not in [transaction.step for transaction in world.transactions()]


def test_publish__two_configurations__both_are_posted_and_settled(engine: Engine, opened: OpenChain) -> None:
    world = settled_world(engine, payees=ALL_CONSENT, two_areas=True)
    result = publish(publishing(engine, opened))

    assert result.stopped == {}
    assert sum(transaction.step.startswith("register AC") for transaction in world.transactions()) == 2
    assert world.open_messages() == []


def test_publish__two_communities__share_ledger_and_token_and_have_vaults_of_their_own(
    engine: Engine, opened: OpenChain
) -> None:
    one = settled_world(engine, name="Uno")
    # The second community has the same PODs in the test's world, so it gets other ones.
    two = settled_world(engine, name="Due", offset=100)
    result = publish(publishing(engine, opened))

    assert result.stopped == {}
    first, second = addresses(one, opened), addresses(two, opened)
    assert first[ContractKind.LEDGER] == second[ContractKind.LEDGER]
    assert first[ContractKind.TOKEN] == second[ContractKind.TOKEN]
    assert first[ContractKind.VAULT] != second[ContractKind.VAULT]


def test_publish__another_chain__refuses_and_signs_nothing(world: World, opened: OpenChain) -> None:
    other = EvmChain(opened.chain.rpc, opened.chain.keys, chain_id=1)
    with pytest.raises(WrongChain, match="serves chain 31337, not chain 1"):
        publish(publishing(world.engine, replace(opened, chain=other)))
    assert world.transactions() == []


def test_publish__contracts_on_another_chain__refuses_and_signs_nothing(
    world: World, opened: OpenChain, anvil: Path, tmp_path: Path
) -> None:
    publish(publishing(world.engine, opened))
    count = len(world.transactions())
    with start_node(tmp_path / "other", anvil, chain_id=31338) as node:
        chain = EvmChain(Rpc(node.url), opened.chain.keys, 31338)
        with pytest.raises(OtherChainInUse, match="on chain 31337, the node serves chain 31338"):
            publish(publishing(world.engine, OpenChain(node.url, chain)))
    assert len(world.transactions()) == count


def test_publishing__other_node_than_the_local_one__new_vaults_count_the_bookkeeping_euro(
    engine: Engine, opened: OpenChain
) -> None:
    world = settled_world(engine, payees=BANK_ONLY)
    with OracleUnitOfWork(engine) as work:
        assert pays_wallets(work, world.community_id, before_deployment=True)
    publish(publishing(engine, replace(opened, local=False)))

    assert ContractKind.TOKEN not in addresses(world, opened)
    with OracleUnitOfWork(engine) as work:
        assert not pays_wallets(work, world.community_id, before_deployment=True)


def test_publish__vault_with_a_token__is_on_record_with_it(world: World, opened: OpenChain) -> None:
    publish(publishing(world.engine, opened))
    with OracleUnitOfWork(world.engine) as work:
        assert pays_wallets(work, world.community_id, before_deployment=False)
        (vault,) = work.deployments.of_community(world.community_id)
    assert vault.token == addresses(world, opened)[ContractKind.TOKEN]


def test_publish__node_away__raises_after_its_patience_and_keeps_the_messages(
    world: World, opened: OpenChain, away: OpenChain
) -> None:
    waited: list[str] = []
    pace = Pace(away_s=0.01, patience_s=0.05, sleep=lambda _seconds: None)
    context = publishing(world.engine, away, pace=pace, progress=lambda stage, *_: waited.append(stage))
    with pytest.raises(NodeUnreachable):
        publish(context)
    assert set(waited) == {"node"}
    assert len(world.open_messages()) > 0
    assert world.transactions() == []


def test_publish__more_leaves_than_a_batch_holds__every_batch_is_paid(
    engine: Engine, opened: OpenChain
) -> None:
    wallets = {
        f"Z{number:03d}": Payee(f"Z{number:03d}", Channel.WALLET, wallet(number))
        for number in range(0, 300, 2)
    }
    world = settled_world(engine, payees=WALLETS | wallets, idle_members=300)
    publish(publishing(engine, opened))
    confirm_all(world)
    result = publish(publishing(engine, opened))

    assert result.stopped == {}
    steps = [transaction.step for transaction in world.transactions()]
    assert [steps.count(step) for step in ("push", "reserve", "confirm")] == [2, 2, 2]
    assert len(world.payouts()) == 307
    assert {row.state for row in world.payouts()} == {PayoutState.PAID, PayoutState.CONFIRMED}
    vault = addresses(world, opened)[ContractKind.VAULT]
    statuses = {view(opened, "CommunityVault", vault, "statusOf", 1, index) for index in range(307)}
    assert statuses == {(True, False)}

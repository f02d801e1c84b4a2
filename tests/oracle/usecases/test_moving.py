"""A wallet signs what is printed, and the vault takes it.

moving
├── typed data should hash to what the vault asks for
├── given the owner's signature the vault should open a payout to the new payee
├── given a leaf of a tree its path should lead to it
├── given another's signature it should be refused before sending
└── given a payout without an owner, or the same payee, it should refuse
"""

from pathlib import Path

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_account.signers.local import LocalAccount
from sqlalchemy import Engine

from oracle.attest.keccak import keccak256
from oracle.attest.payout_tree import ZERO_ADDRESS, Channel, Leaf, Node, hash_leaf, seal, wallet_payee
from oracle.errors import CallReverted
from oracle.usecases import resolutions
from oracle.usecases.governance import Verb, by_anyone, resolve
from oracle.usecases.moving import Move, owner_of, to_bank, to_wallet, typed_data
from oracle.usecases.payout_leaves import tree_of
from oracle.usecases.publish import publish
from oracle.usecases.resolutions import Fund
from oracle.wiring import OpenChain, publishing
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel as Channels
from tests.oracle.usecases.governed import Governed, found_governed
from tests.oracle.world import WALLETS, settled_world

FIRST_SINGLE = 1 << 31
AMOUNT = 500_000_000
IBAN_HASH = bytes([7]) * 32
NEW = bytes([0xCC]) * 20


class CutOff(Exception):  # noqa: N818 - not an error but the point at which the test steps in
    """The run ends here."""


def owned(owner: LocalAccount) -> Leaf:
    """A wallet's payout."""
    return Leaf(Channel.WALLET, wallet_payee(bytes.fromhex(owner.address[2:])), ZERO_ADDRESS, AMOUNT)


def signed(owner: LocalAccount, move: Move) -> bytes:
    """What a wallet answers to eth_signTypedData_v4."""
    return bytes(owner.sign_typed_data(full_message=typed_data(move)).signature)


@pytest.mark.parametrize("bank", [True, False])
def test_typed_data__either_channel__hashes_to_what_the_vault_asks_for(bank: bool) -> None:
    former = owned(Account.create())
    leaf = to_bank(former, IBAN_HASH) if bank else to_wallet(former, NEW)
    move = Move(31337, bytes([5]) * 20, FIRST_SINGLE, 3, former, (), leaf)
    message = encode_typed_data(full_message=typed_data(move))
    assert keccak256(b"\x19" + message.version + message.header + message.body) == move.digest


@pytest.fixture
def owner() -> LocalAccount:
    """A member's wallet."""
    account: LocalAccount = Account.create()
    return account


@pytest.fixture
def governed(engine: Engine, opened: OpenChain, tmp_path: Path, owner: LocalAccount) -> Governed:
    """A community that spends 500 euro to the owner's wallet."""
    found = found_governed(engine, opened, tmp_path)
    found.donate(AMOUNT)
    action = resolutions.spend(Fund.SOCIAL, owned(owner), IBAN_HASH)
    for verb in (Verb.SCHEDULE, Verb.EXECUTE):
        order = resolve(found.contracts, found.seats, action, IBAN_HASH, verb).order
        assert order is not None
        found.send(order)
    return found


@pytest.mark.node
def test_move__owner_signed__opens_a_payout_to_the_new_payee(governed: Governed, owner: LocalAccount) -> None:
    vault, former = governed.seats.vault, owned(owner)
    leaf = to_bank(former, IBAN_HASH)
    move = Move(governed.contracts.chain_id, vault, FIRST_SINGLE, 0, former, (), leaf)
    order = by_anyone(governed.contracts, governed.seats, move.action(signed(owner, move)))
    assert order.ours
    governed.send(order)

    kept = governed.view("CommunityVault", vault, "distributionOf", FIRST_SINGLE + 1)
    assert kept[0][0] == seal(Node(hash_leaf(0, leaf), AMOUNT))
    assert governed.view("CommunityVault", vault, "statusOf", FIRST_SINGLE, 0)[0]
    assert owner_of(leaf) == owner_of(former)
    again = Move(move.chain_id, move.vault, FIRST_SINGLE + 1, 0, leaf, (), to_wallet(leaf, NEW))
    governed.send(by_anyone(governed.contracts, governed.seats, again.action(signed(owner, again))))
    kept = governed.view("CommunityVault", vault, "distributionOf", FIRST_SINGLE + 2)
    assert kept[0][0] == seal(Node(hash_leaf(0, again.leaf), AMOUNT))


@pytest.mark.node
def test_move__leaf_of_a_tree__is_found_by_its_path(
    engine: Engine, opened: OpenChain, owner: LocalAccount
) -> None:
    address = bytes.fromhex(owner.address[2:])
    world = settled_world(engine, payees=WALLETS | {"P1": Payee("P1", Channels.WALLET, address, None)})

    def cut(name: str) -> None:
        if name == "mined settle":
            raise CutOff

    with pytest.raises(CutOff):
        publish(publishing(engine, opened, checkpoint=cut))
    context = publishing(engine, opened)
    governed = Governed(engine, opened, context, world.community_id, opened.chain)
    tree = tree_of(world.payouts())
    index = next(row.leaf_index for row in world.payouts() if row.wallet_address == address)
    former, proof = tree.leaves[index], tree.proof(index)
    assert proof
    place = (governed.contracts.chain_id, governed.seats.vault, 1, index)
    move = Move(*place, former, proof, to_bank(former, IBAN_HASH))
    action = move.action(signed(owner, move))
    governed.send(by_anyone(governed.contracts, governed.seats, action))

    assert governed.view("CommunityVault", governed.seats.vault, "statusOf", 1, index)[0]
    kept = governed.view("CommunityVault", governed.seats.vault, "distributionOf", FIRST_SINGLE)
    assert kept[0][0] == seal(Node(hash_leaf(0, move.leaf), former.amount_micro_eur))


@pytest.mark.node
def test_move__somebody_else_signed__is_refused_before_sending(
    governed: Governed, owner: LocalAccount
) -> None:
    former = owned(owner)
    move = Move(
        governed.contracts.chain_id, governed.seats.vault, FIRST_SINGLE, 0, former, (), to_wallet(former, NEW)
    )
    action = move.action(signed(Account.create(), move))
    with pytest.raises(CallReverted, match="CommunityVault_NotOwner"):
        by_anyone(governed.contracts, governed.seats, action)


@pytest.mark.parametrize(
    "leaf",
    [
        Leaf(Channel.SOCIAL, bytes(32), ZERO_ADDRESS, AMOUNT),
        Leaf(Channel.BANK, IBAN_HASH, ZERO_ADDRESS, AMOUNT),
    ],
)
def test_owner_of__nobody_decides__is_refused(leaf: Leaf) -> None:
    with pytest.raises(ValueError, match="names no owner's address"):
        owner_of(leaf)


def test_to_wallet__the_same_wallet__is_refused() -> None:
    former = Leaf(Channel.WALLET, wallet_payee(NEW), ZERO_ADDRESS, AMOUNT)
    with pytest.raises(ValueError, match="goes there already"):
        to_wallet(former, NEW)

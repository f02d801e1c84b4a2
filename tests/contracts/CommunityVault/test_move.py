"""
move
├── given a leaf that is paid, reserved, of a distribution not yet valid, or more than one leaf
│   └── it should revert naming it
├── given a signature of anybody but the owner, for another leaf, distribution, index, contract or chain
│   └── it should revert naming the owner
├── given a leaf that nobody owns: social, a bank leaf without owner, a payee that is no address
│   └── it should revert
├── given a new leaf that can never be paid, or of another amount
│   └── it should revert
└── otherwise
    ├── it should open a single payout in the leaf's place, which is paid as every other
    ├── the former leaf should be paid no more, by no channel
    └── a single payout should move again
"""

from collections.abc import Callable
from dataclasses import replace

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from oracle.attest.messages import Domain, move_digest
from oracle.attest.payout_tree import Leaf, encode_leaf
from tests.contracts.expect import reverts
from tests.contracts.leaves import EURO, NOBODY, account, bank, branch, social, wallet
from tools.testchain.community import Community, Founder, Payouts, leaf_row, opened_single, signature

OWNER = Account.from_key(b"\x21" * 32)
OTHER = Account.from_key(b"\x22" * 32)
LEAVES = (
    wallet(OWNER.address, 10 * EURO),
    bank("b", 20 * EURO, OWNER.address),
    bank("c", 30 * EURO),
    social(40 * EURO),
)
WALLET, BANK, UNOWNED, SOCIAL = range(4)
NEW = wallet(account("new wallet"), 10 * EURO)


@pytest.fixture
def payouts(community: Community) -> Payouts:
    """A wallet and a bank leaf of one owner, and two that nobody owns."""
    return community.distribute(LEAVES)


def send(community: Community, payouts: Payouts, leaf: Leaf, signed: bytes, index: int = WALLET) -> None:
    """Move with any signature."""
    community.vault.send("move", leaf_row(payouts, index), encode_leaf(leaf), signed)


def test_move__wallet_to_bank__is_reported_and_paid_by_the_bank(
    community: Community, payouts: Payouts
) -> None:
    funds = community.vault.call("funds")
    leaf = bank("new", 10 * EURO, OWNER.address)
    receipt = community.move(payouts, WALLET, leaf, OWNER)
    single = opened_single(receipt)
    assert single.tree.leaves == (leaf,)
    assert receipt.only("LeafMoved") == {"distribution": 1, "index": WALLET, "single": 2**31}
    assert community.vault.call("singleCount") == 1
    assert community.vault.call("funds") == funds
    assert community.status(payouts, WALLET) == "paid"
    assert community.status(single, 0) == "open"
    community.reserve(single, 0)
    community.confirm(single, 0)
    assert community.balance(community.treasurer) == 10 * EURO
    assert community.balance(OWNER.address) == 0


def test_move__bank_to_wallet__is_paid_by_transfer(community: Community, payouts: Payouts) -> None:
    leaf = wallet(account("new wallet"), 20 * EURO)
    single = opened_single(community.move(payouts, BANK, leaf, OWNER))
    community.push(single)
    assert community.balance(account("new wallet")) == 20 * EURO
    with reverts("CommunityVault_AlreadyPaid", 1, BANK):
        community.reserve(payouts, BANK)


def test_move__moved_leaf__is_paid_no_more(community: Community, payouts: Payouts) -> None:
    community.move(payouts, WALLET, NEW, OWNER)
    with reverts("CommunityVault_AlreadyPaid", 1, WALLET):
        community.claim(payouts, WALLET)
    with reverts("CommunityVault_AlreadyPaid", 1, WALLET):
        community.move(payouts, WALLET, NEW, OWNER)
    community.push(payouts)
    assert community.balance(OWNER.address) == 0


def test_move__single_payout__moves_again(community: Community, payouts: Payouts) -> None:
    first = opened_single(community.move(payouts, WALLET, wallet(OTHER.address, 10 * EURO), OWNER))
    with reverts("CommunityVault_NotOwner", OTHER.address):
        community.move(first, 0, NEW, OWNER)
    second = opened_single(community.move(first, 0, NEW, OTHER))
    assert (first.distribution, second.distribution) == (2**31, 2**31 + 1)
    community.claim(second, 0)
    assert community.balance(account("new wallet")) == 10 * EURO


def test_move__paid_leaf__reverts(community: Community, payouts: Payouts) -> None:
    community.claim(payouts, WALLET)
    with reverts("CommunityVault_AlreadyPaid", 1, WALLET):
        community.move(payouts, WALLET, NEW, OWNER)


def test_move__reserved_leaf__reverts(community: Community, payouts: Payouts) -> None:
    """A payment order may be on its way to the bank."""
    community.reserve(payouts, BANK)
    with reverts("CommunityVault_AlreadyReserved", 1, BANK):
        community.move(payouts, BANK, wallet(account("new wallet"), 20 * EURO), OWNER)


def test_move__before_the_root_delay__reverts(found: Founder) -> None:
    community = found(root_delay=100)
    payouts = community.distribute(LEAVES)
    with reverts("CommunityVault_NotYetValid", 1):
        community.move(payouts, WALLET, NEW, OWNER)


def test_move__two_leaves__reverts(community: Community, payouts: Payouts) -> None:
    both = b"".join(encode_leaf(leaf) for leaf in LEAVES[:2])
    with reverts("CommunityVault_LeafCountOutOfRange", 2, 1):
        community.vault.send("move", branch(payouts, 0, both), encode_leaf(NEW), b"")


@pytest.mark.parametrize("signer", [OTHER, Account.from_key(b"\x01" * 32)])
def test_move__signed_by_another__reverts(
    community: Community, payouts: Payouts, signer: LocalAccount
) -> None:
    with reverts("CommunityVault_NotOwner", OWNER.address):
        community.move(payouts, WALLET, NEW, signer)


CHANGES: dict[str, Callable[[Domain, Payouts], tuple[Domain, int, int, Leaf]]] = {
    "chain": lambda domain, _: (replace(domain, chain_id=domain.chain_id + 1), 1, WALLET, NEW),
    "contract": lambda domain, _: (replace(domain, contract=bytes(20)), 1, WALLET, NEW),
    "distribution": lambda domain, _: (domain, 2, WALLET, NEW),
    "index": lambda domain, _: (domain, 1, BANK, NEW),
    "leaf": lambda domain, _: (domain, 1, WALLET, wallet(account("elsewhere"), 10 * EURO)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_move__signed_for_something_else__reverts(
    community: Community,
    payouts: Payouts,
    change: Callable[[Domain, Payouts], tuple[Domain, int, int, Leaf]],
) -> None:
    signed = signature(OWNER, move_digest(*change(community.vault_domain, payouts)))
    with reverts("CommunityVault_NotOwner", OWNER.address):
        send(community, payouts, NEW, signed)


@pytest.mark.parametrize("signed", [b"", bytes(64), bytes(65), bytes(64) + b"\x1b"])
def test_move__no_signature__reverts_whoever_owns_the_leaf(
    community: Community, payouts: Payouts, signed: bytes
) -> None:
    with reverts("CommunityVault_NotOwner", OWNER.address):
        send(community, payouts, NEW, signed)
    with reverts("CommunityVault_NotOwner", NOBODY):
        send(community, payouts, wallet(account("thief"), 30 * EURO), signed, UNOWNED)


def test_move__leaf_that_nobody_owns__reverts(community: Community, payouts: Payouts) -> None:
    for index in (UNOWNED, SOCIAL):
        leaf = wallet(account("thief"), LEAVES[index].amount_micro_eur)
        with reverts("CommunityVault_NotOwner", NOBODY):
            community.move(payouts, index, leaf, OWNER)


@pytest.mark.parametrize(
    "leaf",
    [
        encode_leaf(social(10 * EURO)),
        encode_leaf(wallet(NOBODY, 10 * EURO)),
        encode_leaf(bank("x", 10 * EURO)._replace(payee=bytes(32))),
        encode_leaf(NEW)[:33] + b"\x01" + encode_leaf(NEW)[34:],
        encode_leaf(NEW)[:1] + b"\x01" + encode_leaf(NEW)[2:],
        b"\x03" + encode_leaf(NEW)[1:],
        encode_leaf(NEW)[:60],
        encode_leaf(NEW) * 2,
        b"",
    ],
    ids=["social", "zero wallet", "zero bank", "owner", "no address", "channel", "short", "two", "none"],
)
def test_move__to_what_can_never_be_paid__reverts(
    community: Community, payouts: Payouts, leaf: bytes
) -> None:
    with reverts("CommunityVault_NeverPayable", leaf):
        community.vault.send("move", leaf_row(payouts, WALLET), leaf, b"")
    assert community.status(payouts, WALLET) == "open"


def test_move__to_a_wallet_in_a_vault_without_token__reverts(found: Founder) -> None:
    community = found(token=None)
    payouts = community.distribute(LEAVES)
    with reverts("CommunityVault_NeverPayable"):
        community.move(payouts, WALLET, NEW, OWNER)
    single = opened_single(community.move(payouts, WALLET, bank("new", 10 * EURO), OWNER))
    community.reserve(single, 0)
    community.confirm(single, 0)


@pytest.mark.parametrize("amount", [0, 10 * EURO - 10_000, 10 * EURO + 10_000])
def test_move__another_amount__reverts(community: Community, payouts: Payouts, amount: int) -> None:
    with reverts("CommunityVault_OtherAmount", amount, 10 * EURO):
        community.move(payouts, WALLET, wallet(account("new wallet"), amount), OWNER)


def test_move__paused__goes_on(community: Community, payouts: Payouts) -> None:
    """A pause stops what reporters sign, not what members own."""
    community.ledger.send("setPaused", community.id, True, sender=community.guardian)
    single = opened_single(community.move(payouts, WALLET, NEW, OWNER))
    community.claim(single, 0)
    assert community.status(single, 0) == "paid"

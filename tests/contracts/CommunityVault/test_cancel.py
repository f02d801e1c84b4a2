"""
cancel
├── given the caller is not the guardian
│   └── it should revert naming the caller
├── given another root than the distribution's, a single payout, or one that was cancelled
│   └── it should revert
├── given the distribution can be paid from
│   └── it should revert naming the time
└── otherwise
    ├── it should turn what was promised into carry, and nothing else
    ├── nothing of it should ever be paid
    └── the next settlement should divide it anew, without receipts, beside later ones too
"""

from dataclasses import replace
from typing import Any

import pytest

from oracle.attest.payout_tree import SEAL_BYTES, PayoutTree, encode_leaf
from tests.contracts.expect import reverts
from tests.contracts.leaves import EURO, MIXED, account, address_of, bank, wallet, wallets
from tools.testchain.community import (
    MONTH,
    Community,
    Founder,
    Payouts,
    branch_row,
    leaf_row,
    opened_single,
)

DELAY = 86_400
RESOLUTION = bytes(31) + b"\x01"


@pytest.fixture
def community(found: Founder) -> Community:
    """A community whose roots wait for a day."""
    made: Community = found(root_delay=DELAY)
    made.post_month(MONTH)
    return made


@pytest.fixture
def payouts(community: Community) -> Payouts:
    """The mixed tree, not yet payable."""
    return community.distribute(MIXED)


def test_cancel__not_the_guardian__reverts(community: Community, payouts: Payouts) -> None:
    for stranger in (community.administrator, community.treasurer):
        with reverts("CommunityVault_NotGuardian", stranger):
            community.cancel(payouts, stranger)


@pytest.mark.parametrize("position", [0, 1], ids=["root", "sum"])
def test_cancel__another_root__reverts(community: Community, payouts: Payouts, position: int) -> None:
    """Whoever could name another sum could turn more into carry than was promised."""
    named: list[Any] = [payouts.tree.root, payouts.tree.total_micro_eur]
    named[position] = b"\x01" * 32 if position == 0 else named[position] + 1
    with reverts("CommunityVault_OtherRoot", payouts.distribution, *named):
        community.vault.send("cancel", payouts.distribution, *named, sender=community.guardian)


def test_cancel__unknown_distribution__reverts(community: Community, payouts: Payouts) -> None:
    with reverts("CommunityVault_UnknownDistribution", 2):
        community.cancel(replace(payouts, distribution=2))


def test_cancel__once_it_can_be_paid_from__reverts(community: Community, payouts: Payouts) -> None:
    community.chain.transport.travel(DELAY)
    with reverts("CommunityVault_AlreadyValid", payouts.distribution, community.valid_at(payouts)):
        community.cancel(payouts)
    community.push(payouts)


def test_cancel__in_time__turns_the_promise_into_carry(community: Community, payouts: Payouts) -> None:
    social, grid, carry, held = community.vault.call("funds")
    promised = payouts.tree.total_micro_eur
    event = community.cancel(payouts).only("DistributionCancelled")
    assert event == {"distribution": payouts.distribution, "funded": promised}
    assert community.vault.call("funds") == (social, grid, carry + promised, held)
    sealed = (bytes(SEAL_BYTES), payouts.tree.depth, community.valid_at(payouts))
    assert community.vault.call("distributionOf", payouts.distribution) == sealed
    assert community.vault.call("creditOf", community.used_receipts[0])[1] is True


def test_cancel__again__reverts(community: Community, payouts: Payouts) -> None:
    community.cancel(payouts)
    with reverts("CommunityVault_Cancelled", payouts.distribution):
        community.cancel(payouts)


def test_cancel__cancelled__is_never_paid(community: Community, payouts: Payouts) -> None:
    community.cancel(payouts)
    community.chain.transport.travel(DELAY)
    whole, one = branch_row(payouts, 0, None), leaf_row(payouts, 0)
    calls = {
        "push": (whole,),
        "claim": (one,),
        "reserve": (whole, 2),
        "sweep": (whole,),
        "move": (one, encode_leaf(wallet(account("a"), 10 * EURO)), b""),
    }
    for function, arguments in calls.items():
        with reverts("CommunityVault_Cancelled", payouts.distribution):
            community.vault.send(function, *arguments, sender=community.treasurer)


def test_cancel__single_payout__reverts(community: Community, payouts: Payouts) -> None:
    """A redirection waits too, but what it promises is nobody's pool."""
    community.chain.transport.travel(DELAY)
    leaf = encode_leaf(bank("new", 10 * EURO))
    redirected = community.govern(community.vault, "redirect", leaf_row(payouts, 0), leaf, RESOLUTION)
    single = opened_single(redirected)
    with reverts("CommunityVault_UnknownDistribution", single.distribution):
        community.cancel(single)


def test_settle__after_a_cancellation__divides_the_sum_anew(community: Community, payouts: Payouts) -> None:
    community.cancel(payouts)
    better = PayoutTree([leaf._replace(amount_micro_eur=2 * EURO) for leaf in MIXED])
    settled = community.settle(community.propose(better, [])).only("Settled")
    assert (settled["amount"], settled["producers"]) == (0, 0)
    community.chain.transport.travel(DELAY)
    community.push(Payouts(2, better))
    assert community.balance(address_of(MIXED[0])) == 2 * EURO


def test_settle__signed_before_a_cancellation__reverts(community: Community, payouts: Payouts) -> None:
    signed = community.propose(PayoutTree([]), [community.credit(EURO)])
    community.cancel(payouts)
    with reverts("CommunityVault_WrongPool", signed.pool_micro_eur):
        community.settle(signed)


def test_cancel__earlier_of_two__leaves_the_later_as_it_is(community: Community, payouts: Payouts) -> None:
    later = community.distribute(wallets(3))
    community.cancel(payouts)
    community.chain.transport.travel(DELAY)
    community.push(later)
    social, grid, carry, held = community.vault.call("funds")
    assert held == social + grid + carry == community.balance(community.vault.address)

"""
push with any amount of gas
├── given enough for every allowance
│   └── it should pay
├── given too little
│   └── it should revert as a whole: no leaf may look as if its transfer had failed
└── given a token that burns its allowance
    └── it should cost at most the allowance for each leaf
"""

import pytest

from tests.contracts.connect import under_ape

if under_ape():
    pytest.skip("gas is swept once, with our own compiler settings", allow_module_level=True)

from tests.contracts.hostile import Manner, hostile
from tests.contracts.leaves import address_of, wallets
from tools.testchain.community import Community, Founder, Payouts
from tools.testchain.errors import Reverted

ALLOWANCE = 60_000


def outcome(community: Community, payouts: Payouts, gas: int) -> tuple[str, int]:
    """("paid", failed bits), or the name of the error and 0, of a push with this gas, which is undone."""
    transport = community.chain.transport
    snapshot = transport.snapshot()
    try:
        return "paid", community.push(payouts, gas=gas).only("BatchPaid")["failed"]
    except Reverted as reverted:
        return reverted.name, 0
    finally:
        transport.restore(snapshot)


# Reverted by the vault, or ended by the EVM without a word.
STOPPED = {("CommunityVault_TooLittleGas", 0), ("Unnamed", 0)}


@pytest.mark.parametrize("manner", [Manner.PLAIN, Manner.MOVES_AND_RETURNS_FALSE])
def test_push__any_gas__pays_all_or_reverts(found: Founder, manner: Manner) -> None:
    """Where the token answers badly for the last leaf, each leaf is paid in a call of its own."""
    community = hostile(found)
    leaves = wallets(4)
    payouts = community.distribute(leaves)
    community.set_manner(address_of(leaves[-1]), manner)
    allowed = STOPPED | {("paid", 0 if manner is Manner.PLAIN else 0b1000)}
    step = 9_973
    outcomes = {gas: outcome(community, payouts, gas) for gas in range(60_000, 500_000, step)}
    needed = min(gas for gas, (what, _) in outcomes.items() if what == "paid")
    outcomes |= {gas: outcome(community, payouts, gas) for gas in range(needed - step, needed, 613)}
    assert set(outcomes.values()) == allowed


def test_push__token_that_needs_the_whole_allowance__gets_it_or_all_reverts(found: Founder) -> None:
    """Whoever pushes with little gas must not be able to make a transfer fail (EIP-150 keeps back 1/64)."""
    community = hostile(found)
    leaves = wallets(3)
    payouts = community.distribute(leaves)
    for leaf in leaves:
        community.set_manner(address_of(leaf), Manner.NEEDS_ALLOWANCE)
    outcomes = {outcome(community, payouts, gas) for gas in range(100_000, 350_000, 997)}
    assert outcomes == {("CommunityVault_TooLittleGas", 0), ("paid", 0)}


def test_push__gas_for_one_allowance_less__reverts(community: Community) -> None:
    payouts = community.distribute(wallets(2))
    used = community.push(payouts).gas_used
    again = community.distribute(wallets(2))
    assert outcome(community, again, used) in STOPPED
    assert outcome(community, again, used + ALLOWANCE) == ("paid", 0)


def test_push__burning_token__costs_the_allowance_of_each_leaf(found: Founder) -> None:
    community = hostile(found)
    few, many = wallets(4), wallets(8)
    for leaf in many:
        community.set_manner(address_of(leaf), Manner.BURNS_GAS)
    costs = [community.push(community.distribute(leaves)).gas_used for leaves in (few, many)]
    each = (costs[1] - costs[0]) / 4
    assert ALLOWANCE < each < ALLOWANCE + 4_000

"""Money that arrived becomes leaves of a payout tree: pure, in micro-euro, conserving every unit.

amount      = sum of the receipts' net
producers   = amount - social - grid                       (rounding.split_revenue)
divisible   = producers + what the previous distribution left unallocated
entitlement = divisible by the settlements' weights (allocation.divide_pool)
balance     = previous balance + entitlement - leaf
due         = max(0, previous balance + entitlement, floored to the cent)
pool        = producers + previous carry
leaf        = due; where the dues exceed the pool, pool * due / sum of dues, floored to the cent
carry       = pool - sum of leaves = sum of balances + unallocated - outside

A correction can make a balance negative: later shares net it, nothing is ever pulled back. What others gained
by it may then exceed the pool; such dues are scaled alike, and what was not paid stays in the balance, owed.

A cancelled distribution gives its leaves back: to the balances that they came from, and to the carry.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from settlement.domain.allocation import divide_pool
from settlement.domain.case import Shares
from settlement.domain.records import Balance
from settlement.domain.rounding import (
    floor_cents_micro_eur,
    scale_floor_cents_micro_eur,
    split_revenue,
)

SOCIAL_FUND = ""
"""Pseudo-member that receives what the enterprise cap moves to social purposes."""


@dataclass(frozen=True, slots=True)
class Account:
    """What a distribution starts from: the balances and the carry that the previous one left.

    `outside_micro_eur` stands behind the balances and is not in the pool: what members that left owe.
    """

    balances_micro_eur: Mapping[str, int] = field(default_factory=dict)
    carry_micro_eur: int = 0
    unallocated_micro_eur: int = 0
    outside_micro_eur: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A distribution in figures. `balances` are sorted by member (UTF-8), the social fund last."""

    amount_micro_eur: int
    producers_micro_eur: int
    social_micro_eur: int
    grid_micro_eur: int
    previous_carry_micro_eur: int
    pool_micro_eur: int
    carry_micro_eur: int
    unallocated_micro_eur: int
    moved_to_social_micro_eur: int
    balances: tuple[Balance, ...]

    @property
    def leaves(self) -> tuple[Balance, ...]:
        """The rows that are paid, in the order of the tree: zero leaves are left out."""
        return tuple(row for row in self.balances if row.leaf_micro_eur > 0)


def plan_distribution(
    amount_micro_eur: int,
    shares: Shares,
    weights: Mapping[str, int],
    account: Account,
    enterprises: Collection[str] = (),
    enterprise_cap_micro_eur: int | None = None,
) -> Plan:
    """Divide an amount that arrived among members; conserves every micro-euro.

    `weights` are the members' weights in the settlements that the distribution names; total weight 0 leaves
    everything unallocated. `enterprise_cap_micro_eur` is what enterprises may still receive together when
    the year's excess is final (FACTS 3.4), None before; what lies beyond it goes to the social fund.
    """
    split = split_revenue(amount_micro_eur, shares)
    divisible = split.producers_micro_eur + account.unallocated_micro_eur
    bound = [member for member in enterprises if member in weights]
    division = divide_pool(divisible, weights, bound, enterprise_cap_micro_eur)
    unallocated, moved = division.carried_micro_eur, division.moved_to_social_micro_eur
    pool = split.producers_micro_eur + account.carry_micro_eur
    balances = _balances(division.payouts_micro_eur, moved, account, pool)
    carry = pool - sum(row.leaf_micro_eur for row in balances)
    # Money is neither made nor lost: what is not paid stands in the members' balances or is unallocated.
    owed = sum(row.balance_micro_eur for row in balances) + unallocated
    assert carry == owed - account.outside_micro_eur
    assert 0 <= carry <= pool
    return Plan(
        amount_micro_eur,
        split.producers_micro_eur,
        split.social_micro_eur,
        split.grid_micro_eur,
        account.carry_micro_eur,
        pool,
        carry,
        unallocated,
        moved,
        balances,
    )


def _balances(
    entitlements: Mapping[str, int], moved: int, account: Account, pool: int
) -> tuple[Balance, ...]:
    before = account.balances_micro_eur
    members = sorted(set(entitlements) | set(before) - {SOCIAL_FUND}, key=str.encode)
    shares = {member: entitlements.get(member, 0) for member in members}
    if before.get(SOCIAL_FUND, 0) or moved:
        shares[SOCIAL_FUND] = moved
    dues = {
        member: max(0, floor_cents_micro_eur(before.get(member, 0) + share))
        for member, share in shares.items()
    }
    leaves = scale_floor_cents_micro_eur(pool, dues)
    return tuple(
        _balance(member, before.get(member, 0), share, leaves[member]) for member, share in shares.items()
    )


def _balance(member: str, previous: int, entitlement: int, leaf: int) -> Balance:
    return Balance(member, previous, entitlement, leaf, previous + entitlement - leaf)

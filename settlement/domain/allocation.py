"""The producers' pool among members: weights, largest remainder, and the bound on enterprises."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from settlement.domain.case import Allocation
from settlement.domain.rounding import divide_largest_remainder


@dataclass(frozen=True, slots=True)
class PoolDivision:
    """A pool in micro-euro: what members get, what stays undivided, what moves to social purposes."""

    payouts_micro_eur: Mapping[str, int]
    carried_micro_eur: int
    moved_to_social_micro_eur: int


def member_weight(rule: Allocation, shared_injection_wh: int, shared_withdrawal_wh: int) -> int:
    """Weight of a member in the division of the pool."""
    match rule:
        case Allocation.SHARED_INJECTION:
            return shared_injection_wh
        case Allocation.SHARED_WITHDRAWAL:
            return shared_withdrawal_wh
        case Allocation.SHARED_BOTH:
            return shared_injection_wh + shared_withdrawal_wh
        case Allocation.EQUAL:
            return 1


def divide_pool(
    pool_micro_eur: int,
    weights: Mapping[str, int],
    enterprises: Collection[str] = (),
    enterprise_cap_micro_eur: int | None = None,
) -> PoolDivision:
    """Divide the pool by weight; with a cap, enterprises together receive at most that much.

    Payouts, the carried and the moved amount add up to the pool. Total weight 0 carries all of it; what
    exceeds the cap moves to social purposes. Enterprises without a weight have no part in either.
    """
    if not any(weights.values()):
        return PoolDivision(dict.fromkeys(weights, 0), pool_micro_eur, 0)
    payouts = divide_largest_remainder(pool_micro_eur, weights)
    bound = {member: amount for member, amount in payouts.items() if member in enterprises}
    moved = (
        max(0, sum(bound.values()) - enterprise_cap_micro_eur) if enterprise_cap_micro_eur is not None else 0
    )
    if moved:
        payouts |= divide_largest_remainder(sum(bound.values()) - moved, bound)
    return PoolDivision(payouts, 0, moved)

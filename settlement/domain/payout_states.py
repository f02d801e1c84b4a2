"""The life of a payout leaf: one channel, and the states that it may pass through."""

from enum import StrEnum


class Channel(StrEnum):
    """The one way in which a leaf is paid; on the ledger 0, 1, 2 in this order."""

    WALLET = "wallet"
    BANK = "bank"
    SOCIAL = "social"


class PayoutState(StrEnum):
    """Where a leaf stands. `ordered` is known to the database only, all others to the ledger too.

    `cancelled` leaves are never paid: the guardian cancelled their distribution, or it was planned anew.
    """

    PENDING = "pending"
    PAID = "paid"
    RESERVED = "reserved"
    ORDERED = "ordered"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    CANCELLED = "cancelled"


_DIRECT = {PayoutState.PENDING: frozenset({PayoutState.PAID, PayoutState.CANCELLED})}
_BANK = {
    PayoutState.PENDING: frozenset({PayoutState.RESERVED, PayoutState.CANCELLED}),
    PayoutState.RESERVED: frozenset({PayoutState.ORDERED, PayoutState.CONFIRMED, PayoutState.RELEASED}),
    PayoutState.ORDERED: frozenset({PayoutState.CONFIRMED, PayoutState.RELEASED}),
    PayoutState.RELEASED: frozenset({PayoutState.RESERVED}),
}


def may_follow(channel: Channel, before: PayoutState, after: PayoutState) -> bool:
    """Whether a leaf of the channel may go from one state to the other.

    Wallet and social: pending → paid. Bank: pending → reserved → [ordered →] confirmed, or released after a
    rejection and reserved again. A pending leaf may be cancelled. Paid, confirmed, cancelled are final.
    """
    transitions = _BANK if channel is Channel.BANK else _DIRECT
    return after in transitions.get(before, frozenset())

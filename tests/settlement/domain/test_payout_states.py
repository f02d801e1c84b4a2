"""Which states a leaf may pass through."""

from itertools import product

from settlement.domain.payout_states import Channel, PayoutState, may_follow

ALLOWED = {
    (Channel.WALLET, PayoutState.PENDING, PayoutState.PAID),
    (Channel.SOCIAL, PayoutState.PENDING, PayoutState.PAID),
    (Channel.BANK, PayoutState.PENDING, PayoutState.RESERVED),
    (Channel.BANK, PayoutState.RESERVED, PayoutState.ORDERED),
    (Channel.BANK, PayoutState.RESERVED, PayoutState.CONFIRMED),
    (Channel.BANK, PayoutState.RESERVED, PayoutState.RELEASED),
    (Channel.BANK, PayoutState.ORDERED, PayoutState.CONFIRMED),
    (Channel.BANK, PayoutState.ORDERED, PayoutState.RELEASED),
    (Channel.BANK, PayoutState.RELEASED, PayoutState.RESERVED),
    (Channel.WALLET, PayoutState.PENDING, PayoutState.CANCELLED),
    (Channel.SOCIAL, PayoutState.PENDING, PayoutState.CANCELLED),
    (Channel.BANK, PayoutState.PENDING, PayoutState.CANCELLED),
}


def test_may_follow__every_pair_of_states__is_allowed_only_where_listed() -> None:
    every = set(product(Channel, PayoutState, PayoutState))
    assert {step for step in every if may_follow(*step)} == ALLOWED

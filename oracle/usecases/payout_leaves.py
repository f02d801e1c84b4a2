"""Stored payouts as leaves of the tree whose root the reporters sign."""

from collections.abc import Sequence

from oracle.attest.payout_tree import (
    ZERO_ADDRESS,
    ZERO_HASH,
    Channel,
    Leaf,
    PayoutTree,
    bank_payee,
    wallet_payee,
)
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel as PayoutChannel
from settlement.domain.records import Payout


def social_leaf(amount_micro_eur: int) -> Leaf:
    """The leaf that credits the social fund."""
    return Leaf(Channel.SOCIAL, ZERO_HASH, ZERO_ADDRESS, amount_micro_eur)


def member_leaf(payee: Payee, salt: bytes, amount_micro_eur: int) -> Leaf:
    """A member's leaf; a bank leaf shows a salted hash instead of the IBAN (the salt has 32 bytes)."""
    if payee.channel is PayoutChannel.WALLET:
        assert payee.wallet_address is not None, "a wallet leaf has an address"
        return Leaf(Channel.WALLET, wallet_payee(payee.wallet_address), ZERO_ADDRESS, amount_micro_eur)
    owner = payee.wallet_address or ZERO_ADDRESS
    return Leaf(Channel.BANK, bank_payee(salt, payee.iban or ""), owner, amount_micro_eur)


def leaf_of(payout: Payout) -> Leaf:
    """The leaf that commits to a stored payout."""
    if payout.channel is PayoutChannel.SOCIAL:
        return social_leaf(payout.amount_micro_eur)
    payee = Payee(payout.member or "", payout.channel, payout.wallet_address, payout.iban)
    return member_leaf(payee, payout.salt or b"", payout.amount_micro_eur)


def tree_of(payouts: Sequence[Payout]) -> PayoutTree:
    """The tree over all payouts of a distribution, which stand in the order of their indexes."""
    indexes = [payout.leaf_index for payout in payouts]
    assert indexes == list(range(len(payouts))), "a distribution's leaves are numbered from zero without gaps"
    return PayoutTree([leaf_of(payout) for payout in payouts])

"""How a member is paid, and whether its hours may be seen."""

from dataclasses import dataclass, field

from settlement.domain.payout_states import Channel

HOLDER_MAX_CHARACTERS = 70
"""What a SEPA payment file has room for."""


@dataclass(frozen=True, slots=True)
class Payee:
    """A member's payout channel and consent; a member that never said anything is a bank leaf without IBAN.

    `wallet_address` (20 bytes) is needed for the wallet channel; with the bank channel it owns the leaf.
    `account_holder` is the name that the bank knows the IBAN by: it goes into payment orders, nowhere else.
    `consent`: the member agreed that hour totals be published in which it is recognisable.
    """

    member: str
    channel: Channel = Channel.BANK
    wallet_address: bytes | None = None
    iban: str | None = field(default=None, repr=False)
    consent: bool = False
    account_holder: str | None = field(default=None, repr=False)

"""A community whose token misbehaves towards chosen accounts."""

from enum import IntEnum
from typing import Any

from tools.testchain.community import Community, Founder


class Manner(IntEnum):
    """What contracts/src/mocks/HostileToken.sol can do on a transfer."""

    PLAIN = 0
    REVERTS = 1
    RETURNS_FALSE = 2
    MOVES_AND_RETURNS_FALSE = 3
    RETURNS_NOTHING = 4
    RETURNS_TWO = 5
    RETURNS_SHORT = 6
    REVERTS_WITH_BOMB = 7
    RETURNS_BOMB = 8
    BURNS_GAS = 9
    TAKES_FEE_FROM_AMOUNT = 10
    TAKES_FEE_ON_TOP = 11
    CALLS_BACK = 12
    NEEDS_ALLOWANCE = 13


class HostileCommunity(Community):
    """A community with the hostile token."""

    def set_manner(self, account: str, manner: Manner) -> None:
        """How the token treats transfers to the account, and transferFrom it."""
        assert self.token is not None
        self.token.send("setManner", account, int(manner))

    def call_back(self, function: str, *arguments: Any) -> None:
        """What the token calls on the vault in the middle of a transfer of manner CALLS_BACK."""
        assert self.token is not None
        payload = self.vault.encoded(function, *arguments)
        self.token.send("setCallback", self.vault.address, payload)

    def callback_error(self) -> str:
        """Name of the error that the vault answered to the call back."""
        assert self.token is not None
        given, succeeded, selector = self.token.call("answer")
        assert given
        assert not succeeded
        return self.chain.error_name(selector)


def hostile(found: Founder, **terms: Any) -> HostileCommunity:
    """A community with the hostile token, on other valid terms."""
    made = found(token="HostileToken", **terms)
    return HostileCommunity(**{name: getattr(made, name) for name in made.__dataclass_fields__})

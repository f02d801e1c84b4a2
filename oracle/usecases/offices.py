"""Handing on the offices of a community: administrator, governor, further proposers, a ledger that succeeds.

Addresses have 20 bytes; makers raise ValueError as those of `resolutions`.
"""

from oracle.attest.payout_tree import ZERO_ADDRESS
from oracle.records import ContractKind
from oracle.usecases.resolutions import PROPOSER_ROLE, Action, require_address


def offer_administration(account: bytes) -> Action:
    """Offer administration to an account, which must accept it: the first step of two."""
    return Action(ContractKind.LEDGER, "offerAdministration", (require_address(account),))


def withdraw_offer() -> Action:
    """Take back the offer of administration."""
    return Action(ContractKind.LEDGER, "offerAdministration", (ZERO_ADDRESS,))


def accept_administration() -> Action:
    """Take over the administration that was offered: the second step of two."""
    return Action(ContractKind.LEDGER, "acceptAdministration", ())


def set_governor(account: bytes) -> Action:
    """Hand the members' resolutions to another executor."""
    return Action(ContractKind.LEDGER, "setGovernor", (require_address(account),))


def name_successor(ledger: bytes) -> Action:
    """Record that another ledger takes over."""
    return Action(ContractKind.LEDGER, "nameSuccessor", (require_address(ledger),))


def grant_proposer(account: bytes) -> Action:
    """Let an account schedule resolutions beside the administrator."""
    return Action(ContractKind.TIMELOCK, "grantRole", (PROPOSER_ROLE, require_address(account)))


def revoke_proposer(account: bytes) -> Action:
    """Let a further proposer schedule no more."""
    return Action(ContractKind.TIMELOCK, "revokeRole", (PROPOSER_ROLE, require_address(account)))

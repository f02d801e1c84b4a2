"""
credit
├── given the caller is not the treasurer
│   └── it should revert naming the caller
├── given an amount of zero, or a receipt that was credited
│   └── it should revert naming the receipt
├── given a token
│   ├── when it moves nothing, too little, or answers anything but true
│   │   └── it should revert
│   └── when it calls back
│       └── it should refuse the call
└── otherwise
    └── it should hold the amount against the receipt's hash, with or without a token
"""

import pytest

from tests.contracts.expect import reverts
from tests.contracts.hostile import Manner, hostile
from tools.testchain.community import Community, Founder

RECEIPT = b"\x05" * 32
AMOUNT = 1_234_567


def test_credit__stranger__reverts(community: Community) -> None:
    stranger = community.relayer
    with reverts("CommunityVault_NotTreasurer", stranger):
        community.vault.send("credit", RECEIPT, AMOUNT, sender=stranger)


def test_credit__zero__reverts(community: Community) -> None:
    with reverts("CommunityVault_ZeroCredit", RECEIPT):
        community.vault.send("credit", RECEIPT, 0, sender=community.treasurer)


def test_credit__receipt_again__reverts(community: Community) -> None:
    receipt = community.credit(AMOUNT)
    community.fund_treasurer(AMOUNT)
    with reverts("CommunityVault_AlreadyCredited", receipt):
        community.vault.send("credit", receipt, AMOUNT + 1, sender=community.treasurer)


def test_credit__used_receipt_again__reverts(community: Community) -> None:
    community.distribute([])
    used = community.used_receipts[-1]
    with reverts("CommunityVault_AlreadyCredited", used):
        community.vault.send("credit", used, AMOUNT, sender=community.treasurer)


def test_credit__token_not_approved__reverts(community: Community) -> None:
    with reverts("ERC20InsufficientAllowance"):
        community.vault.send("credit", RECEIPT, AMOUNT, sender=community.treasurer)


def test_credit__token__moves_to_the_vault(community: Community) -> None:
    community.fund_treasurer(AMOUNT)
    receipt = community.vault.send("credit", RECEIPT, AMOUNT, sender=community.treasurer)
    assert receipt.only("ReceiptCredited") == {"receipt": RECEIPT, "amount": AMOUNT}
    assert community.vault.call("creditOf", RECEIPT) == (AMOUNT, False)
    assert community.vault.call("funds") == (0, 0, 0, AMOUNT)
    assert community.balance(community.vault.address) == AMOUNT


def test_credit__bookkeeping__counts(found: Founder) -> None:
    community = found(token=None)
    community.vault.send("credit", RECEIPT, AMOUNT, sender=community.treasurer)
    community.vault.send("credit", bytes(32), 1, sender=community.treasurer)
    assert community.vault.call("funds") == (0, 0, 0, AMOUNT + 1)


@pytest.mark.parametrize("amount", [1, 2**56 - 1])
def test_credit__smallest_and_largest_amount__are_held(found: Founder, amount: int) -> None:
    community = found(token=None)
    community.vault.send("credit", RECEIPT, amount, sender=community.treasurer)
    assert community.vault.call("creditOf", RECEIPT) == (amount, False)


def test_credit__all_receipts_above_56_bits__reverts(found: Founder) -> None:
    """What is held has 56 bits, 72 thousand million euro."""
    community = found(token=None)
    community.vault.send("credit", RECEIPT, 2**56 - 1, sender=community.treasurer)
    with reverts("SafeCastOverflowedUintDowncast", 56, 2**56):
        community.vault.send("credit", bytes(32), 1, sender=community.treasurer)


@pytest.mark.parametrize(
    ("manner", "error"),
    [
        (Manner.REVERTS, "HostileToken_Refused"),
        (Manner.RETURNS_FALSE, "CommunityVault_TransferRefused"),
        (Manner.MOVES_AND_RETURNS_FALSE, "CommunityVault_TransferRefused"),
        (Manner.RETURNS_NOTHING, "Unnamed"),
        (Manner.RETURNS_TWO, "Unnamed"),
        (Manner.RETURNS_SHORT, "Unnamed"),
        (Manner.TAKES_FEE_FROM_AMOUNT, "CommunityVault_WrongTokenAmount"),
        (Manner.BURNS_GAS, "Unnamed"),
        (Manner.REVERTS_WITH_BOMB, "Unnamed"),
    ],
)
def test_credit__token_that_misbehaves__reverts(found: Founder, manner: Manner, error: str) -> None:
    community = hostile(found)
    community.fund_treasurer(AMOUNT)
    community.set_manner(community.treasurer, manner)
    with reverts(error):
        community.vault.send("credit", RECEIPT, AMOUNT, sender=community.treasurer)
    assert community.vault.call("creditOf", RECEIPT) == (0, False)
    assert community.vault.call("funds") == (0, 0, 0, 0)


def test_credit__token_calls_back__is_refused(found: Founder) -> None:
    community = hostile(found)
    community.fund_treasurer(AMOUNT)
    community.set_manner(community.treasurer, Manner.CALLS_BACK)
    community.call_back("settle", (1, 1, [], [], 0, bytes(32), bytes(32), 0, 0, 0), b"")
    community.vault.send("credit", RECEIPT, AMOUNT, sender=community.treasurer)
    assert community.callback_error() == "ReentrancyGuardReentrantCall"

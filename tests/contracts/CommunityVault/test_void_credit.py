"""
voidCredit
├── given the caller is not the treasurer
│   └── it should revert naming the caller
├── given a receipt that was not credited, or that a distribution has used
│   └── it should revert naming it
└── otherwise
    ├── it should hold the amount no more, and give tokens back to the treasurer
    └── the receipt should be credited anew with the right amount
"""

import pytest

from oracle.attest.payout_tree import PayoutTree
from tests.contracts.expect import reverts
from tests.contracts.hostile import Manner, hostile
from tools.testchain.community import MONTH, Community, Founder

AMOUNT = 1_234_567
RECEIPT = b"\x05" * 32


@pytest.fixture(params=["TestEuro", None], ids=["token", "bookkeeping"])
def community(request: pytest.FixtureRequest, found: Founder) -> Community:
    """A community of either unit."""
    made: Community = found(token=request.param)
    return made


def test_void__stranger__reverts(community: Community) -> None:
    receipt = community.credit(AMOUNT)
    with reverts("CommunityVault_NotTreasurer", community.administrator):
        community.vault.send("voidCredit", receipt)


def test_void__not_credited__reverts(community: Community) -> None:
    with reverts("CommunityVault_ReceiptNotCredited", RECEIPT):
        community.vault.send("voidCredit", RECEIPT, sender=community.treasurer)


def test_void__used__reverts(community: Community) -> None:
    community.distribute([])
    used = community.used_receipts[-1]
    with reverts("CommunityVault_ReceiptUsed", used):
        community.vault.send("voidCredit", used, sender=community.treasurer)


def test_void__credited__is_gone_and_goes_back(community: Community) -> None:
    kept, wrong = community.credit(1), community.credit(AMOUNT)
    event = community.vault.send("voidCredit", wrong, sender=community.treasurer).only("CreditVoided")
    assert event == {"receipt": wrong, "amount": AMOUNT}
    assert community.vault.call("creditOf", wrong) == (0, False)
    assert community.vault.call("creditOf", kept) == (1, False)
    assert community.vault.call("funds") == (0, 0, 0, 1)
    if community.token is not None:
        assert community.balance(community.treasurer) == AMOUNT
        assert community.balance(community.vault.address) == 1


def test_void__again__reverts(community: Community) -> None:
    receipt = community.credit(AMOUNT)
    community.vault.send("voidCredit", receipt, sender=community.treasurer)
    with reverts("CommunityVault_ReceiptNotCredited", receipt):
        community.vault.send("voidCredit", receipt, sender=community.treasurer)


def test_void__settlement_that_names_it__reverts_until_it_is_credited_anew(community: Community) -> None:
    community.post_month(MONTH)
    receipt = community.credit(AMOUNT)
    signed = community.propose(PayoutTree([]), [receipt])
    community.vault.send("voidCredit", receipt, sender=community.treasurer)
    with reverts("CommunityVault_ReceiptNotCredited", receipt):
        community.settle(signed)
    community.fund_treasurer(AMOUNT + 1)
    community.vault.send("credit", receipt, AMOUNT + 1, sender=community.treasurer)
    with reverts("CommunityVault_WrongPool"):
        community.settle(signed)
    community.settle(community.propose(PayoutTree([]), [receipt]))


def test_void__token_refuses_the_treasurer__reverts_and_keeps_the_credit(found: Founder) -> None:
    community = hostile(found)
    receipt = community.credit(AMOUNT)
    community.set_manner(community.treasurer, Manner.RETURNS_FALSE)
    with reverts("CommunityVault_TransferRefused", community.treasurer, AMOUNT):
        community.vault.send("voidCredit", receipt, sender=community.treasurer)
    assert community.vault.call("creditOf", receipt) == (AMOUNT, False)

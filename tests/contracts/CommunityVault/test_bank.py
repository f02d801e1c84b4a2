"""
reserve, release, confirm
├── given the caller is not the treasurer
│   └── it should revert naming the caller
├── given leaves or proof that push would refuse
│   └── it should revert as push does
├── given nothing is selected, or a bit beyond the leaves, or references that do not match the leaves
│   └── it should revert
├── reserve: given a selected leaf that is no bank leaf, is reserved, or is paid
│   └── it should revert naming it, and reserve none
├── release, confirm: given a selected leaf that is not reserved
│   └── it should revert naming it, and change none
└── otherwise
    ├── a leaf goes open → reserved → open, any number of times, and no sum moves
    ├── a leaf goes reserved → paid once, and then nowhere
    └── what was confirmed leaves the counter, or goes to the treasurer in tokens
"""

from collections.abc import Callable

import pytest

from tests.contracts.expect import reverts
from tests.contracts.leaves import BANKS, EURO, MIXED, SOCIAL, WALLETS, bank, branch, encoded
from tools.testchain.client import Receipt
from tools.testchain.community import Community, Founder, Payouts, branch_row, selection

Verb = Callable[..., Receipt]
VERBS = ("reserve", "release", "confirm")


@pytest.fixture(params=["TestEuro", None], ids=["token", "bookkeeping"])
def community(request: pytest.FixtureRequest, found: Founder) -> Community:
    """A community of either unit."""
    made: Community = found(token=request.param)
    return made


@pytest.fixture
def payouts(community: Community) -> Payouts:
    """The mixed tree, ready to be paid."""
    return community.distribute(MIXED)


def last_argument(verb: str, indexes: tuple[int, ...]) -> object:
    """Selection, or references."""
    if verb != "confirm":
        return selection(indexes)
    return [b"\x01" * 32 if index in indexes else bytes(32) for index in range(len(MIXED))]


@pytest.mark.parametrize("verb", VERBS)
def test_bank__stranger__reverts(community: Community, payouts: Payouts, verb: str) -> None:
    arguments = (branch_row(payouts, 0, None), last_argument(verb, (1,)))
    for stranger in (community.relayer, community.chain.accounts[2]):
        with reverts("CommunityVault_NotTreasurer", stranger):
            community.vault.send(verb, *arguments, sender=stranger)


@pytest.mark.parametrize("verb", VERBS)
def test_bank__leaf_changed__reverts(community: Community, payouts: Payouts, verb: str) -> None:
    leaves = encoded(*MIXED)
    changed = branch(payouts, 0, leaves[:121] + b"\x01" + leaves[122:])
    with reverts("CommunityVault_OtherRoot", 1):
        community.vault.send(verb, changed, last_argument(verb, (1,)), sender=community.treasurer)


@pytest.mark.parametrize("verb", VERBS)
def test_bank__before_the_root_delay__reverts(found: Founder, verb: str) -> None:
    community = found(root_delay=100)
    payouts = community.distribute(MIXED)
    arguments = (branch_row(payouts, 0, None), last_argument(verb, (1,)))
    with reverts("CommunityVault_NotYetValid", 1):
        community.vault.send(verb, *arguments, sender=community.treasurer)


@pytest.mark.parametrize("verb", VERBS)
def test_bank__nothing_selected__reverts(community: Community, payouts: Payouts, verb: str) -> None:
    with reverts("CommunityVault_NothingSelected"):
        getattr(community, verb)(payouts)


@pytest.mark.parametrize("verb", ["reserve", "release"])
@pytest.mark.parametrize("index", [6, 7, 8, 255])
def test_bank__selection_beyond_the_leaves__reverts(
    community: Community, payouts: Payouts, verb: str, index: int
) -> None:
    with reverts("CommunityVault_SelectionBeyondLeaves", selection((1, index)), 6):
        getattr(community, verb)(payouts, 1, index)


@pytest.mark.parametrize("count", [0, 5, 7])
def test_confirm__other_number_of_references__reverts(
    community: Community, payouts: Payouts, count: int
) -> None:
    arguments = (branch_row(payouts, 0, None), [b"\x01" * 32] * count)
    with reverts("CommunityVault_ReferenceCountDiffers", count, 6):
        community.vault.send("confirm", *arguments, sender=community.treasurer)


@pytest.mark.parametrize("index", [*WALLETS, SOCIAL])
def test_reserve__no_bank_leaf__reverts_and_reserves_none(
    community: Community, payouts: Payouts, index: int
) -> None:
    with reverts("CommunityVault_NotABankLeaf", 1, index):
        community.reserve(payouts, 1, index)
    assert community.status(payouts, 1) == "open"


def test_reserve__reserved_leaf__reverts_and_reserves_none(community: Community, payouts: Payouts) -> None:
    community.reserve(payouts, 3)
    with reverts("CommunityVault_AlreadyReserved", 1, 3):
        community.reserve(payouts, 1, 3)
    assert community.status(payouts, 1) == "open"


def test_reserve__paid_leaf__reverts(community: Community, payouts: Payouts) -> None:
    community.reserve(payouts, 1)
    community.confirm(payouts, 1)
    with reverts("CommunityVault_AlreadyPaid", 1, 1):
        community.reserve(payouts, 1)


@pytest.mark.parametrize("verb", ["release", "confirm"])
@pytest.mark.parametrize("index", [0, 3, 5])
def test_bank__leaf_not_reserved__reverts_and_changes_none(
    community: Community, payouts: Payouts, verb: str, index: int
) -> None:
    community.reserve(payouts, 1)
    with reverts("CommunityVault_NotReserved", 1, index):
        getattr(community, verb)(payouts, 1, index)
    assert community.status(payouts, 1) == "reserved"


@pytest.mark.parametrize("verb", ["release", "confirm"])
def test_bank__released_leaf__is_not_reserved(community: Community, payouts: Payouts, verb: str) -> None:
    community.reserve(payouts, 1)
    community.release(payouts, 1)
    with reverts("CommunityVault_NotReserved", 1, 1):
        getattr(community, verb)(payouts, 1)


@pytest.mark.parametrize("verb", ["release", "confirm"])
def test_bank__paid_leaf__goes_nowhere(community: Community, payouts: Payouts, verb: str) -> None:
    community.reserve(payouts, 1)
    community.confirm(payouts, 1)
    with reverts("CommunityVault_NotReserved", 1, 1):
        getattr(community, verb)(payouts, 1)
    assert community.vault.call("statusOf", 1, 1) == (True, False)


def test_reserve_and_release__any_number_of_times__move_no_sum(
    community: Community, payouts: Payouts
) -> None:
    funds = community.vault.call("funds")
    for _ in range(2):
        reserved = community.reserve(payouts, *BANKS).only("BankReserved")
        assert reserved == {"distribution": 1, "start": 0, "selection": selection(BANKS)}
        assert [community.status(payouts, index) for index in BANKS] == ["reserved"] * 2
        released = community.release(payouts, *BANKS).only("BankReleased")
        assert released == {"distribution": 1, "start": 0, "selection": selection(BANKS)}
        assert [community.status(payouts, index) for index in BANKS] == ["open"] * 2
    assert community.vault.call("funds") == funds


def test_release__one_of_two__leaves_the_other_reserved(community: Community, payouts: Payouts) -> None:
    community.reserve(payouts, *BANKS)
    community.release(payouts, 1)
    assert [community.status(payouts, index) for index in BANKS] == ["open", "reserved"]


def test_confirm__reserved_leaves__are_paid_and_reported(community: Community, payouts: Payouts) -> None:
    *funds, held = community.vault.call("funds")
    community.reserve(payouts, *BANKS)
    events = [event for event in community.confirm(payouts, *BANKS).events if event.name == "BankConfirmed"]
    assert [event.arguments["index"] for event in events] == list(BANKS)
    assert all(event.arguments["bankReference"] != bytes(32) for event in events)
    assert [community.status(payouts, index) for index in BANKS] == ["paid"] * 2
    assert community.vault.call("funds") == (*funds, held - 60 * EURO)
    if community.token is not None:
        assert community.balance(community.treasurer) == 60 * EURO
        assert community.balance(community.vault.address) == held - 60 * EURO


def test_confirm__one_of_two__leaves_the_other_reserved(community: Community, payouts: Payouts) -> None:
    community.reserve(payouts, *BANKS)
    community.confirm(payouts, 3)
    assert [community.status(payouts, index) for index in BANKS] == ["reserved", "paid"]
    community.confirm(payouts, 1)
    assert community.status(payouts, 1) == "paid"


def test_bank__leaves_of_the_second_word__have_bits_of_their_own(community: Community) -> None:
    payouts = community.distribute([bank(str(number), 10_000) for number in range(300)])
    second = branch_row(payouts, 256, 5)
    community.vault.send("reserve", second, 0b101, sender=community.treasurer)
    assert [community.status(payouts, index) for index in (0, 2, 256, 257, 258)] == [
        "open",
        "open",
        "reserved",
        "open",
        "reserved",
    ]
    references = [b"\x01" * 32, *[bytes(32)] * 31]
    receipt = community.vault.send("confirm", second, references, sender=community.treasurer)
    assert receipt.only("BankConfirmed")["index"] == 256
    assert [community.status(payouts, index) for index in (0, 256, 258)] == ["open", "paid", "reserved"]


def test_bank__full_word__is_reserved_and_confirmed_at_once(community: Community) -> None:
    payouts = community.distribute([bank(str(number), 10_000) for number in range(256)])
    community.reserve(payouts, *range(256))
    held = community.vault.call("funds")[3]
    community.confirm(payouts, *range(256))
    assert held - community.vault.call("funds")[3] == 256 * 10_000

"""
announceSweep
├── given an unknown distribution
│   └── it should revert naming it
└── otherwise
    └── it should record the time and the resolution

sweep
├── given no announcement, or one so early that its 60 days end before the leaves could be paid for five years
│   └── it should revert
├── given 60 days not over since the announcement
│   └── it should revert naming the time
├── given leaves or proof that push would refuse
│   └── it should revert as push does
└── otherwise
    ├── it should give open leaves of any channel to the social fund, whoever calls
    ├── it should skip paid and reserved ones
    ├── until then every leaf should still be paid
    └── singles should be swept as well
"""

import pytest

from oracle.attest.keccak import keccak256
from oracle.attest.payout_tree import encode_leaf
from tests.contracts.expect import reverts
from tests.contracts.leaves import EURO, MIXED, WALLETS, account, branch, encoded, wallet
from tools.testchain.client import Receipt
from tools.testchain.community import Community, Payouts, branch_row, opened_single, selection

DAY_SECONDS = 86_400
CLAIM_PERIOD = (5 * 365 + 2) * DAY_SECONDS
NOTICE = 60 * DAY_SECONDS
MARGIN = 600
RESOLUTION = keccak256(b"resolution")


@pytest.fixture
def payouts(community: Community) -> Payouts:
    """The mixed tree, ready to be paid."""
    return community.distribute(MIXED)


def announce(community: Community, payouts: Payouts) -> Receipt:
    """Announce by resolution."""
    return community.govern(community.vault, "announceSweep", payouts.distribution, RESOLUTION)


def sweep(community: Community, payouts: Payouts, start: int = 0, height: int | None = None) -> Receipt:
    """Anyone sweeps."""
    row = branch_row(payouts, start, height)
    return community.vault.send("sweep", row, sender=community.chain.accounts[9])


def test_announce__unknown_distribution__reverts(community: Community, payouts: Payouts) -> None:
    for number in (0, 2, 2**31):
        with reverts("CommunityVault_UnknownDistribution", number):
            community.govern(community.vault, "announceSweep", number, RESOLUTION)


def test_announce__by_resolution__is_recorded(community: Community, payouts: Payouts) -> None:
    event = announce(community, payouts).only("SweepAnnounced")
    assert event == {"distribution": 1, "resolution": RESOLUTION}
    assert community.vault.call("sweepAnnouncedAt", 1) == community.chain.transport.now()


def test_sweep__not_announced__reverts_however_late(community: Community, payouts: Payouts) -> None:
    community.chain.transport.travel(2 * CLAIM_PERIOD)
    with reverts("CommunityVault_NotAnnounced", 1):
        sweep(community, payouts)


def test_sweep__announced_years_before__was_no_announcement(community: Community, payouts: Payouts) -> None:
    """Nobody remembers a notice of years ago: it is given when the five years end."""
    community.chain.transport.travel(CLAIM_PERIOD - NOTICE - MARGIN)
    announce(community, payouts)
    for _ in range(2):
        community.chain.transport.travel(10 * NOTICE)
        with reverts("CommunityVault_NotAnnounced", 1):
            sweep(community, payouts)


def test_sweep__announced_within_the_last_60_days__waits_for_both(
    community: Community, payouts: Payouts
) -> None:
    community.chain.transport.travel(CLAIM_PERIOD - NOTICE + MARGIN)
    announce(community, payouts)
    announced = community.vault.call("sweepAnnouncedAt", 1)
    community.chain.transport.travel(NOTICE - MARGIN)
    with reverts("CommunityVault_TooEarly", announced + NOTICE):
        sweep(community, payouts)
    community.chain.transport.travel(MARGIN)
    sweep(community, payouts)


def test_sweep__announced_late__waits_for_the_notice(community: Community, payouts: Payouts) -> None:
    community.chain.transport.travel(CLAIM_PERIOD)
    announce(community, payouts)
    announced = community.vault.call("sweepAnnouncedAt", 1)
    community.chain.transport.travel(NOTICE - MARGIN)
    with reverts("CommunityVault_TooEarly", announced + NOTICE):
        sweep(community, payouts)
    community.chain.transport.travel(MARGIN)
    sweep(community, payouts)


def ripen(community: Community, *several: Payouts) -> None:
    """Let five years pass, announce, and let the notice pass."""
    community.chain.transport.travel(CLAIM_PERIOD)
    for payouts in several:
        announce(community, payouts)
    community.chain.transport.travel(NOTICE)


def test_sweep__open_leaves_of_any_channel__go_to_the_social_fund(
    community: Community, payouts: Payouts
) -> None:
    ripen(community, payouts)
    social, *others = community.vault.call("funds")
    event = sweep(community, payouts).only("LeavesSwept")
    total = payouts.tree.total_micro_eur
    assert event == {"distribution": 1, "start": 0, "swept": 0b111111, "amount": total}
    assert community.vault.call("funds") == (social + total, *others)
    assert [community.status(payouts, index) for index in range(6)] == ["paid"] * 6
    with reverts("CommunityVault_AlreadyPaid", 1, 0):
        community.claim(payouts, 0)


def test_sweep__paid_and_reserved_leaves__are_skipped(community: Community, payouts: Payouts) -> None:
    community.claim(payouts, 0)
    community.reserve(payouts, 1)
    ripen(community, payouts)
    event = sweep(community, payouts).only("LeavesSwept")
    assert event["swept"] == selection((2, 3, 4, 5))
    assert event["amount"] == (30 + 40 + 50 + 60) * EURO
    assert community.status(payouts, 1) == "reserved"
    community.confirm(payouts, 1)


def test_sweep__again__sweeps_nothing(community: Community, payouts: Payouts) -> None:
    ripen(community, payouts)
    sweep(community, payouts)
    funds = community.vault.call("funds")
    assert sweep(community, payouts).only("LeavesSwept")["swept"] == 0
    assert community.vault.call("funds") == funds


def test_sweep__part_of_the_tree__sweeps_that_part(community: Community, payouts: Payouts) -> None:
    ripen(community, payouts)
    event = sweep(community, payouts, 4, 1).only("LeavesSwept")
    assert (event["start"], event["swept"], event["amount"]) == (4, 0b11, 110 * EURO)
    assert community.status(payouts, 0) == "open"


def test_sweep__leaf_changed__reverts(community: Community, payouts: Payouts) -> None:
    ripen(community, payouts)
    richer = MIXED[0]._replace(amount_micro_eur=99 * EURO)
    with reverts("CommunityVault_OtherRoot", 1):
        community.vault.send("sweep", branch(payouts, 0, encoded(richer, *MIXED[1:])))


def test_sweep__ripe_but_not_swept__is_still_paid(community: Community, payouts: Payouts) -> None:
    ripen(community, payouts)
    community.push(payouts)
    assert [community.status(payouts, index) for index in WALLETS] == ["paid"] * 3
    assert sweep(community, payouts).only("LeavesSwept")["swept"] == selection((1, 3))


def test_sweep__single_payout__needs_its_own_announcement(community: Community, payouts: Payouts) -> None:
    leaf = encode_leaf(wallet(account("supplier"), EURO))
    single = opened_single(community.govern(community.vault, "spend", 0, leaf, RESOLUTION))
    ripen(community, payouts)
    with reverts("CommunityVault_NotAnnounced", single.distribution):
        sweep(community, single)
    ripen(community, single)
    social = community.vault.call("funds")[0]
    sweep(community, single)
    assert community.vault.call("funds")[0] == social + EURO


def test_sweep__full_word__is_one_transaction(community: Community) -> None:
    payouts = community.distribute([wallet(account(str(number)), 10_000) for number in range(256)])
    ripen(community, payouts)
    assert sweep(community, payouts).only("LeavesSwept")["amount"] == 256 * 10_000

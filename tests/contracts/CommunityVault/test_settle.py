"""
settle
├── given another number than the next one
│   └── it should revert naming both, also for a settlement that was settled
├── given more than sixteen receipts, one not credited, or one that was used, also within the list
│   └── it should revert naming it
├── given months that the ledger does not give, or corrected since the signatures
│   └── it should revert naming what differs
├── given a depth above 32, a pool other than producers' share and previous carry, or a carry above the pool
│   └── it should revert naming both
└── otherwise
    ├── it should divide the receipts' sum as Python does, to the micro-euro, by the months' shares
    ├── without receipts it should divide the carry anew
    ├── it should keep social, grid and carry, and promise pool less carry
    ├── it should use the receipts up and close the months to corrections
    ├── it should be payable from the root delay on
    └── it should not matter who relays
"""

import random
from dataclasses import replace

import pytest

from oracle.attest.messages import Settlement, report_id
from oracle.attest.payout_tree import Node, PayoutTree, seal
from settlement.domain.case import Shares
from settlement.domain.rounding import split_revenue
from tests.contracts.expect import reverts
from tests.contracts.leaves import EURO, MIXED, wallets
from tools.testchain.community import (
    MONTH,
    ZERO_ADDRESS,
    Community,
    Founder,
    day_report,
    days_of,
    settlement_row,
)

EMPTY = PayoutTree([])
OTHER = b"\xff" * 32
SETTLED = 7  # position in a month's totals


def proposal(community: Community, **changes: object) -> Settlement:
    """A valid first settlement over ten euro that pays nobody, but for the changes."""
    return community.propose(EMPTY, [community.credit(10 * EURO)], **changes)


@pytest.mark.parametrize("number", [0, 2, 2**32 - 1])
def test_settle__not_the_next_number__reverts(community: Community, number: int) -> None:
    with reverts("CommunityVault_WrongDistribution", number, 1):
        community.settle(proposal(community, distribution=number))


def test_settle__replayed__reverts(community: Community) -> None:
    settlement = proposal(community)
    community.settle(settlement)
    with reverts("CommunityVault_WrongDistribution", 1, 2):
        community.settle(settlement)


def test_settle__no_receipt__divides_the_carry_anew(community: Community) -> None:
    community.settle(proposal(community))  # carries all seven euro
    tree = PayoutTree(wallets(6))
    event = community.settle(community.propose(tree, [])).only("Settled")
    assert (event["amount"], event["pool"], event["carry"]) == (0, 7 * EURO, EURO)
    assert community.vault.call("funds") == (2 * EURO, EURO, EURO, 10 * EURO)


def test_settle__seventeen_receipts__reverts(found: Founder) -> None:
    community = found(token=None)
    community.post_month(MONTH)
    receipts = [community.credit(EURO) for _ in range(17)]
    with reverts("CommunityVault_ReceiptCountOutOfRange", 17, 16):
        community.settle(community.propose(EMPTY, receipts))
    community.settle(community.propose(EMPTY, receipts[:16]))
    assert community.vault.call("funds")[:3] == (16 * EURO // 5, 16 * EURO // 10, 16 * EURO * 7 // 10)


def test_settle__receipt_never_credited__reverts(community: Community) -> None:
    with reverts("CommunityVault_ReceiptNotCredited", OTHER):
        community.settle(community.propose(EMPTY, [community.credit(EURO), OTHER]))


def test_settle__receipt_of_an_earlier_distribution__reverts(community: Community) -> None:
    first = proposal(community)
    community.settle(first)
    with reverts("CommunityVault_ReceiptUsed", first.receipts[0]):
        community.settle(community.propose(EMPTY, first.receipts))


def test_settle__receipt_twice_in_the_list__reverts(community: Community) -> None:
    receipt = community.credit(EURO)
    with reverts("CommunityVault_ReceiptUsed", receipt):
        community.settle(community.propose(EMPTY, [receipt, receipt]))


def test_settle__month_not_final__reverts(community: Community) -> None:
    with reverts("EnergyLedger_MonthNotFinal", community.configuration, MONTH + 1):
        community.settle(proposal(community, months=((community.configuration, MONTH + 1),)))


def test_settle__finality_delay_running__reverts_until_it_has_passed(found: Founder) -> None:
    community = found(finality_delay=500)
    community.post_month(MONTH)
    settlement = proposal(community)
    with reverts("EnergyLedger_MonthNotFinal", community.configuration, MONTH):
        community.settle(settlement)
    community.chain.transport.travel(600)
    community.settle(settlement)


def test_settle__vault_that_was_succeeded__settles_no_more_and_pays_on(community: Community) -> None:
    payouts = community.distribute(MIXED)
    signed = proposal(community)
    terms = (community.ledger.address, community.id, community.treasurer, ZERO_ADDRESS, 0)
    successor = community.chain.deploy("CommunityVault", terms)
    community.govern(community.ledger, "setVault", community.id, successor.address)
    with reverts("EnergyLedger_NotVault", community.id, community.vault.address):
        community.settle(signed)
    community.push(payouts)
    assert community.status(payouts, 0) == "paid"


def test_settle__month_corrected_after_signing__reverts_for_good(found: Founder) -> None:
    """The evidence and the root were computed from readings that no longer stand."""
    community = found(finality_delay=100)
    community.post_month(MONTH)
    community.chain.transport.travel(200)
    signed = proposal(community)
    first = day_report(days_of(MONTH)[0])
    community.correct(first, replace(first, predecessor=report_id(first), hours=bytes(240)))
    community.chain.transport.travel(200)
    with reverts("CommunityVault_MonthsCorrected", 1, 0):
        community.settle(signed)
    community.settle(community.propose(EMPTY, signed.receipts))
    assert community.ledger.call("totalsOf", community.configuration, MONTH)[SETTLED] is True


def test_settle__depth_above_32__reverts(community: Community) -> None:
    with reverts("CommunityVault_TreeTooDeep", 33, 32):
        community.settle(proposal(community, depth=33))
    community.settle(proposal(community, depth=32))


@pytest.mark.parametrize("pool", [0, 7 * EURO - 1, 7 * EURO + 1, 10 * EURO])
def test_settle__other_pool_than_the_producers_share__reverts(community: Community, pool: int) -> None:
    with reverts("CommunityVault_WrongPool", pool, 7 * EURO):
        community.settle(proposal(community, pool_micro_eur=pool, carry_micro_eur=0))


def test_settle__pool_without_the_previous_carry__reverts(community: Community) -> None:
    community.settle(proposal(community))  # carries all seven euro
    with reverts("CommunityVault_WrongPool", 7 * EURO, 14 * EURO):
        community.settle(proposal(community, pool_micro_eur=7 * EURO, carry_micro_eur=0))


@pytest.mark.parametrize("carry", [7 * EURO + 1, 2**64 - 1])
def test_settle__carry_above_the_pool__reverts(community: Community, carry: int) -> None:
    with reverts("CommunityVault_CarryAbovePool", carry, 7 * EURO):
        community.settle(proposal(community, carry_micro_eur=carry))


def test_settle__accepted__divides_keeps_and_promises(community: Community) -> None:
    tree = PayoutTree(wallets(5))
    settlement = community.propose(tree, [community.credit(10 * EURO)])
    settled = community.settle(settlement)
    event = settled.only("Settled")
    assert settled.only("ReceiptUsed") == {"receipt": settlement.receipts[0], "distribution": 1}
    valid_at = community.chain.transport.now()
    shared_wh = community.ledger.call("totalsOf", community.configuration, MONTH)[2]
    assert event == {
        "distribution": 1,
        "evidence": settlement.evidence,
        "root": tree.root,
        "depth": 3,
        "amount": 10 * EURO,
        "producers": 7 * EURO,
        "social": 2 * EURO,
        "grid": EURO,
        "pool": 7 * EURO,
        "carry": 2 * EURO,
        "sharedWh": shared_wh,
        "adjustmentWh": 0,
        "hiddenDays": 0,
        "validAt": valid_at,
    }
    stored = (seal(Node(tree.root, 5 * EURO)), 3, valid_at)
    assert community.vault.call("distributionOf", 1) == stored
    assert community.vault.call("funds") == (2 * EURO, EURO, 2 * EURO, 10 * EURO)
    assert community.vault.call("distributionCount") == 1
    assert community.vault.call("creditOf", settlement.receipts[0]) == (10 * EURO, True)


def test_settle__second_distribution__takes_the_carry(community: Community) -> None:
    community.settle(proposal(community))
    tree = PayoutTree(wallets(14))
    settlement = community.propose(tree, [community.credit(10 * EURO)])
    assert (settlement.pool_micro_eur, settlement.carry_micro_eur) == (14 * EURO, 0)
    community.settle(settlement)
    assert community.vault.call("funds") == (4 * EURO, 2 * EURO, 0, 20 * EURO)


def test_settle__same_month_in_two_distributions__reads_it_twice(community: Community) -> None:
    events = [community.settle(proposal(community)).only("Settled") for _ in range(2)]
    assert events[0]["sharedWh"] == events[1]["sharedWh"] > 0


def test_settle__two_months_and_configurations__adds_their_shared_energy(community: Community) -> None:
    community.post_month(MONTH + 1)
    other = community.under("AC001E00124")
    other.post_month(MONTH)
    own = [(community.configuration, MONTH), (community.configuration, MONTH + 1)]
    months = tuple(sorted([*own, (other.configuration, MONTH)]))
    event = community.settle(proposal(community, months=months)).only("Settled")
    totals = [community.ledger.call("totalsOf", *month) for month in months]
    assert event["sharedWh"] == sum(total[2] for total in totals)
    assert [community.ledger.call("totalsOf", *month)[SETTLED] for month in months] == [True] * 3


def test_settle__root_delay__starts_with_the_acceptance(found: Founder) -> None:
    community = found(root_delay=3_600)
    payouts = community.distribute(MIXED)
    valid_at = community.chain.transport.now() + 3_600
    assert community.valid_at(payouts) == valid_at
    with reverts("CommunityVault_NotYetValid", 1, valid_at):
        community.push(payouts)
    community.chain.transport.travel(3_600)
    community.push(payouts)


def test_settle__stranger_relays__is_accepted(community: Community) -> None:
    settlement = proposal(community)
    signed = community.sign_settlement(settlement)
    stranger = community.chain.accounts[8]
    community.vault.send("settle", settlement_row(settlement), signed, sender=stranger)
    assert community.vault.call("distributionCount") == 1


def test_settle__distributions__are_settled_by_their_own_vault_only(found: Founder) -> None:
    community, other = found(token=None), found(token=None)
    community.post_month(MONTH)
    settlement = proposal(community)
    signed = community.sign_settlement(settlement)
    other.vault.send("credit", settlement.receipts[0], 10 * EURO, sender=other.treasurer)
    with reverts("CommunityRegistry_NotAReporter"):
        other.vault.send("settle", settlement_row(settlement), signed)


def edge_and_drawn_amounts() -> list[tuple[int, int, int]]:
    """Amount, social and grid basis points: borders of rounding and of 64 bits, and drawn ones."""
    edges = [0, 1, 2, 4, 5, 9, 10, 11, 9_999, 10_000, 10_001, 2**53 + 1, 2**64 - 2, 2**64 - 1]
    rows = [
        (amount, social, grid)
        for amount in edges
        for social, grid in ((2_000, 1_000), (3_333, 3_333), (0, 0))
    ]
    draw = random.Random(70_20_10)
    for _ in range(150):
        first, second = sorted((draw.randrange(10_001), draw.randrange(10_001)))
        rows.append((draw.randrange(2 ** draw.randrange(1, 65)), first, second - first))
    return rows


def test_split__edge_and_drawn_amounts__as_python_splits(community: Community) -> None:
    harness = community.chain.deploy("LibraryHarness")
    for amount, social, grid in edge_and_drawn_amounts():
        found = harness.call("split", amount, social, grid)
        split = split_revenue(amount, Shares(producers=10_000 - social - grid, social=social, grid=grid))
        parts = (split.producers_micro_eur, split.social_micro_eur, split.grid_micro_eur)
        assert found == (amount, *parts), (amount, social, grid)
        assert sum(parts) == amount


def test_settle__odd_amounts_in_sequence__nothing_is_lost(found: Founder) -> None:
    community = found(token=None, shares_bps=(3_334, 3_333, 3_333))
    community.post_month(MONTH)
    amounts = [1, 7, 99_999, 1_000_003]
    for amount in amounts:
        community.settle(community.propose(EMPTY, [community.credit(amount)]))
    social, grid, carry, held = community.vault.call("funds")
    assert social + grid + carry == held == sum(amounts)

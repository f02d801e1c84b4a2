"""
what a party that means harm can do, and where it ends (docs/threat-model.md)
├── given a threshold of reporters that collude
│   ├── it can post energy that nobody metered, and change a final month that no settlement has read
│   ├── it can give the producers' share to whom it likes
│   ├── it cannot touch the social fund, the grid fund or an earlier distribution
│   └── when its root promises more than the pool it should pay nobody
├── given reporters, treasurer and registrar that do nothing any more
│   └── it should pay every wallet leaf all the same
└── given a treasurer that means harm
    └── with a token it gets the bank leaves that it confirms, and no cent more
"""

from oracle.attest.payout_tree import PayoutTree
from tests.contracts.expect import reverts
from tests.contracts.leaves import BANKS, EURO, MIXED, WALLETS, account, address_of, wallet, wallets
from tools.testchain.community import (
    MONTH,
    Community,
    Payouts,
    day_report,
    days_of,
    hours_in,
    report_row,
)

NEXT_MONTH = MONTH + 1
ACCOMPLICE = account("accomplice")
SHARED = 2  # position of the shared energy in a month's totals


def test_majority__energy_that_nobody_metered__is_accepted(community: Community) -> None:
    days = days_of(NEXT_MONTH)
    invented = 10**9
    community.post(*(day_report(day, [invented] * hours_in(day), [invented] * hours_in(day)) for day in days))
    totals = community.ledger.call("totalsOf", community.configuration, NEXT_MONTH)
    assert totals[SHARED] == sum(hours_in(day) for day in days) * invented


def test_majority__final_month_that_no_settlement_has_read__is_changed(community: Community) -> None:
    before = community.ledger.call("totalsOf", community.configuration, MONTH)[SHARED]
    assert community.ledger.call("isFinal", community.configuration, MONTH)
    replaced = day_report(days_of(MONTH)[0])
    accepted = community.ledger.call("hashReport", report_row(replaced))
    community.correct(replaced, day_report(replaced.day, [1] * 24, [1] * 24, predecessor=accepted))
    assert community.ledger.call("totalsOf", community.configuration, MONTH)[SHARED] < before


def test_majority__producers_share__goes_to_whom_it_likes(community: Community) -> None:
    payouts = community.distribute([wallet(ACCOMPLICE, 700 * EURO)])
    community.claim(payouts, 0)
    assert community.balance(ACCOMPLICE) == 700 * EURO


def test_majority__other_funds_and_earlier_distributions__are_out_of_reach(community: Community) -> None:
    earlier = community.distribute(wallets(4))
    social, grid, carry, _ = community.vault.call("funds")
    receipt = community.credit(1_000 * EURO)
    tree = PayoutTree([wallet(ACCOMPLICE, 700 * EURO)])
    community.settle(community.propose(tree, [receipt]))
    community.claim(Payouts(earlier.distribution + 1, tree), 0)

    assert community.balance(ACCOMPLICE) == 700 * EURO
    assert community.vault.call("funds")[:3] == (social + 200 * EURO, grid + 100 * EURO, carry)
    community.push(earlier)
    assert [community.balance(address_of(leaf)) for leaf in earlier.tree.leaves] == [EURO] * 4


def test_majority__root_that_promises_more_than_the_pool__pays_nobody(community: Community) -> None:
    receipt = community.credit(1_000 * EURO)
    greedy = PayoutTree([wallet(ACCOMPLICE, 600 * EURO), wallet(account("other"), 101 * EURO)])
    settlement = community.propose(greedy, [receipt], carry_micro_eur=0)
    community.settle(settlement)
    for index in (0, 1):
        with reverts("CommunityVault_WrongSum", 701 * EURO, 700 * EURO):
            community.claim(Payouts(settlement.distribution, greedy), index)


def test_everybody_silent__years_later__a_stranger_pays_every_wallet(community: Community) -> None:
    payouts = community.distribute(MIXED)
    community.chain.transport.travel(3 * 365 * 86_400)
    community.push(payouts, sender=community.chain.accounts[9])
    for index in WALLETS:
        leaf = payouts.tree.leaves[index]
        assert community.balance(address_of(leaf)) == leaf.amount_micro_eur


def test_treasurer__confirms_payments_that_no_bank_made__gets_those_leaves_and_no_more(
    community: Community,
) -> None:
    payouts = community.distribute(MIXED)
    before = community.balance(community.treasurer)
    community.reserve(payouts, *BANKS)
    community.confirm(payouts, *BANKS)
    taken = community.balance(community.treasurer) - before
    assert taken == sum(payouts.tree.leaves[index].amount_micro_eur for index in BANKS)
    community.push(payouts)
    assert [community.status(payouts, index) for index in range(len(MIXED))] == ["paid"] * len(MIXED)

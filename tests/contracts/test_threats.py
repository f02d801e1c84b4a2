"""
what a party that means harm can do, and where it ends (docs/threat-model.md)
├── given a threshold of reporters that collude
│   ├── it can post energy that nobody metered, and change a final month
│   ├── it can give the producers' share to whom it likes
│   ├── it cannot touch the social fund, the grid fund or an earlier distribution
│   ├── when its root promises more than the pool it should pay nobody
│   └── once the guardian has seen it, it should lose the root, and its say
├── given reporters, treasurer, administrator and guardian that do nothing any more
│   └── it should pay every wallet leaf all the same
├── given a treasurer that means harm
│   └── with a token it gets the bank leaves that it confirms, and no cent more
├── given a governor that is captured
│   ├── it can spend the funds and name other reporters, after the delay and in public
│   ├── it cannot take a wallet's leaf that the wallet refuses to give, nor change shares of months gone by
│   └── administrator and guardian should cancel what waits
├── given an administrator that means harm
│   └── it cannot get at money or energy, and everything that it proposes waits
└── given a guardian that means harm
    ├── it can stop reports, settlements and pushes, and undo roots that nobody can be paid from yet
    └── it cannot stop claims or take anything, and a resolution should replace it
"""

import pytest

from oracle.attest.payout_tree import PayoutTree, encode_leaf
from tests.contracts.expect import reverts
from tests.contracts.leaves import (
    BANKS,
    EURO,
    MIXED,
    WALLETS,
    account,
    address_of,
    promise,
    wallet,
    wallets,
)
from tools.testchain.client import Contract
from tools.testchain.community import (
    MONTH,
    Community,
    Founder,
    Payouts,
    day_report,
    days_of,
    hours_in,
    leaf_row,
    opened_single,
    report_row,
)

NEXT_MONTH = MONTH + 1
ACCOMPLICE = account("accomplice")
DAY_SECONDS = 86_400
CENT = 10_000
RESOLUTION = b"\x0e" * 32

Operation = tuple[str, int, bytes, bytes, bytes]
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


def test_majority__root_seen_in_time__is_cancelled_and_its_signers_removed(found: Founder) -> None:
    community = found(root_delay=DAY_SECONDS, governance_delay=DAY_SECONDS)
    payouts = community.distribute([wallet(ACCOMPLICE, 700 * EURO)])
    community.cancel(payouts)
    for reporter in community.reporters[:3]:
        community.ledger.send("removeReporter", community.id, reporter.address, sender=community.guardian)
    community.chain.transport.travel(2 * DAY_SECONDS)
    with reverts("CommunityVault_Cancelled", payouts.distribution):
        community.claim(payouts, 0)
    with reverts("CommunityRegistry_NotAReporter"):
        community.settle(community.propose(payouts.tree, []))
    assert community.balance(ACCOMPLICE) == 0


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
    greedy = PayoutTree([wallet(ACCOMPLICE, 600 * EURO), wallet(account("other"), 101 * EURO)])
    payouts = promise(community, greedy, 700 * EURO)
    for index in (0, 1):
        with reverts("CommunityVault_OtherRoot", payouts.distribution, greedy.root, 701 * EURO):
            community.claim(payouts, index)


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


def schedule(community: Community, target: Contract, function: str, *arguments: object) -> Operation:
    """Have the administrator propose a call."""
    operation = (target.address, 0, target.encoded(function, *arguments), bytes(32), RESOLUTION)
    delay = community.timelock.call("getMinDelay")
    community.timelock.send("schedule", *operation, delay, sender=community.administrator)
    return operation


def test_governor__captured__spends_the_funds_after_the_delay(found: Founder) -> None:
    community = found(governance_delay=DAY_SECONDS)
    community.distribute(wallets(4))
    social = community.vault.call("funds")[0]
    leaf = encode_leaf(wallet(ACCOMPLICE, social // CENT * CENT))
    operation = schedule(community, community.vault, "spend", 0, leaf, RESOLUTION)
    with reverts("TimelockUnexpectedOperationState"):
        community.timelock.send("execute", *operation)
    community.chain.transport.travel(DAY_SECONDS)
    community.claim(opened_single(community.timelock.send("execute", *operation)), 0)
    assert community.balance(ACCOMPLICE) == social // CENT * CENT


@pytest.mark.parametrize("watchman", ["administrator", "guardian"])
def test_governor__proposal_seen_in_time__is_cancelled(found: Founder, watchman: str) -> None:
    community = found(governance_delay=DAY_SECONDS)
    operation = schedule(community, community.ledger, "setReporters", community.id, [ACCOMPLICE], 1)
    name = community.timelock.call("hashOperation", *operation)
    community.timelock.send("cancel", name, sender=getattr(community, watchman))
    community.chain.transport.travel(DAY_SECONDS)
    with reverts("TimelockUnexpectedOperationState"):
        community.timelock.send("execute", *operation)


def test_governor__redirects_a_wallets_leaf__the_wallet_takes_it_back(community: Community) -> None:
    owner = community.chain.accounts[6]
    payouts = community.distribute([wallet(owner, 7 * EURO)])
    theft = encode_leaf(wallet(ACCOMPLICE, 7 * EURO))
    single = opened_single(
        community.govern(community.vault, "redirect", leaf_row(payouts, 0), theft, RESOLUTION)
    )
    former = encode_leaf(payouts.tree.leaves[0])
    refused = community.vault.send("refuseRedirection", single.distribution, former, sender=owner)
    community.chain.transport.travel(15 * DAY_SECONDS)
    with reverts("CommunityVault_Cancelled", single.distribution):
        community.claim(single, 0)
    community.claim(opened_single(refused), 0)
    assert community.balance(owner) == 7 * EURO


def test_governor__captured__changes_no_shares_of_months_gone_by(community: Community) -> None:
    before = community.ledger.call("sharesOf", community.id, MONTH)
    community.govern(community.ledger, "setShares", community.id, (0, 0, 10_000))
    assert community.ledger.call("sharesOf", community.id, MONTH) == before


def test_governor__captured__sweeps_no_leaf_before_its_five_years(community: Community) -> None:
    payouts = community.distribute(MIXED)
    community.govern(community.vault, "announceSweep", payouts.distribution, RESOLUTION)
    community.chain.transport.travel(61 * DAY_SECONDS)
    with reverts("CommunityVault_NotAnnounced", payouts.distribution):
        community.vault.send("sweep", leaf_row(payouts, 0))


def test_administrator__executes_at_once__is_refused(found: Founder) -> None:
    community = found(governance_delay=DAY_SECONDS)
    operation = (community.ledger.address, 0, b"", bytes(32), RESOLUTION)
    with reverts("TimelockInsufficientDelay", DAY_SECONDS - 1, DAY_SECONDS):
        community.timelock.send("schedule", *operation, DAY_SECONDS - 1, sender=community.administrator)


def test_administrator__names_another_vault__is_refused(community: Community) -> None:
    """The first vault is the administrator's to name, a successor the members'."""
    with reverts("CommunityRegistry_NotGovernor", community.id, community.administrator):
        community.ledger.send("setVault", community.id, community.vault.address)


def test_guardian__pauses__claims_and_governance_go_on(community: Community) -> None:
    payouts = community.distribute(MIXED)
    community.ledger.send("setPaused", community.id, True, sender=community.guardian)
    with reverts("CommunityVault_Paused"):
        community.push(payouts)
    community.claim(payouts, 0)
    community.reserve(payouts, *BANKS)
    community.confirm(payouts, *BANKS)
    community.govern(community.ledger, "setPaused", community.id, False)
    community.govern(community.ledger, "setGuardian", community.id, community.chain.accounts[7])
    with reverts("CommunityRegistry_NotGuardian", community.id, community.guardian):
        community.ledger.send("setPaused", community.id, True, sender=community.guardian)
    community.push(payouts)


def test_guardian__cancels_an_honest_root__its_sum_is_divided_anew(found: Founder) -> None:
    community = found(root_delay=DAY_SECONDS)
    payouts = community.distribute(wallets(4))
    held = community.vault.call("funds")[3]
    community.cancel(payouts)
    assert community.vault.call("funds")[3] == held
    tree = PayoutTree(wallets(4))
    community.settle(community.propose(tree, []))
    community.chain.transport.travel(DAY_SECONDS)
    community.push(Payouts(payouts.distribution + 1, tree))
    assert [community.balance(address_of(leaf)) for leaf in tree.leaves] == [EURO] * 4


def test_guardian__removes_every_reporter__a_resolution_names_others(community: Community) -> None:
    for reporter in community.reporters:
        community.ledger.send("removeReporter", community.id, reporter.address, sender=community.guardian)
    assert community.ledger.call("reportersOf", community.id) == ((), 3, 6)
    report = day_report()
    with reverts("CommunityRegistry_NotAReporter"):
        community.post(report)
    addresses = [reporter.address for reporter in community.reporters]
    community.govern(community.ledger, "setReporters", community.id, addresses, 3)
    community.post(report)

"""Gas on the pinned node, osaka rules: exactly the committed figures, within goals and cap (C-14)."""

import json
from collections.abc import Iterator

import pytest

from tests.contracts.connect import under_ape

if under_ape():
    pytest.skip("gas is that of our own compiler settings", allow_module_level=True)

from benchmarks.gas import (
    CLAIM_PERIOD,
    GOALS,
    NOTICE_PERIOD,
    SNAPSHOT,
    Gas,
    document,
    drawn_report,
    measure,
)
from oracle.attest.payout_tree import PayoutTree
from tests.contracts.hostile import Manner, hostile
from tests.contracts.leaves import address_of, wallets
from tools.testchain.anvil import is_installed, running_anvil
from tools.testchain.artifacts import compiled
from tools.testchain.client import Chain
from tools.testchain.community import (
    Terms,
    branch_row,
    days_of,
    found_community,
    month_number,
    reporter_accounts,
)
from tools.testchain.transports import TRANSACTION_GAS_MAX, AnvilTransport

JULY = month_number(2024, 7)

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(not is_installed(), reason="the node's npm package is not installed"),
]


@pytest.fixture(scope="module")
def measured() -> Gas:
    """Gas of the committed artifacts."""
    return measure()


@pytest.fixture(scope="module")
def node() -> Iterator[Chain]:
    """A node with our contracts and mocks."""
    with running_anvil() as url:
        yield Chain(AnvilTransport(url), compiled())


def test_gas__measured_again__is_the_snapshot(measured: Gas) -> None:
    committed = json.loads(SNAPSHOT.read_text(encoding="utf-8"))["gas"]
    moved = {key: (committed.get(key), gas) for key, gas in measured.items() if committed.get(key) != gas}
    assert not moved, f"(committed, measured): {moved}; after review run `make gas`"
    assert document(measured) == SNAPSHOT.read_text(encoding="utf-8")


@pytest.mark.parametrize("goal", [goal for goal in GOALS if goal.goal], ids=lambda goal: goal.key)
def test_gas__each_goal__is_met(measured: Gas, goal: object) -> None:
    row = next(row for row in GOALS if row is goal)
    assert row.goal is not None
    assert measured[row.key] <= row.goal


def test_push__256_transfers_that_burn_their_allowance__fit_into_a_transaction(node: Chain) -> None:
    community = hostile(lambda **terms: found_community(node, Terms(**terms)))
    leaves = wallets(256, 10_000)
    payouts = community.distribute(leaves)
    for leaf in leaves:
        community.set_manner(address_of(leaf), Manner.BURNS_GAS)
    receipt = community.push(payouts, gas=TRANSACTION_GAS_MAX)
    assert receipt.only("BatchPaid")["failed"] == 2**256 - 1
    assert receipt.gas_used < TRANSACTION_GAS_MAX


def test_push__one_false_answer_among_256_fresh_recipients__fits_into_a_transaction(node: Chain) -> None:
    community = hostile(lambda **terms: found_community(node, Terms(**terms)))
    leaves = wallets(256, 20_000)
    payouts = community.distribute(leaves)
    community.set_manner(address_of(leaves[-1]), Manner.RETURNS_FALSE)
    receipt = community.push(payouts, gas=TRANSACTION_GAS_MAX)
    assert receipt.only("BatchPaid")["failed"] == 1 << 255
    assert receipt.gas_used < TRANSACTION_GAS_MAX


def test_settle__sixteen_receipts_64_months_and_sixteen_signatures__fit_into_a_transaction(
    node: Chain,
) -> None:
    terms = Terms(token=None, reporter_count=16, threshold=16)
    community = found_community(node, terms)
    for month in range(580, 644):
        community.post_month(month)
    receipts = [community.credit(1_000_000) for _ in range(16)]
    receipt = community.settle(community.propose(PayoutTree([]), receipts))
    assert receipt.gas_used < TRANSACTION_GAS_MAX


@pytest.mark.parametrize(("batches", "days"), [(64, 4), (11, 31)])
def test_post_all__most_days__fit_into_a_transaction(node: Chain, batches: int, days: int) -> None:
    """Some 250 days in batches of four, or 340 in whole months: what a publisher may send together."""
    community = found_community(node)
    parts = [community.under(f"AC001E{number:05}") for number in range(batches)]
    reports = [drawn_report(day) for day in days_of(JULY)[:days]]
    receipt = community.ledger.send("postAll", [part.batch_row(reports) for part in parts])
    accepted = [event for event in receipt.events if event.name == "DayAccepted"]
    assert len(accepted) == batches * days
    assert receipt.gas_used < TRANSACTION_GAS_MAX


def test_post__month_with_sixteen_of_sixteen_signatures__fits_into_a_transaction(node: Chain) -> None:
    community = found_community(node, Terms(reporter_count=16, threshold=16))
    receipt = community.post(*(drawn_report(day) for day in days_of(JULY)))
    assert receipt.gas_used < TRANSACTION_GAS_MAX // 8


def test_set_reporters__sixteen_by_resolution__fit_into_a_transaction(node: Chain) -> None:
    community = found_community(node)
    addresses = [reporter.address for reporter in reporter_accounts(16)]
    receipt = community.govern(community.ledger, "setReporters", community.id, addresses, 16)
    assert receipt.gas_used < TRANSACTION_GAS_MAX // 64


def test_push__256_fresh_recipients__fit_into_a_transaction(node: Chain) -> None:
    community = found_community(node)
    receipt = community.push(community.distribute(wallets(256, 10_000)), gas=TRANSACTION_GAS_MAX)
    assert receipt.only("BatchPaid")["paid"] == 2**256 - 1
    assert receipt.gas_used < TRANSACTION_GAS_MAX // 2


def test_sweep__256_leaves__fit_into_a_transaction(node: Chain) -> None:
    community = found_community(node)
    payouts = community.distribute(wallets(256, 10_000))
    snapshot = node.transport.snapshot()
    node.transport.travel(CLAIM_PERIOD)
    community.govern(community.vault, "announceSweep", payouts.distribution, bytes(32))
    node.transport.travel(NOTICE_PERIOD)
    receipt = community.vault.send("sweep", branch_row(payouts, 0, None))
    node.transport.restore(snapshot)
    assert receipt.only("LeavesSwept")["swept"] == 2**256 - 1
    assert receipt.gas_used < TRANSACTION_GAS_MAX // 16


@pytest.mark.parametrize("name", ["EnergyLedger", "CommunityVault", "CommunityTimelock"])
def test_bytecode__holds_no_delegatecall_callcode_or_selfdestruct(name: str) -> None:
    assert FORBIDDEN.isdisjoint(opcodes(compiled()[name].bytecode))


# SELFDESTRUCT, DELEGATECALL, CALLCODE: no other code ever runs in our contracts' place.
FORBIDDEN = {0xFF, 0xF4, 0xF2}


def opcodes(code: bytes) -> set[int]:
    """Operations of the code, without the bytes that a PUSH carries; stops where only data can follow."""
    found, at = set(), 0
    while at < len(code):
        found.add(code[at])
        at += 1 + max(0, code[at] - 0x5F) * (0x60 <= code[at] <= 0x7F)
    return found


def test_post__month_of_31_days__fits_into_a_transaction(node: Chain) -> None:
    community = found_community(node)
    community.post_month(JULY)
    assert community.ledger.call("isFinal", community.configuration, JULY)

"""
the designs that we measure ourselves against
├── naive readings
│   ├── it should store every reading where it belongs, over the borders of hours and transactions
│   ├── it should fill a transaction to the last reading that fits
│   └── it should take readings from its reporter alone
├── cumulative claims
│   ├── it should pay each account what it was promised and has not claimed
│   └── it should refuse another amount, a second claim and a foreign root
└── the comparison
    └── it should compare like with like, at the goal
"""

from collections.abc import Iterator

import pytest

from benchmarks.gas import EURO, measure_posts
from benchmarks.gas_beside import GOAL_GAS_PER_MEMBER_HOUR, GOAL_MEMBERS, compare
from benchmarks.reference import HOURS, ClaimDrop, ClaimTree, NaiveLedger, readings, reference_artifacts
from tools.testchain.anvil import is_installed, running_anvil
from tools.testchain.artifacts import published
from tools.testchain.client import Chain
from tools.testchain.errors import Reverted
from tools.testchain.transports import AnvilTransport

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(not is_installed(), reason="the node's npm package is not installed"),
]
MEMBERS = 70


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    """A node with osaka rules, our contracts and the reference."""
    with running_anvil() as url:
        yield Chain(AnvilTransport(url), published() | reference_artifacts())


def test_naive__a_day_in_several_transactions__is_stored_reading_by_reading(chain: Chain) -> None:
    ledger = NaiveLedger(chain)
    _, sent = ledger.post_day(MEMBERS, 2)
    assert sent == 3
    first = 2 * HOURS * MEMBERS
    for start in range(first, first + HOURS * MEMBERS, ledger.width):
        posted = readings(start, min(ledger.width, first + HOURS * MEMBERS - start))
        for place in (0, MEMBERS - 1, MEMBERS, len(posted) // 10 - 1):
            expected = posted[10 * place : 10 * place + 10]
            hour, member = divmod(start + place, MEMBERS)
            found = ledger.reading(hour, member)
            assert found == (int.from_bytes(expected[:5], "big"), int.from_bytes(expected[5:], "big"))


def test_naive__one_transaction__is_as_wide_as_the_cap_allows(chain: Chain) -> None:
    ledger = NaiveLedger(chain)
    assert ledger._post(MEMBERS, 0, ledger.width)
    with pytest.raises((Reverted, RuntimeError)):
        ledger._post(MEMBERS, 10**7, ledger.width + 3)


def test_naive__stranger__is_refused(chain: Chain) -> None:
    contract = chain.deploy("NaiveReadings")
    with pytest.raises(Reverted, match="NaiveReadings_NotReporter"):
        contract.send("post", 1, 0, readings(0, 1), sender=chain.accounts[9])


def test_claims__two_periods__pay_the_difference_and_refuse_the_rest(chain: Chain) -> None:
    drop = ClaimDrop(chain)
    accounts = ["0x" + bytes([number] * 20).hex() for number in range(1, 6)]
    first = ClaimTree([(account, EURO) for account in accounts])
    drop.settle(first, 5 * EURO)
    drop.claim(4)
    assert drop.balance(accounts[4]) == EURO
    with pytest.raises(Reverted, match="NothingToClaim"):
        drop.claim(4)
    drop.settle(ClaimTree([(account, 3 * EURO) for account in accounts]), 10 * EURO)
    for index in range(5):
        drop.claim(index)
    assert [drop.balance(account) for account in accounts] == [3 * EURO] * 5
    drop.tree = first
    with pytest.raises(Reverted, match="WrongProof"):
        drop.claim(0)


def test_compare__ten_members__is_below_the_reference_and_scales_to_the_goal(chain: Chain) -> None:
    snapshot = chain.transport.snapshot()
    posts = measure_posts(chain)
    chain.transport.restore(snapshot)
    rows = {row.what: row for row in compare(chain, 10, posts)}
    assert rows["a month: 30 days, settled, all paid"].ratio < 1
    assert rows["a payout: our push, their claim"].ratio < 1
    # Whoever does more pays more: signatures, the division, a proof that the root is covered.
    assert rows["a receipt and its settlement"].ratio > 1
    assert rows["a day posted"].ours / (HOURS * GOAL_MEMBERS) <= GOAL_GAS_PER_MEMBER_HOUR

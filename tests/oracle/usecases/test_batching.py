"""Batches of reports fill transactions, and no transaction is too much for a node or a block."""

from hypothesis import given
from hypothesis import strategies as st

from oracle.chain.artifacts import artifact
from oracle.chain.client import GAS_LIMIT_MAX
from oracle.usecases.batching import (
    BATCH_BYTES,
    BATCH_GAS,
    BYTES_MAX,
    GAS_MAX,
    REPORT_BYTES,
    REPORT_GAS,
    in_transactions,
)

sizes = st.lists(st.integers(1, 31), max_size=200)
RELAYED_BYTES_MAX = 131_072
REPORTERS_MAX = 16


def test_in_transactions__one_month_of_two__is_one_transaction() -> None:
    assert list(in_transactions([31, 31])) == [range(2)]


def test_in_transactions__month_of_eleven__is_two_transactions() -> None:
    assert list(in_transactions([31] * 11)) == [range(7), range(7, 11)]


def test_in_transactions__one_day_of_many__is_as_many_as_the_ledger_takes_at_most() -> None:
    assert [len(part) for part in in_transactions([1] * 130)] == [64, 64, 2]


def test_in_transactions__nothing__is_none() -> None:
    assert list(in_transactions([])) == []


@given(sizes)
def test_in_transactions__any_sizes__each_batch_once_in_order_within_the_bounds(reports: list[int]) -> None:
    parts = list(in_transactions(reports))
    assert [position for part in parts for position in part] == list(range(len(reports)))
    for part in parts:
        count = sum(reports[position] for position in part)
        assert 1 <= len(part) <= 64
        assert len(part) * BATCH_GAS + count * REPORT_GAS <= GAS_MAX
        assert len(part) * BATCH_BYTES + count * REPORT_BYTES <= BYTES_MAX


@given(sizes)
def test_in_transactions__any_sizes__no_transaction_would_have_room_for_the_next_batch(
    reports: list[int],
) -> None:
    parts = list(in_transactions(reports))
    for part in parts[:-1]:
        wider = [reports[position] for position in [*part, part.stop]]
        assert list(in_transactions(wider)) != [range(len(wider))]


def test_bounds__measured_gas__is_below_what_is_counted() -> None:
    # contracts/gas.json and the ledger's own measurements, with 3 signatures: (batches, reports each, gas).
    for batches, each, gas in ((64, 4, 14_400_000), (11, 31, 16_100_000)):
        assert gas <= batches * (BATCH_GAS + each * REPORT_GAS)
    assert GAS_MAX < GAS_LIMIT_MAX


def test_bounds__widest_call__is_as_long_as_counted_and_is_relayed() -> None:
    report = (1, bytes(32), bytes(32), bytes(32), 1, bytes(32), bytes(250))
    for part in in_transactions([31] * 64), in_transactions([1] * 64):
        count = len(next(part))
        each = 31 if count < 64 else 1
        batch = (bytes(32), bytes(32), 1, [report] * each, bytes(65 * REPORTERS_MAX))
        data = artifact("EnergyLedger").call("postAll", [batch] * count)
        assert len(data) <= count * (BATCH_BYTES + each * REPORT_BYTES) + 4 + 64
        assert len(data) + 200 <= RELAYED_BYTES_MAX

"""Collecting a day: what messages say decides, not the order in which they came.

take
├── when the value was sent later it should take its place
├── when it was sent earlier it should change nothing
└── when messages come in any order, as often as you like, it should end alike (property)
parts
└── should cut a block at the midnights of Italy, on days of 23, 24 and 25 hours
"""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle.sources.device_messages import Block
from oracle.sources.meter_day import CollectedDay, DayKey, Part, parts
from settlement.domain.calendar import day_start
from settlement.domain.case import Direction

DAY = date(2024, 7, 1)
KEY = DayKey(Direction.INJECTED, DAY, 60)


def part(first: int, wh: list[int], sent: int, rank: int = 0, estimated: bool = False) -> Part:
    return Part(KEY, first, np.array(wh, dtype=np.int32), estimated, sent, rank)


def collected(said: list[Part]) -> tuple[list[int], list[bool], list[int]]:
    day = CollectedDay.empty(KEY)
    for one in said:
        day.take(one)
    return day.wh.tolist(), day.estimated.tolist(), day.sent.tolist()


def test_take__all_intervals__is_complete() -> None:
    day = CollectedDay.empty(KEY)
    assert day.take(part(12, [5] * 12, sent=2)) == 12
    assert not day.complete
    assert day.take(part(0, [4] * 12, sent=1)) == 12
    assert day.complete


def test_take__sent_earlier__changes_nothing() -> None:
    day = CollectedDay.empty(KEY)
    day.take(part(3, [7, 8], sent=5))
    assert day.take(part(2, [1, 1, 1, 1], sent=4)) == 2
    assert day.wh[2:6].tolist() == [1, 7, 8, 1]


def test_take__same_value_sent_later__says_nothing_new_and_counts_from_then_on() -> None:
    day = CollectedDay.empty(KEY)
    day.take(part(0, [7], sent=5))
    assert day.take(part(0, [7], sent=9)) == 0
    assert day.take(part(0, [8], sent=8)) == 0
    assert day.wh[0] == 7


def test_take__only_the_estimate_is_gone__is_something_new() -> None:
    day = CollectedDay.empty(KEY)
    day.take(part(0, [7], sent=1, estimated=True))
    assert day.take(part(0, [7], sent=2)) == 1


@st.composite
def said_parts(draw: st.DrawFn) -> list[Part]:
    """Messages with ranks of their own: a digest is not shared."""
    count = draw(st.integers(1, 6))
    found = []
    for rank in range(count):
        first = draw(st.integers(0, 23))
        length = draw(st.integers(1, 24 - first))
        wh = draw(st.lists(st.integers(0, 3), min_size=length, max_size=length))
        found.append(part(first, wh, draw(st.integers(0, 3)), rank, draw(st.booleans())))
    return found


@given(st.data())
def test_take__any_order_and_repetition__ends_alike(data: st.DataObject) -> None:
    said = data.draw(said_parts())
    repeated = said + data.draw(st.lists(st.sampled_from(said), max_size=6))
    shuffled = data.draw(st.permutations(repeated))
    assert collected(list(shuffled)) == collected(said)


@pytest.mark.parametrize(
    ("day", "quarters"), [(date(2024, 3, 31), 92), (date(2024, 7, 1), 96), (date(2024, 10, 27), 100)]
)
def test_parts__a_day_and_its_neighbours__is_cut_at_midnight(day: date, quarters: int) -> None:
    start = day_start(day) - timedelta(hours=1)
    block = Block(direction=Direction.INJECTED, start=start, wh=tuple(range(4 + quarters + 4)))
    before, whole, after = parts(block, 15, datetime(2025, 1, 1, tzinfo=UTC), b"digest of 32")
    assert (whole.key.day, whole.first, len(whole.wh), whole.wh[0]) == (day, 0, quarters, 4)
    assert (len(before.wh), len(after.wh), after.first) == (4, 4, 0)
    assert before.first + len(before.wh) == before.key.intervals

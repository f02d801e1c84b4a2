"""Wall-clock labels into UTC on the two days of the year on which they lie."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from oracle.sources.local_time import to_utc, wall_minutes
from settlement.domain.calendar import ROME

AUTUMN = wall_minutes(datetime(2024, 10, 27))  # noqa: DTZ001 - a wall clock
SPRING = wall_minutes(datetime(2024, 3, 31))  # noqa: DTZ001 - a wall clock


def labels(*hours: int, day: int = AUTUMN) -> np.ndarray:
    return np.array([day + 60 * hour for hour in hours], dtype=np.int64)


def test_to_utc__hour_that_stands_twice__is_the_earlier_then_the_later() -> None:
    utc, invented = to_utc(labels(1, 2, 2, 3), ROME)
    assert (utc - utc[0]).tolist() == [0, 60, 120, 180]
    assert not invented.any()


def test_to_utc__descending_rows__are_the_later_then_the_earlier() -> None:
    utc, _ = to_utc(labels(3, 2, 2, 1), ROME)
    assert (utc[0] - utc).tolist() == [0, 60, 120, 180]


def test_to_utc__hour_that_stands_once__is_the_earlier_so_that_the_other_is_missed() -> None:
    utc, _ = to_utc(labels(1, 2, 3), ROME)
    assert (utc - utc[0]).tolist() == [0, 60, 180]


def test_to_utc__skipped_hour__is_invented() -> None:
    _, invented = to_utc(labels(1, 2, 3, day=SPRING), ROME)
    assert invented.tolist() == [False, True, False]


def test_to_utc__end_at_the_very_jump__exists_under_both_names() -> None:
    utc, invented = to_utc(labels(1, 2, 3, day=SPRING), ROME, instants_at_end=True)
    assert not invented.any()
    assert (utc - utc[0]).tolist() == [0, 60, 60]


@given(
    start=st.integers(AUTUMN - 200 * 1440, AUTUMN + 200 * 1440),
    zone=st.sampled_from(("Europe/Rome", "Europe/Lisbon", "America/New_York", "UTC")),
)
def test_to_utc__labels_of_consecutive_hours__come_back_in_order(start: int, zone: str) -> None:
    """The wall clock of any 60 consecutive hours, read back, gives these hours."""
    hours = start // 60 * 60 + 60 * np.arange(60)
    moments = [datetime.fromtimestamp(int(minute) * 60, ZoneInfo(zone)) for minute in hours]
    # A run that begins with the repetition of an hour cannot be told from one that begins before it.
    assume(moments[0].fold == 0)
    utc, invented = to_utc(np.array([wall_minutes(moment) for moment in moments]), ZoneInfo(zone))
    assert utc.tolist() == hours.tolist()
    assert not invented.any()

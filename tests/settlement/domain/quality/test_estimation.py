"""Estimates: by hand, on days of 23 and 25 hours, and never beyond what their donors have.

estimate_day
├── SAME_WEEKDAY_MEAN
│   ├── it should be the mean of the same weekdays, halves up, and name them
│   └── given fewer than two it should be None
├── LINEAR_INTERPOLATION
│   ├── it should weigh each neighbour by the distance of the other
│   └── given no neighbour on one side it should be None
├── it should never take an estimate, the day itself, or another resolution as a donor
└── given a day of 23 or 25 hours it should match clock times
"""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.calendar import day_hours
from settlement.domain.day_vectors import DayVector
from settlement.domain.quality.estimation import EstimateMethod, donor_days, estimate_day

MEAN, LINEAR = EstimateMethod.SAME_WEEKDAY_MEAN, EstimateMethod.LINEAR_INTERPOLATION
DAY = date(2024, 6, 26)
RECEIVED = datetime(2024, 12, 1, tzinfo=UTC)


def vector(day: date, wh, resolution: int = 60, *, estimated: bool = False) -> DayVector:
    """A day of one value, or of these."""
    values = np.broadcast_to(np.array(wh, dtype=np.int32), (day_hours(day) * 60 // resolution,)).copy()
    marks = np.ones(len(values), dtype=np.bool_) if estimated else None
    return DayVector(day, resolution, values, marks, RECEIVED)


def known(*vectors: DayVector) -> dict[date, DayVector]:
    """By day."""
    return {row.day: row for row in vectors}


def ago(days: int) -> date:
    """So many days before the day."""
    return DAY - timedelta(days=days)


def test_mean__three_weekdays__is_half_up_and_names_them() -> None:
    made = estimate_day(
        MEAN, DAY, known(*(vector(ago(7 * week), wh) for week, wh in ((1, 10), (2, 11), (4, 13))))
    )
    assert made.wh.tolist() == [11] * 24
    assert made.from_days == (ago(28), ago(14), ago(7))
    half = estimate_day(MEAN, DAY, known(vector(ago(7), 10), vector(ago(14), 11)))
    assert half.wh.tolist() == [11] * 24


def test_mean__other_weekdays_and_one_alone__give_nothing() -> None:
    assert estimate_day(MEAN, DAY, known(vector(ago(7), 10), vector(ago(8), 10), vector(ago(35), 10))) is None


def test_linear__neighbours__are_weighed_by_the_distance_of_the_other() -> None:
    made = estimate_day(LINEAR, DAY, known(vector(ago(1), 100), vector(ago(-3), 200), vector(ago(-4), 999)))
    assert made.wh.tolist() == [(100 * 3 + 200 * 1 + 2) // 4] * 24
    assert made.from_days == (ago(1), ago(-3))


@pytest.mark.parametrize("days", [(1, 2), (-1, -2), (8, -1), (1, -8)])
def test_linear__no_neighbour_within_a_week_on_one_side__gives_nothing(days) -> None:
    assert estimate_day(LINEAR, DAY, known(*(vector(ago(one), 5) for one in days))) is None


def test_donors__estimates_and_the_day_itself__are_never_taken() -> None:
    rows = known(vector(ago(7), 10, estimated=True), vector(ago(14), 20), vector(ago(21), 20), vector(DAY, 1))
    assert estimate_day(MEAN, DAY, rows).wh.tolist() == [20] * 24
    assert estimate_day(LINEAR, DAY, known(vector(ago(1), 5), vector(ago(-1), 5, estimated=True))) is None


def test_donors__of_two_resolutions__give_nothing() -> None:
    assert estimate_day(MEAN, DAY, known(vector(ago(7), 10), vector(ago(14), 3, 15))) is None


@pytest.mark.parametrize(
    ("day", "clocks"),
    [
        (date(2024, 3, 31), [0, 1, *range(3, 24)]),
        (date(2024, 10, 27), [0, 1, 2, *range(2, 24)]),
    ],
)
def test_estimate__day_on_which_clocks_change__matches_clock_times(day, clocks) -> None:
    donors = [day - timedelta(days=7 * week) for week in (1, 2)]
    made = estimate_day(MEAN, day, known(*(vector(donor, range(24)) for donor in donors)))
    assert made.wh.tolist() == clocks
    quarters = estimate_day(MEAN, day, known(*(vector(donor, range(96), 15) for donor in donors)))
    assert quarters.wh.tolist() == [4 * clock + quarter for clock in clocks for quarter in range(4)]


def test_donors__long_and_short_days__are_no_donors() -> None:
    after = date(2024, 11, 3)
    rows = known(
        vector(date(2024, 10, 27), 900), vector(date(2024, 10, 20), 10), vector(date(2024, 10, 13), 10)
    )
    assert estimate_day(MEAN, after, rows).from_days == (date(2024, 10, 13), date(2024, 10, 20))


@given(
    st.dictionaries(st.integers(-10, 30), st.integers(0, 500_000_000), min_size=2),
    st.sampled_from([MEAN, LINEAR]),
)
def test_estimate__any_donors__lies_between_the_least_and_the_largest(values, method) -> None:
    rows = known(*(vector(ago(days), wh) for days, wh in values.items()))
    made = estimate_day(method, DAY, rows)
    if made is not None:
        first, last = donor_days([DAY])
        assert all(first <= donor <= last and donor != DAY for donor in made.from_days)
        taken = [int(rows[donor].wh[0]) for donor in made.from_days]
        assert min(taken) <= int(made.wh[0]) <= max(taken)

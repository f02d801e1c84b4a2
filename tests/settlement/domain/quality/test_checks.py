"""Each check fires on a made defect, and not on what stands close by it.

inspect
├── given clean days, of 60 or 15 minutes, in any season, it should find nothing
├── it should find the gravest first
└── for each check: a defect that fires, and a neighbour that does not
"""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.case import Direction, Source
from settlement.domain.quality.channels import low_yield
from settlement.domain.quality.finding import Check, Severity
from settlement.domain.quality.inspect import CHECKS, CHECKS_OF_ARRIVALS, inspect
from tests.settlement.domain.quality import month
from tests.settlement.domain.quality.month import HOME_WITHDRAWN, INJECTED, OTHER, WITHDRAWN, subject
from tests.settlement.domain.quality.roofs import roofs

NOON = 24 * 3 + 12
"""Noon of the fourth day, 6 June 2024."""
SIXTH = date(2024, 6, 6)


def put(*pairs):
    """A change that sets values: (place, Wh) or (slice, Wh)."""

    def change(wh) -> None:
        for place, value in pairs:
            wh[place] = value

    return change


def times(factor: int, place=slice(None)):
    """A change that multiplies values."""

    def change(wh) -> None:
        wh[place] *= factor

    return change


def checks(of) -> list[Check]:
    """Names of what is found."""
    return [row.check for row in inspect(of)]


@pytest.mark.parametrize("resolution", [60, 15])
@pytest.mark.parametrize(
    ("first", "after"),
    [
        (date(2024, 6, 3), date(2024, 7, 1)),
        (date(2024, 12, 1), date(2025, 1, 1)),
        (date(2024, 3, 25), date(2024, 4, 10)),
        (date(2024, 10, 14), date(2024, 11, 2)),
        (date(2024, 6, 3), date(2024, 6, 4)),
    ],
    ids=["summer", "winter", "23-hour day", "25-hour day", "one day"],
)
def test_inspect__clean_days__finds_nothing(first, after, resolution) -> None:
    assert inspect(subject(first, after, resolution=resolution)) == []


@given(
    st.dates(date(2023, 1, 1), date(2026, 12, 1)),
    st.integers(1, 40),
    st.sampled_from([15, 60]),
    st.sampled_from(list(Source)),
)
def test_inspect__any_clean_period__holds_nothing_back(first, days, resolution, source) -> None:
    found = inspect(subject(first, first + timedelta(days=days), resolution=resolution, source=source))
    assert [row for row in found if row.severity is Severity.BLOCKING] == []


def test_inspect__order__is_the_gravest_first() -> None:
    spoiled = {INJECTED: put((NOON, 30_000)), HOME_WITHDRAWN: put((slice(48, 72), 0))}
    found = inspect(subject(changes=spoiled, absent={WITHDRAWN: slice(0, 24)}))
    severities = [list(Severity).index(row.severity) for row in found]
    assert severities == sorted(severities)
    assert {row.severity for row in found} == set(Severity)


def test_missing__days_of_a_direction__are_found_and_arrivals_are_not_asked() -> None:
    lacking = subject(absent={HOME_WITHDRAWN: slice(24, 72)})
    (found,) = inspect(lacking)
    assert (found.check, found.severity) == (Check.MISSING_DAYS, Severity.WARNING)
    assert found.days == (date(2024, 6, 4), date(2024, 6, 5))
    assert inspect(lacking, CHECKS_OF_ARRIVALS) == []


def test_missing__injection_of_a_plant__is_found_without_any_series() -> None:
    (found,) = inspect(subject(absent={INJECTED: slice(None)}))
    assert (found.pod, found.direction, len(found.days)) == (month.ROOF, Direction.INJECTED, 28)


def test_missing__pod_without_any_reading__is_found_once() -> None:
    (found,) = inspect(subject(absent={HOME_WITHDRAWN: slice(None)}))
    assert (found.pod, found.direction) == (month.HOME, None)


def test_partial__day_that_lacks_an_hour__is_held() -> None:
    (found,) = inspect(subject(absent={HOME_WITHDRAWN: slice(25, 26)}))
    assert (found.check, found.severity, found.days, found.count) == (
        Check.PARTIAL_DAY,
        Severity.BLOCKING,
        (date(2024, 6, 4),),
        1,
    )


def test_zero__day_without_any_withdrawal__is_a_note_and_one_hour_is_not() -> None:
    (found,) = inspect(subject(changes={HOME_WITHDRAWN: put((slice(24, 48), 0))}))
    assert (found.check, found.severity) == (Check.ZERO_DAYS, Severity.NOTE)
    assert checks(subject(changes={HOME_WITHDRAWN: put((24, 0))})) == []


@pytest.mark.parametrize(
    ("wh", "severity"),
    [
        (11_000, None),
        (11_001, Severity.WARNING),
        (20_000, Severity.WARNING),
        (20_001, Severity.BLOCKING),
    ],
)
def test_power__ten_kilowatt__is_judged_at_its_edges(wh, severity) -> None:
    found = [
        row for row in inspect(subject(changes={INJECTED: put((NOON, wh))})) if row.check is Check.ABOVE_POWER
    ]
    assert [row.severity for row in found] == ([severity] if severity else [])
    assert all(row.days == (SIXTH,) and row.count == 1 for row in found)


def test_power__quarter_hours__have_a_quarter_of_the_limit() -> None:
    (found,) = inspect(subject(changes={INJECTED: put((4 * NOON, 5_001))}, resolution=15))
    assert (found.check, found.severity) == (Check.ABOVE_POWER, Severity.BLOCKING)
    assert "their power gives 2500 Wh" in found.sentence


def test_power__thousandfold__names_the_unit_and_holds_the_days_with_light_only() -> None:
    found = inspect(subject(changes={INJECTED: times(1000, slice(72, 96))}))
    blocking = [row for row in found if row.severity is Severity.BLOCKING]
    assert [row.days for row in blocking] == [(SIXTH,)]
    assert "kWh taken for Wh" in blocking[0].sentence


def test_power__before_the_plant_is_in_operation__is_not_judged() -> None:
    early = subject(date(2021, 6, 3), date(2021, 6, 10), {INJECTED: put((NOON, 90_000))})
    assert Check.ABOVE_POWER not in checks(early)


def test_night__energy_at_two_in_the_morning__is_found_and_a_trickle_is_not() -> None:
    two = 24 * 3 + 2
    (found,) = inspect(subject(changes={INJECTED: put((two, 101))}))
    assert (found.check, found.severity, found.count) == (Check.SUN_AT_NIGHT, Severity.WARNING, 1)
    assert checks(subject(changes={INJECTED: put((two, 100))})) == []
    assert checks(subject(changes={INJECTED: put((two, 101))}, source=Source.WIND)) == []


def test_night__at_dusk__is_no_night_anywhere_in_italy() -> None:
    assert checks(subject(changes={INJECTED: put((24 * 3 + 20, 500))})) == []


def test_spike__one_hour_far_above_all__is_found_and_a_high_one_is_not() -> None:
    others = subject().by_key()[HOME_WITHDRAWN].wh.tolist()
    del others[100]
    level = sorted(others)[672 * 995 // 1000 - 1]
    (found,) = inspect(subject(changes={HOME_WITHDRAWN: put((100, 5 * level + 1))}))
    assert (found.check, found.count, found.days) == (Check.SPIKE, 1, (date(2024, 6, 7),))
    assert checks(subject(changes={HOME_WITHDRAWN: put((100, 5 * level))})) == []


def test_spike__few_days__are_no_distribution() -> None:
    short = subject(date(2024, 6, 3), date(2024, 6, 10), {HOME_WITHDRAWN: put((100, 90_000))})
    assert checks(short) == []


@pytest.mark.parametrize(
    ("hours", "wh", "fires"), [(24, 20, True), (23, 20, False), (24, 19, False), (24, 0, False)]
)
def test_frozen__one_value_for_a_day__is_found_unless_short_small_or_zero(hours, wh, fires) -> None:
    found = checks(subject(changes={HOME_WITHDRAWN: put((slice(30, 30 + hours), wh))}))
    assert (Check.FROZEN in found) is fires


def test_frozen__quarter_hours__need_four_times_as_many() -> None:
    for count, fires in ((96, True), (95, False)):
        spoiled = subject(changes={HOME_WITHDRAWN: put((slice(30, 30 + count), 77))}, resolution=15)
        assert (Check.FROZEN in checks(spoiled)) is fires


def swap_of(clean_days):
    """Changes that exchange the registers of the roof."""
    injected, withdrawn = (clean_days.by_key()[key].wh.astype(np.int64) for key in (INJECTED, WITHDRAWN))
    return {INJECTED: put((slice(None), withdrawn)), WITHDRAWN: put((slice(None), injected))}


def test_swapped__registers_exchanged__is_found_and_a_dull_week_is_not() -> None:
    found = inspect(subject(changes=swap_of(subject())))
    assert Check.CHANNELS_SWAPPED in {row.check for row in found}
    assert Check.WITHDRAWS_LIKE_SUN not in {row.check for row in found}
    assert checks(subject(changes={INJECTED: put((slice(0, 168), 0))})) == []


def test_withdraws__generation_in_the_register_of_load__is_found() -> None:
    sun = subject().by_key()[INJECTED].wh.astype(np.int64)
    spoiled = {WITHDRAWN: put((slice(None), sun)), INJECTED: put((slice(None), 0))}
    assert checks(subject(changes=spoiled)) == [Check.WITHDRAWS_LIKE_SUN]


def test_twins__two_pods_with_one_series__are_found_and_one_other_value_saves_them() -> None:
    other = subject().by_key()[OTHER, Direction.WITHDRAWN].wh.astype(np.int64)
    same = {HOME_WITHDRAWN: put((slice(None), other))}
    (found,) = inspect(subject(changes=same))
    assert (found.check, found.pod) == (Check.SAME_AS_OTHER_POD, OTHER)
    assert month.HOME in found.sentence
    differs = {HOME_WITHDRAWN: put((slice(None), other), (5, int(other[5]) + 1))}
    assert checks(subject(changes=differs)) == []


def test_twins__two_empty_houses__are_no_twins() -> None:
    nothing = put((slice(None), 0))
    empty = {HOME_WITHDRAWN: nothing, (OTHER, Direction.WITHDRAWN): nothing}
    assert checks(subject(changes=empty)) == []


def test_year__same_dates_of_the_year_before__are_found_and_other_values_are_not() -> None:
    now = subject()
    last_year = {day.replace(year=2023): row for day, row in month.vectors(now, HOME_WITHDRAWN).items()}
    (found,) = inspect(month.knowing(now, year_before={HOME_WITHDRAWN: last_year}))
    assert (found.check, len(found.days)) == (Check.SAME_AS_YEAR_BEFORE, 28)
    halved = {
        day.replace(year=2023): row for day, row in month.vectors(now, HOME_WITHDRAWN, factor=2).items()
    }
    assert checks(month.knowing(now, year_before={HOME_WITHDRAWN: halved})) == []


def test_year__leap_day__has_no_day_before() -> None:
    leap = subject(date(2024, 2, 26), date(2024, 3, 2))
    before = {date(2023, 2, 28): month.vectors(leap, HOME_WITHDRAWN)[date(2024, 2, 29)]}
    assert checks(month.knowing(leap, year_before={HOME_WITHDRAWN: before})) == []


@pytest.mark.parametrize(("factor", "fires"), [(1000, True), (400, True), (200, False), (1, False)])
def test_unit__median_day_against_the_weeks_before__is_found_from_three_hundredfold(factor, fires) -> None:
    before = month.vectors(subject(date(2024, 5, 6), date(2024, 6, 3)), HOME_WITHDRAWN)
    spoiled = subject(changes={HOME_WITHDRAWN: times(factor)})
    known = month.knowing(spoiled, recent={HOME_WITHDRAWN: before})
    assert (Check.UNIT_CHANGED in checks(known)) is fires


def test_unit__thousandth__is_found_and_few_known_days_say_nothing() -> None:
    before = month.vectors(subject(), HOME_WITHDRAWN)

    def thousandth(wh) -> None:
        wh //= 1000

    def whole_hundredth(wh) -> None:
        wh //= 100

    small = subject(changes={HOME_WITHDRAWN: whole_hundredth})
    assert Check.UNIT_CHANGED not in checks(month.knowing(small, recent={HOME_WITHDRAWN: before}))
    few = dict(list(before.items())[:6])
    tiny = subject(changes={HOME_WITHDRAWN: thousandth})
    assert Check.UNIT_CHANGED not in checks(month.knowing(tiny, recent={HOME_WITHDRAWN: few}))


LONG = date(2024, 10, 27)


@pytest.mark.parametrize("resolution", [60, 15])
@pytest.mark.parametrize("how", ["zero", "copy", "measured"])
def test_clock__second_two_o_clock__is_zero_copied_or_measured(how, resolution) -> None:
    per_hour = 60 // resolution

    def spoil(wh) -> None:
        first, second = (
            slice(24 * per_hour + hour * per_hour, 24 * per_hour + (hour + 1) * per_hour) for hour in (2, 3)
        )
        if how != "measured":
            wh[second] = 0 if how == "zero" else wh[first]

    days = subject(
        LONG - timedelta(days=1), LONG + timedelta(days=1), {HOME_WITHDRAWN: spoil}, resolution=resolution
    )
    found = [row for row in inspect(days) if row.check is Check.CLOCK_CHANGE]
    assert [row.days for row in found] == ([] if how == "measured" else [(LONG,)])


def test_low_yield__one_roof_among_five__is_found_and_a_shaded_one_is_not() -> None:
    (found,) = low_yield(roofs([100, 100, 90, 80, 20]))
    assert found.pod.endswith("5")
    assert list(low_yield(roofs([100, 100, 90, 80, 25]))) == []
    assert list(low_yield(roofs([100, 100, 90, 1]))) == []


def test_checks__every_name__has_its_check() -> None:
    assert len(CHECKS) == len(Check) - 1, "swapped() finds two kinds"

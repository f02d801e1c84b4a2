"""Defects of real meters: what the public data of 17 homes hold is found, and nothing of it is held back."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from oracle.sources.anomalies import anomalies
from oracle.sources.citylearn import Months, citylearn_case
from oracle.sources.fontana import Fontana, read_fontana
from oracle.sources.zonal_prices import ZonalPrices, read_zonal_prices
from settlement.domain.case import Case, Direction
from settlement.domain.day_vectors import DayGrid
from settlement.domain.quality.finding import Check, QualityFinding, Severity
from settlement.domain.quality.inspect import inspect
from settlement.domain.quality.subject import Subject
from settlement.usecases.load_case import validity

pytestmark = pytest.mark.shared
MONTHS = [54 * 12 + month for month in (0, 3, 5, 9)]
"""January, April, June and October 2024; the homes' seasons are seven months off."""


@pytest.fixture(scope="module")
def homes(shared_data) -> Fontana:
    found, findings = read_fontana(shared_data / "citylearn_fontana17")
    assert found is not None, findings
    return found


@pytest.fixture(scope="module")
def prices(shared_data) -> ZonalPrices:
    found, findings = read_zonal_prices(shared_data / "prices_it_zonal_2024", "NORD")
    assert found is not None, findings
    return found


def inspected(case: Case) -> list[QualityFinding]:
    grid = DayGrid.of(case.community.start, case.community.end)
    return inspect(Subject(grid, case.community, case.series, validity(case.community, grid)))


def cases(homes: Fontana, prices: ZonalPrices) -> Iterator[tuple[Months, Case]]:
    for number in MONTHS:
        case, findings = citylearn_case(homes, prices, Months(number, number))
        assert case is not None, findings
        yield Months(number, number), case


def test_fontana__sun_in_the_column_of_load__is_found_where_the_gross_data_show_it(homes, prices) -> None:
    """`oracle.sources.anomalies` sees load and sun apart; the meter's two registers are enough."""
    for months, case in cases(homes, prices):
        told = defaultdict(set)
        for row in inspected(case):
            told[row.check].add(int(row.pod[-8:]))
        known = anomalies(homes, months.hours)
        like_sun = {row.home for row in known if "without sun" in row.sentence}
        assert told[Check.WITHDRAWS_LIKE_SUN] | told[Check.CHANNELS_SWAPPED] == like_sun
        dead = {row.home for row in known if "PV yields 0 kWh" in row.sentence}
        assert dead <= told[Check.LOW_YIELD] <= dead | like_sun


def test_fontana__a_year_of_seventeen_homes__has_nothing_that_cannot_be(homes, prices) -> None:
    for _, case in cases(homes, prices):
        found = inspected(case)
        assert all(row.severity is not Severity.BLOCKING for row in found)
        assert not {Check.FROZEN, Check.SPIKE, Check.SAME_AS_OTHER_POD} & {row.check for row in found}


def test_fontana__registers_of_a_home_exchanged__are_found(homes, prices) -> None:
    _, case = next(cases(homes, prices))
    chosen = "IT999E00000001"
    other = {Direction.INJECTED: Direction.WITHDRAWN, Direction.WITHDRAWN: Direction.INJECTED}
    series = tuple(
        replace(row, direction=other[row.direction]) if row.pod == chosen else row for row in case.series
    )
    found = [row for row in inspected(replace(case, series=series)) if row.pod == chosen]
    assert Check.CHANNELS_SWAPPED in {row.check for row in found}


def test_fontana__a_home_in_kilowatt_hours_taken_for_megawatt_hours__is_held(homes, prices) -> None:
    _, case = next(cases(homes, prices))
    series = tuple(
        replace(row, wh=(row.wh.astype(np.int64) * 1000).astype(np.int32))
        if row.key == ("IT999E00000001", Direction.INJECTED)
        else row
        for row in case.series
    )
    blocking = [row for row in inspected(replace(case, series=series)) if row.severity is Severity.BLOCKING]
    assert {row.pod for row in blocking} == {"IT999E00000001"}
    assert "kWh taken for Wh" in blocking[0].sentence

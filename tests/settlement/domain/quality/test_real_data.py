"""Defects of real meters: what the public data of 17 homes hold is found, and nothing of it is held back."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np
import pytest

from oracle.sources.anomalies import anomalies
from oracle.sources.citylearn import Months, citylearn_case
from oracle.sources.fontana import Fontana, read_fontana
from oracle.sources.zonal_prices import ZonalPrices, read_zonal_prices
from settlement.domain.case import Case, Direction, MeterSeries
from settlement.domain.day_vectors import DayGrid
from settlement.domain.quality.finding import Check, QualityFinding, Severity
from settlement.domain.quality.inspect import inspect
from settlement.domain.quality.subject import Subject
from settlement.domain.quality.twins import same_as_other_pod
from settlement.usecases.load_case import validity
from tests.settlement.domain.quality import month

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


def test_australian_homes__months_of_real_load__hardly_ever_look_odd(shared_data) -> None:
    """Nothing is known of a defect in them: what fires there is a false alarm, and rare."""
    energies = defaultdict(list)
    with gzip.open(shared_data / "sgsc_au_10homes" / "smart_meter10.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            energies[row["customer_id"]].append(round(float(row["general_supply_kwh"] or 0) * 1000))
    found, months = [], 0
    for halves in energies.values():
        wh = np.array(halves[: len(halves) // 2 * 2], dtype=np.int32).reshape(-1, 2).sum(axis=1)
        for first in range(0, len(wh) - 672, 672):
            put = {month.HOME_WITHDRAWN: partial(np.copyto, src=wh[first : first + 672])}
            of_home = [row for row in inspect(month.subject(changes=put)) if row.pod == month.HOME]
            found += [row.check for row in of_home if row.severity is not Severity.NOTE]
            months += 1
    assert months > 200
    assert len(found) * 100 <= months, found


def test_gsy_homes__two_members_with_the_load_of_another__are_found_and_no_other(shared_data) -> None:
    """H14 is H1 and H15 is H5 in these data."""
    with (shared_data / "gsy_homes18_oct2014" / "load_kw.csv").open(encoding="utf-8") as file:
        names, *rows = list(csv.reader(file))
    watt_hours = np.array([[round(float(kw) * 250) for kw in row[1:]] for row in rows], dtype=np.int32)
    yes = np.ones(len(watt_hours), dtype=np.bool_)
    series = [
        MeterSeries(name, Direction.WITHDRAWN, 15, watt_hours[:, column], yes, ~yes)
        for column, name in enumerate(names[1:])
    ]
    # Their clock is not known: the 30 days are put where no clock changes.
    terms = month.community(date(2014, 9, 1), date(2014, 10, 1))
    found = list(same_as_other_pod(Subject(DayGrid.of(terms.start, terms.end), terms, series, {})))
    assert [(row.pod, row.sentence.split()[-1]) for row in found] == [("H14", "H1"), ("H15", "H5")]

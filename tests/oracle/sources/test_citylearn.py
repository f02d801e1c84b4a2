"""A case from the Fontana homes: whole months, exact netting, anomalies shown."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from oracle.sources.anomalies import Anomaly
from oracle.sources.citylearn import Months, citylearn_case, whole_months, write_citylearn
from oracle.sources.fontana import Fontana, read_fontana
from oracle.sources.zonal_prices import ZonalPrices, read_zonal_prices
from settlement.casefile import read_case
from settlement.domain.calendar import month_number
from settlement.domain.case import Case, Direction, MemberCategory
from tests.oracle.sources.conftest import edit

JANUARY = month_number(date(2024, 1, 1))
DECEMBER = month_number(date(2024, 12, 1))


@pytest.fixture
def homes(energy_file: Path) -> Fontana:
    fontana, _ = read_fontana(energy_file)
    assert fontana is not None
    return fontana


@pytest.fixture
def prices(price_file: Path) -> ZonalPrices:
    zonal, _ = read_zonal_prices(price_file, "NORD")
    assert zonal is not None
    return zonal


def built(homes: Fontana, prices: ZonalPrices, months: Months) -> Case:
    case, findings = citylearn_case(homes, prices, months)
    assert findings == []
    assert case is not None
    return case


def refused(homes: Fontana, prices: ZonalPrices, months: Months) -> list[str]:
    case, findings = citylearn_case(homes, prices, months)
    assert case is None
    return [str(finding) for finding in findings]


def test_case__january__begins_at_italian_midnight(homes: Fontana, prices: ZonalPrices) -> None:
    community = built(homes, prices, Months(JANUARY, JANUARY)).community
    assert community.start == datetime(2023, 12, 31, 23, tzinfo=UTC)
    assert community.hours == 744


def test_case__homes__become_persons_with_a_pod_and_a_plant(homes: Fontana, prices: ZonalPrices) -> None:
    community = built(homes, prices, Months(JANUARY, JANUARY)).community
    assert {member.category for member in community.members} == {MemberCategory.NATURAL_PERSON}
    assert [plant.power_milliwatt for plant in community.plants] == [4_000_000, 5_500_000]
    assert {plant.region for plant in community.plants} == {"Piemonte"}
    assert [row.zone for row in community.configurations] == ["NORD"]
    assert [row.member for row in community.pods] == ["casa-03", "casa-07"]


def test_case__each_home__is_netted_before_anything_is_shared(homes: Fontana, prices: ZonalPrices) -> None:
    series = built(homes, prices, Months(JANUARY, JANUARY)).series
    assert [(entry.pod[-2:], entry.direction, set(entry.wh.tolist())) for entry in series] == [
        ("03", Direction.INJECTED, {500}),
        ("03", Direction.WITHDRAWN, {0}),
        ("07", Direction.INJECTED, {0}),
        ("07", Direction.WITHDRAWN, {1500}),
    ]


def test_case__price__stands_in_each_quarter(homes: Fontana, prices: ZonalPrices) -> None:
    quarter_prices = built(homes, prices, Months(JANUARY, JANUARY)).prices[0].quarter_micro_eur_per_mwh
    assert quarter_prices.tolist() == [100_500_000] * 4 * 744


def test_case__february__is_refused_by_name(homes: Fontana, prices: ZonalPrices) -> None:
    assert refused(homes, prices, Months(JANUARY, JANUARY + 1)) == [
        "energy_long.csv:1489: February 2024 is not whole in these data, "
        "which run from 2024-01-01T00:00+01:00 to 2024-02-01T00:00+01:00"
    ]


def test_case__last_hour_of_the_month_missing__the_month_is_not_whole(
    energy_file: Path, prices: ZonalPrices
) -> None:
    edit(energy_file, 1489, None)
    edit(energy_file, 1488, None)
    homes, _ = read_fontana(energy_file)
    assert homes is not None
    assert whole_months(homes) == Months(JANUARY, JANUARY - 1)
    assert "January 2024 is not whole" in refused(homes, prices, Months(JANUARY, JANUARY))[0]


def test_case__gap_and_missing_price__are_both_named(energy_file: Path, price_file: Path) -> None:
    edit(energy_file, 12, None)
    edit(price_file, 5, None)
    homes, _ = read_fontana(energy_file)
    prices, _ = read_zonal_prices(price_file, "NORD")
    assert homes is not None
    assert prices is not None
    assert refused(homes, prices, Months(JANUARY, JANUARY)) == [
        "energy_long.csv:10: building 3 has no hour_index 5",
        "prezzi_zonali_2024.csv:744: no price of zone NORD for 2024-01-01T03:00+01:00",
    ]


def test_write__case_and_anomalies__come_back(homes: Fontana, prices: ZonalPrices, tmp_path: Path) -> None:
    case = built(homes, prices, Months(JANUARY, JANUARY))
    odd = [Anomaly(3, "odd")]
    write_citylearn(case, odd, tmp_path / "out")
    assert read_case(tmp_path / "out") == (case, [])
    assert "- building 3: odd\n" in (tmp_path / "out" / "README.md").read_text()


@pytest.mark.shared
def test_public__whole_months__are_january_to_november(public_homes: Fontana) -> None:
    assert whole_months(public_homes) == Months(JANUARY, DECEMBER - 1)


@pytest.mark.shared
def test_public__december__is_refused_by_name(public_homes: Fontana, public_prices: ZonalPrices) -> None:
    sentences = refused(public_homes, public_prices, Months(DECEMBER, DECEMBER))
    assert len(sentences) == 1
    assert "December 2024 is not whole" in sentences[0]
    assert "to 2024-12-31T00:00+01:00" in sentences[0]


@pytest.mark.shared
def test_public__eleven_months__have_all_hours(public_homes: Fontana, public_prices: ZonalPrices) -> None:
    case = built(public_homes, public_prices, Months(JANUARY, DECEMBER - 1))
    assert case.community.hours == 8040
    assert len(case.series) == 34
    assert all(series.present.all() for series in case.series)


@pytest.mark.shared
def test_public__july__is_cut_at_italian_midnight(public_homes: Fontana, public_prices: ZonalPrices) -> None:
    july = JANUARY + 6
    whole = built(public_homes, public_prices, Months(JANUARY, DECEMBER - 1))
    alone = built(public_homes, public_prices, Months(july, july))
    first = Months(july, july).hours.start
    assert first == (31 + 29 + 31 + 30 + 31 + 30) * 24 - 1  # summer time began in between
    for part, all_months in zip(alone.series, whole.series, strict=True):
        assert np.array_equal(part.wh, all_months.wh[first : first + 744])

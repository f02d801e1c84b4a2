"""Oddities of the homes are named, each with its reason."""

from decimal import Decimal

import pytest

from oracle.sources.anomalies import anomalies
from oracle.sources.fontana import Fontana, Home

DAY = range(8, 18)
HOURS = range(48)


def home(number: int, day_load: str = "0.5", night_load: str = "0.4", sun: str = "1.5") -> Home:
    """Two days of a home of 4 kW: one load by day and one at night, sun from 8 to 18."""
    found = Home(number, 4_000_000, 2)
    for hour in HOURS:
        by_day = hour % 24 in DAY
        found.lines[hour] = 2
        found.consumption_kwh[hour] = Decimal(day_load if by_day else night_load)
        found.generation_kwh[hour] = Decimal(sun if by_day else "0")
    return found


def sentences(*homes: Home) -> list[str]:
    return [str(anomaly) for anomaly in anomalies(Fontana("f.csv", homes, len(HOURS), 99), HOURS)]


def test_anomalies__ordinary_homes__have_none() -> None:
    assert sentences(home(1), home(2, sun="0.8"), home(3)) == []


def test_anomalies__less_than_half_of_the_usual_yield__is_named() -> None:
    assert sentences(home(1), home(2), home(3, sun="0.7")) == [
        "building 3: PV yields 4 kWh/kWp where the median home yields 8: faulty PV channel?"
    ]


def test_anomalies__load_that_follows_the_sun__is_named() -> None:
    assert sentences(home(1), home(2), home(3, day_load="2", night_load="0.01")) == [
        "building 3: 0 of 40 kWh are consumed in the 28 of 48 hours without sun: "
        "generation in the consumption column?"
    ]


def test_anomalies__load_often_zero__is_named() -> None:
    assert sentences(home(1), home(2), home(3, day_load="0.0000001")) == [
        "building 3: consumption is below 1 Wh in 20 of 48 hours: gaps filled with zero?"
    ]


@pytest.mark.shared
def test_anomalies__public_data__name_low_yields_and_swapped_columns(public_homes: Fontana) -> None:
    found = anomalies(public_homes, range(8760))
    assert {odd.home for odd in found if "faulty PV channel" in odd.sentence} == {14, 15}
    assert {odd.home for odd in found if "generation in the consumption column" in odd.sentence} == {12, 15}
    assert {odd.home for odd in found if "gaps filled with zero" in odd.sentence} == {7, 14}

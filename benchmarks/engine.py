"""Engine throughput: 1,000 members, 8,760 hours, exact integers, one core.

A meter-hour is one POD and direction for one hour. The baseline is numpy's int32 column sum over the same
arrays in the same run. Run: python -m benchmarks.engine
"""

import sys
import time
from collections.abc import Callable
from datetime import date

import numpy as np
from numpy.typing import NDArray

from settlement.domain.calendar import day_start, hour_count
from settlement.domain.case import (
    Allocation,
    Case,
    Community,
    Configuration,
    Direction,
    Member,
    MemberCategory,
    MeterSeries,
    Plant,
    PodRow,
    PriceSeries,
    Shares,
    Source,
)
from settlement.domain.engine import settle

MEMBERS, PLANTS, ROUNDS = 1_000, 200, 3
GOAL_METER_HOURS_PER_SECOND = 10_000_000
START, END = day_start(date(2026, 1, 1)), day_start(date(2027, 1, 1))
CATEGORIES = (MemberCategory.NATURAL_PERSON, MemberCategory.SME, MemberCategory.LOCAL_ADMIN)


def pod_code(number: int) -> str:
    """A POD code that no distributor uses."""
    return f"IT999E{number:08d}"


def community() -> Community:
    """A thousand members; every fifth has a plant, every third plant a capital grant."""
    return Community(
        name="Benchmark",
        rule_set="cacer-2024",
        start=START,
        end=END,
        shares_bps=Shares(7000, 2000, 1000),
        configurations=(Configuration("", "AC999E00001", "NORD"),),
        members=tuple(Member(f"M{n:04d}", CATEGORIES[n % 3]) for n in range(MEMBERS)),
        pods=tuple(PodRow(pod_code(n), f"M{n:04d}", "", date(2026, 1, 1)) for n in range(MEMBERS)),
        plants=tuple(plant(n) for n in range(PLANTS)),
        allocation=Allocation.SHARED_BOTH,
        parameters_micro={"tras_e_eur_per_mwh": 10_570_000},
    )


def plant(number: int) -> Plant:
    """A plant of one of the three classes."""
    grant_micro_pct = 40_000_000 if number % 3 == 0 else 0
    entry = date(2024, 1 + number % 12, 1 + number % 28)
    power = (20 + 7 * number % 900) * 1_000_000
    pod = pod_code(number * (MEMBERS // PLANTS))
    return Plant(f"P{number:04d}", pod, Source.PHOTOVOLTAIC, power, entry, "Piemonte", grant_micro_pct)


def case(production: Callable[[NDArray[np.int64]], NDArray[np.int64]]) -> Case:
    """The community with random loads and plants that produce as told, by hour of the day."""
    hours = hour_count(START, END)
    random = np.random.default_rng(20260101)
    hour_of_day = np.arange(hours) % 24
    terms = community()
    loads = [series(row.code, Direction.WITHDRAWN, random.integers(20, 1_500, hours)) for row in terms.pods]
    shape = production(hour_of_day)
    output = [
        series(row.pod, Direction.INJECTED, shape * random.integers(0, 100, hours) // 100)
        for row in terms.plants
    ]
    ordered = sorted([*loads, *output], key=lambda row: row.key)
    prices = random.integers(-20_000_000, 200_000_000, hours)
    return Case(terms, tuple(ordered), (PriceSeries("NORD", np.repeat(prices, 4)),))


def series(pod: str, direction: Direction, wh: NDArray[np.int64]) -> MeterSeries:
    """An hourly series without gaps."""
    full, none = np.ones(len(wh), dtype=np.bool_), np.zeros(len(wh), dtype=np.bool_)
    return MeterSeries(pod, direction, 60, wh.astype(np.int32), full, none)


def daylight(hour_of_day: NDArray[np.int64]) -> NDArray[np.int64]:
    """Production from six to eighteen o'clock."""
    return np.maximum(0, 36 - (hour_of_day - 12) ** 2) * 300


def round_the_clock(hour_of_day: NDArray[np.int64]) -> NDArray[np.int64]:
    """Production in every hour."""
    return np.full_like(hour_of_day, 5_000)


def best_seconds(work: Callable[[], object]) -> float:
    """Shortest of some runs."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def measure(name: str, given: Case) -> float:
    """Print the throughput of one case; meter-hours per second."""
    matrix = np.stack([row.wh for row in given.series])
    engine_seconds = best_seconds(lambda: settle(given))
    baseline_seconds = best_seconds(lambda: matrix.sum(axis=0, dtype=np.int32))
    rate, baseline_rate = matrix.size / engine_seconds, matrix.size / baseline_seconds
    print(
        f"engine, {name}: {matrix.size / 1e6:.1f} M meter-hours in {engine_seconds:.3f} s, "
        f"{rate / 1e6:.1f} M meter-hours/s; numpy int32 column sum {baseline_rate / 1e6:.0f} M/s; "
        f"ratio {100 * rate / baseline_rate:.2f} %"
    )
    return rate


def main() -> int:
    """Exit status 1 where the goal is missed."""
    print(f"{MEMBERS} members, {PLANTS} plants, {hour_count(START, END)} hours, one core, best of {ROUNDS}")
    rates = [measure("photovoltaic", case(daylight)), measure("every hour", case(round_the_clock))]
    reached = min(rates) >= GOAL_METER_HOURS_PER_SECOND
    print(
        f"goal {GOAL_METER_HOURS_PER_SECOND / 1e6:.0f} M meter-hours/s: {'reached' if reached else 'MISSED'}"
    )
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())

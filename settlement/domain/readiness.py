"""What keeps a case from being settled: absent readings, injections without a plant, limits broken.

Missing is not zero: a series that appears covers every interval of its POD's validity inside the period.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from settlement.domain.calendar import HOUR, hour_days, hour_range, rome_text
from settlement.domain.case import Case, Community, Direction, MeterSeries
from settlement.domain.eligibility import breaches
from settlement.domain.findings import Finding
from settlement.domain.holdings import holdings
from settlement.domain.parameters import timeless_micro

SeriesKey = tuple[str, Direction]
Span = tuple[int, int]
_DIRECTIONS = (Direction.INJECTED, Direction.WITHDRAWN)


class Places(Protocol):
    """Where a reading was read: file and line."""

    def of_reading(self, _key: SeriesKey, _interval: int) -> tuple[str, int]:
        """Place of the reading of that interval."""
        ...

    def before(self, _key: SeriesKey, _interval: int) -> tuple[str, int]:
        """Place of the last reading before that interval."""
        ...


class Nowhere:
    """For a case that was not read from files: the top of the file that would hold the readings."""

    def of_reading(self, _key: SeriesKey, _interval: int) -> tuple[str, int]:
        """The top of the file, whatever the reading."""
        return ("readings.csv", 1)

    before = of_reading


@dataclass(frozen=True, slots=True)
class Expected:
    """What the readings of a period are measured against.

    `spans` holds each POD's hours of validity, `in_operation` the first hour with a plant in operation for
    each POD on which plants stand. PODs in `unknown` have defects of their own and are not judged; nor are
    injections without a plant where `plants_known` is False, because a plant could not be placed.
    """

    start: datetime
    hours: int
    spans: Mapping[str, Sequence[Span]]
    in_operation: Mapping[str, int]
    unknown: frozenset[str] = frozenset()
    plants_known: bool = True


def expected_of(community: Community) -> Expected:
    """What the readings of the community's period must hold."""
    days = hour_days(community.start, community.end)
    spans: dict[str, list[Span]] = {row.code: [] for row in community.pods}
    for holding in holdings(community):
        spans[holding.pod].append((holding.first, holding.end))
    first_hours: dict[str, int] = {}
    for plant in community.plants:
        first = hour_range(days, plant.entry_into_operation, None)[0]
        first_hours[plant.pod] = min(first, first_hours.get(plant.pod, first))
    return Expected(community.start, community.hours, spans, first_hours)


def readiness_findings(case: Case, places: Places | None = None) -> list[Finding]:
    """Everything that keeps the case from being settled, sorted."""
    community = case.community
    values = timeless_micro(community.rule_set, community.parameters_micro)
    limits = [Finding("community.toml", 1, breach.sentence) for breach in breaches(community.plants, values)]
    series = {row.key: row for row in case.series}
    return sorted([*limits, *series_findings(expected_of(community), series, places or Nowhere())])


def series_findings(
    expected: Expected, series: Mapping[SeriesKey, MeterSeries], places: Places
) -> list[Finding]:
    """Absent readings and injections that no plant in operation explains."""
    found = []
    for pod, spans in expected.spans.items():
        if pod in expected.unknown:
            continue
        found += _unseen(pod, spans, expected, series, places)
        for direction in _DIRECTIONS:
            if (pod, direction) in series:
                found += _absent(series[pod, direction], spans, expected, places)
        if expected.plants_known and (pod, Direction.INJECTED) in series:
            found += _unexplained(series[pod, Direction.INJECTED], expected, places)
    return found


def _unseen(
    pod: str,
    spans: Sequence[Span],
    expected: Expected,
    series: Mapping[SeriesKey, MeterSeries],
    places: Places,
) -> list[Finding]:
    """A POD valid in the period has readings, and injections where a plant stands on it."""
    produces = pod in expected.in_operation
    needed = _DIRECTIONS[:1] if produces else _DIRECTIONS
    if not spans or any((pod, direction) in series for direction in needed):
        return []
    instant = rome_text(expected.start + min(first for first, _ in spans) * HOUR)
    standing = ", on which a plant stands," if produces else ""
    what = "injected" if produces else "injected or withdrawn"
    sentence = f"POD {pod}{standing} has no reading {what} in the period; the first missing is {instant}"
    return [Finding(*places.before((pod, needed[0]), 0), sentence)]


def _absent(series: MeterSeries, spans: Sequence[Span], expected: Expected, places: Places) -> list[Finding]:
    if series.present.all():
        return []
    per_hour = 60 // series.resolution_minutes
    wanted = np.zeros(len(series.present), dtype=np.bool_)
    for first, end in spans:
        wanted[first * per_hour : end * per_hour] = True
    missing = np.flatnonzero(wanted & ~series.present)
    if not missing.size:
        return []
    first_missing = int(missing[0])
    instant = rome_text(expected.start + first_missing * timedelta(minutes=series.resolution_minutes))
    sentence = (
        f"POD {series.pod} {series.direction} lacks {len(missing)} of {int(wanted.sum())} readings "
        f"of {series.resolution_minutes} minutes; the first missing is {instant}"
    )
    return [Finding(*places.before(series.key, first_missing), sentence)]


def _unexplained(series: MeterSeries, expected: Expected, places: Places) -> list[Finding]:
    """A positive injection needs a plant in operation; zero does not."""
    found = []
    for interval in unexplained_intervals(series, expected.in_operation.get(series.pod, expected.hours)):
        instant = rome_text(expected.start + int(interval) * timedelta(minutes=series.resolution_minutes))
        sentence = (
            f"POD {series.pod} injected {series.wh[interval]} Wh at {instant}, "
            "when no plant on it was in operation"
        )
        found.append(Finding(*places.of_reading(series.key, int(interval)), sentence))
    return found


def unexplained_intervals(series: MeterSeries, in_operation: int) -> NDArray[np.int64]:
    """Intervals with a positive injection before the hour in which the first plant is in operation."""
    per_hour = 60 // series.resolution_minutes
    return np.flatnonzero(series.wh[: in_operation * per_hour] > 0)

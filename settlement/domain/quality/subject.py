"""What the checks look at: series on whole days, and what is known of their PODs."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import Community, Direction, MeterSeries, Plant, Source
from settlement.domain.day_vectors import DayGrid, DayVector
from settlement.domain.quality.finding import Check, QualityFinding, Severity

SeriesKey = tuple[str, Direction]
HOURS_PER_DAY_LEAST = 23
"""No civil day has fewer hours."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """Series of whole days, the community's terms of those days, and readings known from before.

    `valid` masks per POD the grid's days on which it belongs to the community. `recent` are day vectors of
    the weeks before the grid, `year_before` those of the same dates a year earlier, by POD and direction.
    """

    grid: DayGrid
    community: Community
    series: Sequence[MeterSeries]
    valid: Mapping[str, NDArray[np.bool_]]
    recent: Mapping[SeriesKey, Mapping[date, DayVector]] = field(default_factory=dict)
    year_before: Mapping[SeriesKey, Mapping[date, DayVector]] = field(default_factory=dict)

    def plants_of(self, pod: str) -> list[Plant]:
        """The plants behind a POD."""
        return [plant for plant in self.community.plants if plant.pod == pod]

    def only_sun(self, pod: str) -> bool:
        """Whether all that stands behind the POD is photovoltaic."""
        plants = self.plants_of(pod)
        return bool(plants) and all(plant.source is Source.PHOTOVOLTAIC for plant in plants)

    def by_key(self) -> dict[SeriesKey, MeterSeries]:
        """The series by POD and direction."""
        return {row.key: row for row in self.series}

    def day_positions(self, series: MeterSeries) -> NDArray[np.int64]:
        """For each interval of the series the position of its day in the grid."""
        edges = self.grid.interval_edges(series.resolution_minutes)
        return np.repeat(np.arange(len(self.grid.days)), np.diff(edges))

    def parts(self, series: MeterSeries) -> Iterator[tuple[date, slice]]:
        """Each day that the series has in full, and where its intervals lie."""
        edges = self.grid.interval_edges(series.resolution_minutes)
        for position, day in enumerate(self.grid.days):
            part = slice(int(edges[position]), int(edges[position + 1]))
            if series.present[part].all():
                yield day, part

    def day_sums(self, series: MeterSeries) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Which days the series has in full (mask), and the Wh of each day."""
        firsts = self.grid.interval_edges(series.resolution_minutes)[:-1]
        whole = np.logical_and.reduceat(series.present, firsts)
        return whole, np.add.reduceat(series.wh, firsts, dtype=np.int64)

    def days_of(self, series: MeterSeries, intervals: NDArray[np.int64]) -> tuple[date, ...]:
        """The days on which these intervals lie."""
        positions = np.unique(self.day_positions(series)[intervals])
        return tuple(self.grid.days[position] for position in positions.tolist())


def found(
    check: Check,
    severity: Severity,
    series: MeterSeries,
    days: tuple[date, ...],
    count: int,
    sentence: str,
    remedy: str,
) -> QualityFinding:
    """A finding in a series, which the sentence begins with."""
    said = f"POD {series.pod} {series.direction}: {sentence}"
    return QualityFinding(check, severity, series.pod, series.direction, days, count, said, remedy)

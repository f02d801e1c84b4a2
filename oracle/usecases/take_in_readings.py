"""Readings and prices of foreign files enter a community's database: the one place where they do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

import numpy as np

from oracle.sources.meters.assembly import Assembled, period
from oracle.sources.prices.price_file import PriceColumn, PriceFile, partial_sentence
from oracle.sources.whole_days import consecutive
from settlement.domain.calendar import DAY, day_start
from settlement.domain.case import Case, Community, PriceSeries
from settlement.domain.errors import NotFound
from settlement.domain.findings import Finding
from settlement.ports import UnitOfWork
from settlement.usecases.admit_readings import Admitted, admit_readings
from settlement.usecases.import_readings import Counts, Imported, import_readings


@dataclass(frozen=True, slots=True)
class PriceRun:
    """Consecutive whole days on which every wanted zone has its prices."""

    first: date
    last: date
    prices: tuple[PriceSeries, ...]


def take_in_readings(
    work: UnitOfWork, community_id: UUID, assembled: Assembled, source: str, received_at: datetime
) -> Admitted:
    """Store whole days of readings as received at that instant, and hold what cannot be; never commits.

    `source` names the files. Raises NotFound, ReadingsNotAdmitted where a POD is not the community's on a
    day, ReceivedOutOfOrder.
    """
    days = assembled.days
    case = Case(_terms(work, community_id, days), assembled.series(*period(days)), ())
    return admit_readings(work, community_id, case, source, received_at)


def take_in_prices(
    work: UnitOfWork, community_id: UUID, runs: Sequence[PriceRun], received_at: datetime
) -> Imported:
    """Store whole days of prices, run by run; never commits. Raises NotFound, ReceivedOutOfOrder."""
    counts = Counts()
    for run in runs:
        terms = _terms(work, community_id, (run.first, run.last + DAY))
        done = import_readings(work, community_id, Case(terms, (), run.prices), received_at).prices
        counts.new += done.new
        counts.unchanged += done.unchanged
        counts.corrected += done.corrected
    return Imported(Counts(), counts)


def price_runs(
    files: Sequence[PriceFile], zones: Sequence[str], *, skip_incomplete: bool
) -> tuple[list[PriceRun], list[Finding], list[Finding]]:
    """The whole days of the wanted zones, the findings, and what is left out.

    A day that lacks hours in the middle of a file is a finding unless it is to be left out.
    """
    findings = [row for file in files for row in file.findings]
    notes: list[Finding] = []
    days: dict[date, dict[str, list[int]]] = {}
    for file in files:
        for column in (row for row in file.columns if row.zone in zones):
            cover = column.coverage
            for row in cover.partial:
                left_out = row.edge or skip_incomplete
                sentence = f"zone {column.zone}: {partial_sentence(row)}"
                told = f"{sentence}; the day is left out" if left_out else f"{sentence}, or --skip-incomplete"
                found = Finding(file.name, int(column.line[row.position]), told)
                (notes if left_out else findings).append(found)
            for day, micro in _by_day(column):
                known = days.setdefault(day, {}).setdefault(column.zone, micro)
                if known != micro:
                    sentence = f"zone {column.zone} has other prices of {day} in another of the files"
                    findings.append(Finding(file.name, 1, sentence))
    if not findings and not any(days.values()):
        there = sorted({column.zone for file in files for column in file.columns})
        sentence = f"no whole day of zone {', '.join(zones)}; the file has {', '.join(there) or 'no zone'}"
        findings.append(Finding(files[0].name, 1, sentence))
    complete = sorted(day for day, found in days.items() if set(found) == set(zones))
    notes += [
        Finding(files[0].name, 1, f"{day} lacks zone {', '.join(sorted(set(zones) - set(found)))}: left out")
        for day, found in sorted(days.items())
        if set(found) != set(zones)
    ]
    return [_run(days, zones, *ends) for ends in consecutive(complete)], sorted(findings), sorted(notes)


def _run(days: dict[date, dict[str, list[int]]], zones: Sequence[str], first: date, last: date) -> PriceRun:
    wanted = [first + index * DAY for index in range((last - first).days + 1)]
    series = (
        PriceSeries(zone, np.array([price for day in wanted for price in days[day][zone]], dtype=np.int64))
        for zone in sorted(zones)
    )
    return PriceRun(first, last, tuple(series))


def _by_day(column: PriceColumn) -> Iterator[tuple[date, list[int]]]:
    for day in column.coverage.days:
        ends = (int(day_start(edge).astimezone(UTC).timestamp()) // 60 for edge in (day, day + DAY))
        first, end = np.searchsorted(column.start, list(ends)).tolist()
        yield day, column.micro[first:end].tolist()


def _terms(work: UnitOfWork, community_id: UUID, days: tuple[date, date]) -> Community:
    terms = work.communities.terms(community_id, *period(days))
    if terms is None:
        raise NotFound("community", community_id)
    return terms

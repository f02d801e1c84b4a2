"""Photovoltaic PODs whose registers do not follow the sun as they should."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from settlement.domain.case import Direction, MeterSeries
from settlement.domain.hourly import hourly_wh
from settlement.domain.quality.finding import Check, QualityFinding, Severity
from settlement.domain.quality.subject import HOURS_PER_DAY_LEAST, Subject, found
from settlement.domain.quality.sun import night_hours

NIGHT_POWER_PER_MILLE = 10
"""An inverter at rest swings by a few watts; from a hundredth of the power on it is energy."""
DAYS_LEAST = 7
"""A few dull days say nothing of the shape of a week."""
SUN_PER_CENT = 1
"""A channel of sun has less than this share of its energy at night."""
LOAD_PER_CENT = 10
"""A channel of load has more than this share of its energy at night: half of the hours are."""
DARK_LOAD_PER_CENT = 25
"""Mean withdrawal at night, as a share of the mean withdrawal, below which it follows the sun: behind a
plant the sun covers the load by day, so what is withdrawn is withdrawn at night."""
YIELD_PER_CENT = 25
"""Injection per kW of the POD, as a share of the median photovoltaic POD's, below which the channel is
suspect: own consumption takes half of it or two thirds, not more with a normal roof."""
PLANTS_LEAST = 5
"""So many photovoltaic PODs are needed to say what is usual among them."""


def sun_at_night(subject: Subject) -> Iterator[QualityFinding]:
    """Injection in hours that are night in all of Italy, where only photovoltaic plants stand.

    A warning and no more: a battery behind the meter may give by night what the sun gave by day.
    """
    night = _night(subject)
    for series in subject.series:
        if series.direction is not Direction.INJECTED or not subject.only_sun(series.pod):
            continue
        power = sum(plant.power_milliwatt for plant in subject.plants_of(series.pod))
        hourly = hourly_wh(series).astype(np.int64)
        hours = np.flatnonzero(night & (hourly * 1_000_000 > power * NIGHT_POWER_PER_MILLE))
        if hours.size:
            per_hour = 60 // series.resolution_minutes
            days = subject.days_of(series, hours * per_hour)
            energy = int(hourly[hours].sum())
            yield found(
                Check.SUN_AT_NIGHT,
                Severity.WARNING,
                series,
                days,
                len(hours),
                f"{energy} Wh are injected in {len(hours)} hours of night, with photovoltaic plants alone",
                "check the clock of the file and the register; a battery behind the meter explains it",
            )


def swapped(subject: Subject) -> Iterator[QualityFinding]:
    """A photovoltaic POD whose withdrawals follow the sun: swapped, or generation among the load."""
    night, series = _night(subject), subject.by_key()
    for pod in sorted({row.pod for row in subject.series if subject.only_sun(row.pod)}):
        withdrawn, injected = series.get((pod, Direction.WITHDRAWN)), series.get((pod, Direction.INJECTED))
        if withdrawn is None or not _long_enough(withdrawn):
            continue
        dark, total = _night_share(withdrawn, night)
        if total == 0:
            continue
        if injected is not None and _sun_like(dark, total) and _load_like(*_night_share(injected, night)):
            yield _finding(
                subject,
                withdrawn,
                Check.CHANNELS_SWAPPED,
                f"only {dark} of {total} Wh are withdrawn at night, and the injection has its share there",
                "the registers are swapped, by all appearance: ask the grid operator which is which",
            )
        elif dark * _hours(withdrawn) * 100 < total * _night_count(withdrawn, night) * DARK_LOAD_PER_CENT:
            yield _finding(
                subject,
                withdrawn,
                Check.WITHDRAWS_LIKE_SUN,
                f"only {dark} of {total} Wh are withdrawn at night: generation in the consumption register?",
                "compare with the meter's display at noon and at night; ask the grid operator",
            )


def low_yield(subject: Subject) -> Iterator[QualityFinding]:
    """A photovoltaic POD that injects far less per kW than the median one of the community."""
    yields: dict[str, tuple[MeterSeries, int]] = {}
    for series in subject.series:
        if series.direction is Direction.INJECTED and subject.only_sun(series.pod):
            power = sum(plant.power_milliwatt for plant in subject.plants_of(series.pod))
            if _long_enough(series) and series.present.all():
                total = int(series.wh.sum(dtype=np.int64))
                yields[series.pod] = (series, total * 1_000_000 // power)
    if len(yields) < PLANTS_LEAST:
        return
    usual = sorted(value for _, value in yields.values())[len(yields) // 2]
    for series, own in yields.values():
        if own * 100 < usual * YIELD_PER_CENT:
            yield _finding(
                subject,
                series,
                Check.LOW_YIELD,
                f"{own} Wh are injected per kW where the median photovoltaic POD has {usual}",
                "high own consumption explains it; else look for a faulty channel, or a power typed wrongly",
            )


def _finding(
    subject: Subject, series: MeterSeries, check: Check, sentence: str, remedy: str
) -> QualityFinding:
    days = tuple(day for day, _ in subject.parts(series))
    return found(check, Severity.WARNING, series, days, int(series.present.sum()), sentence, remedy)


def _night(subject: Subject) -> NDArray[np.bool_]:
    return night_hours(subject.community.start, int(subject.grid.edges[-1]))


def _present_hours(series: MeterSeries) -> NDArray[np.bool_]:
    return series.present[:: 60 // series.resolution_minutes]


def _night_share(series: MeterSeries, night: NDArray[np.bool_]) -> tuple[int, int]:
    """Wh at night, and in all."""
    hourly = hourly_wh(series)
    return int(hourly[night].sum(dtype=np.int64)), int(hourly.sum(dtype=np.int64))


def _sun_like(dark: int, total: int) -> bool:
    return dark * 100 < total * SUN_PER_CENT


def _load_like(dark: int, total: int) -> bool:
    return total > 0 and dark * 100 > total * LOAD_PER_CENT


def _hours(series: MeterSeries) -> int:
    return int(_present_hours(series).sum())


def _night_count(series: MeterSeries, night: NDArray[np.bool_]) -> int:
    return int((_present_hours(series) & night).sum())


def _long_enough(series: MeterSeries) -> bool:
    return _hours(series) >= DAYS_LEAST * HOURS_PER_DAY_LEAST

"""The built-in community: synthetic, deterministic, the same bytes on every machine.

Forty members under one primary substation in Piemonte in June 2024, two large plants (municipality and
cooperative) and seven rooftops of natural persons. See `planning.roster` for who they are.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from planning.grid import Grid, quarter_grid
from planning.photovoltaic import Sun
from planning.prices import synthetic_prices
from planning.profiles import QUARTERS_PER_HOUR, Profile, days_from, net_wh, profiles
from planning.roster import (
    AREA_CODE,
    COMMUNITY_NAME,
    PLACE,
    REGION,
    SITE,
    ZONE,
    Connection,
    connections,
    people,
    pod_code,
)
from planning.weather import synthetic_weather
from settlement.domain.calendar import ROME
from settlement.domain.case import (
    SINGLE_CONFIGURATION,
    Allocation,
    Attribution,
    Case,
    Community,
    Configuration,
    Direction,
    MeterSeries,
    Plant,
    PodRow,
    PriceSeries,
    Shares,
    Source,
)

START = datetime(2024, 6, 1, tzinfo=ROME).astimezone(UTC)
END = datetime(2024, 7, 1, tzinfo=ROME).astimezone(UTC)
MILLIWATT_PER_W = 1000


def example_case() -> Case:
    """The synthetic community with a month of readings and prices; about two seconds, most of it pvlib."""
    grid = quarter_grid(START, END)
    weather = synthetic_weather(grid, PLACE)
    sun = Sun(grid, SITE)
    curves = profiles(connections(), grid, weather, sun)
    series = [
        entry
        for position, (connection, curve) in enumerate(zip(connections(), curves, strict=True))
        for entry in _series(pod_code(position), connection, curve, grid)
    ]
    prices = np.repeat(synthetic_prices(ZONE, START, END), QUARTERS_PER_HOUR)
    return Case(
        _community(),
        tuple(sorted(series, key=lambda entry: entry.key)),
        (PriceSeries(ZONE, prices),),
    )


def _community() -> Community:
    """The terms: law in force, entry order, one division by shared injection and shared withdrawal."""
    return Community(
        name=COMMUNITY_NAME,
        rule_set="cacer-2024",
        start=START,
        end=END,
        shares_bps=Shares(producers=7000, social=2000, grid=1000),
        configurations=(Configuration(SINGLE_CONFIGURATION, AREA_CODE, ZONE),),
        members=tuple(sorted(people(), key=lambda member: member.id.encode())),
        pods=tuple(
            PodRow(pod_code(position), connection.member, SINGLE_CONFIGURATION, connection.valid_from)
            for position, connection in enumerate(connections())
        ),
        plants=tuple(sorted(_plants(), key=lambda plant: plant.id.encode())),
        attribution=Attribution.ENTRY_ORDER,
        allocation=Allocation.SHARED_BOTH,
    )


def _plants() -> Iterator[Plant]:
    """A photovoltaic plant for each connection that has modules, without capital grant."""
    for position, connection in enumerate(connections()):
        if connection.plant is not None:
            yield Plant(
                id=f"fv-{connection.member}",
                pod=pod_code(position),
                source=Source.PHOTOVOLTAIC,
                power_milliwatt=connection.plant.modules.power_w * MILLIWATT_PER_W,
                entry_into_operation=connection.plant.entry,
                region=REGION,
            )


def _series(pod: str, connection: Connection, curve: Profile, grid: Grid) -> Iterator[MeterSeries]:
    """Withdrawal of every POD, injection where a plant stands; nothing before the POD counts."""
    quarters = 1 if connection.quarter_hourly else QUARTERS_PER_HOUR
    injected, withdrawn = net_wh(curve, quarters)
    present = days_from(grid, connection.valid_from)[::quarters]
    if connection.plant is not None:
        yield _meter_series(pod, Direction.INJECTED, quarters * 15, injected, present)
    yield _meter_series(pod, Direction.WITHDRAWN, quarters * 15, withdrawn, present)


def _meter_series(
    pod: str, direction: Direction, minutes: int, wh: NDArray[np.int64], present: NDArray[np.bool_]
) -> MeterSeries:
    return MeterSeries(
        pod=pod,
        direction=direction,
        resolution_minutes=minutes,
        wh=np.where(present, wh, 0).astype(np.int32),
        present=present,
        estimated=np.zeros(len(present), dtype=np.bool_),
    )

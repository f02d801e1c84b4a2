"""A case from the CityLearn Fontana homes: real hours, moved to Italy and to 2024.

Row n of a home becomes hour n from 2024-01-01T00:00+01:00. The rows begin on 1 August 2016, so the
seasons are seven months off: January 2024 holds an August, June a Californian winter. Each home is netted
first, as its meter would: injected = max(0, PV − load), withdrawn = max(0, load − PV), exact, then half-up
to the Wh. The 8,760 rows end one day before the leap year does, so December is not whole and is refused.

What the data do not say is assumed and stands in the case: one POD and one plant per home, natural
persons, Piemonte, zone NORD. All plants get the same date of entry into operation; an order of entry would
then favour the lower numbers for no reason, so the shared energy is attributed pro rata to injection.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from oracle.sources.anomalies import Anomaly
from oracle.sources.folder import write_folder
from oracle.sources.fontana import Fontana, Home, gaps, half_up_wh, net_kwh
from oracle.sources.zonal_prices import ZonalPrices
from settlement.casefile import write_case
from settlement.domain import calendar
from settlement.domain.calendar import ROME
from settlement.domain.case import (
    SINGLE_CONFIGURATION,
    Allocation,
    Attribution,
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
from settlement.domain.findings import Finding

COMMUNITY_NAME = "Fontana in Piemonte (dati reali CityLearn, ore portate al 2024)"
AREA_CODE = "AC999E00017"
ZONE = "NORD"
REGION = "Piemonte"
DATA_FIRST_DAY = date(2024, 1, 1)
DATA_START = calendar.day_start(DATA_FIRST_DAY)
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
README = """\
# 17 real homes, moved to Piemonte and to 2024

Built by `condivisa case citylearn` from the public CityLearn Fontana data (17 homes with PV in California,
hourly, MIT licence) and Italian day-ahead prices of zone NORD.

Real: load and generation of each hour (row n became hour n from 2024-01-01T00:00+01:00), PV power, prices.
The rows begin on 1 August 2016, so the seasons are seven months off: January 2024 holds an August.
Assumed: place, members, PODs, one date of entry into operation for all plants, rules and shares. Because
the dates are equal, shared energy is attributed pro rata to injection.

Anomalies of the data in this period, left as they are:

"""


@dataclass(frozen=True, slots=True)
class Months:
    """Consecutive whole Europe/Rome months, both ends included, as month numbers."""

    first: int
    last: int

    @property
    def start(self) -> datetime:
        """First instant, UTC."""
        return calendar.day_start(calendar.month_first_day(self.first))

    @property
    def end(self) -> datetime:
        """First instant after the months, UTC."""
        return calendar.day_start(calendar.month_first_day(self.last + 1))

    @property
    def hours(self) -> range:
        """Hour indices."""
        count = calendar.hour_count(self.start, self.end)
        first = calendar.hour_count(DATA_START, self.start)
        return range(first, first + count)


def whole_months(fontana: Fontana) -> Months:
    """All months that the data cover to the end."""
    end = (DATA_START + timedelta(hours=fontana.hours)).astimezone(ROME).date()
    return Months(calendar.month_number(DATA_FIRST_DAY), calendar.month_number(end) - 1)


def check_months(fontana: Fontana, months: Months) -> list[Finding]:
    """One finding per requested month that the data do not cover to the end."""
    known = whole_months(fontana)
    end = (DATA_START + timedelta(hours=fontana.hours)).astimezone(ROME).isoformat(timespec="minutes")
    outside = [
        number for number in range(months.first, months.last + 1) if not known.first <= number <= known.last
    ]
    reason = f"is not whole in these data, which run from 2024-01-01T00:00+01:00 to {end}"
    return [Finding(fontana.file, fontana.last_line, f"{_month_name(number)} {reason}") for number in outside]


def citylearn_case(
    fontana: Fontana, prices: ZonalPrices, months: Months
) -> tuple[Case | None, list[Finding]]:
    """The case of some whole months, or everything that stands in its way."""
    findings = check_months(fontana, months)
    if findings:
        return None, findings
    hourly_prices, findings = prices.of_hours(months.start, months.end)
    findings = sorted(findings + gaps(fontana, months.hours))
    if findings:
        return None, findings
    series = [entry for home in fontana.homes for entry in _series(home, months)]
    quarter_prices = PriceSeries(ZONE, np.repeat(hourly_prices, 4))
    return Case(
        _community(fontana, months), tuple(sorted(series, key=lambda entry: entry.key)), (quarter_prices,)
    ), []


def write_citylearn(case: Case, odd: Sequence[Anomaly], folder: Path, replace: bool = False) -> None:
    """Write the case folder whole or not at all. Raises FolderNotEmpty unless `replace`."""

    def fill(fresh: Path) -> None:
        write_case(case, fresh)
        listed = "".join(f"- {anomaly}\n" for anomaly in odd) or "- none\n"
        (fresh / "README.md").write_text(README + listed, encoding="utf-8", newline="\n")

    write_folder(folder, fill, replace)


def net_wh(home: Home, hours: range) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(injected, withdrawn) Wh of a range of hour indices of a home without gaps there."""
    net = [net_kwh(home.consumption_kwh[hour], home.generation_kwh[hour]) for hour in hours]
    injected = np.array([half_up_wh(pair[0]) for pair in net], dtype=np.int64)
    return injected, np.array([half_up_wh(pair[1]) for pair in net], dtype=np.int64)


def _month_name(number: int) -> str:
    first = calendar.month_first_day(number)
    return f"{MONTH_NAMES[first.month - 1]} {first.year}"


def _member_id(home: Home) -> str:
    return f"casa-{home.number:02d}"


def _pod_code(home: Home) -> str:
    """Distributor 999 does not exist: the codes are fictitious."""
    return f"IT999E{home.number:08d}"


def _community(fontana: Fontana, months: Months) -> Community:
    return Community(
        name=COMMUNITY_NAME,
        rule_set="cacer-2024",
        start=months.start,
        end=months.end,
        shares_bps=Shares(producers=7000, social=2000, grid=1000),
        configurations=(Configuration(SINGLE_CONFIGURATION, AREA_CODE, ZONE),),
        members=tuple(Member(_member_id(home), MemberCategory.NATURAL_PERSON) for home in fontana.homes),
        pods=tuple(
            PodRow(_pod_code(home), _member_id(home), SINGLE_CONFIGURATION, DATA_FIRST_DAY)
            for home in fontana.homes
        ),
        plants=tuple(_plant(home) for home in fontana.homes),
        attribution=Attribution.PRO_RATA_INJECTION,
        allocation=Allocation.SHARED_BOTH,
    )


def _plant(home: Home) -> Plant:
    return Plant(
        id=f"fv-{_member_id(home)}",
        pod=_pod_code(home),
        source=Source.PHOTOVOLTAIC,
        power_milliwatt=home.pv_milliwatt,
        entry_into_operation=DATA_FIRST_DAY,
        region=REGION,
    )


def _series(home: Home, months: Months) -> Iterator[MeterSeries]:
    energies = net_wh(home, months.hours)
    for direction, wh in zip((Direction.INJECTED, Direction.WITHDRAWN), energies, strict=True):
        yield MeterSeries(
            pod=_pod_code(home),
            direction=direction,
            resolution_minutes=60,
            wh=wh.astype(np.int32),
            present=np.ones(len(wh), dtype=np.bool_),
            estimated=np.zeros(len(wh), dtype=np.bool_),
        )

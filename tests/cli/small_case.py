"""A case of one short month that settles, posts and pays in seconds: February 2023, seven members."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from settlement.casefile import write_case
from settlement.domain.calendar import day_start, hour_count
from settlement.domain.case import (
    SINGLE_CONFIGURATION,
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

START, END = day_start(date(2023, 2, 1)), day_start(date(2023, 3, 1))
HOURS = hour_count(START, END)
PERSONS = tuple(f"person-{number}" for number in range(1, 7))
TOWN = "town"
WALLET = "0x" + "11" * 20
BANK_ROWS: Mapping[str, str] = {PERSONS[1]: "bank,IT60X0542811101000000123456,yes"}


def write_small_case(folder: Path, persons: int = 6, payees: Mapping[str, str] = BANK_ROWS) -> Path:
    """Write the case: a town and so many persons who inject and withdraw; one wallet, one IBAN."""
    members = [Member(TOWN, MemberCategory.TERRITORIAL_BODY)]
    members += [Member(name, MemberCategory.NATURAL_PERSON) for name in PERSONS[:persons]]
    codes = {member.id: f"IT999E{number:08d}" for number, member in enumerate(members, start=1)}
    community = Community(
        name=f"Small community of {persons}",
        rule_set="cacer-2024",
        start=START.astimezone(UTC),
        end=END.astimezone(UTC),
        shares_bps=Shares(7000, 2000, 1000),
        configurations=(Configuration(SINGLE_CONFIGURATION, "AC001E00123", "NORD"),),
        members=tuple(sorted(members, key=lambda row: row.id.encode())),
        pods=tuple(
            PodRow(code, member, SINGLE_CONFIGURATION, date(2022, 1, 1)) for member, code in codes.items()
        ),
        plants=tuple(_plant(member, code) for member, code in codes.items()),
        allocation=Allocation.SHARED_BOTH,
    )
    series = [
        _series(code, direction, number)
        for number, code in enumerate(codes.values(), start=1)
        for direction in Direction
    ]
    prices = PriceSeries("NORD", np.full(4 * HOURS, 95_000_000, dtype=np.int64))
    write_case(Case(community, tuple(sorted(series, key=lambda row: row.key)), (prices,)), folder)
    rows = {TOWN: f"wallet,{WALLET},no"} | dict(payees)
    lines = [f"{member},{row}\n" for member, row in rows.items()]
    (folder / "payees.csv").write_text("member,channel,address,consent\n" + "".join(lines), encoding="utf-8")
    return folder


def raise_a_reading(folder: Path, day: str) -> None:
    """One more kilowatt-hour in the first reading of a day."""
    path = folder / "readings.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    number = next(number for number, line in enumerate(lines) if line.startswith(day))
    start, pod, direction, wh, *rest = lines[number].rstrip("\n").split(",")
    lines[number] = ",".join([start, pod, direction, str(int(wh) + 1000), *rest]) + "\n"
    path.write_text("".join(lines), encoding="utf-8")


def _plant(member: str, pod: str) -> Plant:
    entry = datetime(2022, 6, 1, tzinfo=UTC).date()
    return Plant(f"plant-{member}", pod, Source.PHOTOVOLTAIC, 10_000_000, entry, "Piemonte")


def _series(pod: str, direction: Direction, number: int) -> MeterSeries:
    """Sun from 8 to 16, consumption all day; every POD another amount."""
    hour = np.arange(HOURS) % 24
    day = (hour >= 8) & (hour < 16)
    wh = (
        np.where(day, 900 + 70 * number, 0)
        if direction is Direction.INJECTED
        else 400 + 30 * number + hour * 5
    )
    yes = np.ones(HOURS, dtype=np.bool_)
    return MeterSeries(pod, direction, 60, np.asarray(wh, dtype=np.int32), yes, ~yes)

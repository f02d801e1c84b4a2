"""Case folders as plain data, and how they are written: in order, or in any order that means the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
TABLES = ("configurations", "members", "pods", "plants")


@dataclass
class CaseFolder:
    """One case: top keys, parameters and tables as TOML will show them, and the rows of both CSV files."""

    start: datetime
    end: datetime
    community: dict[str, Any]
    top: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    configurations: list[dict[str, Any]] = field(default_factory=list)
    members: list[dict[str, Any]] = field(default_factory=list)
    pods: list[dict[str, Any]] = field(default_factory=list)
    plants: list[dict[str, Any]] = field(default_factory=list)
    readings: list[tuple[datetime, str, str, int, str]] = field(default_factory=list)
    prices: list[tuple[datetime, str, str]] = field(default_factory=list)

    def hours(self) -> Iterator[datetime]:
        start, end = self.start.astimezone(UTC), self.end.astimezone(UTC)
        return (start + n * HOUR for n in range((end - start) // HOUR))

    def series(self, pod: str, direction: str, hourly_wh: Mapping[datetime, int] | list[int] | int) -> None:
        """Append one row per hour of the period, from a constant or from a list."""
        for n, hour in enumerate(self.hours()):
            wh = hourly_wh if isinstance(hourly_wh, int) else hourly_wh[n]  # type: ignore[index]
            self.readings.append((hour, pod, direction, wh, ""))

    def price_series(self, zone: str, prices: list[str] | str) -> None:
        for n, hour in enumerate(self.hours()):
            self.prices.append((hour, zone, prices if isinstance(prices, str) else prices[n]))


def quarters(hour: datetime) -> list[datetime]:
    return [hour + n * QUARTER for n in range(4)]


def rome_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ROME).astimezone(UTC)


# --- writing ---------------------------------------------------------------------------------------------


def toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def toml_table(header: str, table: Mapping[str, Any]) -> list[str]:
    return [header, *(f"{key} = {toml_value(value)}" for key, value in table.items()), ""]


def stamp(instant: datetime, zone: tzinfo = ROME) -> str:
    text = instant.astimezone(zone).isoformat()
    return text.replace("+00:00", "Z")


class Plainly:
    """Writes everything in the order in which the case holds it."""

    def order(self, rows: list[Any]) -> list[Any]:
        return rows

    def keys(self, table: dict[str, Any]) -> dict[str, Any]:
        return table

    def stamp(self, instant: datetime) -> str:
        return stamp(instant)

    def quality(self, quality: str) -> str:
        return quality


class Shuffled(Plainly):
    """Writes rows, tables, keys and columns in any order, and each instant in any offset."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def order(self, rows: list[Any]) -> list[Any]:
        return self.random.sample(rows, len(rows))

    def keys(self, table: dict[str, Any]) -> dict[str, Any]:
        return {key: table[key] for key in self.order(list(table))}

    def stamp(self, instant: datetime) -> str:
        zone = self.random.choice([UTC, ROME, timezone(timedelta(hours=-5, minutes=-30))])
        text = stamp(instant, zone)
        return self.random.choice([text, text.replace(":00Z", "Z", 1)]) if text.endswith("Z") else text

    def quality(self, quality: str) -> str:
        return quality or self.random.choice(["", "measured"])


def toml_text(case: CaseFolder, style: Plainly) -> str:
    top = {"rule_set": "cacer-2024"} | case.top
    lines = [f"from = {stamp(case.start)}", f"to = {stamp(case.end)}"]
    lines += [f"{key} = {toml_value(value)}" for key, value in top.items()]
    blocks = [toml_table("[community]", style.keys(case.community))]
    if case.parameters:
        blocks.append(toml_table("[parameters]", style.keys(case.parameters)))
    for name in TABLES:
        blocks += [toml_table(f"[[{name}]]", style.keys(table)) for table in style.order(getattr(case, name))]
    return "\n".join([*style.order(lines), "", *(line for block in style.order(blocks) for line in block)])


def csv_text(columns: list[str], rows: list[dict[str, str]], style: Plainly) -> str:
    order = style.order(columns)
    lines = [",".join(order), *(",".join(row[column] for column in order) for row in style.order(rows))]
    return "\n".join(lines) + "\n"


def write(case: CaseFolder, folder: Path, style: Plainly | None = None) -> Path:
    """Write the three files into the folder, which is made if needed."""
    style = style or Plainly()
    folder.mkdir(parents=True, exist_ok=True)
    readings = [
        {
            "interval_start": style.stamp(at),
            "pod": pod,
            "direction": direction,
            "wh": str(wh),
            "quality": style.quality(quality),
        }
        for at, pod, direction, wh, quality in case.readings
    ]
    prices = [
        {"interval_start": style.stamp(at), "zone": zone, "eur_per_mwh": price}
        for at, zone, price in case.prices
    ]
    columns = ["interval_start", "pod", "direction", "wh"]
    if any(row["quality"] for row in readings):
        columns.append("quality")
    (folder / "community.toml").write_text(toml_text(case, style), encoding="utf-8")
    (folder / "readings.csv").write_text(csv_text(columns, readings, style), encoding="utf-8")
    (folder / "prices.csv").write_text(
        csv_text(["interval_start", "zone", "eur_per_mwh"], prices, style), encoding="utf-8"
    )
    return folder

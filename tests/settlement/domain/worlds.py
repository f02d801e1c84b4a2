"""Small communities for tests; a test states only what differs."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from settlement.domain.calendar import hour_count
from settlement.domain.case import (
    MICRO,
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
from settlement.domain.rounding import plain_text

START = datetime(2024, 7, 1, 10, tzinfo=UTC)
A, B, C = "IT001E00000001", "IT001E00000002", "IT001E00000003"


def person(member_id: str, **changes: Any) -> Member:
    """A natural person."""
    return replace(Member(member_id, MemberCategory.NATURAL_PERSON), **changes)


def sme(member_id: str, **changes: Any) -> Member:
    """A small enterprise, whose withdrawals are never exempt."""
    return replace(Member(member_id, MemberCategory.SME), **changes)


def plant(plant_id: str = "P1", pod: str = A, kw: str = "150", grant_pct: str = "0", **changes: Any) -> Plant:
    """A photovoltaic plant in Piemonte, in operation since 2024-05-10."""
    made = Plant(
        plant_id, pod, Source.PHOTOVOLTAIC, micro(kw), date(2024, 5, 10), "Piemonte", micro(grant_pct)
    )
    return replace(made, **changes)


def micro(text: str) -> int:
    """A decimal times a million, written by hand to stay independent of the parser under test."""
    whole, _, fraction = text.partition(".")
    return int(whole) * MICRO + int(fraction.ljust(6, "0"))


def held(pod: str, member: str, **changes: Any) -> PodRow:
    """A POD of a member since 2024-01-01 in the only configuration."""
    return replace(PodRow(pod, member, "", date(2024, 1, 1)), **changes)


def case(
    *,
    injected: Mapping[str, Sequence[int]] | None = None,
    withdrawn: Mapping[str, Sequence[int]] | None = None,
    price: str | Sequence[int] = "95",
    plants: Sequence[Plant] | None = None,
    members: Sequence[Member] = (sme("M1"), sme("M2"), sme("M3")),
    pods: Sequence[PodRow] = (held(A, "M1"), held(B, "M2"), held(C, "M3")),
    hours: int | None = None,
    start: datetime = START,
    resolution_minutes: int = 60,
    zone: str = "NORD",
    **terms: Any,
) -> Case:
    """A case whose series start with the period; `price` is one text for all hours or quarters in micro-euro.

    A community with one POD that injects and one that withdraws, unless told otherwise.
    """
    series = [
        *(_series(pod, Direction.INJECTED, wh, resolution_minutes) for pod, wh in (injected or {}).items()),
        *(_series(pod, Direction.WITHDRAWN, wh, resolution_minutes) for pod, wh in (withdrawn or {}).items()),
    ]
    if hours is None:
        hours = len(series[0].wh) * resolution_minutes // 60
    used = {row.pod for row in series} | {row.pod for row in plants or ()}
    defaults: dict[str, Any] = {
        "name": "Esempio",
        "rule_set": "cacer-2024",
        "start": start,
        "end": start + timedelta(hours=hours),
        "shares_bps": Shares(7000, 2000, 1000),
        "configurations": (Configuration("", "AC001E00123", zone),),
        "members": tuple(members),
        "pods": tuple(row for row in pods if row.code in used),
        "plants": tuple([plant()] if plants is None else plants),
    }
    community = Community(**defaults | terms)
    zones = sorted({row.zone for row in community.configurations})
    prices = tuple(
        _prices(zone_name, price, hour_count(community.start, community.end)) for zone_name in zones
    )
    return Case(community, tuple(sorted(series, key=lambda row: row.key)), prices)


def _series(pod: str, direction: Direction, wh: Sequence[int], resolution_minutes: int) -> MeterSeries:
    energy = np.array(wh, dtype=np.int32)
    full, none = np.ones(len(energy), dtype=np.bool_), np.zeros(len(energy), dtype=np.bool_)
    return MeterSeries(pod, direction, resolution_minutes, energy, full, none)


def _prices(zone: str, price: str | Sequence[int], hours: int) -> PriceSeries:
    if isinstance(price, str):
        negative = price.startswith("-")
        value = -micro(price[1:]) if negative else micro(price)
        return PriceSeries(zone, np.full(4 * hours, value, dtype=np.int64))
    return PriceSeries(zone, np.array(price, dtype=np.int64))


def premium(given: Case) -> str:
    """The community's premium in euro."""
    return str(settle(given).document()["premium_eur"])


def exact_premium(given: Case, plant_id: str = "P1") -> str:
    """A plant's exact premium in euro."""
    return plain_text(int(settle(given).plants[plant_id].premium_exact_eur * 10**12), 12)

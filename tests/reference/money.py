"""From sums of energy and premium to excess, split and payouts; money in € (Fraction) until it is rounded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any

from tests.reference.exact import by_bytes, decimal_text, divide, half_up
from tests.reference.tariffs import is_admitted
from tests.reference.world import ROME, World


def premium_cents(world: World, plant: str) -> int:
    return half_up(world.premium[plant], 2)


def is_calendar_year(world: World) -> bool:
    year = world.start.astimezone(ROME).year
    first, last = (datetime.combine(date(y, 1, 1), time(), ROME).astimezone(UTC) for y in (year, year + 1))
    return (world.start, world.end) == (first, last)


def configuration_of(world: World, plant: Mapping[str, Any]) -> str:
    """A plant's POD stays in one configuration, so any of its rows tells."""
    pods: list[dict[str, Any]] = world.toml["pods"]
    return next(str(row.get("configuration", "")) for row in pods if row["code"] == plant["pod"])


def excess_entries(world: World) -> list[dict[str, Any]]:
    entries = []
    for configuration in sorted(world.zones, key=by_bytes):
        admitted = [
            p for p in world.plants if configuration_of(world, p) == configuration and is_admitted(world, p)
        ]
        for name, has_grant, threshold in (
            ("TIP_ONLY", False, "tip_only_threshold_pct"),
            ("TIP_PLUS_GRANT", True, "tip_plus_grant_threshold_pct"),
        ):
            ids = [p["id"] for p in admitted if (Fraction(p.get("grant_pct", 0)) > 0) == has_grant]
            if ids:
                entry = excess_entry(world, ids, world.parameters[threshold] / 100)
                where = {"configuration": configuration} if "configurations" in world.toml else {}
                entries.append({"set": name} | where | entry)
    return entries


def excess_entry(world: World, ids: list[str], threshold: Fraction) -> dict[str, Any]:
    shared = sum(world.plant_wh[plant]["shared_wh"] for plant in ids)
    injected = sum(world.plant_wh[plant]["injected_wh"] for plant in ids)
    cents = sum(premium_cents(world, plant) for plant in ids)
    points = max(Fraction(0), Fraction(shared, injected) - threshold) if injected else Fraction(0)
    return {
        "shared_wh": shared,
        "injected_wh": injected,
        "premium_eur": decimal_text(cents, 2),
        "excess_eur": decimal_text(half_up(points * cents / 100, 2), 2),
        "provisional": not is_calendar_year(world),
    }


def payouts(world: World, pool: int, cap: int) -> tuple[dict[str, int], int, int]:
    """Micro-euro per member, carried, moved to social purposes."""
    allocation = world.toml.get("allocation", "SHARED_INJECTION")
    weights = {}
    for member in world.categories:
        produced, used = (
            world.member_wh[member][f"shared_{side}_wh"] for side in ("injection", "withdrawal")
        )
        weights[member] = {
            "SHARED_INJECTION": produced,
            "SHARED_WITHDRAWAL": used,
            "SHARED_BOTH": produced + used,
            "EQUAL": 1,
        }[allocation]
    paid = divide(pool, weights)
    carried = pool - sum(paid.values())
    enterprises = {
        m["id"]: paid[m["id"]] for m in world.toml.get("members", []) if m.get("enterprise", False)
    }
    moved = max(0, sum(enterprises.values()) - cap) if is_calendar_year(world) else 0
    if moved:
        paid |= divide(cap, enterprises)
    return paid, carried, moved


def money(world: World, premium: int, excess: list[dict[str, Any]]) -> dict[str, Any]:
    """The split of the revenue and the payouts; the premium in cents."""
    toml = world.toml
    valorisation = half_up(world.valorisation, 2)
    revenue = half_up(Fraction(toml["revenue_eur"]), 2) if "revenue_eur" in toml else premium + valorisation
    bps = toml["community"]["shares_bps"]
    social, grid = (revenue * 10**4 * bps[fund] // 10**4 for fund in ("social", "grid"))
    producers = revenue * 10**4 - social - grid
    excess_cents = sum(half_up(Fraction(entry["excess_eur"]), 2) for entry in excess)
    paid, carried, moved = payouts(world, producers, max(0, premium - excess_cents) * 10**4)
    names = ("injected_wh", "withdrawn_wh", "shared_injection_wh", "shared_withdrawal_wh")
    return {
        "revenue_eur": decimal_text(revenue, 2),
        "split_eur": {
            "producers": decimal_text(producers, 6),
            "social": decimal_text(social, 6),
            "grid": decimal_text(grid, 6),
        },
        "members": {
            member: {name: world.member_wh[member][name] for name in names}
            | {"payout_eur": decimal_text(paid[member], 6)}
            for member in world.categories
        },
        "carried_eur": decimal_text(carried, 6),
        "moved_to_social_eur": decimal_text(moved, 6),
    }

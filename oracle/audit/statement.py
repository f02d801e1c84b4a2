"""settlement.json anew: limits, incentive, excess, split and payouts from the energy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from oracle.audit.community import Community, Plant, read_community
from oracle.audit.differences import Difference
from oracle.audit.energy import MEMBER_SUMS, TOTALS, Energy, compute_energy
from oracle.audit.numbers import CENT_MICRO_EUR, MICRO, apportion, exact_text, fixed, half_up
from oracle.audit.rome import day_of, midnight
from oracle.audit.rows import QUARTERS, read_energy, read_prices
from oracle.audit.rules import RuleBook, Rules
from oracle.audit.texts import Document

RATE_SCALE = QUARTERS * MICRO * 1_000_000
WHOLE_BPS = 10_000
SETS = (
    ("TIP_ONLY", False, "tip_only_threshold_pct"),
    ("TIP_PLUS_GRANT", True, "tip_plus_grant_threshold_pct"),
)
CASE_FILES = ("community.toml", "prices.csv", "readings.csv", "settlement.json")


@dataclass(frozen=True, slots=True)
class Statement:
    """A settlement recomputed; `cap_micro_eur` is None while the excess is provisional."""

    community: Community
    rules: Rules
    energy: Energy
    document: Document
    weights: Mapping[str, int]
    cap_micro_eur: int | None

    @property
    def enterprises(self) -> list[str]:
        """Members that are bound by the excess."""
        return [name for name, row in self.community.members.items() if row.enterprise]


def settle(folder: str, files: Mapping[str, bytes], book: RuleBook) -> Statement:
    """The settlement of a case folder, whose files are given by name. Raises Difference."""
    community = read_community(f"{folder}community.toml", files["community.toml"], book)
    rules = book.resolve(community.rule_set, community.overrides, community.days)
    readings = read_energy(f"{folder}readings.csv", files["readings.csv"], community)
    prices = read_prices(f"{folder}prices.csv", files["prices.csv"], community)
    _check_limits(folder, community, rules)
    try:
        energy = compute_energy(community, rules, readings, prices)
    except Difference as difference:
        raise Difference(f"{folder}readings.csv: {difference}") from difference
    return _stated(community, rules, energy)


def _check_limits(folder: str, community: Community, rules: Rules) -> None:
    """Limits on power, and the share of plants older than the law."""
    units: dict[tuple[str, str], int] = {}
    for plant in community.plants:
        unit = (plant.pod, plant.source)
        units[unit] = units.get(unit, 0) + plant.power_milliwatt
    total = sum(units.values())
    old = sum(row.power_milliwatt for row in community.plants if row.entry < rules.law.first_new_day)
    limit = rules.parameters.get("community_max_kw")
    broken = [
        (max(units.values(), default=0) > rules.micro("plant_max_kw"), "a plant is above plant_max_kw"),
        (limit is not None and total > limit.micro, "all plants are above community_max_kw"),
        (old * 100 * MICRO > total * rules.micro("existing_max_pct"), "old plants exceed existing_max_pct"),
    ]
    for is_broken, sentence in broken:
        if is_broken:
            raise Difference(f"{folder}community.toml: {sentence}")


def _stated(community: Community, rules: Rules, energy: Energy) -> Statement:
    exact = {plant.id: _premium(plant, rules, energy) for plant in community.plants}
    cents = {name: half_up(100 * premium) for name, premium in exact.items()}
    valorisation = sum(
        (Fraction(wh * rules.tras_e_micro(year), MICRO * MICRO) for year, wh in energy.by_year.items()),
        Fraction(0),
    )
    final = _is_calendar_year(community)
    excess = _excess(community, rules, energy, cents, final=final)
    total = sum(cents.values())
    revenue = community.revenue_micro_eur
    if revenue is None:
        revenue = (total + half_up(100 * valorisation)) * CENT_MICRO_EUR
    excess_cents = sum(row_cents for _, row_cents in excess)
    cap = max(0, total - excess_cents) * CENT_MICRO_EUR if final else None
    weights = {name: _weight(community.allocation, energy.members[name]) for name in community.members}
    document = _energy_document(community, energy)
    document["plants"] = {
        name: {key: energy.plants[name][key] for key in ("injected_wh", "shared_wh")}
        | {"premium_exact_eur": exact_text(exact[name]), "premium_eur": fixed(cents[name], 2)}
        for name in exact
    }
    document |= {
        "premium_eur": fixed(total, 2),
        "valorisation_exact_eur": exact_text(valorisation),
        "valorisation_eur": fixed(half_up(100 * valorisation), 2),
        "excess": [row for row, _ in excess],
        "rules": {
            "rule_set": community.rule_set,
            "parameters_used": {name: row.document() for name, row in rules.parameters.items()},
        },
    }
    statement = Statement(community, rules, energy, document, weights, cap)
    document |= _money(statement, revenue)
    return statement


def _energy_document(community: Community, energy: Energy) -> Document:
    by_name = {name: energy.totals(name) for name in community.configurations}
    hours = {"hours": community.end - community.start}
    document: Document = hours | {key: sum(row[key] for row in by_name.values()) for key in TOTALS}
    if community.lists_configurations:
        document["configurations"] = {name: hours | row for name, row in by_name.items()}
    return document


def _premium(plant: Plant, rules: Rules, energy: Energy) -> Fraction:
    """Σ energy · tariff − F · Σ reduced energy · tariff, in euro, unrounded."""
    factor = Fraction(plant.grant_micro_pct, MICRO) * rules.law.grant_factor
    return (energy.full[plant.id] - factor * energy.reduced[plant.id]) / RATE_SCALE


def _is_calendar_year(community: Community) -> bool:
    year = date.fromordinal(day_of(community.start)).year
    first, last = (midnight(date(number, 1, 1).toordinal()) for number in (year, year + 1))
    return (community.start, community.end) == (first, last)


def _excess(
    community: Community, rules: Rules, energy: Energy, cents: Mapping[str, int], *, final: bool
) -> list[tuple[Document, int]]:
    """The entries of each set that has plants, and their amounts in cents."""
    entries = []
    for name in sorted(community.configurations, key=str.encode):
        own = [row for row in community.plants if community.home_of(row.pod) == name]
        admitted = [row for row in own if row.admitted]
        for title, with_grant, threshold in SETS:
            ids = [row.id for row in admitted if (row.grant_micro_pct > 0) == with_grant]
            if not ids:
                continue
            shared, injected = (
                sum(energy.plants[one][key] for one in ids) for key in ("shared_wh", "injected_wh")
            )
            premium = sum(cents[one] for one in ids)
            limit = Fraction(rules.micro(threshold), 100 * MICRO)
            above = max(Fraction(0), Fraction(shared, injected) - limit) if injected else Fraction(0)
            amount = half_up(above * premium)
            where = {"configuration": name} if community.lists_configurations else {}
            row: Document = where | {
                "set": title,
                "shared_wh": shared,
                "injected_wh": injected,
                "premium_eur": fixed(premium, 2),
                "excess_eur": fixed(amount, 2),
                "provisional": not final,
            }
            entries.append((row, amount))
    return entries


def _weight(allocation: str, sums: Mapping[str, int]) -> int:
    produced, used = sums["shared_injection_wh"], sums["shared_withdrawal_wh"]
    return {
        "SHARED_INJECTION": produced,
        "SHARED_WITHDRAWAL": used,
        "SHARED_BOTH": produced + used,
        "EQUAL": 1,
    }[allocation]


def split(amount_micro_eur: int, shares_bps: Mapping[str, int]) -> dict[str, int]:
    """Social and grid floored to the micro-euro, producers the rest."""
    social, grid = (amount_micro_eur * shares_bps[name] // WHOLE_BPS for name in ("social", "grid"))
    return {"producers": amount_micro_eur - social - grid, "social": social, "grid": grid}


def divide(
    pool: int, weights: Mapping[str, int], enterprises: list[str], cap: int | None
) -> tuple[dict[str, int], int, int]:
    """What each member gets of a pool, what finds no taker, and what the cap moves to social purposes."""
    if not sum(weights.values()):
        return dict.fromkeys(weights, 0), pool, 0
    parts = apportion(pool, weights)
    bound = {name: parts[name] for name in enterprises if name in parts}
    moved = 0 if cap is None else max(0, sum(bound.values()) - cap)
    if moved and cap is not None:
        parts |= apportion(cap, bound)
    return parts, 0, moved


def _money(found: Statement, revenue: int) -> Document:
    parts = split(revenue, found.community.shares_bps)
    paid, carried, moved = divide(parts["producers"], found.weights, found.enterprises, found.cap_micro_eur)
    return {
        "revenue_eur": fixed(revenue // CENT_MICRO_EUR, 2),
        "split_eur": {name: fixed(part, 6) for name, part in parts.items()},
        "members": {
            name: {key: found.energy.members[name][key] for key in MEMBER_SUMS}
            | {"payout_eur": fixed(paid[name], 6)}
            for name in found.community.members
        },
        "carried_eur": fixed(carried, 6),
        "moved_to_social_eur": fixed(moved, 6),
    }

"""The settlement of a case: from hours to energy, from energy to incentive, from incentive to payouts."""

from collections.abc import Sequence
from fractions import Fraction

from settlement.domain import calendar
from settlement.domain.allocation import divide_pool, member_weight
from settlement.domain.case import Case, Community, Direction, Plant
from settlement.domain.configuration import ConfigurationInput, ConfigurationResult, compute
from settlement.domain.excess import TIP_ONLY, TIP_PLUS_GRANT, ExcessSet, excess_set
from settlement.domain.findings import Finding
from settlement.domain.holdings import held_series
from settlement.domain.loops import Loops
from settlement.domain.parameters import Parameters, resolve
from settlement.domain.production import is_admitted, unit_of
from settlement.domain.readiness import Places, readiness_findings
from settlement.domain.rounding import MICRO_EUR_PER_CENT, half_up_cents, split_revenue
from settlement.domain.settlement import MemberEnergy, PlantResult, Settlement
from settlement.domain.tariff import quarter_rates, tariff_keys
from settlement.domain.valorisation import shared_by_year_wh, valorisation_eur


class NotReady(Exception):  # noqa: N818 - named as the fact that it states
    """The case has findings; whoever settles it checks for them first."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__(f"{len(findings)} findings, the first: {findings[0]}")


def settle_or_findings(
    case: Case, places: Places | None = None, loops: Loops | None = None
) -> Settlement | list[Finding]:
    """The settlement, or everything that keeps the case from being settled, sorted.

    `loops` runs the loops over hours, numpy by default; the bytes are the same. Findings come before a
    missing parameter: raises ParameterMissing only for a case without findings.
    """
    return readiness_findings(case, places) or _settle(case, loops)


def settle(case: Case, loops: Loops | None = None) -> Settlement:
    """The settlement of a case without findings; writes nothing, reads no clock.

    Raises ParameterMissing, naming each rule parameter without a value in the period, and NotReady.
    """
    found = settle_or_findings(case, loops=loops)
    if isinstance(found, list):
        raise NotReady(found)
    return found


def _settle(case: Case, loops: Loops | None) -> Settlement:
    community = case.community
    values = resolve(community)
    results = [compute(given, loops) for given in _inputs(case, values)]
    plants = _plant_results(community, results)
    members = _member_energies(community, results)
    valorisation = _valorisation(community, results, values)
    sets = _excess_sets(community, plants, values)
    premium_cents = sum(plant.premium_cents for plant in plants.values())
    revenue = community.revenue_micro_eur
    if revenue is None:
        revenue = (premium_cents + half_up_cents(valorisation)) * MICRO_EUR_PER_CENT
    split = split_revenue(revenue, community.shares_bps)
    is_final = calendar.is_calendar_year(community.start, community.end)
    cap = _enterprise_cap_micro_eur(premium_cents, sets) if is_final else None
    weights = _weights(community, members)
    enterprises = [member.id for member in community.members if member.enterprise]
    return Settlement(
        community=community,
        configurations=tuple(result.energy for result in results),
        plants=plants,
        members=members,
        valorisation_exact_eur=valorisation,
        excess=sets,
        is_final=is_final,
        revenue_micro_eur=revenue,
        split=split,
        weights=weights,
        enterprise_cap_micro_eur=cap,
        division=divide_pool(split.producers_micro_eur, weights, enterprises, cap),
        parameters=values,
    )


def _inputs(case: Case, values: Parameters) -> list[ConfigurationInput]:
    community = case.community
    days = calendar.hour_days(community.start, community.end)
    held = held_series(case)
    prices = {series.zone: series for series in case.prices}
    keys = tariff_keys(community.plants)
    members = {member.id: member for member in community.members}
    found = []
    for row in sorted(community.configurations, key=lambda row: row.id):
        withdrawals = held.get((row.id, Direction.WITHDRAWN), ())
        plants = _plants_of(community, row.id)
        own_keys = [keys[plant.id] for plant in plants]
        found.append(
            ConfigurationInput(
                id=row.id,
                injections=held.get((row.id, Direction.INJECTED), ()),
                withdrawals=withdrawals,
                withdrawers=[
                    members[key] for key in sorted({series.holding.member for series in withdrawals})
                ],
                units=[unit_of(plant, community, days) for plant in plants],
                keys=own_keys,
                rates={key: quarter_rates(key, prices[row.zone], values) for key in sorted(set(own_keys))},
                attribution=community.attribution,
                days_of_hours=days,
            )
        )
    return found


def _plants_of(community: Community, configuration: str) -> list[Plant]:
    """Plants of a configuration in the byte order of their ids."""
    pods = {row.code for row in community.pods if row.configuration == configuration}
    return sorted((plant for plant in community.plants if plant.pod in pods), key=lambda plant: plant.id)


def _plant_results(community: Community, results: Sequence[ConfigurationResult]) -> dict[str, PlantResult]:
    plants = {plant.id: plant for plant in community.plants}
    return {
        key: PlantResult(tally.injected_wh, tally.shared_wh, tally.premium.amount_eur(plants[key]))
        for result in results
        for key, tally in result.plants.items()
    }


def _member_energies(community: Community, results: Sequence[ConfigurationResult]) -> dict[str, MemberEnergy]:
    """Energy of every listed member over all configurations."""
    totals = {member.id: MemberEnergy() for member in community.members}
    for result in results:
        for key, energy in result.members.items():
            totals[key].add(energy)
    return totals


def _valorisation(
    community: Community, results: Sequence[ConfigurationResult], values: Parameters
) -> Fraction:
    years = calendar.hour_years(community.start, community.end)
    shared = shared_by_year_wh((result.energy.shared_wh for result in results), years)
    return valorisation_eur(shared, values.tras_e_micro_by_year)


def _excess_sets(
    community: Community, plants: dict[str, PlantResult], values: Parameters
) -> tuple[ExcessSet, ...]:
    """Sets that have plants, by configuration; only plants admitted to the premium belong to one."""
    found = []
    for row in sorted(community.configurations, key=lambda row: row.id):
        own = [plant for plant in _plants_of(community, row.id) if is_admitted(plant, community)]
        for name in (TIP_ONLY, TIP_PLUS_GRANT):
            members = [plants[p.id] for p in own if (p.grant_micro_pct > 0) == (name == TIP_PLUS_GRANT)]
            if members:
                energy = [(plant.shared_wh, plant.injected_wh) for plant in members]
                premium_cents = sum(plant.premium_cents for plant in members)
                found.append(excess_set(row.id, name, energy, premium_cents, values))
    return tuple(found)


def _enterprise_cap_micro_eur(premium_cents: int, sets: Sequence[ExcessSet]) -> int:
    excess_cents = sum(row.excess_cents for row in sets)
    return max(0, premium_cents - excess_cents) * MICRO_EUR_PER_CENT


def _weights(community: Community, members: dict[str, MemberEnergy]) -> dict[str, int]:
    return {
        key: member_weight(community.allocation, energy.shared_injection_wh, energy.shared_withdrawal_wh)
        for key, energy in members.items()
    }

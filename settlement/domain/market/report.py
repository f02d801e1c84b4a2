"""The market services of a case as one document: bands, dedicated withdrawal, yearly fees of GSE."""

from datetime import date

from settlement.domain.calendar import hour_years
from settlement.domain.case import Case, Direction, Plant
from settlement.domain.holdings import counted_series, holdings
from settlement.domain.market.bands import energy_by_band, hour_bands
from settlement.domain.market.dedicated_withdrawal import YearOfWithdrawal, dedicated_withdrawal
from settlement.domain.market.fees import yearly_fee_cents
from settlement.domain.market.net_metering import NetMetering
from settlement.domain.rounding import cents_text, exact_eur_text
from settlement.domain.rulesets import rule_set


def market_document(case: Case) -> dict[str, object]:
    """Everything but net metering, which needs prices of its own; amounts as decimal text in euro."""
    return {
        "rule_set": case.community.rule_set,
        "bands": members_by_band(case),
        "dedicated_withdrawal": [withdrawal_document(row) for row in dedicated_withdrawal(case)],
        "gse_fees": [
            fee_document(plant, year, case.community.rule_set)
            for plant in case.community.plants
            for year in sorted({int(year) for year in hour_years(case.community.start, case.community.end)})
        ],
    }


def members_by_band(case: Case) -> dict[str, dict[str, dict[str, int]]]:
    """Wh of each member by direction and band, of what counts as injected and withdrawn."""
    community = case.community
    bands = hour_bands(community.start, community.end, rule_set(community.rule_set))
    series = counted_series(case)
    found: dict[str, dict[str, dict[str, int]]] = {member.id: {} for member in community.members}
    for holding in holdings(community):
        for direction in Direction:
            if (holding.pod, direction) not in series:
                continue
            hourly = series[holding.pod, direction][holding.first : holding.end]
            energy = energy_by_band(hourly, bands[holding.first : holding.end])
            before = found[holding.member].setdefault(direction.value, dict.fromkeys(energy, 0))
            for band, wh in energy.items():
                before[band] += wh
    return found


def withdrawal_document(row: YearOfWithdrawal) -> dict[str, object]:
    """A plant's year of dedicated withdrawal."""
    minimum = row.minimum
    return {
        "plant": row.plant,
        "year": row.year,
        "injected_wh": row.injected_wh,
        "zonal_exact_eur": exact_eur_text(row.zonal_eur),
        "minimum_eur_per_mwh": None if minimum.eur_per_mwh is None else exact_eur_text(minimum.eur_per_mwh),
        "minimum_absent_because": minimum.reason or None,
        "paid_by": "MINIMUM" if row.is_at_minimum else "ZONAL",
        "paid_eur": cents_text(row.paid_cents),
        "fee_exact_eur": None if row.fee_eur is None else exact_eur_text(row.fee_eur),
        "fee_verified": False,
        "provisional": not row.is_final,
    }


def fee_document(plant: Plant, year: int, rules_name: str) -> dict[str, object]:
    """What GSE withholds for a plant in a year, VAT excluded."""
    fee_cents = yearly_fee_cents(plant, date(year, 1, 1), rule_set(rules_name))
    return {"plant": plant.id, "year": year, "fee_eur": cents_text(fee_cents)}


def metering_document(row: NetMetering) -> dict[str, object]:
    """A POD's simulated exchange."""
    return {
        "pod": row.pod,
        "injected_wh": row.injected_wh,
        "withdrawn_wh": row.withdrawn_wh,
        "exchanged_wh": row.exchanged_wh,
        "energy_cost_exact_eur": exact_eur_text(row.energy_cost_eur),
        "injection_value_exact_eur": exact_eur_text(row.injection_value_eur),
        "services_exact_eur": exact_eur_text(row.services_eur),
        "contribution_eur": cents_text(row.contribution_cents),
        "surplus_exact_eur": exact_eur_text(row.surplus_eur),
        "verified": False,
    }

"""Advance and balance (acconto and conguaglio): GSE pays by estimate during the year, then the rest.

The advance follows the consultation of 2023, a draft: A = P · H/12 · α · T. The final text was not read, so
the result is an indication and never enters a settlement.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from settlement.domain.calendar import rome_date
from settlement.domain.case import MICRO
from settlement.domain.rounding import half_up_cents
from settlement.domain.rulesets import LAW, RuleSet, rule_set
from settlement.domain.settlement import Settlement
from settlement.domain.tariff import tariff_keys


def monthly_advance_eur(
    power_milliwatt: int,
    hours_per_year: Fraction,
    tariff_micro_eur_per_mwh: int,
    day: date,
    rules: RuleSet | None = None,
) -> Fraction:
    """Exact advance of a month: power times a twelfth of the year's equivalent hours, coincidence and tariff.

    `hours_per_year` are the equivalent hours of the plant's source, stated by the asker (no table was read).
    """
    known = rules or rule_set(LAW)
    coincidence = Fraction(known.needed("advance_coincidence_pct", day).value_micro, 100 * MICRO)
    payments = Fraction(known.needed("advance_payments_per_year", day).value_micro, MICRO)
    power_mw = Fraction(power_milliwatt, 1_000 * MICRO)
    return power_mw * hours_per_year / payments * coincidence * Fraction(tariff_micro_eur_per_mwh, MICRO)


def monthly_advances_cents(settlement: Settlement, hours_per_year: Fraction) -> dict[str, int]:
    """Advance of a month of each plant of a settled case, by plant id, half a cent up.

    The tariff is the base of the plant's class and the term of its area, without what prices take away.
    """
    community, values = settlement.community, settlement.parameters
    keys, day = tariff_keys(community.plants), rome_date(community.start)
    rules = rule_set(community.rule_set)
    found = {}
    for plant in community.plants:
        key = keys[plant.id]
        tariff = values.micro(f"class{key.tariff_class}_base_eur_per_mwh")
        tariff += values.micro(f"fc_{key.area}_eur_per_mwh") if key.area else 0
        amount = monthly_advance_eur(plant.power_milliwatt, hours_per_year, tariff, day, rules)
        found[plant.id] = half_up_cents(amount)
    return found


@dataclass(frozen=True, slots=True)
class BalanceOfYear:
    """What a year's incentive was, what came in advance and as balance, all in cents."""

    year: int
    premium_cents: int
    valorisation_cents: int
    advances_cents: int
    balances_cents: int
    is_complete: bool

    @property
    def due_cents(self) -> int:
        """What GSE still owes for the year; negative when it paid too much."""
        return self.premium_cents + self.valorisation_cents - self.advances_cents - self.balances_cents

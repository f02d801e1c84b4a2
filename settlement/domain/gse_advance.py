"""Advance and balance (acconto and conguaglio): GSE pays by estimate during the year, then the rest.

The advance follows the consultation of 2023, a draft: A = P · H/12 · α · T. The final text was not read, so
the result is an indication and never enters a settlement.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from settlement.domain.case import MICRO
from settlement.domain.rulesets import LAW, RuleSet, rule_set


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

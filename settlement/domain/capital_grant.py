"""The capital grant of the PNRR (M2C2 investment 1.2): a part of the cost, up to a cap by power."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from settlement.domain.case import MICRO
from settlement.domain.rounding import half_up_cents
from settlement.domain.rulesets import LAW, RuleSet, rule_set


@dataclass(frozen=True, slots=True)
class CapitalGrant:
    """Eligible cost and the most that is granted of it, in cents."""

    eligible_cents: int
    grant_cents: int


def capital_grant(
    power_milliwatt: int, cost_cents: int, day: date, rules: RuleSet | None = None
) -> CapitalGrant | None:
    """eligible = min(cost, power x cap of the power's class); grant = intensity x eligible.

    One cap for the whole power, not progressive (modelling choice). None above the last class, which is not
    granted. Raises RuleMissing where the rules of the day have no value.
    """
    known = rules or rule_set(LAW)
    bounds = known.needed("pnrr_cost_cap_up_to_kw", day).values_micro
    caps = known.needed("pnrr_cost_cap_eur_per_kw", day).values_micro
    for bound, cap in zip(bounds, caps, strict=True):
        if power_milliwatt <= bound:
            most_eur = Fraction(power_milliwatt, MICRO) * Fraction(cap, MICRO)
            eligible_eur = min(Fraction(cost_cents, 100), most_eur)
            intensity = Fraction(known.needed("pnrr_intensity_max_pct", day).value_micro, 100 * MICRO)
            return CapitalGrant(half_up_cents(eligible_eur), half_up_cents(eligible_eur * intensity))
    return None

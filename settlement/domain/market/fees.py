"""What GSE withholds for its work, VAT excluded (DM MASE 106/2024)."""

from datetime import date
from fractions import Fraction

from settlement.domain.case import MICRO, Plant
from settlement.domain.rounding import half_up_cents
from settlement.domain.rulesets import LAW, RuleSet, rule_set


def yearly_fee_eur(power_milliwatt: int, day: date, rules: RuleSet | None = None) -> Fraction:
    """Exact fee of a plant for a year: nothing up to 3 kW, 15 € up to 20 kW, then 1 € for each further kW.

    Raises RuleMissing where the rules of the day have no value.
    """
    known = rules or rule_set(LAW)

    def micro(key: str) -> int:
        return known.needed(key, day).value_micro

    if power_milliwatt <= micro("gse_fee_free_up_to_kw"):
        return Fraction(0)
    above_kw = Fraction(max(0, power_milliwatt - micro("gse_fee_per_kw_above_kw")), MICRO)
    return Fraction(micro("gse_fee_fixed_eur_per_year"), MICRO) + above_kw * Fraction(
        micro("gse_fee_eur_per_kw_year"), MICRO
    )


def yearly_fee_cents(plant: Plant, day: date, rules: RuleSet | None = None) -> int:
    """Fee of a plant for a year in cents, half-up."""
    return half_up_cents(yearly_fee_eur(plant.power_milliwatt, day, rules))


def grant_fee_cents(power_milliwatt: int, day: date, rules: RuleSet | None = None) -> int | None:
    """Fee of one application for the PNRR grant, by class of power; None above the last class."""
    known = rules or rule_set(LAW)
    bounds = known.needed("gse_grant_fee_up_to_kw", day).values_micro
    fees = known.needed("gse_grant_fee_eur", day).values_micro
    for bound, fee in zip(bounds, fees, strict=True):
        if power_milliwatt <= bound:
            return half_up_cents(Fraction(fee, MICRO))
    return None

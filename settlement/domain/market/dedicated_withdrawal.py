"""Dedicated withdrawal (ritiro dedicato): GSE buys what a plant injects.

Injected energy belongs to the producer and is paid apart from the incentive on shared energy. It earns the
hourly zonal price; where a guaranteed minimum price applies, the year's balance pays whichever is more for
the energy within the minimum's limit (ARERA, minimum prices; del. 280/07).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from settlement.domain.calendar import hour_years, is_calendar_year
from settlement.domain.case import MICRO, Case, Plant, PriceSeries, Source
from settlement.domain.market.plant_hours import PlantHours, plant_hours
from settlement.domain.rounding import half_up_cents
from settlement.domain.rulesets import RuleSet, law, rule_set

_QUARTERS = 4
_WH_MICRO_PER_EUR_MWH = 10**12


@dataclass(frozen=True, slots=True)
class Minimum:
    """The guaranteed minimum price of a plant in a year.

    `reason` says why the plant has none, or why it is not known; then the other two are None.
    """

    eur_per_mwh: Fraction | None
    limit_wh: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class YearOfWithdrawal:
    """What GSE pays for a plant's injections of one calendar year, or of the part of it in the period.

    Exact euro. `within_limit_zonal_eur` values the first `limit_wh` of the year's energy at zonal prices,
    `guaranteed_eur` at the minimum. `fee_eur` is None where no rule states one.
    """

    plant: str
    year: int
    injected_wh: int
    zonal_eur: Fraction
    minimum: Minimum
    within_limit_zonal_eur: Fraction
    guaranteed_eur: Fraction
    fee_eur: Fraction | None
    is_final: bool

    @property
    def is_at_minimum(self) -> bool:
        """Whether the guaranteed minimum pays more than the zonal prices."""
        return self.guaranteed_eur > self.within_limit_zonal_eur

    @property
    def paid_eur(self) -> Fraction:
        """Exact revenue before the fee: zonal prices, raised to the minimum where that is more."""
        return self.zonal_eur + max(Fraction(0), self.guaranteed_eur - self.within_limit_zonal_eur)

    @property
    def paid_cents(self) -> int:
        """The revenue in cents, half-up once."""
        return half_up_cents(self.paid_eur)


def dedicated_withdrawal(case: Case) -> list[YearOfWithdrawal]:
    """Revenue of every plant of the case, by plant and calendar year; pure, prices as in the case.

    An amount is final when the period is the whole year, because the minimum is balanced over a year.
    """
    community = case.community
    rules = rule_set(community.rule_set)
    years = hour_years(community.start, community.end)
    is_final = is_calendar_year(community.start, community.end)
    return [
        _year_of(row, int(year), years == year, rules, is_final)
        for row in sorted(plant_hours(case), key=lambda row: row.plant.id)
        for year in np.unique(years)
    ]


def _year_of(
    row: PlantHours, year: int, hours_of_year: NDArray[np.bool_], rules: RuleSet, is_final: bool
) -> YearOfWithdrawal:
    energy = row.injected_wh[hours_of_year].tolist()
    prices = _quarter_sums(row.prices)[hours_of_year].tolist()
    day = date(year, 1, 1)
    minimum = minimum_price(row.plant, day, rules)
    limit_wh = minimum.limit_wh or 0
    within = _first(energy, limit_wh)
    guaranteed = (
        Fraction(0) if minimum.eur_per_mwh is None else Fraction(sum(within), MICRO) * minimum.eur_per_mwh
    )
    return YearOfWithdrawal(
        plant=row.plant.id,
        year=year,
        injected_wh=sum(energy),
        zonal_eur=_valued(energy, prices),
        minimum=minimum,
        within_limit_zonal_eur=_valued(within, prices),
        guaranteed_eur=guaranteed if minimum.eur_per_mwh is not None else _valued(within, prices),
        fee_eur=_fee_eur(row.plant, day, rules),
        is_final=is_final,
    )


def minimum_price(plant: Plant, day: date, rules: RuleSet) -> Minimum:
    """The guaranteed minimum that a plant may have in the year of the day.

    For renewable plants that are not incentivised up to 1,000 kW, and for small photovoltaic and hydro plants
    even if they are. A plant admitted to the premium counts as incentivised (our reading). Values are known
    for photovoltaic plants only.
    """
    if not _may_have_minimum(plant, day, rules):
        return Minimum(None, None, "an incentivised plant of this power and source has no guaranteed minimum")
    if plant.source is not Source.PHOTOVOLTAIC:
        return Minimum(None, None, f"no minimum price of source {plant.source} was found in a source we read")
    price = rules.covering("rid_minimum_pv_eur_per_mwh", day)
    limit = rules.covering("rid_minimum_pv_up_to_mwh_per_year", day)
    if price.value is None or limit.value is None:
        return Minimum(None, None, f"the minimum price of {day.year} is not known: {price.gap or limit.gap}")
    # A limit in MWh times a million is the limit in Wh.
    return Minimum(Fraction(price.value_micro, MICRO), limit.value_micro)


def _may_have_minimum(plant: Plant, day: date, rules: RuleSet) -> bool:
    if plant.entry_into_operation < law().first_new_day:
        return plant.power_milliwatt <= rules.needed("rid_minimum_max_kw", day).value_micro
    name = {Source.PHOTOVOLTAIC: "pv", Source.HYDRO: "hydro"}.get(plant.source)
    if name is None:
        return False
    return plant.power_milliwatt <= rules.needed(f"rid_minimum_incentivised_{name}_max_kw", day).value_micro


def _fee_eur(plant: Plant, day: date, rules: RuleSet) -> Fraction | None:
    """Fee of a whole year, exact; known for photovoltaic plants only, and unverified."""
    if plant.source is not Source.PHOTOVOLTAIC:
        return None
    per_kw = Fraction(rules.needed("rid_fee_pv_eur_per_kw_year", day).value_micro, MICRO)
    return Fraction(plant.power_milliwatt, MICRO) * per_kw


def _quarter_sums(prices: PriceSeries) -> NDArray[np.int64]:
    """Four times the price of each hour, which is the mean of its quarters."""
    sums: NDArray[np.int64] = prices.quarter_micro_eur_per_mwh.reshape(-1, _QUARTERS).sum(axis=1)
    return sums


def _first(energy_wh: Sequence[int], limit_wh: int) -> list[int]:
    """The energy of each hour as far as the running sum stays within the limit."""
    left, found = limit_wh, []
    for wh in energy_wh:
        found.append(min(wh, left))
        left -= found[-1]
    return found


def _valued(energy_wh: Sequence[int], price_sums: Sequence[int]) -> Fraction:
    """Exact euro of hourly Wh at four times the hourly price in micro-euro per MWh."""
    products = sum(wh * price for wh, price in zip(energy_wh, price_sums, strict=True))
    return Fraction(products, _QUARTERS * _WH_MICRO_PER_EUR_MWH)

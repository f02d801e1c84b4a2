"""Net metering (scambio sul posto): simulated under `seed`, refused under the law in force.

The law closes it: conventions end after fifteen years, no plant enters after 29 May 2025, and a POD of a
community cannot have it (ARERA del. 457/2024 and 78/2025; D.Lgs. 199/2021 art. 9 c. 2).
"""

from dataclasses import dataclass
from fractions import Fraction

from settlement.domain.calendar import rome_date
from settlement.domain.case import MICRO, Case, Direction
from settlement.domain.holdings import counted_series
from settlement.domain.rounding import half_up_cents
from settlement.domain.rulesets import rule_set

_QUARTERS = 4
_WH_MICRO_PER_EUR_MWH = 10**12
_SIMULATED = "SIMULATION_ONLY"


class NetMeteringRefused(Exception):  # noqa: N818 - named as the fact that it states
    """The rule set does not know net metering; the sentence says why, with the source."""


@dataclass(frozen=True, slots=True)
class NetMetering:
    """One POD's exchange over the period, exact euro.

    contribution = min(withdrawn energy at `national` price, injected energy at zonal prices)
    + services · min(injected, withdrawn); what injections are worth above withdrawals is `surplus_eur`.
    """

    pod: str
    injected_wh: int
    withdrawn_wh: int
    exchanged_wh: int
    energy_cost_eur: Fraction
    injection_value_eur: Fraction
    services_eur: Fraction

    @property
    def contribution_eur(self) -> Fraction:
        """The contribution (contributo in conto scambio)."""
        return min(self.energy_cost_eur, self.injection_value_eur) + self.services_eur

    @property
    def contribution_cents(self) -> int:
        """The same in cents, half-up once."""
        return half_up_cents(self.contribution_eur)

    @property
    def surplus_eur(self) -> Fraction:
        """What the injections are worth beyond the withdrawals: paid or carried to the next year."""
        return max(Fraction(0), self.injection_value_eur - self.energy_cost_eur)


def net_metering(
    case: Case, national_micro_eur_per_mwh: int, services_micro_eur_per_mwh: int
) -> list[NetMetering]:
    """The exchange of every POD that injects and withdraws, by POD.

    The national price and the services' unit value (CU_Sf) are stated by the asker: no source that we read
    has them. Raises NetMeteringRefused unless the case's rule set simulates it.
    """
    community = case.community
    day = rome_date(community.start)
    rules = rule_set(community.rule_set)
    rule = rules.needed("ssp_with_community", day)
    if rule.text != _SIMULATED:
        last = rules.needed("ssp_plant_entry_until", day)
        raise NetMeteringRefused(
            f"{rules.name} refuses net metering on a POD of a community ({rule.source}), and on a plant that "
            f'entered into operation after {last.day} ({last.source}); rule_set = "seed" simulates it'
        )
    series, zones = counted_series(case), {row.id: row.zone for row in community.configurations}
    prices = {
        row.zone: row.quarter_micro_eur_per_mwh.reshape(-1, _QUARTERS).sum(axis=1) for row in case.prices
    }
    homes = {row.code: zones[row.configuration] for row in community.pods}
    found = []
    for pod in sorted({row.pod for row in community.plants}):
        if (pod, Direction.INJECTED) not in series or (pod, Direction.WITHDRAWN) not in series:
            continue
        injected = series[pod, Direction.INJECTED].tolist()
        withdrawn_wh = sum(series[pod, Direction.WITHDRAWN].tolist())
        value = sum(wh * price for wh, price in zip(injected, prices[homes[pod]].tolist(), strict=True))
        exchanged_wh = min(sum(injected), withdrawn_wh)
        found.append(
            NetMetering(
                pod=pod,
                injected_wh=sum(injected),
                withdrawn_wh=withdrawn_wh,
                exchanged_wh=exchanged_wh,
                energy_cost_eur=_valued(withdrawn_wh, national_micro_eur_per_mwh),
                injection_value_eur=Fraction(value, _QUARTERS * _WH_MICRO_PER_EUR_MWH),
                services_eur=_valued(exchanged_wh, services_micro_eur_per_mwh),
            )
        )
    return found


def _valued(energy_wh: int, micro_eur_per_mwh: int) -> Fraction:
    return Fraction(energy_wh, MICRO) * Fraction(micro_eur_per_mwh, MICRO)

"""Net metering: simulated under `seed`, refused under the law.

net_metering
├── given cacer-2024 it should refuse, naming why
└── given seed
    ├── it should pay the smaller of energy cost and injection value, and services on what is exchanged
    ├── it should show what injections are worth beyond withdrawals
    └── it should leave out PODs without a plant or without one of the directions
"""

import pytest

from settlement.domain.case import Case
from settlement.domain.market.net_metering import NetMeteringRefused, net_metering
from tests.settlement.domain.worlds import A, B, case, micro, plant

MWH = 1_000_000


def world(injected_wh: int, withdrawn_wh: int, rule_set: str = "seed") -> Case:
    """A POD with a plant at a zonal price of 50 €/MWh, and one that only withdraws."""
    return case(
        injected={A: [injected_wh]},
        withdrawn={A: [withdrawn_wh], B: [MWH]},
        plants=[plant(kw="50")],
        price="50",
        rule_set=rule_set,
    )


def test_metering__law_in_force__refuses_with_the_reason() -> None:
    with pytest.raises(NetMeteringRefused, match=r"POD of a community.*2025-05-29.*78/2025"):
        net_metering(world(MWH, MWH, "cacer-2024"), micro("100"), micro("60"))


def test_metering__withdraws_more__is_paid_what_the_injections_are_worth() -> None:
    (row,) = net_metering(world(2 * MWH, 3 * MWH), micro("100"), micro("60"))
    assert (row.energy_cost_eur, row.injection_value_eur, row.services_eur) == (300, 100, 120)
    assert (row.contribution_cents, row.surplus_eur) == (22_000, 0)


def test_metering__injects_more__keeps_a_surplus() -> None:
    (row,) = net_metering(world(10 * MWH, 2 * MWH), micro("100"), micro("60"))
    assert (row.exchanged_wh, row.contribution_cents, row.surplus_eur) == (2 * MWH, 32_000, 300)


def test_metering__pod_that_only_injects__is_left_out() -> None:
    given = case(injected={A: [MWH]}, withdrawn={B: [MWH]}, plants=[plant(kw="50")], rule_set="seed")
    assert net_metering(given, 0, 0) == []

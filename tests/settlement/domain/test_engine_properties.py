"""What holds for every community: conservation, order independence, scaling."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.canonical import canonical_json
from settlement.domain.case import Allocation, Attribution, Case, MemberCategory, MeterSeries
from settlement.domain.engine import settle
from settlement.domain.rounding import MICRO_EUR_PER_CENT
from tests.settlement.domain.worlds import A, B, C, case, held, plant, sme

HOURS = 6
WH = st.lists(st.integers(0, 500_000_000) | st.integers(0, 40), min_size=HOURS, max_size=HOURS)
CATEGORIES = st.sampled_from(list(MemberCategory))
PODS = (A, B, C)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Three PODs that inject and withdraw, one of them with two plants, one with a grant."""
    names = draw(st.permutations(["m", "Z", "é"]))
    plants = [
        plant("P1", A, "10", draw(st.sampled_from(["0", "12.5", "40"]))),
        plant("P2", A, "23.5"),
        plant("P3", B, "300", draw(st.sampled_from(["0", "40"]))),
        plant("P4", C, "700"),
    ]
    return case(
        injected={pod: draw(WH) for pod in PODS},
        withdrawn={pod: draw(WH) for pod in PODS},
        plants=plants,
        members=[sme(name, category=draw(CATEGORIES), enterprise=draw(st.booleans())) for name in names],
        pods=[held(pod, name) for pod, name in zip(PODS, names, strict=True)],
        price=draw(st.lists(st.integers(-(10**11), 10**11), min_size=4 * HOURS, max_size=4 * HOURS)),
        attribution=draw(st.sampled_from(list(Attribution))),
        allocation=draw(st.sampled_from(list(Allocation))),
        revenue_micro_eur=draw(
            st.none() | st.integers(0, 10**9).map(lambda cents: cents * MICRO_EUR_PER_CENT)
        ),
    )


@given(cases())
def test_settle__any_case__conserves_energy_and_money(given_case: Case) -> None:
    found = settle(given_case)
    shared = sum(int(row.shared_wh.sum()) for row in found.configurations)
    assert sum(plant.shared_wh for plant in found.plants.values()) == shared
    assert sum(member.shared_injection_wh for member in found.members.values()) == shared
    assert sum(member.shared_withdrawal_wh for member in found.members.values()) == shared
    assert all(plant.shared_wh <= plant.injected_wh for plant in found.plants.values())
    paid = sum(found.payouts_micro_eur.values())
    assert paid + found.carried_micro_eur + found.moved_to_social_micro_eur == found.split.producers_micro_eur
    split = found.split
    assert (
        split.producers_micro_eur + split.social_micro_eur + split.grid_micro_eur == found.revenue_micro_eur
    )


@given(cases(), st.randoms(use_true_random=False))
def test_settle__rows_in_any_order__gives_the_same_bytes(given_case: Case, random: Any) -> None:
    terms = given_case.community

    def shuffled(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(rows, len(rows)))

    other = Case(
        replace(
            terms, members=shuffled(terms.members), pods=shuffled(terms.pods), plants=shuffled(terms.plants)
        ),
        shuffled(given_case.series),
        given_case.prices,
    )
    assert canonical_json(settle(other).document()) == canonical_json(settle(given_case).document())


@given(cases(), st.integers(2, 9))
def test_settle__all_energy_times_a_number__scales_what_is_not_rounded(given_case: Case, factor: int) -> None:
    """In entry order attribution divides nothing: energy scales, and without grants so does the premium."""
    small = Case(
        replace(
            given_case.community,
            attribution=Attribution.ENTRY_ORDER,
            plants=(plant("P1", A), plant("P3", B), plant("P4", C)),
        ),
        tuple(_times(row, 1, 50_000_000) for row in given_case.series),
        given_case.prices,
    )
    large = replace(small, series=tuple(_times(row, factor, 500_000_000) for row in small.series))
    one, other = settle(small), settle(large)
    for key, found in one.plants.items():
        assert other.plants[key].shared_wh == factor * found.shared_wh
        assert other.plants[key].premium_exact_eur == factor * found.premium_exact_eur


def _times(series: MeterSeries, factor: int, ceiling_wh: int) -> MeterSeries:
    wh = np.minimum(series.wh.astype(np.int64) * factor, ceiling_wh).astype(np.int32)
    return replace(series, wh=wh)

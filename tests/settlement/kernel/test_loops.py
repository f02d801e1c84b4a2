"""Compiled or not, a settlement has the same bytes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain import configuration
from settlement.domain.canonical import canonical_json
from settlement.domain.case import Case
from settlement.domain.engine import settle
from settlement.domain.loops import Loops
from settlement.domain.numpy_loops import NumpyLoops
from settlement.kernel.loops import CompiledLoops
from tests.settlement.domain.worlds import A, B, C, case, plant
from tests.settlement.kernel.communities import random_community, random_terms

SEEDS = st.integers(0, 2**32)
LARGEST_WH = st.sampled_from([1, 3, 40, 1_500, 2_000_000, 500_000_000])


def settled(given_case: Case, loops: Loops) -> bytes:
    """settlement.json, and the hours that it does not show."""
    found = settle(given_case, loops)
    hours = [
        [column.tolist() for column in (row.injected_wh, row.withdrawn_wh, row.shared_wh)]
        for row in found.configurations
    ]
    return canonical_json({"document": found.document(), "hours": hours})


@given(SEEDS, LARGEST_WH)
def test_loops__any_community__same_bytes_compiled_and_with_numpy(seed: int, largest_wh: int) -> None:
    """The largest readings pass the bound of the compiled loops, the smallest are all ties."""
    community = random_community(seed, largest_wh, **random_terms(seed))
    assert settled(community, CompiledLoops()) == settled(community, NumpyLoops())


@pytest.mark.parametrize("block_hours", [1, 7, 59])
def test_compiled__any_block_size__is_the_same_bytes(
    block_hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    community = random_community(7, 1_500)
    whole = settled(community, CompiledLoops())
    original = configuration.compute
    monkeypatch.setattr(
        "settlement.domain.engine.compute", lambda input_, loops: original(input_, loops, block_hours)
    )
    assert settled(community, CompiledLoops()) == whole


def test_compiled__rate_beyond_the_bound__is_the_same_bytes() -> None:
    """An overridden base of 10^15 €/MWh leaves 64 bits."""
    given_case = case(
        injected={A: [400_000_000]},
        withdrawn={B: [300_000_000], C: [200_000_000]},
        plants=[plant(grant_pct="40")],
        parameters_micro={f"class1_{part}_eur_per_mwh": 10**21 for part in ("base", "cap")},
    )
    assert settled(given_case, CompiledLoops()) == settled(given_case, NumpyLoops())


def test_compiled__nobody_withdraws__shares_nothing() -> None:
    given_case = case(injected={A: [5, 7]})
    assert settle(given_case, CompiledLoops()).document()["shared_wh"] == 0


def test_compiled__no_plant__shares_nothing() -> None:
    given_case = replace(case(withdrawn={B: [5, 7]}, plants=[]))
    assert settle(given_case, CompiledLoops()).document()["shared_wh"] == 0

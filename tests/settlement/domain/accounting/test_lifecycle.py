"""A-6: a distribution goes from draft to final, step by step, and no other way."""

import itertools

import pytest

from settlement.domain.accounting.lifecycle import DistributionState as State
from settlement.domain.accounting.lifecycle import may_become

ALLOWED = {
    (None, State.DRAFT),
    (State.DRAFT, State.CHECKED),
    (State.DRAFT, State.WITHDRAWN),
    (State.CHECKED, State.CHECKED),
    (State.CHECKED, State.APPROVED),
    (State.CHECKED, State.WITHDRAWN),
    (State.APPROVED, State.POSTED),
    (State.APPROVED, State.CANCELLED),
    (State.POSTED, State.PAID),
    (State.POSTED, State.CANCELLED),
    (State.PAID, State.FINAL),
}


@pytest.mark.parametrize(("before", "after"), list(itertools.product([None, *State], State)))
def test_lifecycle__each_pair_of_states__is_allowed_or_forbidden(before, after) -> None:
    assert may_become(before, after) == ((before, after) in ALLOWED)

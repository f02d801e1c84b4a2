"""The compiled division equals the plain one, ties and largest numbers included."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.rounding import divide_largest_remainder
from settlement.kernel.compiled import LIMIT, divide

EQUAL = st.integers(1, 60).flatmap(lambda ids: st.integers(0, 3).map(lambda weight: [weight] * ids))
FEW_VALUES = st.lists(st.integers(0, 4), min_size=1, max_size=60)
ANY = st.lists(st.integers(0, 5_000), min_size=1, max_size=60)
LARGE = st.lists(st.integers(0, (LIMIT - 1) // 3), min_size=1, max_size=3)
WEIGHTS = (EQUAL | FEW_VALUES | ANY | LARGE).filter(any)


def divided(total: int, weights: list[int]) -> list[int]:
    """The parts that the compiled program writes."""
    narrow = np.array(weights, dtype=np.int32)
    parts, remainders = np.full_like(narrow, -1), np.full_like(narrow, -1)
    divide(total, narrow, sum(weights), parts, remainders)
    return parts.tolist()


@given(WEIGHTS, st.data())
def test_divide__any_weights__equals_the_plain_division(weights: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    named = {f"{position:03d}": weight for position, weight in enumerate(weights)}
    assert divided(total, weights) == list(divide_largest_remainder(total, named).values())


def test_divide__equal_weights__left_over_units_go_to_the_lower_ids() -> None:
    assert divided(5, [7] * 8) == [1, 1, 1, 1, 1, 0, 0, 0]


def test_divide__largest_numbers__are_exact() -> None:
    weights = [LIMIT - 2, 1]
    assert divided(LIMIT - 2, weights) == [LIMIT - 3, 1]
    assert divided(LIMIT // 2, weights) == [LIMIT // 2 - 1, 1]

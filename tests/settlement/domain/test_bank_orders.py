"""Payments at the bank: their ids, and the states that they may pass through."""

import itertools
import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.bank_orders import PaymentState, end_to_end_id, message_id, payment_may_follow
from settlement.domain.errors import OrderRefused

ALLOWED = {("ordered", "credited"), ("ordered", "returned"), ("credited", "returned")}


@given(st.uuids(), st.uuids(), st.integers(1, 99), st.integers(1, 99))
def test_end_to_end_id__any_payouts__fits_and_is_unique(
    one: UUID, two: UUID, first: int, second: int
) -> None:
    made = end_to_end_id(one, first)
    assert re.fullmatch(r"[A-Z0-9-]{34,35}", made)
    assert made == end_to_end_id(one, first)
    assert (made == end_to_end_id(two, second)) == ((one, first) == (two, second))


@pytest.mark.parametrize("attempt", [0, 100])
def test_end_to_end_id__attempt_that_does_not_fit__is_refused(attempt: int) -> None:
    with pytest.raises(OrderRefused):
        end_to_end_id(UUID(int=1), attempt)


@given(st.uuids())
def test_message_id__any_order__fits(order: UUID) -> None:
    assert re.fullmatch(r"[A-Z0-9]{32}", message_id(order))


@pytest.mark.parametrize(("before", "after"), list(itertools.product(PaymentState, PaymentState)))
def test_payment__each_step__is_allowed_or_not(before: PaymentState, after: PaymentState) -> None:
    assert payment_may_follow(before, after) == ((before, after) in ALLOWED)

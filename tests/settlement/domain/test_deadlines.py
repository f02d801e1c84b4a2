"""FACTS E22: the terms in days, solved by hand."""

from datetime import date

import pytest

from settlement.domain.deadlines import constitution_deadline, request_deadline
from tests.settlement.domain.worlds import plant


@pytest.mark.parametrize(
    ("entry", "until"),
    [
        (date(2025, 3, 10), date(2025, 7, 8)),
        (date(2023, 5, 1), date(2024, 8, 6)),
        (date(2024, 1, 23), date(2024, 8, 6)),
        (date(2024, 1, 24), date(2024, 5, 23)),
    ],
)
def test_request__plant__is_asked_for_within_the_term(entry: date, until: date) -> None:
    found = request_deadline(plant(entry_into_operation=entry))
    assert found is not None
    assert found.day == until


def test_request__plant_older_than_the_law__has_no_term() -> None:
    assert request_deadline(plant(entry_into_operation=date(2021, 12, 15))) is None


def test_constitution__grace__is_150_days_from_24_january_2024() -> None:
    assert constitution_deadline().day == date(2024, 6, 22)

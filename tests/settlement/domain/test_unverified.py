"""Which rules beside the parameters a settlement names as confirmed by nothing."""

from datetime import UTC, date, datetime

import pytest

from settlement.domain.case import Case, Source
from settlement.domain.unverified import unverified_rules
from tests.settlement.domain.worlds import A, B, case, held, plant

SUMMER_2024, SUMMER_2026 = datetime(2024, 6, 30, 22, tzinfo=UTC), datetime(2026, 6, 30, 22, tzinfo=UTC)


def made(start: datetime = SUMMER_2024, **changes: object) -> Case:
    """One hour of a community with one plant."""
    return case(injected={A: [5]}, withdrawn={B: [5]}, start=start, **changes)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (made(plants=[]), set()),
        (made(plants=[plant()]), {"zone_NORD_regions", "area_north_regions"}),
        (made(plants=[plant(source=Source.HYDRO)]), {"zone_NORD_regions"}),
        (
            made(SUMMER_2026, plants=[plant(source=Source.HYDRO)]),
            {"zone_NORD_regions", "hour_price_method"},
        ),
        (made(plants=[], pods=[held(A, "M1"), held(B, "M2", storage=True)]), {"storage_policy"}),
    ],
    ids=["no plant", "photovoltaic", "hydro", "quarter-hours", "storage"],
)
def test_unverified__what_the_case_rests_on__is_named(given: Case, names: set[str]) -> None:
    assert set(unverified_rules(given.community)) == names


@pytest.mark.parametrize(
    ("entry", "requested_on", "names"),
    [
        (date(2024, 5, 10), date(2024, 9, 7), {"submit_days"}),
        (date(2024, 5, 10), date(2024, 9, 8), {"submit_days", "late_request_policy"}),
        (date(2022, 5, 10), date(2024, 8, 6), set()),
        (date(2022, 5, 10), date(2024, 8, 7), {"late_request_policy"}),
        (date(2020, 5, 10), date(2024, 8, 7), set()),
    ],
)
def test_unverified__day_of_a_request__names_the_term_and_what_lateness_costs(
    entry: date, requested_on: date, names: set[str]
) -> None:
    rows = [plant(source=Source.HYDRO, entry_into_operation=entry, requested_on=requested_on)]
    assert set(unverified_rules(made(plants=rows).community)) == {"zone_NORD_regions", *names}


def test_unverified__sources__are_those_of_the_rows() -> None:
    assert unverified_rules(made(plants=[plant()]).community)["zone_NORD_regions"].startswith("Market zones")

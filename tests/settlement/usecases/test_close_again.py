"""A settled period is settled anew when something better was received; nothing is overwritten.

close_period
├── given a settled period and readings received since
│   ├── it should store a newer settlement that names the former and says why
│   ├── it should order corrections of the days with such readings, by month, and nothing else
│   └── when nothing was received after that one it should return it
├── given prices received since: it should settle anew and correct no day
├── given a longer period over days that were corrected since
│   └── it should post what is new, correct what is not, and leave the shorter settlement alone
└── given two configurations: it should post them together, and correct each by itself
distribute
├── given a settlement that was superseded
│   ├── it should refuse it by name
│   └── when it was distributed before, the same command should return that distribution
└── given enterprises that were paid by the former settlement: see test_money.py
"""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from settlement.domain.calendar import day_start
from settlement.domain.case import Case
from settlement.domain.errors import SettlementSuperseded
from settlement.domain.records import OutboxRow, StoredSettlement
from settlement.usecases.import_readings import import_readings
from tests.settlement.store import world
from tests.settlement.usecases import shop

JULY = (date(2024, 7, 1), date(2024, 8, 1))
RECEIVED = shop.AS_OF + timedelta(days=10)
ANEW = shop.AS_OF + timedelta(days=20)


@pytest.fixture
def july() -> Case:
    return world.case(*JULY)


def better(engine, community_id: UUID, first: date, after: date, *, factor: int = 2, **options) -> None:
    """Other readings of some days, received after the closing."""
    with UnitOfWork(engine) as work:
        import_readings(work, community_id, world.case(first, after, factor=factor, **options), RECEIVED)
        work.commit()


def ordered(engine, community_id: UUID, topic: str) -> list[OutboxRow]:
    with ReadOnlyUnitOfWork(engine) as work:
        return work.outbox.rows(community_id, topic)


def test_close__better_readings__newer_settlement_names_the_former(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    first = shop.close(engine, community_id, july)
    better(engine, community_id, date(2024, 7, 14), date(2024, 7, 16))
    second = shop.close(engine, community_id, july, ANEW)
    assert second.supersedes == first.id
    assert second.injected_wh > first.injected_wh
    assert second.reason == (
        "readings of 2 days and prices of 2 days were received after 2024-12-31T00:00:00+00:00"
    )
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.settlements.of_community(community_id) == [first, second]
        period = (july.community.start, july.community.end)
        assert work.settlements.of_period(community_id, *period) == second
        settled = work.settlements.settled_energy(community_id, *period)
    assert settled.injected_wh.sum() == second.injected_wh


def test_close__better_readings__orders_corrections_of_their_days_alone(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    shop.close(engine, community_id, july)
    posted = ordered(engine, community_id, "post-days")
    better(engine, community_id, date(2024, 7, 14), date(2024, 7, 16))
    second = shop.close(engine, community_id, july, ANEW, reason="rectified by the distributor")
    (message,) = ordered(engine, community_id, "correct-days")
    with ReadOnlyUnitOfWork(engine) as work:
        configuration = work.communities.configuration_ids(community_id)[""]
    assert message.payload == {
        "settlement_id": str(second.id),
        "days": {str(configuration): ["2024-07-14", "2024-07-15"]},
    }
    assert ordered(engine, community_id, "post-days") == posted
    assert second.reason == "rectified by the distributor"


def test_close__nothing_received_after_the_newer_one__returns_it(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    shop.close(engine, community_id, july)
    better(engine, community_id, date(2024, 7, 14), date(2024, 7, 16))
    second = shop.close(engine, community_id, july, ANEW)
    assert shop.close(engine, community_id, july, ANEW + timedelta(days=1)) == second
    assert len(ordered(engine, community_id, "correct-days")) == 1


def test_close__received_after_the_asked_instant__returns_the_first(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    first = shop.close(engine, community_id, july)
    better(engine, community_id, date(2024, 7, 14), date(2024, 7, 16))
    assert shop.close(engine, community_id, july, RECEIVED - timedelta(seconds=1)) == first


def test_close__better_prices_alone__settles_anew_and_corrects_no_day(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    first = shop.close(engine, community_id, july)
    dearer = tuple(
        replace(row, quarter_micro_eur_per_mwh=row.quarter_micro_eur_per_mwh + 1_000_000)
        for row in july.prices
    )
    with UnitOfWork(engine) as work:
        import_readings(work, community_id, replace(july, prices=dearer), RECEIVED)
        work.commit()
    second = shop.close(engine, community_id, july, ANEW)
    assert second.supersedes == first.id
    assert second.shared_wh == first.shared_wh
    assert ordered(engine, community_id, "correct-days") == []


def test_close__month_over_a_corrected_week__posts_the_rest_and_corrects_the_week(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    week = replace(july, community=replace(july.community, end=day_start(date(2024, 7, 6))))
    first = shop.close(engine, community_id, week)
    better(engine, community_id, date(2024, 7, 5), date(2024, 7, 9))
    month = shop.close(engine, community_id, july, ANEW)
    days = [
        (row.payload["first_day"][-2:], row.payload["last_day"][-2:])
        for row in ordered(engine, community_id, "post-days")
    ]
    assert days == [("01", "05"), ("06", "12"), ("13", "19"), ("20", "26"), ("27", "31")]
    (message,) = ordered(engine, community_id, "correct-days")
    assert list(message.payload["days"].values()) == [["2024-07-05"]]
    assert (month.supersedes, month.reason) == (None, None)
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.settlements.get(first.id) == first


def test_close__two_configurations__posts_together_and_corrects_apart(engine) -> None:
    case = world.case(date(2024, 7, 30), date(2024, 8, 3), two_areas=True)
    community_id = shop.stocked(engine, case)
    shop.close(engine, community_id, case)
    assert ordered(engine, community_id, "post-days") == []
    july, august = ordered(engine, community_id, "post-all")
    with ReadOnlyUnitOfWork(engine) as work:
        names = {str(one) for one in work.communities.configuration_ids(community_id).values()}
    assert july.payload["days"] == {name: ["2024-07-30", "2024-07-31"] for name in names}
    assert august.payload["days"] == {name: ["2024-08-01", "2024-08-02"] for name in names}
    better(engine, community_id, date(2024, 8, 1), date(2024, 8, 2), two_areas=True)
    shop.close(engine, community_id, case, ANEW)
    corrections = ordered(engine, community_id, "correct-days")
    assert [list(row.payload["days"].values()) for row in corrections] == [[["2024-08-01"]]] * 2
    assert {name for row in corrections for name in row.payload["days"]} == names


def test_database__two_successors_of_one_settlement__are_refused(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    first = shop.close(engine, community_id, july)
    better(engine, community_id, date(2024, 7, 14), date(2024, 7, 16))
    second = shop.close(engine, community_id, july, ANEW)
    rival = replace(second, id=UUID(int=second.id.int + 1), supersedes=first.id)
    with UnitOfWork(engine) as work, pytest.raises(IntegrityError, match="settlements_supersedes_key"):
        work.settlements.add(rival, [], [])


def test_database__superseding_without_a_reason__is_refused(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    first = shop.close(engine, community_id, july)
    silent = replace(first, id=UUID(int=first.id.int + 1), supersedes=first.id)
    with UnitOfWork(engine) as work, pytest.raises(IntegrityError, match="anew_for_a_reason"):
        work.settlements.add(silent, [], [])


def settled_anew(engine, case: Case) -> tuple[UUID, StoredSettlement, StoredSettlement]:
    """A community whose July was settled twice."""
    community_id = shop.stocked(engine, case)
    first = shop.close(engine, community_id, case)
    better(engine, community_id, date(2024, 7, 14), date(2024, 7, 16))
    return community_id, first, shop.close(engine, community_id, case, ANEW)


def test_distribute__superseded__is_refused_naming_the_newer(engine, july) -> None:
    community_id, first, second = settled_anew(engine, july)
    receipt = shop.receive(engine, community_id, shop.terms())
    with pytest.raises(SettlementSuperseded, match=f"settled anew as {second.id}"):
        shop.share_out(engine, community_id, [receipt.id], [first.id])
    assert shop.share_out(engine, community_id, [receipt.id], [second.id]).settlements == (second.id,)


def test_distribute__distributed_before_it_was_superseded__same_command_returns_it(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    first = shop.close(engine, community_id, july)
    receipt = shop.receive(engine, community_id, shop.terms())
    distribution = shop.share_out(engine, community_id, [receipt.id], [first.id])
    better(engine, community_id, date(2024, 7, 14), date(2024, 7, 16))
    shop.close(engine, community_id, july, ANEW)
    assert shop.share_out(engine, community_id, [receipt.id], [first.id]) == distribution

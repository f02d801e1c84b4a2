"""The outbox keeps what has to happen outside, once and in order."""

import threading
from dataclasses import replace
from datetime import date

import pytest

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from community.usecases.register_community import register_community
from settlement.domain.identifiers import uuid7
from settlement.domain.messages import days_payload
from settlement.usecases.publication import day_chunks
from tests.settlement.store import world


@pytest.fixture
def communities(engine):
    """Two communities; the second has no PODs."""
    one = world.community(date(2024, 7, 1), date(2024, 7, 2))
    other = replace(one, name="Altra", pods=(), plants=())
    with UnitOfWork(engine) as work:
        found = [register_community(work, community).community_id for community in (one, other)]
        work.commit()
    return found


def test_add__same_key__is_one_message(engine, communities) -> None:
    with UnitOfWork(engine) as work:
        first = work.outbox.add(communities[0], "credit", "credit:1", {"receipt_id": "1"})
        assert work.outbox.add(communities[0], "credit", "credit:1", {"receipt_id": "1"}) == first
        assert len(work.outbox.rows(communities[0])) == 1


def test_add__same_key_for_something_else__is_a_bug(engine, communities) -> None:
    with UnitOfWork(engine) as work:
        work.outbox.add(communities[0], "credit", "credit:1", {"receipt_id": "1"})
        with pytest.raises(ValueError, match="credit:1"):
            work.outbox.add(communities[0], "credit", "credit:1", {"receipt_id": "2"})


def test_next_open__messages_of_two_communities__come_oldest_first(engine, communities) -> None:
    with UnitOfWork(engine) as work:
        ids = [
            work.outbox.add(communities[position % 2], "credit", f"credit:{position}", {"n": position})
            for position in range(6)
        ]
        work.commit()
        seen = []
        while (row := work.outbox.next_open()) is not None:
            seen.append(row.id)
            work.outbox.done(row.id)
        assert seen == ids
        work.rollback()
        assert work.outbox.next_open(communities[1]).id == ids[1]


def test_done__once_more__keeps_the_first_instant(engine, communities) -> None:
    with UnitOfWork(engine) as work:
        message = work.outbox.add(communities[0], "credit", "credit:1", {})
        work.outbox.done(message)
        work.commit()
        first = work.outbox.get(message).done_at
        work.outbox.done(message)
        work.commit()
        assert work.outbox.get(message).done_at == first
        assert work.outbox.open_rows() == []


def test_add__not_committed__never_happened(engine, communities) -> None:
    with UnitOfWork(engine) as work:
        work.outbox.add(communities[0], "credit", "credit:1", {})
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.outbox.next_open() is None


def test_add__two_threads_one_key__is_one_message(engine, communities) -> None:
    gate, ids = threading.Barrier(2), []

    def run() -> None:
        with UnitOfWork(engine) as work:
            gate.wait()
            ids.append(work.outbox.add(communities[0], "credit", "credit:1", {"a": 1}))
            work.commit()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 2
    assert ids[0] == ids[1]


def test_announced_days__of_a_configuration__name_the_latest_settlement(engine, communities) -> None:
    configuration, first, second, third = (uuid7() for _ in range(4))
    with UnitOfWork(engine) as work:
        payload = {
            "settlement_id": str(first),
            "configuration_id": str(configuration),
            "first_day": "2024-02-28",
            "last_day": "2024-03-01",
        }
        work.outbox.add(communities[0], "post-days", "post-days:1", payload)
        days = {configuration: [date(2024, 3, 1), date(2024, 3, 3)]}
        work.outbox.add(communities[0], "post-all", "post-all:1", days_payload(second, days))
        days = {configuration: [date(2024, 2, 28)], uuid7(): [date(2024, 3, 5)]}
        work.outbox.add(communities[0], "correct-days", "correct-days:1", days_payload(third, days))
        assert work.outbox.announced_days(configuration) == {
            date(2024, 2, 28): third,
            date(2024, 2, 29): first,
            date(2024, 3, 1): second,
            date(2024, 3, 3): second,
        }
        assert work.outbox.announced_days(uuid7()) == {}


def test_day_chunks__days_with_a_gap_and_a_month_end__run_together_only_inside() -> None:
    days = [date(2024, 6, day) for day in (1, 2, 4, 29, 30)] + [date(2024, 7, day) for day in range(1, 10)]
    assert list(day_chunks(days)) == [
        (date(2024, 6, 1), date(2024, 6, 2)),
        (date(2024, 6, 4), date(2024, 6, 4)),
        (date(2024, 6, 29), date(2024, 6, 30)),
        (date(2024, 7, 1), date(2024, 7, 7)),
        (date(2024, 7, 8), date(2024, 7, 9)),
    ]

"""A period is settled once, with the bytes of the engine, and publication is ordered in the same breath.

close_period
├── given the period is open
│   ├── it stores exactly the engine's bytes, the manifest of the case folder, members and hours
│   ├── it orders deployment and days, at most seven at a time, in order
│   └── when a direction shows fewer than five persons: it says so, and orders the days all the same
├── given it is closed and nothing was received since: it returns its settlement
│   └── what was received since is for test_close_again.py
└── given readings or prices are absent: it fails and stores nothing
"""

import hashlib
import threading
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from sqlalchemy import text

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from settlement.casefile import read_case, write_case
from settlement.domain.calendar import DAY
from settlement.domain.canonical import canonical_json
from settlement.domain.case import Case, Direction
from settlement.domain.disclosure import Refusal
from settlement.domain.engine import settle
from settlement.domain.errors import CaseNotReady, NotFound
from settlement.domain.identifiers import uuid7
from settlement.domain.payees import Payee
from settlement.usecases.import_readings import import_readings
from tests.settlement.store import world
from tests.settlement.usecases import shop

JULY = (date(2024, 7, 1), date(2024, 8, 1))
ALL_AGREE = {member: Payee(member, consent=True) for member in world.PERSONS}


def _ready(case: Case) -> Case:
    """Without injections of a person, which five others would have to hide."""
    lone = [
        row for row in case.series if (row.pod, row.direction) == (world.pod_of("P1"), Direction.INJECTED)
    ]
    plants = tuple(row for row in case.community.plants if row.id != "SUN")
    series = tuple(row for row in case.series if row not in lone)
    return replace(case, community=replace(case.community, plants=plants), series=series)


@pytest.fixture
def july() -> Case:
    return _ready(world.case(*JULY))


@pytest.mark.parametrize("two_areas", [False, True])
@pytest.mark.parametrize(
    ("start", "end"),
    [JULY, (date(2024, 3, 1), date(2024, 4, 1)), (date(2024, 10, 1), date(2024, 11, 1))],
    ids=["july", "spring change", "autumn change"],
)
def test_close_period__from_database__gives_the_bytes_of_the_files(engine, tmp_path, start, end, two_areas):
    case = world.case(start, end, two_areas=two_areas)
    write_case(case, tmp_path)
    from_files, findings = read_case(tmp_path)
    assert not findings
    community_id = shop.stocked(engine, from_files, ALL_AGREE)
    stored = shop.close(engine, community_id, from_files)
    (tmp_path / "settlement.json").write_bytes(canonical_json(settle(from_files).document()))
    assert stored.document == (tmp_path / "settlement.json").read_bytes()
    files = ("community.toml", "prices.csv", "readings.csv", "settlement.json")
    lines = [f"{hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()}  {name}\n" for name in files]
    assert stored.manifest == "".join(lines).encode()
    assert stored.evidence == hashlib.sha256(stored.manifest).digest()


def test_close_period__with_a_revenue__splits_it(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    stored = shop.close(engine, community_id, july, revenue_micro_eur=10_010_000)
    split = (stored.producers_micro_eur, stored.social_micro_eur, stored.grid_micro_eur)
    assert split == (7_007_000, 2_002_000, 1_001_000)


def test_close_period__stored__is_read_back_as_it_was(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    stored = shop.close(engine, community_id, july)
    found = settle(july)
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.settlements.get(stored.id) == stored
        assert work.settlements.of_community(community_id) == [stored]
        members = work.settlements.members(stored.id)
        hours = work.settlements.hours(stored.id)
    assert {row.member: row.payout_micro_eur for row in members} == dict(found.payouts_micro_eur)
    assert {row.member: row.weight for row in members} == dict(found.weights)
    energy = found.configurations[0]
    assert [row.injected_wh for row in hours] == energy.injected_wh.tolist()
    assert [row.shared_wh for row in hours] == energy.shared_wh.tolist()
    assert hours[0].hour == july.community.start
    first_quarters = july.prices[0].quarter_micro_eur_per_mwh[:4].tolist()
    assert hours[0].market_price_eur_per_mwh == Decimal(sum(first_quarters)) / 4_000_000
    # P3's hours 7, 57, 107… are estimated.
    assert [i for i, row in enumerate(hours) if row.settlement_status == "estimated"] == list(
        range(7, 744, 50)
    )


def test_close_period__open__orders_deployment_then_days_by_seven(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    stored = shop.close(engine, community_id, july)
    with ReadOnlyUnitOfWork(engine) as work:
        messages = work.outbox.open_rows(community_id)
        configuration = work.communities.configuration_ids(community_id)[""]
        assert work.outbox.next_open() == messages[0]
        assert work.outbox.next_open(uuid7()) is None
    assert [row.topic for row in messages] == ["deploy"] + ["post-days"] * 5
    days = [(row.payload["first_day"][-2:], row.payload["last_day"][-2:]) for row in messages[1:]]
    assert days == [("01", "07"), ("08", "14"), ("15", "21"), ("22", "28"), ("29", "31")]
    assert messages[1].payload["settlement_id"] == str(stored.id)
    assert messages[1].key == f"post-days:{configuration}:2024-07-01:{stored.id}"


def test_close_period__day_announced_before__is_not_announced_again(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    week = _week(july)
    shop.close(engine, community_id, week)
    shop.close(engine, community_id, july)
    with ReadOnlyUnitOfWork(engine) as work:
        rows = work.outbox.rows(community_id, "post-days")
    days = [(row.payload["first_day"][-2:], row.payload["last_day"][-2:]) for row in rows]
    assert days == [("01", "05"), ("06", "12"), ("13", "19"), ("20", "26"), ("27", "31")]


def _week(case: Case) -> Case:
    from settlement.domain.calendar import day_start

    return replace(case, community=replace(case.community, end=day_start(date(2024, 7, 6))))


def test_close_period__again_after_what_was_known_at_the_first__returns_the_first(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    first = shop.close(engine, community_id, july)
    with UnitOfWork(engine) as work:
        import_readings(work, community_id, _ready(world.case(*JULY, factor=2)), world.LATER)
        work.commit()
    assert shop.close(engine, community_id, july) == first
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM settlements")).scalar() == 1
        assert connection.execute(text("SELECT count(*) FROM outbox")).scalar() == 6


def test_close_period__two_closers__settle_once(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    gate, found = threading.Barrier(2), []

    def run() -> None:
        gate.wait()
        found.append(shop.close(engine, community_id, july))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert found[0] == found[1]
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM settlements")).scalar() == 1


def test_close_period__few_persons_inject__says_so_and_is_published(engine) -> None:
    case = world.case()
    community_id = shop.stocked(engine, case)
    stored = shop.close(engine, community_id, case)
    assert stored.refusals == (Refusal("", Direction.INJECTED, 1),)
    assert "only 1 natural person stands behind the injected energy" in str(stored.refusals[0])
    with ReadOnlyUnitOfWork(engine) as work:
        assert work.settlements.get(stored.id) == stored
        assert {row.topic for row in work.outbox.rows(community_id)} == {"deploy", "post-days"}


def test_close_period__few_persons_who_consent__is_published(engine) -> None:
    case = world.case()
    community_id = shop.stocked(engine, case, {"P1": Payee("P1", consent=True)})
    assert shop.close(engine, community_id, case).refusals == ()


def test_close_period__readings_missing__fails_naming_the_pod_and_stores_nothing(engine, july) -> None:
    community_id = shop.stocked(engine, replace(july, series=july.series[1:]))
    with pytest.raises(CaseNotReady, match=july.series[0].pod):
        shop.close(engine, community_id, july)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM settlements")).scalar() == 0


def test_close_period__prices_missing__fails_naming_the_zone_and_day(engine, july) -> None:
    community_id = shop.stocked(engine, replace(july, prices=()))
    with pytest.raises(CaseNotReady, match="zone NORD has no prices on 2024-07-01"):
        shop.close(engine, community_id, july)


def test_close_period__community_unknown__is_not_found(engine, july) -> None:
    with pytest.raises(NotFound):
        shop.close(engine, uuid7(), july)


def test_settled_energy__week_and_its_month_settled__counts_each_hour_once(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    shop.close(engine, community_id, _week(july))
    shop.close(engine, community_id, july)
    energy = settle(july).configurations[0]
    with ReadOnlyUnitOfWork(engine) as work:
        found = work.settlements.settled_energy(community_id, july.community.start, july.community.end)
    assert found.settled.all()
    for name in ("injected_wh", "withdrawn_wh", "shared_wh"):
        assert getattr(found, name).tolist() == getattr(energy, name).tolist()


def test_settled_energy__part_of_the_period_settled__says_which_hours(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    week = _week(july)
    shop.close(engine, community_id, week)
    start, end = july.community.start - DAY, july.community.end
    with ReadOnlyUnitOfWork(engine) as work:
        found = work.settlements.settled_energy(community_id, start, end)
    hours = week.community.hours
    assert found.settled.tolist() == [False] * 24 + [True] * hours + [False] * (744 - hours)
    assert (
        found.withdrawn_wh[24 : 24 + hours].tolist() == settle(week).configurations[0].withdrawn_wh.tolist()
    )
    assert not found.withdrawn_wh[~found.settled].any()


def test_settled_energy__nothing_settled__is_nothing(engine, july) -> None:
    community_id = shop.stocked(engine, july)
    with ReadOnlyUnitOfWork(engine) as work:
        found = work.settlements.settled_energy(community_id, july.community.start, july.community.end)
    assert len(found.settled) == 744
    assert not found.settled.any()
    assert not np.any((found.injected_wh, found.withdrawn_wh, found.shared_wh))

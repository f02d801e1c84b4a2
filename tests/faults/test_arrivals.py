"""A correction arrives while its month is being settled, distributed or posted: it is never lost.

import_readings
├── given a settlement that is being made
│   ├── it should wait for it, and what arrives should supersede it
│   └── so should prices, for every community
├── given readings that are dated before a settlement and stored after it, as a job that waited in a queue
│   └── it should date them after it, so that closing again settles anew and the first can be computed again
├── given a day estimated or pushed by a meter whose clock is behind: likewise
distribute
└── given a correction that settles anew at the same moment
    └── it should divide by the former and adjust later, or refuse: never by both
publish
└── given a correction at each point of posting, crediting and settling
    └── it should end with the corrected days on the ledger and no difference
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine

from community.store.unit_of_work import ReadOnlyUnitOfWork, UnitOfWork
from oracle.chain.node import LocalNode, start_node
from oracle.errors import OracleError
from oracle.jobs import JobState
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.tasks.drain import drain_all
from oracle.tasks.order import order
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, publishing, reconcile_community
from settlement.casefile import write_case
from settlement.domain.case import Case, Direction
from settlement.domain.engine import settle_or_findings
from settlement.domain.errors import ServiceError, SettlementSuperseded
from settlement.domain.quality.estimation import EstimateMethod, RecordedEstimate
from settlement.usecases.distribute import distribute
from settlement.usecases.estimate_readings import estimate_readings
from settlement.usecases.import_readings import import_readings
from settlement.usecases.load_case import load_case
from settlement.usecases.reconcile_accounts import reconcile_accounts
from tests.oracle.operators import account
from tests.oracle.tasks.desks import Clock, desk, look
from tests.oracle.usecases.anew import accepted, distribute_again, settle_anew
from tests.oracle.world import ALL_CONSENT, settled_world
from tests.settlement.store import world
from tests.settlement.usecases import shop

WEEK = (date(2024, 7, 1), date(2024, 7, 8))
BETTER = world.case(date(2024, 7, 3), date(2024, 7, 4), factor=2)
EARLY = shop.AS_OF - timedelta(days=1)
ANEW = shop.AS_OF + timedelta(days=1)


@pytest.fixture
def week() -> Case:
    return world.case(*WEEK)


def bring(engine: Engine, community_id: UUID, case: Case = BETTER, received_at=EARLY) -> None:
    """Import a case as received at an instant."""
    with UnitOfWork(engine) as work:
        import_readings(work, community_id, case, received_at)
        work.commit()


def computed_again(engine: Engine, settlement: Any) -> int:
    """Shared energy of a settlement, computed a second time from what it says that it knew."""
    with ReadOnlyUnitOfWork(engine) as work:
        span = (settlement.start, settlement.end)
        found = settle_or_findings(load_case(work, settlement.community_id, *span, settlement.as_of))
    assert not isinstance(found, list)
    return sum(row.totals()["shared_wh"] for row in found.configurations)


class While:
    """An engine that lets something begin in a thread and gives it time before it settles."""

    def __init__(self, action: Callable[[], None]) -> None:
        self._thread = threading.Thread(target=self._run, args=(action,))
        self.ended = threading.Event()
        self.waited = False

    def _run(self, action: Callable[[], None]) -> None:
        action()
        self.ended.set()

    def __call__(self, case: Case) -> Any:
        self._thread.start()
        self.waited = not self.ended.wait(0.5)
        return settle_or_findings(case)

    def join(self) -> None:
        self._thread.join(30)
        assert self.ended.is_set()


PRICES = replace(
    BETTER,
    series=(),
    prices=tuple(
        replace(row, quarter_micro_eur_per_mwh=row.quarter_micro_eur_per_mwh + 1) for row in BETTER.prices
    ),
)


@pytest.mark.parametrize("arriving", [replace(BETTER, prices=()), PRICES], ids=["readings", "prices"])
def test_import__while_its_month_is_settled__waits_and_supersedes(
    arriving: Case, engine: Engine, week: Case
) -> None:
    community_id = shop.stocked(engine, week)
    meanwhile = While(lambda: bring(engine, community_id, arriving))
    first = shop.close(engine, community_id, week, settle=meanwhile)
    meanwhile.join()
    assert meanwhile.waited
    assert computed_again(engine, first) == first.shared_wh
    second = shop.close(engine, community_id, week, ANEW)
    assert second.supersedes == first.id
    assert second.document != first.document
    assert shop.close(engine, community_id, week, ANEW + timedelta(days=1)) == second


@pytest.mark.parametrize("arriving", [replace(BETTER, prices=()), PRICES], ids=["readings", "prices"])
def test_import__dated_before_the_settlement_and_stored_after_it__supersedes(
    arriving: Case, engine: Engine, week: Case
) -> None:
    community_id = shop.stocked(engine, week)
    first = shop.close(engine, community_id, week)
    bring(engine, community_id, arriving)
    assert computed_again(engine, first) == first.shared_wh
    second = shop.close(engine, community_id, week, ANEW)
    assert second.supersedes == first.id
    assert computed_again(engine, second) == second.shared_wh


def test_import__job_waited_while_its_month_was_settled__supersedes(
    engine: Engine, week: Case, tmp_path: Path
) -> None:
    community_id = shop.stocked(engine, week)
    clock = Clock(EARLY)
    write_case(replace(BETTER, prices=()), tmp_path)
    span = {"from": "2024-07-03", "to": "2024-07-04", "table": "readings"}
    with OracleUnitOfWork(engine) as work:
        job = order(
            work, community_id, "import", span, clock(), table=(tmp_path / "readings.csv").read_bytes()
        )
        work.commit()
    first = shop.close(engine, community_id, week)
    clock.move(days=2)
    drain_all(desk(engine, clock=clock))
    assert look(engine, job.job).state is JobState.DONE
    assert computed_again(engine, first) == first.shared_wh
    assert shop.close(engine, community_id, week, ANEW).supersedes == first.id


def without(case: Case, pod: str, day: date) -> Case:
    """The case without a day of a POD's hours."""
    first = 24 * (day - WEEK[0]).days
    series = []
    for row in case.series:
        present = row.present.copy()
        present[first : first + 24] &= row.pod != pod
        series.append(replace(row, present=present))
    return replace(case, series=tuple(series))


def test_estimate__clock_behind_the_settlement__is_recorded_as_it_was_received(
    engine: Engine, week: Case
) -> None:
    pod, gap = world.pod_of("P4"), date(2024, 7, 5)
    community_id = shop.stocked(engine, without(week, pod, gap))
    made: list[RecordedEstimate] = []

    def estimate() -> int:
        wanted = RecordedEstimate(
            community_id, pod, Direction.WITHDRAWN, gap, EARLY, EstimateMethod.LINEAR_INTERPOLATION, (),
            "Ada", "the meter was off",
        )  # fmt: skip
        with UnitOfWork(engine) as work:
            entered = estimate_readings(work, community_id, wanted, [gap])
            work.commit()
        made.extend(entered)
        return len(entered)

    assert estimate() == 1
    first = shop.close(engine, community_id, week)
    bring(engine, community_id, replace(BETTER, prices=()))
    bring(engine, community_id, replace(world.case(date(2024, 7, 4), gap, factor=3), prices=()))
    # The same clock again: the day is estimated anew, and later than what was settled by the first estimate.
    assert [estimate(), estimate()] == [1, 0]
    with ReadOnlyUnitOfWork(engine) as work:
        versions = work.readings.versions(community_id, pod, gap, gap)
    assert [row.received_at for row in made] == [vector.received_at for _, vector in versions]
    assert shop.close(engine, community_id, week, ANEW).supersedes == first.id


def test_distribute__settled_anew_at_the_same_moment__divides_by_one_of_them(
    engine: Engine, week: Case
) -> None:
    community_id = shop.stocked(engine, week)
    first = shop.close(engine, community_id, week)
    receipt = shop.receive(engine, community_id, shop.terms())
    bring(engine, community_id, replace(BETTER, prices=()), ANEW - timedelta(hours=1))
    gate, refused = threading.Barrier(2), []

    def divide() -> None:
        gate.wait()
        try:
            shop.share_out(engine, community_id, [receipt.id], [first.id])
        except SettlementSuperseded as error:
            refused.append(error)

    dividing = threading.Thread(target=divide)
    dividing.start()
    gate.wait()
    second = shop.close(engine, community_id, week, ANEW)
    dividing.join()
    with ReadOnlyUnitOfWork(engine) as work:
        made = work.distributions.of_community(community_id)
    if refused:
        assert made == []
        made = [shop.share_out(engine, community_id, [receipt.id], [second.id])]
    (distribution,) = made
    assert distribution.settlements == ((second.id,) if refused else (first.id,))
    with ReadOnlyUnitOfWork(engine) as work:
        assert reconcile_accounts(work, community_id) == []


@pytest.mark.parametrize("count", [2, 5])
def test_distribute__several_at_once__divide_the_receipt_once(count: int, engine: Engine, week: Case) -> None:
    community_id = shop.stocked(engine, week)
    settlement = shop.close(engine, community_id, week)
    receipt = shop.receive(engine, community_id, shop.terms())
    gate, found = threading.Barrier(count), []

    def run() -> None:
        gate.wait()
        with UnitOfWork(engine) as work:
            named = ([receipt.id], [settlement.id])
            found.append(distribute(work, community_id, *named, acknowledged=["RECEIVED_ABOVE_COMPUTED"]))
            work.commit()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({row.id for row in found}) == 1
    assert len(found) == count
    with ReadOnlyUnitOfWork(engine) as work:
        assert len(work.distributions.of_community(community_id)) == 1
        assert len(work.outbox.rows(community_id, "settle")) == 1


# --- while it is posted ------------------------------------------------------------------------------

POINTS = ("decided post", "recorded credit", "sent settle")
DEEP_POINTS = ("done deploy", "sent post", "mined post", "done post-days", "decided settle", "done settle")


@pytest.fixture(scope="module")
def node(anvil: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalNode]:
    """A node of these tests."""
    with start_node(tmp_path_factory.mktemp("arrivals"), anvil) as started:
        yield started


@pytest.fixture
def own(node: LocalNode, tmp_path: Path) -> OpenChain:
    """An operator for this test."""
    return account(node, tmp_path / "keys.json")


@pytest.mark.node
@pytest.mark.parametrize(
    "point", [*POINTS, *(pytest.param(point, marks=pytest.mark.deep) for point in DEEP_POINTS)]
)
def test_publish__correction_arrives_at_each_point__is_on_the_ledger_and_adjusted(
    point: str, engine: Engine, own: OpenChain
) -> None:
    world_ = settled_world(engine, payees=ALL_CONSENT)
    threads: list[threading.Thread] = []

    def arrive(name: str) -> None:
        if name == point and not threads:
            threads.append(threading.Thread(target=settle_anew, args=(world_,)))
            threads[0].start()
            if name.startswith("done"):
                threads[0].join()

    for _ in range(2):
        # Whether the correction or the payout comes first is the threads' affair: in the end both are there.
        stopped = publish(publishing(engine, own, checkpoint=arrive)).stopped
        assert all(isinstance(error, OracleError | ServiceError) for error in stopped.values())
        threads[0].join(60)
    with OracleUnitOfWork(engine) as work:
        settlements = work.settlements.of_community(world_.community_id)
    assert [row.supersedes for row in settlements] == [None, settlements[0].id]
    distribute_again(world_, settlements[-1])
    assert publish(publishing(engine, own)).stopped == {}
    assert world_.open_messages() == []
    assert sum(any(row.predecessor) for row in accepted(world_).values()) == 3
    found = reconcile_community(engine, own, world_.community_id, shop.AS_OF)
    assert found.divergences == ()

"""Better readings of days that are on the ledger: what changed is corrected there, and nothing else.

correct_days
├── given days whose readings changed
│   ├── it should replace their reports in one transaction, and leave the others
│   ├── it should find no difference afterwards, and name the reason
│   ├── receipts and lists of corrected and of other days should match the chain
│   └── when it is corrected once more it should replace the latest
├── given readings that only moved from one POD to another
│   └── it should replace the report, whose totals are the same
├── given readings that came back to what they were
│   └── it should send nothing
├── given a day that hides its totals
│   ├── it should hide them in the new report as well
│   └── when the former was opened the new one should be hidden, and can be opened
├── given a community that resolved to hide larger groups since
│   └── it should hide what it corrects, and leave the rest
├── given an erased key
│   ├── it should leave days alone that did not change
│   └── it should correct what did
├── given two configurations it should correct the one that changed
└── given a ledger that holds another report it should sign nothing
"""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, text

from oracle.attest.messages import report_id
from oracle.chain.client import EvmChain
from oracle.chain.contracts import LedgerContract
from oracle.chain.inspection import Inspection
from oracle.chain.keys import Keys, load_or_create_keys
from oracle.chain.receipt import parse_list, parse_reading
from oracle.chain.rpc import Rpc
from oracle.chain.verify import Verdict, verify_list, verify_reading
from oracle.errors import CallReverted
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.chain_status import chain_status
from oracle.usecases.open_day import order_opening
from oracle.usecases.places import place_of
from oracle.usecases.publish import publish
from oracle.usecases.readings_list import readings_list
from oracle.usecases.receipts import reading_receipt
from oracle.usecases.standing import ChainStanding
from oracle.wiring import OpenChain, publishing, trust_of
from settlement.domain.calendar import day_number, month_number
from settlement.domain.case import Direction, MeterSeries
from settlement.domain.day_vectors import DayVector
from tests.oracle.mining import mine
from tests.oracle.usecases.anew import (
    BETTER_FROM,
    REASON,
    accepted,
    close_again,
    import_better,
    settle_anew,
    shared_wh,
)
from tests.oracle.world import ALL_CONSENT, CLOSED, WALLETS, World, settled_world
from tests.settlement.store.world import case, pod_of

pytestmark = pytest.mark.node

CORRECTED = [date(2024, 7, day) for day in (14, 15, 16)]
OTHER = date(2024, 7, 20)
NOBODY_AGREES = {code: replace(payee, consent=False) for code, payee in WALLETS.items()}


@pytest.fixture
def posted(world: World, opened: OpenChain) -> World:
    """A world that is on the ledger."""
    assert publish(publishing(world.engine, opened)).stopped == {}
    return world


def deliver(world: World, opened: OpenChain) -> list[str]:
    """Publish; the steps that were signed for it."""
    before = len(world.transactions())
    assert publish(publishing(world.engine, opened)).stopped == {}
    assert world.open_messages() == []
    return [row.step for row in world.transactions()[before:]]


def look(world: World, opened: OpenChain) -> ChainStanding:
    """The chain beside the database, which differ in nothing."""
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        standing = chain_status(work, Inspection(opened.chain))
    assert standing.divergences == ()
    return standing


def test_correct__days_that_changed__are_replaced_in_one_transaction(
    posted: World, opened: OpenChain
) -> None:
    former = accepted(posted)
    settle_anew(posted)
    assert deliver(posted, opened) == ["correct"]

    now = accepted(posted)
    assert [day for day in now if now[day].report != former[day].report] == CORRECTED
    assert [now[day].predecessor for day in CORRECTED] == [former[day].report for day in CORRECTED]
    place = look(posted, opened).communities[0]
    assert place.registration is not None


def test_correct__published__month_is_the_newer_settlements_and_names_the_reason(
    posted: World, opened: OpenChain
) -> None:
    newer = settle_anew(posted)
    deliver(posted, opened)
    (month,) = look(posted, opened).communities[0].months
    assert month.shared_wh == newer.shared_wh != posted.settlement.shared_wh
    assert (month.injected_wh, month.withdrawn_wh) == (newer.injected_wh, newer.withdrawn_wh)
    assert (month.corrections, month.reasons) == (3, (REASON,))


@pytest.mark.parametrize("day", [CORRECTED[0], OTHER])
def test_correct__receipts_and_lists__match_the_chain(posted: World, opened: OpenChain, day: date) -> None:
    settle_anew(posted)
    deliver(posted, opened)
    trust, rpc = trust_of(posted.engine, opened, posted.community_id), Rpc(opened.url)
    with OracleReadOnlyUnitOfWork(posted.engine) as work:
        receipt = reading_receipt(work, posted.community_id, pod_of("P1"), day)
        listed = readings_list(work, posted.community_id, posted.configurations[""], day)
    read = verify_reading(parse_reading(json.dumps(receipt)), trust, rpc)
    added = verify_list(parse_list(json.dumps(listed)), trust, rpc)
    assert (read.verdict, added.verdict) == (Verdict.MATCHES, Verdict.MATCHES)


def test_correct__once_more__replaces_the_latest(posted: World, opened: OpenChain) -> None:
    settle_anew(posted)
    deliver(posted, opened)
    first = accepted(posted)
    third = settle_anew(posted, factor=3, days_later=2)
    assert deliver(posted, opened) == ["correct"]
    now = accepted(posted)
    assert [now[day].predecessor for day in CORRECTED] == [first[day].report for day in CORRECTED]
    (month,) = look(posted, opened).communities[0].months
    assert (month.shared_wh, month.corrections) == (third.shared_wh, 6)


def test_correct__readings_moved_between_pods__replaces_the_report_of_equal_totals(
    posted: World, opened: OpenChain
) -> None:
    given = case(BETTER_FROM, BETTER_FROM + timedelta(days=1))
    former = accepted(posted)[BETTER_FROM]
    with OracleReadOnlyUnitOfWork(posted.engine) as work:
        known = work.readings.days(posted.community_id, BETTER_FROM, BETTER_FROM)
    withdrawn = {
        pod: days[BETTER_FROM].wh for (pod, way), days in known.items() if way is Direction.WITHDRAWN
    }
    one, other = pod_of("P4"), pod_of("P5")
    swapped = {one: withdrawn[other], other: withdrawn[one]}
    assert not np.array_equal(swapped[one], withdrawn[one])
    series = [replace(row, wh=swapped[row.pod]) for row in given.series if row.pod in swapped]
    closed = CLOSED + timedelta(days=1)
    import_better(posted, closed - timedelta(hours=1), replace(given, series=tuple(series)))
    close_again(posted, closed)
    assert deliver(posted, opened) == ["correct"]
    now = accepted(posted)[BETTER_FROM]
    assert now.hour_totals == former.hour_totals
    assert now.root != former.root


def test_correct__readings_came_back_to_what_they_were__sends_nothing(
    posted: World, opened: OpenChain
) -> None:
    former = accepted(posted)
    with OracleReadOnlyUnitOfWork(posted.engine) as work:
        known = work.readings.days(posted.community_id, BETTER_FROM, BETTER_FROM)
    closed = CLOSED + timedelta(days=1)
    given = case(BETTER_FROM, BETTER_FROM + timedelta(days=1), factor=2)
    import_better(posted, closed - timedelta(hours=2), given)
    back = [as_it_was(row, known[row.key][BETTER_FROM]) for row in given.series]
    import_better(posted, closed - timedelta(hours=1), replace(given, series=tuple(back)))
    anew = close_again(posted, closed)
    assert anew.id != posted.settlement.id
    assert posted.open_messages() == ["correct-days"]
    assert deliver(posted, opened) == []
    assert accepted(posted) == former


def as_it_was(series: MeterSeries, vector: DayVector) -> MeterSeries:
    """A day of a series with the values that were known before."""
    nothing = np.zeros(len(vector.wh), dtype=np.bool_)
    return replace(series, wh=vector.wh, estimated=nothing if vector.estimated is None else vector.estimated)


def test_correct__hidden_day__stays_hidden(engine: Engine, opened: OpenChain) -> None:
    world = settled_world(engine, payees=NOBODY_AGREES)
    deliver(world, opened)
    former = accepted(world)
    settle_anew(world)
    deliver(world, opened)
    now = accepted(world)
    assert all(report.hidden for report in now.values())
    assert all(now[day].hour_totals != former[day].hour_totals for day in CORRECTED)
    (month,) = look(world, opened).communities[0].months
    assert (month.hidden_days, month.shared_wh, month.corrections) == (31, 0, 3)


def test_correct__hidden_day_that_was_opened__is_hidden_and_can_be_opened(
    engine: Engine, opened: OpenChain
) -> None:
    world = settled_world(engine, payees=NOBODY_AGREES)
    deliver(world, opened)
    open_first(world)
    deliver(world, opened)
    newer = settle_anew(world)
    deliver(world, opened)
    (month,) = look(world, opened).communities[0].months
    assert (month.hidden_days, month.shared_wh) == (31, 0)
    assert open_first(world)
    deliver(world, opened)
    (month,) = look(world, opened).communities[0].months
    after = BETTER_FROM + timedelta(days=1)
    assert month.shared_wh == shared_wh(world, newer, BETTER_FROM, after) > 0


def open_first(world: World) -> bool:
    """Order that the first corrected day be opened."""
    with OracleUnitOfWork(world.engine) as work:
        ordered = order_opening(work, world.community_id, world.configurations[""], BETTER_FROM)
        work.commit()
    return ordered


def test_correct__larger_group_resolved_since__hides_what_it_corrects(
    posted: World, opened: OpenChain
) -> None:
    class Resolved(LedgerContract):
        def smallest_group_of(self, ledger: bytes, community: bytes) -> int:
            return 7

    settle_anew(posted)
    context = replace(publishing(posted.engine, opened), ledger=Resolved(opened.chain))
    assert publish(context).stopped == {}
    assert [day for day, report in accepted(posted).items() if report.hidden] == CORRECTED
    look(posted, opened)


def forget(world: World, pod: str) -> None:
    """Erase a POD's key of July."""
    with OracleUnitOfWork(world.engine) as work:
        assert work.pod_keys.forget(pod, month_number(BETTER_FROM))
        work.commit()


def test_correct__erased_key_and_unchanged_days__makes_no_new_key(posted: World, opened: OpenChain) -> None:
    settle_anew(posted)
    with posted.engine.begin() as connection:
        # As if nothing had changed: the readings of the former settlement are looked up as of the newer one.
        connection.execute(text("ALTER TABLE settlements DISABLE TRIGGER settlements_append_only"))
        connection.execute(text("UPDATE settlements SET as_of = (SELECT max(as_of) FROM settlements)"))
    forget(posted, pod_of("P2"))
    assert deliver(posted, opened) == []
    with OracleReadOnlyUnitOfWork(posted.engine) as work:
        assert work.pod_keys.of_month([pod_of("P2")], month_number(BETTER_FROM)) == {}


def test_correct__erased_key_and_changed_days__are_corrected(posted: World, opened: OpenChain) -> None:
    forget(posted, pod_of("P2"))
    settle_anew(posted)
    assert deliver(posted, opened) == ["correct"]
    now = accepted(posted)
    assert pod_of("P2") in now[CORRECTED[0]].pods
    assert None in now[OTHER].pods
    look(posted, opened)


def test_correct__two_configurations__corrects_both_apart(engine: Engine, opened: OpenChain) -> None:
    world = settled_world(engine, payees=ALL_CONSENT, two_areas=True)
    deliver(world, opened)
    newer = settle_anew(world, two_areas=True)
    assert deliver(world, opened) == ["correct", "correct"]
    months = look(world, opened).communities[0].months
    assert sum(month.shared_wh for month in months) == newer.shared_wh
    assert {month.corrections for month in months} == {3}


def test_correct__ledger_holds_another_report__signs_nothing(
    posted: World, opened: OpenChain, tmp_path: Path
) -> None:
    settle_anew(posted)
    place = place_of(publishing(posted.engine, opened), posted.community_id)
    former = accepted(posted)[BETTER_FROM].message
    rival = replace(former, predecessor=report_id(former), root=b"\x07" * 32)
    # Anyone may relay what reporters signed.
    keys = Keys(load_or_create_keys(tmp_path / "relayer.json").operator, opened.chain.keys.reporters)
    relayer = EvmChain(opened.chain.rpc, keys, opened.chain.chain_id)
    call = LedgerContract(relayer).correct(place.ledger, place.community, "AC001E00001", [rival], [former])
    assert mine(relayer, call).succeeded

    error = publish(publishing(posted.engine, opened)).stopped[posted.community_id]
    assert isinstance(error, CallReverted)
    assert "WrongPredecessor(configuration=0x" in str(error)
    assert f"day={day_number(BETTER_FROM)}" in str(error)
    assert "correct" not in [row.step for row in posted.transactions()]
    with OracleReadOnlyUnitOfWork(posted.engine) as work:
        inspected = chain_status(work, Inspection(opened.chain)).divergences
    assert inspected[0].startswith(f"report of {BETTER_FROM}: computed here ")

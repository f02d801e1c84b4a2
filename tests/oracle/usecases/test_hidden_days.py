"""Hour totals that would show single persons: the ledger gets a hash, and on purpose what it hides.

publish
├── given a direction behind which one person stands who did not consent
│   ├── it should post and settle the month, and show no hour's total
│   ├── it should find no difference afterwards
│   └── when the ledger counts other hidden days it should stop
├── given a community that resolved to hide larger groups than the service does
│   ├── it should hide every day behind which fewer stand, whatever the settlement refused
│   └── when as many stand behind each direction it should hide none
order_opening
├── given a hidden day
│   ├── it should be shown to the ledger, whose totals then are the database's
│   └── when it is ordered again it should do nothing
├── given a key that was erased
│   └── it should stay hidden for good
└── given a day whose totals are public, or that was not posted
    └── it should say so
"""

import json
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from oracle.attest.keccak import keccak256
from oracle.chain.contracts import LedgerContract
from oracle.chain.inspection import Inspection
from oracle.chain.receipt import parse_list, parse_reading
from oracle.chain.rpc import Rpc
from oracle.chain.verify import Verdict, verify_list, verify_reading
from oracle.errors import LedgerDiverges, NotHidden, NotPosted, SaltsForgotten
from oracle.ports import MonthTotals
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.usecases.chain_status import chain_status
from oracle.usecases.open_day import order_opening
from oracle.usecases.publish import publish
from oracle.usecases.readings_list import readings_list
from oracle.usecases.receipts import reading_receipt
from oracle.usecases.standing import MonthStanding
from oracle.wiring import OpenChain, publishing, trust_of
from settlement.domain.calendar import month_number, rome_date
from settlement.domain.payees import Payee
from tests.oracle.world import ALL_CONSENT, WALLETS, World, settled_world
from tests.settlement.store.world import pod_of

pytestmark = pytest.mark.node

DAY = date(2024, 7, 14)
NOBODY_AGREES = {code: replace(payee, consent=False) for code, payee in WALLETS.items()}


@pytest.fixture
def hidden(engine: Engine, opened: OpenChain) -> World:
    """A published world whose one producer did not consent."""
    world = settled_world(engine, payees=NOBODY_AGREES)
    assert publish(publishing(engine, opened)).stopped == {}
    return world


def month(world: World, opened: OpenChain) -> MonthStanding:
    """The month on the ledger, which differs in nothing from the database."""
    with OracleReadOnlyUnitOfWork(world.engine) as work:
        standing = chain_status(work, Inspection(opened.chain))
    assert standing.divergences == ()
    (found,) = standing.communities[0].months
    return found


def order(world: World, day: date = DAY) -> bool:
    """Order that a day be opened."""
    with OracleUnitOfWork(world.engine) as work:
        ordered = order_opening(work, world.community_id, world.configurations[""], day)
        work.commit()
    return ordered


def test_publish__one_person_without_consent__hides_every_total_and_pays(
    hidden: World, opened: OpenChain
) -> None:
    found = month(hidden, opened)
    assert (found.accepted_days, found.hidden_days, found.settled) == (31, 31, True)
    assert (found.injected_wh, found.withdrawn_wh, found.shared_wh) == (0, 0, 0)
    assert hidden.open_messages() == []
    with OracleReadOnlyUnitOfWork(hidden.engine) as work:
        report = work.reports.accepted(hidden.configurations[""], DAY, DAY)[DAY]
        kept = work.hidden_days.of(report.report)
    assert kept is not None
    assert report.hour_totals == keccak256(kept.salt + kept.hour_totals)
    # With the sum of the blindings anyone could test guesses of the totals.
    assert not any(report.blinding)
    assert any(kept.blinding)


def test_publish__hidden_day__readings_and_list_still_match(hidden: World, opened: OpenChain) -> None:
    trust, rpc = trust_of(hidden.engine, opened, hidden.community_id), Rpc(opened.url)
    with OracleReadOnlyUnitOfWork(hidden.engine) as work:
        receipt = reading_receipt(work, hidden.community_id, pod_of("P1"), DAY)
        listed = readings_list(work, hidden.community_id, hidden.configurations[""], DAY)
    assert "opening" not in listed
    read = verify_reading(parse_reading(json.dumps(receipt)), trust, rpc)
    added = verify_list(parse_list(json.dumps(listed)), trust, rpc)
    assert (read.verdict, added.verdict) == (Verdict.MATCHES, Verdict.MATCHES)
    assert "hidden" in added.status


def test_publish__ledger_counts_other_hidden_days__settles_nothing(engine: Engine, opened: OpenChain) -> None:
    class Crooked(LedgerContract):
        def totals_of(self, ledger: bytes, configuration: bytes, month: int) -> MonthTotals:
            honest = super().totals_of(ledger, configuration, month)
            return honest._replace(hidden_days=max(honest.hidden_days - 1, 0))

    world = settled_world(engine, payees=NOBODY_AGREES)
    context = replace(publishing(engine, opened), ledger=Crooked(opened.chain))
    error = publish(context).stopped[world.community_id]
    assert isinstance(error, LedgerDiverges)
    assert str(error) == "hidden days of 2024-07: computed here 31, on the chain 30"
    assert "settle" not in [row.step for row in world.transactions()]


@pytest.mark.parametrize(("persons", "hidden_days"), [(6, 0), (7, 31)])
def test_publish__community_resolved_to_hide_larger_groups__hides_what_is_below(
    engine: Engine, opened: OpenChain, persons: int, hidden_days: int
) -> None:
    # Six persons withdraw; the one who injects agreed.
    world = settled_world(engine)
    assert world.settlement.refusals == ()
    context = publishing(engine, opened)
    context = replace(context, policy=replace(context.policy, smallest_group=persons))
    assert publish(context).stopped == {}
    found = month(world, opened)
    assert (found.hidden_days, found.settled) == (hidden_days, True)
    assert (found.shared_wh == world.settlement.shared_wh) is (hidden_days == 0)


def test_publish__larger_group_and_all_agreed__hides_none(engine: Engine, opened: OpenChain) -> None:
    world = settled_world(engine, payees=ALL_CONSENT)
    context = publishing(engine, opened)
    context = replace(context, policy=replace(context.policy, smallest_group=200))
    assert publish(context).stopped == {}
    assert month(world, opened).hidden_days == 0


def test_open__hidden_day__ledger_has_its_totals_and_the_list_adds_up(
    hidden: World, opened: OpenChain
) -> None:
    assert order(hidden)
    assert publish(publishing(hidden.engine, opened)).stopped == {}

    found = month(hidden, opened)
    with OracleReadOnlyUnitOfWork(hidden.engine) as work:
        hours = work.settlements.hours(hidden.settlement.id, hidden.configurations[""])
        listed = readings_list(work, hidden.community_id, hidden.configurations[""], DAY)
    assert found.hidden_days == 30
    assert found.shared_wh == sum(row.shared_wh for row in hours if rome_date(row.hour) == DAY) > 0
    trust = trust_of(hidden.engine, opened, hidden.community_id)
    added = verify_list(parse_list(json.dumps(listed)), trust, Rpc(opened.url))
    assert added.verdict is Verdict.MATCHES
    assert "have been opened" in added.status


def test_open__again__orders_nothing(hidden: World, opened: OpenChain) -> None:
    assert order(hidden)
    publish(publishing(hidden.engine, opened))
    assert not order(hidden)


def test_open__key_erased__stays_hidden_for_good(hidden: World) -> None:
    with OracleUnitOfWork(hidden.engine) as work:
        assert work.pod_keys.forget(pod_of("P2"), month_number(DAY))
        work.commit()
    with pytest.raises(SaltsForgotten, match="hidden for good"):
        order(hidden)


def test_open__totals_are_public__says_so(engine: Engine, opened: OpenChain) -> None:
    world = settled_world(engine, payees={"P1": Payee("P1", consent=True)})
    with pytest.raises(NotPosted, match="no report of 2024-07-14 yet"):
        order(world)
    publish(publishing(engine, opened))
    with pytest.raises(NotHidden, match="public already"):
        order(world)

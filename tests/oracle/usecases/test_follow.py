"""The index of events is what the chain says, whatever happens on the way.

follow
├── when a month was published and paid it should hold every event, decoded, with its community
├── when the chain takes back one, five or twenty blocks it should be as if read from the beginning
├── when it is killed at any point it should go on, and end with the same rows
├── when two follow at once they should end with the same rows
├── when a contract comes into the record late it should read its events from the beginning
├── when the node takes small questions only it should ask for less
└── when the chain is another one it should begin anew
rebuild
└── in an empty database, given only addresses, it should make the same rows
"""

import multiprocessing
import os
import signal
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from oracle.chain.event_source import NodeEvents
from oracle.chain.node import start_node
from oracle.chain.rpc import Rpc
from oracle.errors import NodeRefused
from oracle.ports import ChainEvent
from oracle.records import ContractKind, Deployment
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork
from oracle.usecases.follow import FOLLOWED, Follower, follow, rebuild
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, following, publishing
from settlement.bootstrap import upgrade_database
from settlement.store.engine import open_engine
from tests.oracle.mining import empty_blocks, reorganise
from tests.oracle.operators import account
from tests.oracle.world import World

pytestmark = pytest.mark.node
_FORK = multiprocessing.get_context("fork")


def index(engine: Engine, chain_id: int = 31337) -> dict[str, Any]:
    """All rows of the index."""
    with OracleReadOnlyUnitOfWork(engine) as work:
        cursor = work.chain_index.cursor(chain_id)
        assert cursor is not None
        return {
            "cursor": cursor,
            "blocks": work.chain_index.headers(chain_id),
            "events": work.chain_index.events(chain_id),
        }


def contracts(engine: Engine) -> list[Deployment]:
    """Our contracts that are followed."""
    with OracleReadOnlyUnitOfWork(engine) as work:
        return [row for row in work.deployments.of_chain(31337) if row.kind in FOLLOWED]


def anew(engine: Engine, own: OpenChain, url: str) -> dict[str, Any]:
    """The index that an empty database makes of the chain, given only addresses."""
    other = open_engine(url)
    upgrade_database(other)
    given = {row.address: row.kind for row in contracts(engine)}
    with OracleReadOnlyUnitOfWork(engine) as work:
        cursor = work.chain_index.cursor(31337)
    assert cursor is not None
    rebuild(following(other, own, given=given, first_number=cursor.first_number))
    found = index(other)
    other.dispose()
    return found


def test_follow__published_and_paid__holds_every_event_decoded(paid: World, own: OpenChain) -> None:
    result = follow(following(paid.engine, own))
    found = index(paid.engine)
    names = [event.name for event in found["events"]]
    assert result.number == found["cursor"].number == own.chain.rpc.head()[0]
    assert names.count("DayAccepted") == 31
    assert {"CommunityRegistered", "Settled", "BatchPaid", "BankReserved", "BankConfirmed"} <= {*names}
    settled = next(event for event in found["events"] if event.name == "Settled")
    assert settled.arguments["amount"] == str(paid.distribution.amount_micro_eur)
    assert settled.arguments["evidence"] == "0x" + paid.distribution.evidence.hex()
    registered = next(event for event in found["events"] if event.name == "ConfigurationRegistered")
    assert registered.community == contracts(paid.engine)[1].ledger_id
    assert len(registered.configuration or b"") == 32
    assert follow(following(paid.engine, own)).blocks == 0


@pytest.mark.parametrize("depth", [1, 5, 20])
def test_follow__blocks_taken_back__is_as_if_read_from_the_beginning(
    depth: int, paid: World, own: OpenChain, empty_database_url: str
) -> None:
    follow(following(paid.engine, own))
    reorganise(Rpc(own.url), depth)
    result = follow(following(paid.engine, own))
    # Empty blocks that are replaced by empty ones of the same second are the same blocks.
    assert 0 < result.taken_back <= depth
    publish(publishing(paid.engine, own))
    follow(following(paid.engine, own))
    assert index(paid.engine) == anew(paid.engine, own, empty_database_url)
    assert [event.name for event in index(paid.engine)["events"]].count("DayAccepted") == 31


def test_rebuild__of_what_was_followed__makes_the_same_rows(
    paid: World, own: OpenChain, empty_database_url: str
) -> None:
    follow(following(paid.engine, own))
    before = index(paid.engine)
    assert rebuild(following(paid.engine, own)).blocks == len(before["blocks"])
    assert index(paid.engine) == before == anew(paid.engine, own, empty_database_url)


def follow_in_a_process(url: str, own: OpenChain, points: list[str]) -> None:
    """One life of a follower that ends with -9 at the first point of the list that it meets."""
    engine = open_engine(url, pool_size=1)

    def cut(name: str) -> None:
        if points and name == points[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    follow(replace(following(engine, own), checkpoint=cut, batch_blocks=7))
    os._exit(0)


def test_follow__killed_at_every_point__goes_on_and_ends_the_same(
    paid: World, own: OpenChain, database_url: str, empty_database_url: str
) -> None:
    follow(replace(following(paid.engine, own), batch_blocks=7))
    reorganise(Rpc(own.url), 10)
    lives = 0
    points = ["rewound", "backfilled", "read", "blocks stored", "batch stored"]
    for point in points:
        process = _FORK.Process(target=follow_in_a_process, args=(database_url, own, [point]))
        process.start()
        process.join(60)
        lives += process.exitcode == -signal.SIGKILL
        empty_blocks(Rpc(own.url), 3)
    # Everything was in the record before: nothing is read late.
    assert lives == len(points) - 1
    follow(following(paid.engine, own))
    assert index(paid.engine) == anew(paid.engine, own, empty_database_url)


def test_follow__two_at_once__end_with_the_same_rows(
    paid: World, own: OpenChain, database_url: str, empty_database_url: str
) -> None:
    both = [_FORK.Process(target=follow_in_a_process, args=(database_url, own, [])) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join(60)
    assert [process.exitcode for process in both] == [0, 0]
    assert index(paid.engine) == anew(paid.engine, own, empty_database_url)


def test_follow__contract_in_the_record_late__its_events_are_read_from_the_beginning(
    paid: World, own: OpenChain, empty_database_url: str
) -> None:
    late = [row for row in contracts(paid.engine) if row.kind is ContractKind.VAULT]
    other = open_engine(empty_database_url)
    upgrade_database(other)
    given = {row.address: row.kind for row in contracts(paid.engine) if row not in late}
    follow(following(other, own, given=given))
    assert not [event for event in index(other)["events"] if event.name == "Settled"]
    follow(following(other, own, given=given | {row.address: row.kind for row in late}))
    follow(following(paid.engine, own, first_number=0))
    assert index(other)["events"] == index(paid.engine)["events"]
    other.dispose()


class Small(NodeEvents):
    """A node that answers for few blocks at a time."""

    def events(self, contracts: Mapping[bytes, str], first: int, last: int) -> list[ChainEvent]:
        if last - first >= 3:
            raise NodeRefused("node", "eth_getLogs", -32005, "query exceeds the range")
        return super().events(contracts, first, last)


def test_follow__node_takes_small_questions__asks_for_less(paid: World, own: OpenChain) -> None:
    small: Follower = replace(following(paid.engine, own), source=Small(own.chain.rpc, own.chain.chain_id))
    follow(small)
    found = index(paid.engine)
    rebuild(following(paid.engine, own))
    assert index(paid.engine) == found


def test_follow__another_chain_in_its_place__begins_anew(
    paid: World, own: OpenChain, anvil: Path, tmp_path: Path
) -> None:
    follow(following(paid.engine, own))
    with start_node(tmp_path / "other", anvil) as other:
        opened = account(other, tmp_path / "keys.json")
        follow(following(paid.engine, opened))
        found = index(paid.engine)
        assert (found["events"], found["cursor"].first_number) == ([], 0)
        publish(publishing(paid.engine, opened))
        follow(following(paid.engine, opened))
        assert index(paid.engine)["cursor"].hash == bytes.fromhex(opened.chain.rpc.head()[1][2:])

"""Publishing to the chain and following it, beside the bare calls that neither can do without.

    python -m benchmarks.follow

100 configurations post a day each, in as few transactions as carry them, until the days are recorded as
accepted: the baseline sends one plain transfer of value per configuration from the same account and waits for
each. Then the local node mines 10,000 blocks and the follower reads them into the index; the baseline asks
the same node for the same blocks and logs and keeps nothing. Anvil mines each transaction as it comes.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from eth_utils.address import to_checksum_address
from sqlalchemy import Engine

from community.usecases.register_community import register_community
from oracle.chain.client import EvmChain
from oracle.chain.node import ANVIL
from oracle.chain.rpc import Rpc
from oracle.store.unit_of_work import OracleUnitOfWork
from oracle.usecases.follow import BATCH_BLOCKS_MAX, follow
from oracle.usecases.publish import publish
from oracle.wiring import ChainSettings, OpenChain, following, open_chain, publishing
from settlement.bootstrap import Settings, case_manifest, open_database
from settlement.domain.calendar import day_start
from settlement.domain.case import (
    Allocation,
    Case,
    Community,
    Configuration,
    Direction,
    Member,
    MemberCategory,
    MeterSeries,
    Plant,
    PodRow,
    PriceSeries,
    Shares,
    Source,
)
from settlement.usecases.close_period import close_period
from settlement.usecases.import_readings import import_readings

MINED_AT_ONCE = 1000
BLOCKS, CATCH_UP_GOAL_S = 10_000, 10
CONFIGURATIONS, POSTED_GOAL_A_S = 100, 20
DAY, NEXT = date(2024, 7, 1), date(2024, 7, 2)
RECEIVED, CLOSED = datetime(2024, 12, 1, tzinfo=UTC), datetime(2024, 12, 2, tzinfo=UTC)
PLAIN_CHAIN = 31338
RECEIVER = bytes([0xBB]) * 20


def main() -> int:
    """Measure and print; exit 1 beyond a goal."""
    with TemporaryDirectory(prefix="condivisa-bench-") as name:
        state = Path(name)
        state.chmod(0o755)
        with open_database(Settings(state=state)) as database, open_chain(ChainSettings(state)) as opened:
            posted_a_s = _posting(database.engine, opened)
            with _plain_node() as url:
                other = _open(url, opened)
                caught_up_s = _catching_up(database.engine, other)
    return 0 if posted_a_s >= POSTED_GOAL_A_S and caught_up_s <= CATCH_UP_GOAL_S else 1


@contextmanager
def _plain_node() -> Iterator[str]:
    """A node whose empty blocks cost nothing: no old states, and rules by which blocks write none."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [str(ANVIL), "--quiet", "--port", str(port), "--accounts", "0", "--prune-history"]
    command += ["--hardfork", "shanghai", "--chain-id", str(PLAIN_CHAIN)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            time.sleep(2)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


def _open(url: str, opened: OpenChain) -> OpenChain:
    """The same account on another chain, with time enough to mine thousands of blocks."""
    return OpenChain(url, EvmChain(Rpc(url, 60.0), opened.chain.keys, PLAIN_CHAIN))


def _posting(engine: Engine, opened: OpenChain) -> float:
    """Days of configurations posted and accepted a second."""
    with OracleUnitOfWork(engine) as work:
        case = _case()
        community_id = register_community(work, case.community).community_id
        import_readings(work, community_id, case, RECEIVED)
        close_period(work, case_manifest, community_id, case.community.start, case.community.end, CLOSED)
        work.commit()
    seen: dict[str, float] = {}
    context = publishing(engine, opened, checkpoint=lambda name: seen.update({name: time.perf_counter()}))
    stopped = publish(context).stopped
    assert not stopped, stopped
    seconds = seen["done post-all"] - seen["done deploy"]
    bare = _seconds(lambda: _transfers(opened))
    print(f"{CONFIGURATIONS} plain transfers, each waited for: {bare:.2f} s")
    print(
        f"{CONFIGURATIONS} configurations, a day each, signed, posted, accepted: {seconds:.2f} s, "
        f"{CONFIGURATIONS / seconds:.0f} a second (goal {POSTED_GOAL_A_S}), {seconds / bare:.2f} x"
    )
    return CONFIGURATIONS / seconds


def _transfers(opened: OpenChain) -> None:
    """As many transfers of nothing to nobody, with the sender's next nonces; not for a state that goes on."""
    chain = opened.chain
    first = chain.transaction_count()
    for nonce in range(first, first + CONFIGURATIONS):
        transaction: dict[str, Any] = {"chainId": chain.chain_id, "nonce": nonce, "gas": 21_000, "value": 0}
        transaction |= {"gasPrice": 0, "to": to_checksum_address(RECEIVER), "data": b""}
        signed = chain.keys.operator.sign_transaction(transaction)
        chain.rpc.call("eth_sendRawTransaction", "0x" + bytes(signed.raw_transaction).hex())
        while chain.outcome(bytes(signed.hash)) is None:
            time.sleep(0.001)


def _catching_up(engine: Engine, opened: OpenChain) -> float:
    """Seconds from a restart to the newest block."""
    follow(following(engine, opened))
    for _ in range(BLOCKS // MINED_AT_ONCE):
        opened.chain.rpc.call("anvil_mine", hex(MINED_AT_ONCE))
    bare = _seconds(lambda: _bare(opened))
    seconds = _seconds(lambda: follow(following(engine, opened)))
    print(f"eth_getBlockByNumber and eth_getLogs of {BLOCKS} blocks: {bare:.2f} s")
    print(
        f"follower, from restart to caught up: {seconds:.2f} s (goal {CATCH_UP_GOAL_S}), "
        f"{seconds / bare:.2f} x"
    )
    return seconds


def _bare(opened: OpenChain) -> None:
    """The same questions, the answers thrown away."""
    rpc, head = opened.chain.rpc, opened.chain.rpc.head()[0]
    for first in range(head - BLOCKS + 1, head + 1, BATCH_BLOCKS_MAX):
        last = min(head, first + BATCH_BLOCKS_MAX - 1)
        rpc.call_each("eth_getBlockByNumber", [(hex(number), False) for number in range(first, last + 1)])
        address = "0x" + RECEIVER.hex()
        rpc.call("eth_getLogs", {"address": address, "fromBlock": hex(first), "toBlock": hex(last)})


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _case() -> Case:
    """A day of a community with a producer of its own in each of its areas."""
    numbers = range(1, CONFIGURATIONS + 1)
    members = tuple(Member(f"M{number:03d}", MemberCategory.NATURAL_PERSON) for number in numbers)
    areas = tuple(Configuration(f"{number:03d}", f"AC001E{number:05d}", "NORD") for number in numbers)
    pods = tuple(
        PodRow(f"IT001E{number:08d}", member.id, area.id, date(2024, 1, 1))
        for number, member, area in zip(numbers, members, areas, strict=True)
    )
    plants = tuple(
        Plant(f"SUN{row.code[-3:]}", row.code, Source.PHOTOVOLTAIC, 50_000_000, date(2024, 1, 10), "Piemonte")
        for row in pods
    )
    terms = Community(
        name="Cento", rule_set="cacer-2024", start=day_start(DAY), end=day_start(NEXT),
        shares_bps=Shares(7000, 2000, 1000), configurations=areas, members=members, pods=pods, plants=plants,
        allocation=Allocation.SHARED_BOTH, parameters_micro={"fc_north_eur_per_mwh": 10_000_000},
    )  # fmt: skip
    hours = np.arange(terms.hours)
    metered, estimated = np.ones(len(hours), dtype=np.bool_), np.zeros(len(hours), dtype=np.bool_)
    series = tuple(
        MeterSeries(row.code, way, 60, ((hours + at) * 7919 % 3001).astype(np.int32), metered, estimated)
        for at, row in enumerate(pods)
        for way in (Direction.INJECTED, Direction.WITHDRAWN)
    )
    prices = (PriceSeries("NORD", np.full(4 * terms.hours, 90_000_000, dtype=np.int64)),)
    return Case(terms, series, prices)


if __name__ == "__main__":
    sys.exit(main())

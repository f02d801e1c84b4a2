"""A community's life on a real database and a real node: the steps of a schedule, with faults or without.

Without faults the same steps are done plainly: that is the end to which the other one must come.
"""

import contextlib
import multiprocessing
import os
import random
import signal
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from community.usecases.register_community import register_community
from oracle.chain.client import EvmChain
from oracle.chain.node import LocalNode, start_node
from oracle.chain.rpc import Rpc
from oracle.errors import NodeUnreachable, OracleError
from oracle.jobs import JobState
from oracle.store.unit_of_work import OracleReadOnlyUnitOfWork, OracleUnitOfWork
from oracle.tasks.desk import Desk, desk_of
from oracle.tasks.drain import drain_all
from oracle.tasks.kinds import KINDS
from oracle.tasks.order import order as order_job
from oracle.tasks.tick import sweep
from oracle.usecases.context import Context, Pace
from oracle.usecases.follow import follow
from oracle.usecases.import_statement import import_statement
from oracle.usecases.pay import reserve_again
from oracle.usecases.publish import publish
from oracle.wiring import OpenChain, following, publishing, reconcile_community
from settlement.bankfile import read_statement, write_payment_file
from settlement.bootstrap import Database, case_manifest
from settlement.casefile import write_case
from settlement.domain.bank_orders import BankPayment, PaymentState
from settlement.domain.calendar import rome_date
from settlement.domain.case import Case, Direction
from settlement.domain.errors import NothingToOrder, ReceivedOutOfOrder
from settlement.domain.iban import complete_iban
from settlement.domain.payees import Payee
from settlement.domain.payout_states import Channel
from settlement.domain.records import Distribution, ReceiptKind
from settlement.domain.rounding import decimal_text
from settlement.store.engine import open_engine
from settlement.usecases.admit_readings import admit_readings
from settlement.usecases.close_period import close_period
from settlement.usecases.distribute import distribute
from settlement.usecases.order_at_bank import OrderTerms, order_at_bank
from settlement.usecases.record_receipt import ReceiptTerms, record_receipt
from tests.faults.steps import NONE, Month, Step
from tests.oracle.chain.test_node import kill, wait_for_state
from tests.oracle.faulty_node import faulty_node, random_script
from tests.oracle.mining import empty_blocks
from tests.oracle.operators import account
from tests.oracle.world import PERSONS, wallet
from tests.settlement.bankfile.statements import OWN_IBAN, Ntry, camt, paid, returned
from tests.settlement.store import world

FORK = multiprocessing.get_context("fork")
FIRST_BLOCK = 1
"""Not 0: the local node, restarted often, may come back with another block 0, and the same blocks above."""
BEGIN = datetime(2025, 6, 1, 8, tzinfo=UTC)
IMPOSSIBLE_WH = 9_000_000
ASKED = ("eth_sendRawTransaction", "eth_getTransactionReceipt", "eth_estimateGas", "eth_getTransactionCount")
FINDINGS = ("RECEIVED_ABOVE_COMPUTED", "RECEIVED_BELOW_COMPUTED", "SHORTFALL")
PAYEES = {
    name: Payee(name, Channel.BANK, None, complete_iban("IT", f"X0542811101{number:012d}"), consent=True)
    for number, name in enumerate((*PERSONS, "TOWN"))
} | {
    name: Payee(name, Channel.WALLET, wallet(number), None, consent=True)
    for number, name in enumerate(PERSONS[:2])
}


@dataclass(slots=True)
class Life:
    """The community, where it is stored, and its chain. `plain`: without faults."""

    engine: Engine
    url: str
    folder: Path
    anvil: Path
    months: Sequence[Month]
    plain: bool
    node: LocalNode
    community_id: UUID
    now: datetime = BEGIN
    started_at: int = 0
    struck: Counter[str] = field(default_factory=Counter)

    @classmethod
    def begin(
        cls, engine: Engine, url: str, folder: Path, anvil: Path, months: Sequence[Month], plain: bool
    ) -> "Life":
        """A registered community, nothing else; a node of its own."""
        node = start_node(folder / "chain", anvil)
        empty_blocks(Rpc(node.url), 25)
        # A node that is killed before its first write has another first block afterwards: another chain.
        wait_for_state(folder / "chain", 25)
        terms = world.community(months[0].first, months[-1].after)
        with OracleUnitOfWork(engine) as work:
            community_id = register_community(work, terms, PAYEES).community_id
            work.commit()
        return cls(engine, url, folder, anvil, months, plain, node, community_id)

    @property
    def opened(self) -> OpenChain:
        """Our account on the node as it listens now."""
        return account(self.node, self.folder / "keys.json")

    def do(self, step: Step) -> None:
        """Do a step; a plain life knows no faults, and does not do what is nothing but a fault."""
        self.now += timedelta(hours=1)
        fault = NONE if self.plain else step.fault
        dice = random.Random(step.luck)
        actions: dict[str, Callable[..., None]] = {
            "store": self.store,
            "close": self.close,
            "receive and distribute": self.receive,
            "order": self.order,
            "statement": self.statement,
            "reserve again": self.reserve_again,
            "publish": self.publish,
        }
        disturbances = {
            "follow": self.follow,
            "reorganise": self.reorganise,
            "restart": self.restart,
            "reconcile": self.reconcile,
        }
        if step.what in actions:
            actions[step.what](fault, dice, *step.terms)
        elif not self.plain:
            disturbances[step.what](fault, dice)

    @property
    def dice(self) -> random.Random:
        """For steps that nothing is drawn for."""
        return random.Random(0)

    def complete(self, index: int) -> bool:
        """Whether a month has all its readings."""
        month = self.months[index]
        with OracleReadOnlyUnitOfWork(self.engine) as work:
            days = work.readings.days(self.community_id, month.first, month.after - timedelta(days=1))
        return bool(days) and all(len(one) == (month.after - month.first).days for one in days.values())

    # --- readings and months -------------------------------------------------------------------------------

    def store(self, fault: str, dice: random.Random, first: date, after: date, factor: int) -> None:
        """Readings of some days arrive; prices come with the first ones."""
        case = world.case(first, after, factor=factor)
        case = case if factor == 1 else replace(case, prices=())
        if fault in ("job", "killed job"):
            self._store_by_job(case, killed=fault == "killed job", dice=dice)
            return
        if fault == "ten times":
            for _ in range(9):
                self._admit(self.engine, case, self.now)
        elif fault == "ten threads":
            at_once(10, lambda: self._admit(self.engine, case, self.now))
        elif fault == "impossible first":
            self._admit(self.engine, impossible(case), self.now - timedelta(minutes=5))
        elif fault == "clock back":
            with contextlib.suppress(ReceivedOutOfOrder):
                self._admit(self.engine, case, self.now - timedelta(hours=dice.randrange(1, 20)))
        elif fault == "killed":
            self.die(lambda engine: self._admit(engine, case, self.now, end=kill_self))
        elif fault == "cut":
            with contextlib.suppress(DBAPIError, psycopg.Error):
                self._admit(self.engine, case, self.now, end=self.cut)
        self._admit(self.engine, case, self.now)

    def _admit(
        self, engine: Engine, case: Case, now: datetime, end: Callable[[], None] = lambda: None
    ) -> None:
        with OracleUnitOfWork(engine) as work:
            admit_readings(work, self.community_id, case, "file", now)
            end()
            work.commit()

    def _store_by_job(self, case: Case, *, killed: bool, dice: random.Random) -> None:
        with tempfile.TemporaryDirectory() as name:
            write_case(case, Path(name))
            tables = {
                table: (Path(name) / f"{table}.csv").read_bytes()
                for table in ("readings", "prices")
                if table == "readings" or case.prices
            }
        span = span_of(case)
        for table, content in tables.items():
            self._job("import", span | {"table": table}, killed, dice, table=content)

    def close(self, fault: str, dice: random.Random, index: int) -> None:
        """A month is settled, or settled anew where something arrived since."""
        if fault in ("job", "killed job"):
            month = self.months[index]
            span = {"from": month.first.isoformat(), "to": month.after.isoformat()}
            self._job("settle", span, fault == "killed job", dice)
        elif fault == "two threads":
            at_once(2, lambda: self._close(self.engine, index))
        elif fault == "killed":
            self.die(lambda engine: self._close(engine, index, end=kill_self))
        self._close(self.engine, index)

    def _close(self, engine: Engine, index: int, end: Callable[[], None] = lambda: None) -> None:
        terms = world.community(*self.months[index])
        with OracleUnitOfWork(engine) as work:
            span = (terms.start, terms.end)
            close_period(work, case_manifest, self.community_id, *span, self.now, reason="better readings")
            end()
            work.commit()

    # --- jobs ----------------------------------------------------------------------------------------------

    def _job(
        self, kind: str, arguments: dict[str, str], killed: bool, dice: random.Random, **options: Any
    ) -> None:
        """Order a job and work until it is done; a worker may be killed at one of its points first."""
        with OracleUnitOfWork(self.engine) as work:
            job = order_job(work, self.community_id, kind, arguments, self.now, **options).job
            work.commit()
        if killed:
            self.die(lambda engine: self._work(engine, KillAt(dice.randrange(1, 6))))
        self._work(self.engine, lambda _name: None)
        with OracleReadOnlyUnitOfWork(self.engine) as work:
            done = work.jobs.get(job.id)
        assert done is not None
        assert done.state is JobState.DONE, done

    def _work(self, engine: Engine, checkpoint: Callable[[str], None]) -> None:
        desk: Desk = desk_of(Database(engine, "", embedded=False), no_chain, lambda: self.now, KINDS)
        desk = replace(desk, checkpoint=checkpoint)
        sweep(desk)
        drain_all(desk)

    # --- money ---------------------------------------------------------------------------------------------

    def receive(self, fault: str, dice: random.Random, index: int, number: int, amount: int) -> None:
        """Money comes in and is divided by the newest settlement of the month."""
        self._pay(fault, lambda engine, end: self._receive(engine, index, number, amount, end))

    def _receive(self, engine: Engine, index: int, number: int, amount: int, end: Callable[[], None]) -> None:
        terms = world.community(*self.months[index])
        with OracleUnitOfWork(engine) as work:
            # Both wait for whoever settles or divides, so that both name the same settlement.
            wanted = ReceiptTerms(ReceiptKind.ADVANCE, date(2025, 6, 2), amount, f"TRN-{number}")
            receipt = record_receipt(work, self.community_id, wanted)
            settlement = work.settlements.of_period(self.community_id, terms.start, terms.end)
            assert settlement is not None
            distribute(work, self.community_id, [receipt.id], [settlement.id], acknowledged=FINDINGS)
            end()
            work.commit()

    def order(self, fault: str, dice: random.Random, number: int) -> None:
        """The leaves that the vault has reserved are ordered at the bank."""
        self.drain()
        self._pay(fault, lambda engine, end: self._order(engine, number, end))

    def _order(self, engine: Engine, number: int, end: Callable[[], None]) -> None:
        terms = OrderTerms(self.now.date() + timedelta(days=2), OWN_IBAN)
        with OracleUnitOfWork(engine) as work:
            distribution = self._distribution(work, number)
            with contextlib.suppress(NothingToOrder):
                named = (self.community_id, distribution.id, terms, self.now)
                order_at_bank(work, write_payment_file, *named)
            end()
            work.commit()

    def statement(self, fault: str, dice: random.Random, number: int, every: int) -> None:
        """The bank says that it paid; each so-many-th payment came back (0: none)."""
        with OracleReadOnlyUnitOfWork(self.engine) as work:
            distribution = self._distribution(work, number)
            rows = [
                row
                for row in work.bank_orders.payments(self.community_id)
                if row.distribution_id == distribution.id and row.state is PaymentState.ORDERED
            ]
        if not rows:
            return
        entries = [entry for row in rows for entry in told(row, number, every)]
        content = camt(*entries, identity=f"{number}-{every}")
        self._pay(fault, lambda engine, end: self._statement(engine, content, end))

    def _statement(self, engine: Engine, content: bytes, end: Callable[[], None]) -> None:
        found = read_statement("estratto.xml", content)
        assert found.findings == []
        with OracleUnitOfWork(engine) as work:
            done = import_statement(work, self.community_id, found.entries, accept=True)
            assert done.findings == ()
            end()
            work.commit()

    def reserve_again(self, fault: str, dice: random.Random, number: int) -> None:
        """What came back is reserved again."""
        self.drain()
        self._pay(fault, lambda engine, end: self._reserve_again(engine, number, end))

    def _reserve_again(self, engine: Engine, number: int, end: Callable[[], None]) -> None:
        with OracleUnitOfWork(engine) as work:
            work.lock(f"money:{self.community_id}")
            reserve_again(work, self._distribution(work, number).id)
            end()
            work.commit()

    def _distribution(self, work: Any, number: int) -> Distribution:
        (found,) = [row for row in work.distributions.of_community(self.community_id) if row.number == number]
        assert isinstance(found, Distribution)
        return found

    def _pay(self, fault: str, action: Callable[[Engine, Callable[[], None]], None]) -> None:
        """A step of the treasurer's: a transaction that is killed, done twice, or by two at once."""
        calm: Callable[[], None] = lambda: None  # noqa: E731
        if fault == "killed":
            self.die(lambda engine: action(engine, kill_self))
        elif fault == "two threads":
            at_once(2, lambda: action(self.engine, calm))
        elif fault == "twice":
            action(self.engine, calm)
        action(self.engine, calm)

    # --- the chain -----------------------------------------------------------------------------------------

    def publish(self, fault: str, dice: random.Random) -> None:
        """The open messages are published as far as the fault lets them."""
        if fault == "killed":
            point = dice.randrange(1, 60)
            self.die(lambda engine: publish(self.context(engine, checkpoint=KillAt(point))))
        elif fault == "two at once":
            lives = [self.start(lambda engine: publish(self.context(engine))) for _ in range(2)]
            for process in lives:
                process.join(120)
        elif fault == "cut":
            with contextlib.suppress(DBAPIError, psycopg.Error):
                publish(self.context(self.engine, checkpoint=At(dice.randrange(1, 40), self.cut)))
        elif fault == "misbehaving node":
            self._publish_through_a_bad_node(dice)
        elif fault == "blocks taken back":
            depth = dice.choice((1, 5, 20))
            taken = At(dice.randrange(1, 40), lambda: self.take_back(depth))
            self._stands(publish(self.context(self.engine, checkpoint=taken)))
        else:
            self._stands(publish(self.context(self.engine)))

    def _publish_through_a_bad_node(self, dice: random.Random) -> None:
        script = random_script(
            dice.randrange(1000), ASKED, 6, ("drop", "twice", "timeout", "refuse", "stale")
        )
        with faulty_node(self.node.url, script) as faulty:
            opened = self.opened
            node = Rpc(faulty.url, 0.4)
            opened = replace(opened, chain=EvmChain(node, opened.chain.keys, opened.chain.chain_id))
            pace = Pace(away_s=0.01, resend_after_s=0.2, sleep=lambda _seconds: None)
            # A node that refuses or answers of an older block stops the queue, or the run: nothing is lost.
            with contextlib.suppress(OracleError):
                publish(publishing(self.engine, opened, pace=pace))
            self.struck["misbehaved"] += len(faulty.met)

    def _stands(self, result: Any) -> None:
        assert result.stopped == {}, result.stopped

    def context(self, engine: Engine, checkpoint: Callable[[str], None] = lambda _name: None) -> Context:
        """What a publisher works with."""
        return publishing(engine, self.opened, pace=Pace(resend_after_s=0.2), checkpoint=checkpoint)

    def drain(self) -> None:
        """Publish everything."""
        self._stands(publish(self.context(self.engine)))
        with OracleReadOnlyUnitOfWork(self.engine) as work:
            assert work.outbox.open_rows(self.community_id) == []

    def follow(self, fault: str, dice: random.Random) -> None:
        """The index is brought to the newest block."""
        if fault == "killed":
            point = KillAt(dice.randrange(1, 6))
            self.die(
                lambda engine: follow(
                    replace(
                        following(engine, self.opened, first_number=FIRST_BLOCK),
                        checkpoint=point,
                        batch_blocks=7,
                    )
                )
            )
        follow(following(self.engine, self.opened, first_number=FIRST_BLOCK))

    def reorganise(self, fault: str, dice: random.Random) -> None:
        """The chain takes blocks back."""
        self.take_back(int(fault))

    def take_back(self, depth: int) -> None:
        """As many as the node still knows the state of: it forgets that of blocks before its start."""
        rpc = Rpc(self.node.url)
        depth = min(depth, rpc.head()[0] - self.started_at)
        if depth > 0:
            patiently(lambda: rpc.call("anvil_reorg", depth, []))
            self.struck["taken back"] += 1

    def restart(self, fault: str, dice: random.Random) -> None:
        """The node stops, or is killed and forgets what it had not written."""
        if fault == "killed":
            kill(self.node)
        else:
            self.node.stop()
        self.node = start_node(self.folder / "chain", self.anvil)
        self.started_at = Rpc(self.node.url).head()[0]
        self.struck["restarted"] += 1

    def reconcile(self, fault: str, dice: random.Random) -> None:
        """Once everything is published, nothing differs."""
        self.drain()
        with OracleReadOnlyUnitOfWork(self.engine) as work:
            if not work.deployments.of_community(self.community_id):
                return
        found = reconcile_community(self.engine, self.opened, self.community_id, self.now)
        assert found.divergences == ()

    # --- deaths --------------------------------------------------------------------------------------------

    def start(self, action: Callable[[Engine], object]) -> Any:
        """A process with connections of its own that does it."""

        def live() -> None:
            with contextlib.suppress(OracleError):
                action(open_engine(self.url, pool_size=2))
            os._exit(0)

        process = FORK.Process(target=live)
        process.start()
        return process

    def die(self, action: Callable[[Engine], object]) -> None:
        """Do it in a process that may be killed on the way."""
        process = self.start(action)
        process.join(120)
        assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
        self.struck["killed"] += process.exitcode != 0

    def cut(self) -> None:
        """The server drops every connection to this database, as it does when it restarts."""
        self.struck["cut"] += 1
        url = make_url(self.url)
        address = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [url.database]
            )


class At:
    """A checkpoint that does something at the so-many-th point."""

    def __init__(self, point: int, action: Callable[[], None]) -> None:
        self._left, self._action = point, action

    def __call__(self, _name: str) -> None:
        self._left -= 1
        if self._left == 0:
            self._action()


def kill_self() -> None:
    """The process ends as by a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


def KillAt(point: int) -> At:
    """A checkpoint that ends its process with -9 at the so-many-th point."""
    return At(point, kill_self)


def patiently(action: Callable[[], object]) -> None:
    """The node may be in the middle of a block."""
    for attempt in range(100):
        try:
            action()
        except NodeUnreachable:
            if attempt == 99:
                raise
            threading.Event().wait(0.05)
        else:
            return


def at_once(count: int, action: Callable[[], None]) -> None:
    """So many threads do the same at the same time; an error of one is an error."""
    gate, errors = threading.Barrier(count), []

    def run() -> None:
        gate.wait()
        try:
            action()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def no_chain(_progress: object) -> Iterator[Context]:
    """Jobs of these steps have no chain."""
    raise AssertionError("no job of a schedule publishes")


def impossible(case: Case) -> Case:
    """The same file with an hour that no plant of this power can give: its day is held."""
    series = []
    for row in case.series:
        wh = row.wh.copy()
        # Of a withdrawal nothing is impossible: it would enter, and be corrected by the next file.
        if row.key == (world.pod_of("P1"), Direction.INJECTED):
            wh[12] = IMPOSSIBLE_WH
        series.append(replace(row, wh=wh))
    return replace(case, series=tuple(series))


def span_of(case: Case) -> dict[str, str]:
    """The case's days as a job names them."""
    return {
        "from": rome_date(case.community.start).isoformat(),
        "to": rome_date(case.community.end).isoformat(),
    }


def told(payment: BankPayment, number: int, every: int) -> Iterator[Ntry]:
    """What the bank says of a payment."""
    amount = decimal_text(payment.amount_micro_eur // 10_000, 2)
    if every and payment.leaf_index % every == 0:
        yield returned(payment.end_to_end_id, amount, day="2025-06-20")
    else:
        reference = f"DEB{number}-{payment.leaf_index}-{payment.attempt}"
        yield paid(payment.end_to_end_id, amount, reference, day="2025-06-20")

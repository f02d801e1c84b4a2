"""Read endpoints under 50 concurrent clients, as a ratio to a bare FastAPI endpoint with one indexed query.

    python -m benchmarks.api [--clients 50] [--seconds 3] [--rounds 3]

Each application is one uvicorn process over the same database, with the same pool; the clients are this
process, keep their connections and ask again as soon as they have an answer. A round asks the bare
endpoint, then one endpoint of the API; the figure is the ratio of their 95th percentiles, the median over the
rounds. The goal is a ratio of at most 3. The community is the built-in one: 40 members, a month settled and
distributed.
"""

import argparse
import asyncio
import multiprocessing
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine, text

from api.main import create_app
from api.service import service_of
from community.domain.records import Role
from community.usecases.register_community import register_community
from community.usecases.tokens import create_token
from oracle.store.unit_of_work import OracleUnitOfWork
from planning.example import example_case
from settlement.bootstrap import Database, case_manifest, upgrade_database
from settlement.domain.records import ReceiptKind
from settlement.store.embedded import start_embedded
from settlement.store.engine import open_engine
from settlement.usecases.close_period import close_period
from settlement.usecases.distribute import distribute
from settlement.usecases.import_readings import import_readings
from settlement.usecases.record_receipt import ReceiptTerms, record_receipt

GOAL_RATIO = 3.0
NOW = datetime(2025, 1, 10, tzinfo=UTC)
HOST = "127.0.0.1"


class Stock(NamedTuple):
    """What the database holds, as far as the questions need it."""

    community_id: UUID
    settlement_id: UUID
    distribution_id: UUID
    first: date
    after: date
    token: str


def main() -> None:
    """Measure and print; nothing is left behind."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="condivisa-bench-") as name:
        Path(name).chmod(0o755)
        with start_embedded(Path(name) / "postgres") as server:
            engine = open_engine(server.url())
            upgrade_database(engine)
            stock = _stocked(engine)
            engine.dispose()
            with _served("bare", server.url()) as bare, _served("api", server.url()) as api:
                _compare(stock, bare, api, given)


def _compare(stock: Stock, bare: int, api: int, given: argparse.Namespace) -> None:
    reference = Question(bare, f"/{stock.community_id}", stock.token)
    _ask(reference, given.clients, 1.0)
    heading = f"p95 in ms, {given.clients} clients, {given.rounds} rounds"
    print(f"{heading:<46} {'bare':>6} {'API':>6} {'ratio':>7} {'answers/s':>10}")
    missed = []
    for name, path in _paths(stock).items():
        question = Question(api, path, stock.token)
        _ask(question, given.clients, 1.0)
        rounds = [
            (_ask(reference, given.clients, given.seconds), _ask(question, given.clients, given.seconds))
            for _ in range(given.rounds)
        ]
        ratio = median(_p95(mine) / _p95(theirs) for theirs, mine in rounds)
        if ratio > GOAL_RATIO:
            missed.append(f"{name} ({ratio:.1f})")
        theirs_ms, mine_ms = (1000 * median(_p95(pair[side]) for pair in rounds) for side in (0, 1))
        rate = median(len(mine) for _, mine in rounds) / given.seconds
        print(f"  {name:<44} {theirs_ms:6.1f} {mine_ms:6.1f} {ratio:7.2f} {rate:10,.0f}")
    verdict = f"MISSED by {', '.join(missed)}" if missed else "reached by all"
    print(f"goal: at most {GOAL_RATIO:.0f} times the bare endpoint: {verdict}")


def _paths(stock: Stock) -> dict[str, str]:
    place = f"/communities/{stock.community_id}"
    period = f"from={stock.first}&to={stock.after}"
    return {
        "whoami": "/whoami",
        "community": place,
        "members (40)": f"{place}/members",
        "balance, a month by day": f"{place}/energy/balance?{period}&resolution=day",
        "balance, a month by hour": f"{place}/energy/balance?{period}&resolution=hour",
        "settlements": f"{place}/settlements",
        "settlement": f"{place}/settlements/{stock.settlement_id}",
        "settlement, members (40)": f"{place}/settlements/{stock.settlement_id}/members",
        "distributions": f"{place}/distributions",
        "payouts (40)": f"{place}/distributions/{stock.distribution_id}/payouts",
        "ledger transactions": f"{place}/ledger/transactions",
    }


# --- the load --------------------------------------------------------------------------------------------


class Question(NamedTuple):
    """One GET that every client repeats."""

    port: int
    path: str
    token: str

    @property
    def octets(self) -> bytes:
        """The request as it goes over the wire."""
        return (
            f"GET {self.path} HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode()
        )


def _ask(question: Question, clients: int, seconds: float) -> list[float]:
    """Seconds of each answer that was asked for in the given time."""
    return asyncio.run(_all_clients(question, clients, seconds))


async def _all_clients(question: Question, clients: int, seconds: float) -> list[float]:
    end = time.perf_counter() + seconds
    found = await asyncio.gather(*(_client(question, end) for _ in range(clients)))
    return [latency for one in found for latency in one]


async def _client(question: Question, end: float) -> list[float]:
    reader, writer = await asyncio.open_connection(HOST, question.port)
    latencies = []
    while (begin := time.perf_counter()) < end:
        writer.write(question.octets)
        await _answer(reader, question.path)
        latencies.append(time.perf_counter() - begin)
    writer.close()
    await writer.wait_closed()
    return latencies


async def _answer(reader: asyncio.StreamReader, path: str) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(f"{path} answered {head.decode(errors='replace')}")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    await reader.readexactly(int(length.split(b":")[1]))


def _p95(latencies: Sequence[float]) -> float:
    return quantiles(latencies, n=20)[-1]


# --- the servers -----------------------------------------------------------------------------------------


@contextmanager
def _served(which: str, address: str) -> Iterator[int]:
    """A server process on a free port; it ends with the block."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen(1024)
        process = multiprocessing.get_context("fork").Process(
            target=_serve, args=(which, address, listener), daemon=True
        )
        port = listener.getsockname()[1]
        process.start()
        listener.close()  # only the server listens: when it dies, the clients learn it
        try:
            yield port
        finally:
            process.terminate()
            process.join()


def _serve(which: str, address: str, listener: socket.socket) -> None:
    engine = open_engine(address)
    app = create_app(service_of(Database(engine, address, embedded=True), lambda: NOW))
    config = uvicorn.Config(app if which == "api" else _bare(engine), log_level="warning")
    uvicorn.Server(config).run(sockets=[listener])


def _bare(engine: Engine) -> FastAPI:
    """An endpoint with one indexed query, and nothing else: no token, no schema, no error table."""
    app = FastAPI()
    query = text("SELECT id, name, status FROM energy_communities WHERE id = :id")

    @app.get("/{community_id}")
    def read(community_id: UUID) -> dict[str, str]:
        with engine.connect() as connection:
            row = connection.execute(query, {"id": community_id}).one()
        return {"id": str(row.id), "name": row.name, "status": row.status}

    return app


def _stocked(engine: Engine) -> Stock:
    """The built-in community with its month settled and one receipt divided."""
    case = example_case()
    start, end = case.community.start, case.community.end
    with OracleUnitOfWork(engine) as work:
        community_id = register_community(work, case.community).community_id
        import_readings(work, community_id, case, NOW - timedelta(days=2))
        settlement = close_period(work, case_manifest, community_id, start, end, NOW - timedelta(days=1))
        terms = ReceiptTerms(ReceiptKind.ADVANCE, date(2025, 1, 9), 1_000_000_000, "TRN 1")
        receipt = record_receipt(work, community_id, terms)
        distribution = distribute(
            work, community_id, [receipt.id], [settlement.id], acknowledged=["RECEIVED_ABOVE_COMPUTED"]
        )
        token = create_token(work, Role.ADMINISTRATOR, "bench", NOW, NOW + timedelta(days=1), community_id)
        work.commit()
    days = (start + timedelta(hours=12)).date(), (end + timedelta(hours=12)).date()
    return Stock(community_id, settlement.id, distribution.id, *days, token.secret)


if __name__ == "__main__":
    main()

"""A month of 1,000 members from the database to an approved distribution, beside settling it from memory.

    python -m benchmarks.month [--members 1000] [--rounds 3]

The database is the embedded server with its ordinary settings. Measured are closing the period (load, settle,
store hours and members, evidence) and the distribution of one receipt (draft, check, approve, entries,
leaves, statements), each committed. The goal is ten seconds for both.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
from sqlalchemy import Engine

from benchmarks.ingest import RECEIVED, fresh_database, metered_case
from community.store.unit_of_work import UnitOfWork
from community.usecases.register_community import register_community
from settlement.bootstrap import case_manifest
from settlement.domain.case import Case, PriceSeries
from settlement.domain.records import ReceiptKind
from settlement.engines import settle_case
from settlement.store.embedded import EmbeddedServer, start_embedded
from settlement.usecases.close_period import close_period
from settlement.usecases.distribute import distribute
from settlement.usecases.import_readings import import_readings
from settlement.usecases.record_receipt import ReceiptTerms, record_receipt

GOAL_S = 10
DAYS = 31
EURO = 1_000_000
ABOVE = ("RECEIVED_ABOVE_COMPUTED",)
"""A round sum is divided here, whatever the readings were worth."""


def main() -> int:
    """Measure and print; exit 1 beyond the goal."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--members", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    case = priced(metered_case(given.members, DAYS))
    with tempfile.TemporaryDirectory(prefix="condivisa-bench-") as folder:
        Path(folder).chmod(0o755)
        with start_embedded(Path(folder) / "postgres") as server:
            rounds = [one_round(server, case) for _ in range(given.rounds)]
    closing_s, dividing_s, settling_s = (min(column) for column in zip(*rounds, strict=True))
    total_s = closing_s + dividing_s
    print(f"{given.members} members, {DAYS} days, best of {given.rounds}:")
    print(
        f"  close the period        {closing_s:6.2f} s   {closing_s / settling_s:6.1f} x settling from memory"
    )
    print(f"  approved distribution   {dividing_s:6.2f} s   {dividing_s / settling_s:6.1f} x")
    print(f"  both                    {total_s:6.2f} s   goal {GOAL_S} s")
    return 0 if total_s <= GOAL_S else 1


def priced(case: Case) -> Case:
    """The case with one price for every hour."""
    quarters = np.full(4 * case.community.hours, 95_000_000, dtype=np.int64)
    zones = sorted({row.zone for row in case.community.configurations})
    prices = tuple(PriceSeries(zone, quarters) for zone in zones)
    return replace(case, prices=prices)


def one_round(server: EmbeddedServer, case: Case) -> tuple[float, float, float]:
    """Seconds of closing, of dividing, and of settling the same case from memory."""
    with fresh_database(server) as engine:
        with UnitOfWork(engine) as work:
            community_id = register_community(work, case.community).community_id
            import_readings(work, community_id, case, RECEIVED)
            work.commit()
        began = time.perf_counter()
        settle_case(case)
        settled = time.perf_counter()
        settlement = close(engine, community_id, case)
        closed = time.perf_counter()
        divide(engine, community_id, settlement)
        divided = time.perf_counter()
    return closed - settled, divided - closed, settled - began


def close(engine: Engine, community_id: UUID, case: Case) -> UUID:
    """Settle the period from the database."""
    period = (case.community.start, case.community.end)
    with UnitOfWork(engine) as work:
        later = RECEIVED + timedelta(days=1)
        stored = close_period(work, case_manifest, community_id, *period, later, settle=settle_case)
        work.commit()
    return stored.id


def divide(engine: Engine, community_id: UUID, settlement: UUID) -> None:
    """Divide a receipt by the settlement."""
    with UnitOfWork(engine) as work:
        terms = ReceiptTerms(ReceiptKind.ADVANCE, date(2025, 1, 20), 1_000 * EURO, "CRO 1")
        receipt = record_receipt(work, community_id, terms)
        distribute(work, community_id, [receipt.id], [settlement], acknowledged=ABOVE)
        work.commit()


if __name__ == "__main__":
    sys.exit(main())

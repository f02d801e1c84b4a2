"""A year of 1,000 members from a case folder to the commitments of every day, beside reading its bytes.

    python -m benchmarks.year [--members 1000] [--days 366]

Measured are the steps that the service takes: read the folder and check it, import with the checks of
readings, close the year (settle, store, evidence), attest each day (commitments, list, root). The goal is
five minutes on two cores with at most 2 GB of memory, the embedded server's not counted. The folder is
written first, by a process of its own, and not measured.
"""

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine

from benchmarks.ingest import RECEIVED, fresh_database, metered_case
from benchmarks.month import priced
from community.store.unit_of_work import UnitOfWork
from community.usecases.register_community import register_community
from oracle.attest.keccak import keccak256
from oracle.usecases.attest import attest_days
from settlement.bootstrap import case_manifest
from settlement.casefile import read_case, write_case
from settlement.domain.calendar import civil_days
from settlement.domain.case import SINGLE_CONFIGURATION, Case
from settlement.engines import settle_case
from settlement.store.embedded import start_embedded
from settlement.usecases.admit_readings import admit_readings
from settlement.usecases.close_period import close_period

GOAL_S, GOAL_GB = 300, 2.0


def main() -> int:
    """Measure and print; exit 1 beyond a goal."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--members", type=int, default=1_000)
    parser.add_argument("--days", type=int, default=366)
    given = parser.parse_args()
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="condivisa-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        writer = multiprocessing.get_context("spawn").Process(
            target=_write, args=(folder / "case", given.members, given.days)
        )
        writer.start()
        writer.join()
        with _timed(seconds, "bytes"):
            size = sum(len(file.read_bytes()) for file in (folder / "case").iterdir())
        with start_embedded(folder / "postgres") as server, fresh_database(server) as engine:
            _year(folder / "case", engine, seconds)
    bare = seconds.pop("bytes")
    size_mb = round(size / 1e6)
    print(f"{given.members} members, {given.days} days, {size_mb} MB of files, read bare in {bare:.2f} s:")
    for step, spent in seconds.items():
        print(f"  {step:<24}{spent:7.1f} s {spent / bare:8.1f} x")
    total = sum(seconds.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"  {'all':<24}{total:7.1f} s {total / bare:8.1f} x   goal {GOAL_S} s")
    print(f"  {'memory at most':<24}{peak:7.2f} GB{'':13}goal {GOAL_GB} GB")
    return 0 if total <= GOAL_S and peak <= GOAL_GB else 1


def _write(folder: Path, members: int, days: int) -> None:
    folder.mkdir()
    write_case(priced(metered_case(members, days)), folder)


def _year(folder: Path, engine: Engine, seconds: dict[str, float]) -> None:
    with _timed(seconds, "read and check the files"):
        case, findings = read_case(folder)
    assert case is not None, findings[:3]
    with _timed(seconds, "import"):
        community_id = _imported(engine, case)
    with _timed(seconds, "settle"), UnitOfWork(engine) as work:
        period = (case.community.start, case.community.end)
        later = RECEIVED + timedelta(days=1)
        close_period(work, case_manifest, community_id, *period, later, settle=settle_case)
        work.commit()
    with _timed(seconds, "commit"):
        days = list(civil_days(*period))
        attested = sum(1 for _ in attest_days(case, SINGLE_CONFIGURATION, days, _keys))
    assert attested == len(days)


def _imported(engine: Engine, case: Case) -> UUID:
    with UnitOfWork(engine) as work:
        community_id = register_community(work, case.community).community_id
        admitted = admit_readings(work, community_id, case, "year", RECEIVED)
        work.commit()
    assert admitted.imported.readings.new, "nothing was held"
    return community_id


def _keys(pods: Collection[str], month: int) -> Mapping[str, bytes]:
    return {pod: keccak256(f"{pod} {month}".encode()) for pod in pods}


@contextmanager
def _timed(seconds: dict[str, float], step: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    seconds[step] = time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())

"""Reading a million quarter-hours from a distributor's CSV, as a ratio to the csv module on the same bytes.

    python -m benchmarks.sources [--readings 1000000] [--rounds 3]

The csv module alone splits the text into cells and means nothing by them; the reader also understands times
with their offset, PODs, directions and decimals, looks for repetitions and rounds to whole Wh. Both begin
with the bytes in memory. The goal is at most ten seconds.
"""

import argparse
import csv
import io
import resource
import time
from datetime import UTC, datetime, timedelta

import numpy as np

from oracle.sources.meters.registry import read_meter_bytes
from settlement.domain.calendar import ROME

FIRST = datetime(2023, 12, 31, 23, tzinfo=UTC)
QUARTERS = 35_136
GOAL_SECONDS = 10


def main() -> None:
    """Measure and print; nothing is written."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--readings", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    raw = contract_csv(given.readings)
    print(f"{given.readings:,} quarter-hours, {len(raw) / 1e6:.0f} MB")
    bare = min(_csv_alone(raw) for _ in range(given.rounds))
    whole = min(_read(raw, given.readings) for _ in range(given.rounds))
    print(f"csv module alone   {bare:7.2f} s  {given.readings / bare:12,.0f} rows/s    1.0 ×")
    print(f"read and checked   {whole:7.2f} s  {given.readings / whole:12,.0f} rows/s  {whole / bare:5.1f} ×")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    verdict = "reached" if whole <= GOAL_SECONDS else "MISSED"
    print(f"goal: at most {GOAL_SECONDS} s: {verdict}; peak memory {memory:,.0f} MB")


def contract_csv(readings: int) -> bytes:
    """A year of quarter-hours of as many PODs as the readings need, values from a fixed seed."""
    moments = (FIRST + timedelta(minutes=15 * index) for index in range(QUARTERS))
    stamps = [moment.astimezone(ROME).isoformat(timespec="minutes") for moment in moments]
    values = np.random.default_rng(20240101).integers(0, 4_000, readings)
    lines = ["data_ora;pod;tipo;energia_kwh"]
    for index, wh in enumerate(values.tolist()):
        pod, quarter = divmod(index, QUARTERS)
        lines.append(f"{stamps[quarter]};IT001E{pod:08d};prelevata;{wh // 1000},{wh % 1000:03d}")
    return ("\n".join(lines) + "\n").encode()


def _csv_alone(raw: bytes) -> float:
    begin = time.perf_counter()
    for _ in csv.reader(io.StringIO(raw.decode(), newline=""), delimiter=";"):
        pass
    return time.perf_counter() - begin


def _read(raw: bytes, readings: int) -> float:
    begin = time.perf_counter()
    found = read_meter_bytes("gse.csv", raw)
    seconds = time.perf_counter() - begin
    assert not found.findings
    assert sum(len(row.wh) for row in found.registers) == readings
    return seconds


if __name__ == "__main__":
    main()

"""Our division beside a grid operator's: an Austrian community, August 2023, 2,976 quarter-hours.

Austria allocates by quarter-hour, pro rata to withdrawals ("Eigendeckung"), as we do by hour. The operator
rounds each cell to the thousandth of a Wh, so its table does not add up everywhere; ours is in whole Wh and
does. The data stand beside the project, pseudonymised, and are never copied into it.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from settlement.domain.engine import settle
from settlement.domain.loops import Loops
from settlement.domain.numpy_loops import NumpyLoops
from settlement.domain.sharing import shared_wh, shared_withdrawal_wh
from settlement.kernel.loops import CompiledLoops
from tests.settlement.domain.worlds import case, held, plant, sme

pytestmark = pytest.mark.shared

QUARTERS = 2_976
MILLI = 1_000
MIDNIGHT = datetime(2023, 7, 31, 22, tzinfo=UTC)


@dataclass(frozen=True)
class Table:
    """Energy by quarter-hour in Wh; the operator's cells in thousandths of a Wh, (quarters, consumers)."""

    consumed_wh: NDArray[np.int64]
    generated_wh: NDArray[np.int64]
    operator_milli_wh: NDArray[np.int64]

    @property
    def shared_wh(self) -> NDArray[np.int64]:
        """The smaller side of each quarter-hour."""
        return shared_wh(self.generated_wh.sum(axis=1), self.consumed_wh.sum(axis=1))

    @property
    def ours_wh(self) -> NDArray[np.int64]:
        """Our division of each quarter-hour."""
        return shared_withdrawal_wh(self.shared_wh, self.consumed_wh)


@pytest.fixture(scope="module")
def table(shared_data: Path) -> Table:
    """The five consumers and four generators of grid N."""
    path = shared_data / "eeg_at_2023" / "energy_long_aug2023_gridN.csv.gz"
    if not path.is_file():
        pytest.skip("the Austrian community does not stand beside the project")
    columns: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for meter, column, value in _cells(path):
        columns[column][meter].append(value)
    matrices = {name: np.array([rows[meter] for meter in sorted(rows)]).T for name, rows in columns.items()}
    return Table(
        matrices["consumption_kwh"] // MILLI,
        matrices["generation_kwh"] // MILLI,
        matrices["own_coverage_kwh"],
    )


def _cells(path: Path) -> Iterator[tuple[str, str, int]]:
    """Meter, column and thousandths of a Wh, exactly, in the order of the quarter-hours."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in sorted(csv.DictReader(lines), key=lambda row: row["ts_utc"]):
            for column in ("consumption_kwh", "generation_kwh", "own_coverage_kwh"):
                if row[column]:
                    milli = Fraction(row[column]) * 1_000 * MILLI
                    assert milli.denominator == 1
                    yield row["meter"], column, int(milli)


def test_table__as_published__has_the_totals_of_the_operator(table: Table) -> None:
    assert table.consumed_wh.shape == (QUARTERS, 5)
    assert table.generated_wh.shape == (QUARTERS, 4)
    assert (table.consumed_wh.sum(), table.generated_wh.sum()) == (752_149, 2_668_237)


def test_shared__each_quarter_hour__is_the_operators_sum_but_for_its_rounding(table: Table) -> None:
    difference = np.abs(table.operator_milli_wh.sum(axis=1) - MILLI * table.shared_wh)
    assert difference.max() <= 1
    assert int((difference > 0).sum()) == 450


def test_division__each_cell__lies_within_one_watt_hour_of_the_operators(table: Table) -> None:
    assert np.abs(table.operator_milli_wh - MILLI * table.ours_wh).max() < MILLI


def test_division__each_quarter_hour__adds_up_exactly(table: Table) -> None:
    assert (table.ours_wh.sum(axis=1) == table.shared_wh).all()
    assert table.ours_wh.sum() == 162_191


@pytest.mark.parametrize("loops", [NumpyLoops(), CompiledLoops()], ids=["numpy", "compiled"])
def test_settle__italian_rule__shares_by_the_hour(table: Table, loops: Loops) -> None:
    """Quarters summed before the minimum: 185.005 kWh instead of 162.191."""
    consumers, generators = table.consumed_wh.T.tolist(), table.generated_wh.T.tolist()
    names = [f"IT001E{number:08d}" for number in range(len(consumers) + len(generators))]
    members = [f"M{number}" for number in range(len(names))]
    given = case(
        injected=dict(zip(names[len(consumers) :], generators, strict=True)),
        withdrawn=dict(zip(names[: len(consumers)], consumers, strict=True)),
        resolution_minutes=15,
        start=MIDNIGHT,
        members=[sme(member) for member in members],
        pods=[
            held(pod, member, valid_from=MIDNIGHT.date()) for pod, member in zip(names, members, strict=True)
        ],
        plants=[
            plant(pod, pod, entry_into_operation=MIDNIGHT.date().replace(year=2022))
            for pod in names[len(consumers) :]
        ],
    )
    found = settle(given, loops)
    assert found.document()["shared_wh"] == 185_005
    hourly = table.consumed_wh.reshape(-1, 4, len(consumers)).sum(axis=1)
    parts = shared_withdrawal_wh(found.configurations[0].shared_wh, hourly).sum(axis=0)
    assert [found.members[name].shared_withdrawal_wh for name in members[: len(consumers)]] == parts.tolist()

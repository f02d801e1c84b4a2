"""A table of readings or prices that was sent to us, read as if it stood in a case folder."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from settlement.casefile.outline import Outline
from settlement.casefile.prices_file import PRICES_FILE, read_prices
from settlement.casefile.reading_rows import READINGS_FILE
from settlement.casefile.readings_file import read_readings
from settlement.domain.case import Case, Community
from settlement.domain.findings import Finding
from settlement.domain.readiness import expected_of


def read_table(kind: str, table: bytes, terms: Community) -> tuple[Case, list[Finding]]:
    """The case that the table makes with the community's terms, and its defects in the order of the lines.

    `kind` is readings or prices. With defects the case is not to be used.
    """
    return _READERS[kind](table, terms)


def _readings(table: bytes, terms: Community) -> tuple[Case, list[Finding]]:
    with tempfile.TemporaryDirectory(prefix="condivisa-import-") as folder:
        series, findings = read_readings(_file(folder, READINGS_FILE, table), _outline(terms))
    return Case(terms, tuple(series), ()), sorted(findings)


def _prices(table: bytes, terms: Community) -> tuple[Case, list[Finding]]:
    with tempfile.TemporaryDirectory(prefix="condivisa-import-") as folder:
        prices, findings = read_prices(_file(folder, PRICES_FILE, table), _outline(terms))
    return Case(terms, (), tuple(prices)), sorted(findings)


def _file(folder: str, name: str, table: bytes) -> Path:
    file = Path(folder) / name
    file.write_bytes(table)
    return file


def _outline(terms: Community) -> Outline:
    return Outline(expected_of(terms), frozenset(row.zone for row in terms.configurations), pods_known=True)


_READERS: dict[str, Callable[[bytes, Community], tuple[Case, list[Finding]]]] = {
    "readings": _readings,
    "prices": _prices,
}

"""The fast reader and the exact reader give one verdict on every row."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.casefile import csv_file
from settlement.casefile.csv_file import Block, CsvLines, open_csv, text_lines
from settlement.casefile.fields import pod_code, pod_number
from settlement.casefile.reading_blocks import read_block
from settlement.casefile.reading_rows import read_rows
from settlement.casefile.readings_file import COLUMNS
from tests.settlement.casefile.folders import READINGS, findings_of

PLAIN = CsvLines({"interval_start": 0, "pod": 1, "direction": 2, "wh": 3}, iter(()))
TURNED = CsvLines({"wh": 0, "quality": 1, "interval_start": 2, "direction": 3, "pod": 4}, iter(()))

DAYS = st.sampled_from(
    ["2024-06-30", "2024-02-29", "2023-02-29", "1970-01-01", "1969-12-31", "2099-12-31", "2100-01-01"]
)
CLOCKS = st.sampled_from(
    ["T00:00", "T23:45", "T24:00", "T12:60", "T12:30:00", "T12:30:59", "T12:15:60", "t12:15"]
)
OFFSETS = st.sampled_from(["Z", "+02:00", "-23:45", "+24:00", "+01:60", "+00:07", "", "z", "+2:00", "*02:00"])
PODS = st.sampled_from(
    ["IT001E00000001", "IT001E00000001Z", "IT999E99999999", "IT001E0000000a", "it001E00000001", ""]
)
DIRECTIONS = st.sampled_from(["injected", "withdrawn", "withdraw", "Injected", "injectedx", ""])
ENERGIES = st.sampled_from(
    ["0", "7", "007", "500000000", "500000001", "999999999", "0000000001", "", "-1", "1.0", "x"]
)
QUALITIES = st.sampled_from(["", "measured", "estimated", "missing", "bad", "Measured"])
NOISE = st.sampled_from(["", "", "", "", ",", " ", "\r", '"', "\x00", "é", "\t"])


@st.composite
def lines(draw: st.DrawFn, csv: CsvLines) -> bytes:
    """A line of odd and ordinary fields, sometimes with noise inside."""
    fields = {
        "interval_start": draw(DAYS) + draw(CLOCKS) + draw(OFFSETS),
        "pod": draw(PODS),
        "direction": draw(DIRECTIONS),
        "wh": draw(ENERGIES),
        "quality": draw(QUALITIES),
    }
    text = ",".join(fields[name] for name in sorted(csv.positions, key=lambda name: csv.positions[name]))
    cut = draw(st.integers(0, len(text)))
    return (text[:cut] + draw(NOISE) + text[cut:]).encode() + draw(st.sampled_from([b"", b"\r", b"\xff"]))


@pytest.mark.parametrize("csv", [PLAIN, TURNED], ids=["plain", "turned"])
@given(data=st.data())
def test_read_block__any_lines__gives_what_the_exact_reader_gives(data: st.DataObject, csv: CsvLines) -> None:
    content = b"".join(
        line + b"\n" for line in data.draw(st.lists(lines(csv) | st.just(b"") | st.just(b"\r")))
    )
    block = Block(content or b"\n", first_line=2)
    fast, fast_findings = read_block(block, csv)
    exact, exact_findings = read_rows(text_lines(block), csv)
    assert [column.tolist() for column in fast.columns()] == [column.tolist() for column in exact.columns()]
    assert fast_findings == exact_findings


@given(st.binary(max_size=200))
def test_read_block__any_bytes__gives_what_the_exact_reader_gives(content: bytes) -> None:
    block = Block(content.replace(b"\r\n", b"\n") + b"\n", first_line=1)
    assert read_block(block, PLAIN)[1] == read_rows(text_lines(block), PLAIN)[1]


def test_read_block__ordinary_rows__need_no_exact_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    monkeypatch.setattr(
        "settlement.casefile.reading_blocks.read_rows",
        lambda rows, csv: (seen.extend(rows), read_rows([], csv))[1],
    )
    with io.BytesIO(READINGS.encode()) as stream:
        csv = open_csv(Path("readings.csv"), COLUMNS, stream)
        assert isinstance(csv, CsvLines)
        rows = [read_block(block, csv)[0] for block in csv.blocks]
    assert [len(part) for part in rows] == [9]
    assert seen == []


@pytest.mark.parametrize("size", [1, 2, 50, 64, 1000])
def test_readings__any_block_size__gives_the_same_findings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    text = READINGS.replace(",1000", ",x") + READINGS.splitlines()[-1]
    whole = findings_of(tmp_path / "whole", {"readings.csv": text})
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", size)
    assert findings_of(tmp_path / "parts", {"readings.csv": text}) == whole
    assert [row.line for row in whole] == [2, 11]


@given(st.from_regex(r"IT[0-9]{3}E[0-9]{8}[0-9A-Z]?", fullmatch=True))
def test_pod_number__any_code__can_be_turned_back(code: str) -> None:
    number = pod_number(code)
    assert isinstance(number, int)
    assert pod_code(number) == code

"""Every parser of foreign files on noise: it answers with registers or findings, never with an exception."""

import io
import os
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oracle.sources.content import Content
from oracle.sources.meters.mapping import Mapping
from oracle.sources.meters.meter_file import MeterFile, Options
from oracle.sources.meters.registry import BY_MAPPING, FORMATS, read_meter_bytes, why_not
from oracle.sources.prices import registry as prices
from settlement.domain.case import WH_MAX
from tests.oracle.sources.meters.samples import SAMPLES, SII_NAME
from tests.oracle.sources.prices.samples import SAMPLES as PRICE_SAMPLES

EXAMPLES = 400 if os.environ.get("CONDIVISA_DEEP") else 25
few = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])
MAPPING = Mapping({"timestamp": "data_ora", "pod": "pod", "direction": "tipo", "energy": "energia_kwh"})
INSERTS = [
    b"\x00", b"\xff\xfe", b'"', b";", b",", b"\n", b"\r", b"9" * 400, b"-1", b"1e99", b"NaN", b"<!DOCTYPE x>",
    b"&a;", b"<", b">", b"{", b"[" * 300, b"\xef\xbb\xbf", b"29/02/2023", b"2024-03-31T02:30:00",
    b"0001-01-01",
    b"9999-12-31",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn, raw: bytes) -> bytes:
    """A valid file cut off, with pieces replaced, doubled or put in."""
    changed = raw
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(changed)))
        end = min(len(changed), at + draw(st.integers(0, 40)))
        kind = draw(st.sampled_from(("cut", "drop", "double", "insert", "noise")))
        if kind == "cut":
            changed = changed[:at]
        elif kind == "drop":
            changed = changed[:at] + changed[end:]
        elif kind == "double":
            changed = changed[:end] + changed[at:]
        else:
            piece = draw(st.sampled_from(INSERTS) if kind == "insert" else st.binary(max_size=8))
            changed = changed[:at] + piece + changed[end if kind == "noise" else at :]
    return changed


def judge(found: MeterFile) -> None:
    """What must hold of whatever was read."""
    assert found.registers or found.findings
    for row in found.registers:
        assert (row.start[1:] > row.start[:-1]).all()
        assert (row.wh >= 0).all()
        assert (row.wh <= WH_MAX).all() or found.findings
        assert (row.start % row.resolution_minutes == 0).all()
    for finding in (*found.findings, *found.notes):
        assert str(finding).isprintable()
        assert finding.line >= 1


@pytest.mark.parametrize("name", SAMPLES)
@given(data=st.data())
@few
def test_meter_formats__mutated_sample__gives_registers_or_findings(name: str, data: st.DataObject) -> None:
    raw = data.draw(mutated(SAMPLES[name]))
    judge(read_meter_bytes(name, raw))
    for row in FORMATS:
        if row.detect(Content(name, SAMPLES[name])) is None:
            judge(row.read(Content(name, raw), Options()))


SHEET_INSERTS = [
    b'r="ZZZZZZZZ1"',
    b'r="XFD1"',
    b'r="999999999"',
    b'r="A-1"',
    b't="s"',
    b"<v>1e400</v>",
    b"<c/>",
    b"</row>",
]


@pytest.mark.parametrize("name", ["e-redes.xlsx", "eeg.xlsx"])
@given(data=st.data())
@few
def test_workbooks__mutated_sheet__gives_registers_or_findings(name: str, data: st.DataObject) -> None:
    with zipfile.ZipFile(io.BytesIO(SAMPLES[name])) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    part = data.draw(st.sampled_from(sorted(parts)))
    changed = data.draw(mutated(parts[part]))
    at = data.draw(st.integers(0, len(changed)))
    parts[part] = changed[:at] + data.draw(st.sampled_from([b"", *SHEET_INSERTS])) + changed[at:]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for other, raw in parts.items():
            archive.writestr(other, raw)
    content = Content(name, stream.getvalue())
    for row in FORMATS:
        if row.name in ("E-REDES XLSX", "eegfaktura workbook"):
            row.detect(content)
            judge(row.read(content, Options()))
    judge(read_meter_bytes(name, content.raw))


@given(raw=st.binary(max_size=300))
@few
def test_meter_formats__random_bytes__give_findings_from_every_parser(raw: bytes) -> None:
    why_not(Content(SII_NAME, raw))
    for row in FORMATS:
        found = row.read(Content(SII_NAME, raw), Options())
        judge(found)
        assert found.findings
    judge(BY_MAPPING.read(Content("x.csv", raw), Options(MAPPING)))


@given(data=st.data())
@few
def test_generic__mutated_table__gives_registers_or_findings(data: st.DataObject) -> None:
    judge(BY_MAPPING.read(Content("x", data.draw(mutated(SAMPLES["gse.csv"]))), Options(MAPPING)))


@pytest.mark.parametrize("name", PRICE_SAMPLES)
@given(data=st.data())
@few
def test_price_formats__mutated_sample__gives_prices_or_findings(name: str, data: st.DataObject) -> None:
    raw = data.draw(mutated(PRICE_SAMPLES[name]))
    for row in prices.FORMATS:
        if row.detect(Content(name, PRICE_SAMPLES[name])) is None:
            found = row.read(Content(name, raw))
            assert found.columns or found.findings
            found.gaps()
    prices.read_price_bytes(name, raw)


@given(raw=st.binary(max_size=300))
@few
def test_price_formats__random_bytes__give_findings_from_every_parser(raw: bytes) -> None:
    for row in prices.FORMATS:
        assert row.read(Content("x", raw)).findings

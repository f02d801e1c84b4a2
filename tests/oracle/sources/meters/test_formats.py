"""Each format on small files: directions, units, clocks, quality, and defects as findings with their line."""

import gzip
import io
import zipfile
from datetime import date

import numpy as np
import pytest

from oracle.sources.content import Content
from oracle.sources.meters.meter_file import MeterFile, Options, Register
from oracle.sources.meters.registry import FORMATS, read_meter_bytes
from settlement.domain.calendar import day_start
from settlement.domain.case import Direction
from tests.oracle.sources.meters import samples
from tests.oracle.sources.meters.samples import POD, SAMPLES, SII_NAME

OUT, IN = Direction.WITHDRAWN, Direction.INJECTED


def one(name: str, raw: bytes, options: Options | None = None) -> Register:
    """The only register of a sound file."""
    found = read_meter_bytes(name, raw, options)
    assert found.findings == ()
    (row,) = found.registers
    return row


def sentences(found: MeterFile) -> str:
    return "\n".join(map(str, found.findings))


@pytest.mark.parametrize("name", SAMPLES)
def test_registry__sample_of_each_format__is_detected_by_that_format_alone(name: str) -> None:
    content = Content(name, SAMPLES[name])
    assert [row.name for row in FORMATS if row.detect(content) is None] == [
        read_meter_bytes(name, SAMPLES[name]).format
    ]
    assert read_meter_bytes(name, SAMPLES[name]).findings == ()


def test_registry__every_format__has_a_sample() -> None:
    assert {read_meter_bytes(name, raw).format for name, raw in SAMPLES.items()} == {
        row.name for row in FORMATS
    }


def test_registry__no_known_format__is_one_finding() -> None:
    assert "none of the 11 known formats" in sentences(read_meter_bytes("x.csv", b"a,b\n1,2\n"))


def test_contract__rows_in_any_order__give_the_same_registers() -> None:
    head, *rows = samples.contract().decode().splitlines()
    turned = "\n".join([head, *reversed(rows)]).encode()
    for ours, theirs in zip(
        read_meter_bytes("a.csv", samples.contract()).registers,
        read_meter_bytes("a.csv", turned).registers,
        strict=True,
    ):
        assert (ours.label, ours.direction) == (theirs.label, theirs.direction)
        assert np.array_equal(ours.start, theirs.start)
        assert np.array_equal(ours.wh, theirs.wh)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("2026-06-01T00:00;IT001E1;immessa;1", "2: the time"),
        ("2026-06-01T00:00+02:00;IT001E1;scambiata;1", '2: the direction "scambiata" is not one of immessa'),
        ("2026-06-01T00:00+02:00;IT001E1;immessa;-1", '2: the energy "-1" is negative'),
        ("2026-06-01T00:00+02:00;IT001E1;immessa;1,2,3", "2: the energy"),
        ("2026-06-01T00:00+02:00;IT001E1;immessa;NaN", "2: the energy"),
        ("2026-06-01T00:00+02:00;IT001E1;immessa;99999999", "above 500000000 Wh"),
        ("2026-06-01T00:07+02:00;IT001E1;immessa;1", "not the beginning of an interval"),
        ("2026-02-30T00:00+02:00;IT001E1;immessa;1", "2: the time"),
        ("1926-02-03T00:00+02:00;IT001E1;immessa;1", "outside the years"),
        ("2026-06-01T00:00+02:00;IT001E1", "2: the row has 2 cells"),
    ],
)
def test_contract__defective_row__is_a_finding_with_its_line(row: str, sentence: str) -> None:
    found = read_meter_bytes("gse.csv", f"data_ora;pod;tipo;energia_kwh\n{row}\n".encode())
    assert sentence in sentences(found)
    assert "gse.csv:2:" in sentences(found)


def test_contract__the_same_interval_twice__names_both_lines() -> None:
    found = read_meter_bytes("gse.csv", samples.contract() + samples.contract().splitlines()[1])
    assert "gse.csv:50:" in sentences(found)
    assert "first in line 2" in sentences(found)


def test_contract__finer_than_a_wh__conserves_the_sum_of_the_day() -> None:
    found = read_meter_bytes("gse.csv", samples.contract(wh="0,0014"))
    row = next(row for row in found.registers if row.direction is OUT)
    assert row.total_wh == 34  # 24 × 1.4 = 33.6
    assert set(row.wh.tolist()) == {1, 2}


def test_e_distribuzione__blank_cells__are_missing_unless_they_are_to_be_zero() -> None:
    raw = samples.e_distribuzione(cells=["0,1"] * 95 + [""])
    assert len(one("e.csv", raw).wh) == 95
    zero = one("e.csv", raw, Options(blank_is_zero=True))
    assert (len(zero.wh), int(zero.estimated.sum())) == (96, 1)


@pytest.mark.parametrize(("day", "count"), [(date(2024, 3, 31), 92), (date(2024, 10, 27), 100)])
def test_e_distribuzione__day_on_which_the_clock_changes__is_chronological_and_said_to_be(
    day: date, count: int
) -> None:
    found = read_meter_bytes("e.csv", samples.e_distribuzione(day, [f"0,{n:03d}" for n in range(count)]))
    (row,) = found.registers
    assert row.wh.tolist() == list(range(count))
    first = int(day_start(day).timestamp()) // 60
    assert row.start.tolist() == [first + 15 * n for n in range(count)]
    assert "which no real file" in str(found.notes[0])


def test_e_distribuzione__blank_hour_of_the_23_hour_day__is_skipped_by_the_clock() -> None:
    cells = ["0,1"] * 8 + [""] * 4 + ["0,2"] * 84
    row = one("e.csv", samples.e_distribuzione(date(2024, 3, 31), cells))
    assert row.wh.tolist() == [100] * 8 + [200] * 84


@pytest.mark.parametrize(("day", "word"), [(date(2024, 3, 31), "invented"), (date(2024, 10, 27), "missing")])
def test_e_distribuzione__96_values_on_another_day__are_an_hour_too_many_or_too_few(
    day: date, word: str
) -> None:
    assert f"an hour is {word}" in sentences(read_meter_bytes("e.csv", samples.e_distribuzione(day)))


def test_sii__sample__is_in_kwh_with_a_comma_and_multiplied_by_ka() -> None:
    row = one(SII_NAME, samples.sii(ka="2,5"))
    assert (row.label, row.direction, row.total_wh) == (POD, OUT, 96 * 145)


@pytest.mark.parametrize(
    ("change", "code"),
    [({"distributor": "00000000000"}, 903), ({"user": "00000000000"}, 904), ({"contract_code": "X"}, 905)],
)
def test_sii__header_that_is_not_the_files_name__is_refused_with_the_check(
    change: dict[str, str], code: int
) -> None:
    assert f"SII check {code}" in sentences(read_meter_bytes(SII_NAME, samples.sii(**change)))  # type: ignore[arg-type]


def test_sii__name_without_its_parts_other_flow_other_month__are_findings() -> None:
    assert "the name has 1 parts" in sentences(read_meter_bytes("flow.xml", samples.sii()))
    assert "none of PDO" in sentences(read_meter_bytes(SII_NAME, samples.sii(flow="PNO2G")))
    assert "its name says" in sentences(read_meter_bytes(SII_NAME, samples.sii(month="09/2026")))


@pytest.mark.parametrize(("day", "count"), [(25, 100), (24, 96)])
def test_sii__slots__follow_the_day(day: int, count: int) -> None:
    row = one(SII_NAME, samples.sii(days={day: ["0,001"] * count}))
    assert len(row.wh) == count


def test_sii__96_values_on_the_25_hour_day__lack_an_hour() -> None:
    assert "an hour is missing" in sentences(read_meter_bytes(SII_NAME, samples.sii(days={25: ["0,1"] * 96})))


@pytest.mark.parametrize("blank", [range(8, 12), range(92, 96)])
def test_sii__23_hour_day__takes_the_92_values_wherever_the_blank_slots_are(blank: range) -> None:
    values = ["" if slot in blank else f"0,{slot:03d}" for slot in range(96)]
    name = SII_NAME.replace("202610", "202603")
    row = one(name, samples.sii(month="03/2026", days={29: values}))
    assert row.wh.tolist() == [slot for slot in range(96) if slot not in blank]


def test_sii__rectification__is_marked_with_its_reason() -> None:
    more = "<Motivazione>3</Motivazione><DataRilevazione>05/11/2026</DataRilevazione>"
    name = SII_NAME.replace("PDO2G", "RFO2G")
    found = read_meter_bytes(name, samples.sii(flow="RFO2G", more=more))
    assert found.findings == ()
    assert found.registers[0].rectifies
    assert "reason 3, DataRilevazione 05/11/2026" in str(found.notes[0])


def test_sii__estimated_data__are_marked() -> None:
    assert one(SII_NAME, samples.sii(kind="S")).estimated.all()


def test_sii__entities_and_document_types__are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>\n<FlussoMisure>&b;</FlussoMisure>'
    assert "document type or an entity" in sentences(read_meter_bytes(SII_NAME, bomb))


def test_sii__depth_and_length_of_texts__are_bounded() -> None:
    deep = b"<FlussoMisure>" + b"<a>" * 100_000
    assert "deep" in sentences(read_meter_bytes(SII_NAME, deep))
    long = b"<FlussoMisure><DatiPod><Pod>" + b"x" * 1_000_000
    assert "characters" in sentences(read_meter_bytes(SII_NAME, long))


def test_zip__several_flows__are_read_each_by_its_name() -> None:
    second = SII_NAME.replace("DP0001", "DP0002")
    raw = zipped({SII_NAME: samples.sii(), second: samples.sii(contract_code="DP0002", pod=samples.OTHER)})
    found = read_meter_bytes("flows.zip", raw)
    assert found.findings == ()
    assert {row.label for row in found.registers} == {samples.OTHER, POD}


def test_zip__bomb_and_archive_in_archive__are_refused() -> None:
    bomb = zipped({"big.xml": bytes(300 * 2**20)})
    assert len(bomb) < 2**20
    assert "unpacks to more than" in sentences(read_meter_bytes("bomb.zip", bomb))
    nested = zipped({"inner.zip": zipped({SII_NAME: samples.sii()})})
    assert "an archive in an archive" in sentences(read_meter_bytes("nested.zip", nested))
    packed = gzip.compress(bytes(300 * 2**20), 1)
    assert "cannot be decompressed" in sentences(read_meter_bytes("x.csv.gz", packed))


def test_workbook__part_with_a_document_type__is_refused() -> None:
    raw = io.BytesIO(samples.e_redes())
    with zipfile.ZipFile(raw) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = next(name for name in parts if name.startswith("xl/worksheets/"))
    parts[sheet] = b'<!DOCTYPE x [<!ENTITY a "a">]>' + parts[sheet]
    assert read_meter_bytes("x.xlsx", zipped(parts)).findings


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            archive.writestr(name, raw)
    return stream.getvalue()


def test_nem12__day_of_utc_plus_10__begins_at_14_utc_and_marks_substitutes() -> None:
    row = one("n.csv", samples.nem12())
    assert row.start[0] % 1440 == 14 * 60
    assert (len(row.wh), row.total_wh, int(row.estimated.sum())) == (96, 360, 1)


def test_e_redes__mean_power_of_an_interval_that_ends__is_energy_of_one_that_begins() -> None:
    row = one("e.xlsx", samples.e_redes())
    assert row.wh.tolist() == [878, 878, 878, 573]
    assert row.start[0] % 1440 == 23 * 60  # 00:00 in Lisbon in summer
    assert row.estimated.tolist() == [False, False, False, True]


def test_dsmr_reader__tariffs__are_added_up() -> None:
    found = read_meter_bytes("d.csv", samples.dsmr_reader())
    assert {row.direction: row.wh.tolist() for row in found.registers} == {OUT: [200, 224], IN: [500, 0]}


def test_solar_edge__null__is_missing_or_an_estimated_zero() -> None:
    assert len(one("s.json", samples.solar_edge()).wh) == 2
    zero = one("s.json", samples.solar_edge(), Options(blank_is_zero=True))
    assert zero.estimated.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfed\x00a\x00", "known formats"),
        (samples.contract().replace(b"prelevata", b"prelev\xe0ta"), "not UTF-8"),
        (samples.contract().replace(b"0,250", b"0,2\x0050"), "the energy"),
        (samples.datadis()[:-40], "not JSON"),
        (b'{"cups": ' + b"[" * 100_000, "nests too deeply"),
        (samples.datadis().replace(b"0.1675", b"1e999999999"), "value_kWh"),
        (samples.contract() + b'"', "not readable as a table"),
    ],
)
def test_read__what_is_no_such_file__is_a_finding(raw: bytes, sentence: str) -> None:
    found = read_meter_bytes("file", raw)
    assert sentence in sentences(found)
    assert "\x00" not in sentences(found)

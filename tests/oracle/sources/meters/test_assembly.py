"""Registers of several files into one community's series."""

from oracle.sources.meters.assembly import Assembled, Choices, assemble, period, whole_days
from oracle.sources.meters.meter_file import MeterFile, Options
from oracle.sources.meters.registry import read_meter_bytes
from settlement.domain.case import Direction
from settlement.domain.findings import Finding
from tests.oracle.sources.meters import samples
from tests.oracle.sources.meters.samples import POD, SII_NAME

OUT = Direction.WITHDRAWN
RFO_NAME = SII_NAME.replace("PDO2G", "RFO2G")


def whole(*files: MeterFile, choices: Choices = Choices()) -> Assembled:  # noqa: B008 - it is frozen
    assembled, findings = assemble(files, choices)
    assert findings == []
    return assembled


def told(findings: list[Finding]) -> str:
    return "\n".join(map(str, findings))


def test_assemble__rectification__stands_in_the_place_of_what_was_sent_before() -> None:
    periodic = read_meter_bytes(SII_NAME, samples.sii())
    rectifying = read_meter_bytes(RFO_NAME, samples.sii(flow="RFO2G", days={1: ["0,100"] * 96}))
    for files in ((periodic, rectifying), (rectifying, periodic)):
        assert whole(*files).registers[POD, OUT].total_wh == 9_600


def test_assemble__the_same_file_twice__changes_nothing() -> None:
    file = read_meter_bytes(SII_NAME, samples.sii())
    assert whole(file, file).registers[POD, OUT].wh.tolist() == [58] * 96


def test_assemble__two_rectifications_that_disagree__are_a_finding() -> None:
    files = [
        read_meter_bytes(RFO_NAME, samples.sii(flow="RFO2G", days={1: [value] * 96}))
        for value in ("0,100", "0,200")
    ]
    _, findings = assemble(files, Choices())
    assert "leave one of the files out" in told(findings)
    assert len(findings) == 96


def test_assemble__other_resolution__is_a_finding() -> None:
    hourly = read_meter_bytes("gse.csv", samples.contract("2026-10-02"))
    _, findings = assemble([hourly, read_meter_bytes(SII_NAME, samples.sii())], Choices())
    assert "import the files one after the other" in told(findings)


def test_assemble__label_without_pod_or_direction__asks_for_them() -> None:
    file = read_meter_bytes("E.csv", samples.e_distribuzione())
    assert '--pod "E.csv=IT001E…"' in told(assemble([file], Choices())[1])
    assert "--direction" in told(assemble([file], Choices(pod=POD))[1])
    given = read_meter_bytes("E.csv", samples.e_distribuzione(), Options(direction=OUT))
    assert list(whole(given, choices=Choices(pods={"E.csv": POD})).registers) == [(POD, OUT)]


def test_assemble__one_pod_for_several_meters__is_refused() -> None:
    file = read_meter_bytes("eeg.xlsx", samples.eegfaktura())
    assert "the file has 2 meters and --pod names one POD" in told(assemble([file], Choices(pod=POD))[1])


def test_whole_days__foreign_zone__loses_the_days_that_its_clock_cuts() -> None:
    assembled = whole(read_meter_bytes("n.csv", samples.nem12()), choices=Choices(pod=POD))
    kept, findings = whole_days(assembled, Choices())
    assert (kept.registers, "no Europe/Rome day is whole" in told(findings)) == ({}, True)


def test_series__period_of_the_days__is_filled_where_readings_are() -> None:
    assembled = whole(read_meter_bytes(SII_NAME, samples.sii(days={1: ["0,1"] * 96, 3: ["0,2"] * 96})))
    (series,) = assembled.series(*period(assembled.days))
    assert series.present.tolist() == [True] * 96 + [False] * 96 + [True] * 96
    assert int(series.wh.sum()) == 96 * 300

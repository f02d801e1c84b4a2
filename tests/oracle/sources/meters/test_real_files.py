"""Each format against the real file of its sender, with figures that others have counted."""

from datetime import datetime
from pathlib import Path

import pytest

from oracle.sources.local_time import wall_minutes
from oracle.sources.meters.meter_file import MeterFile, Register
from oracle.sources.meters.registry import read_meter_file
from settlement.domain.case import Direction

pytestmark = pytest.mark.shared
OUT, IN = Direction.WITHDRAWN, Direction.INJECTED


@pytest.fixture(scope="module")
def formats(shared_data: Path) -> Path:
    return shared_data / "meter_export_formats"


def sound(path: Path, name: str) -> MeterFile:
    found = read_meter_file(path)
    assert found.findings == ()
    assert found.format == name
    return found


def register(file: MeterFile, direction: Direction | None) -> Register:
    (found,) = (row for row in file.registers if row.direction is direction)
    return found


def test_e_distribuzione__september__is_30_days_with_the_published_sum_and_maximum(formats: Path) -> None:
    file = sound(formats / "IT_e-distribuzione_ExportData_settembre_2024.csv", "e-distribuzione portal CSV")
    row = register(file, None)
    assert (len(row.wh), row.total_wh, int(row.wh.max())) == (2880, 269_281, 599)
    assert row.resolution_minutes == 15


def test_fluvius__four_registers__are_two_directions_over_the_25_hour_day(formats: Path) -> None:
    file = sound(formats / "BE_fluvius_15min.csv", "Fluvius quarter-hour CSV")
    out, back = register(file, OUT), register(file, IN)
    assert (out.total_wh + 50) // 100 == 14_623
    assert (back.total_wh + 50) // 100 == 1_249
    assert len(out.wh) + len(back.wh) == 13_640 - 2
    first = wall_minutes_utc(2023, 10, 28, 22)
    day = (out.start >= first) & (out.start < first + 25 * 60)
    assert day.sum() == 100
    assert (out.wh[day][8:16] == [276, 286, 269, 295, 261, 268, 273, 286]).all()


def wall_minutes_utc(*moment: int) -> int:
    return wall_minutes(datetime(*moment))  # type: ignore[arg-type]  # noqa: DTZ001


def test_nem12__five_minutes__are_added_up_to_quarter_hours_of_both_registers(formats: Path) -> None:
    file = sound(formats / "AU_NEM12_power-redacted.csv", "NEM12")
    out, back = register(file, OUT), register(file, IN)
    assert len(out.wh) == len(back.wh) == 106 * 96
    # 1 to 98 of the first day were substituted: 32 whole quarter-hours and two thirds of the next.
    assert (int(out.estimated.sum()), int(back.estimated.sum())) == (33, 33)


def test_datadis__hours__have_the_published_count_and_sum(formats: Path) -> None:
    row = register(sound(formats / "ES_datadis_edata_storage_TEST.json", "Datadis JSON"), OUT)
    assert (len(row.wh), (row.total_wh + 50) // 100, int(row.estimated.sum())) == (5497, 23_247, 25)


def test_e_redes__a_year_of_ends__has_every_quarter_hour_and_the_published_estimates(formats: Path) -> None:
    row = register(sound(formats / "PT_e-redes-sample.xlsx", "E-REDES XLSX"), OUT)
    assert (len(row.wh), int(row.estimated.sum())) == (35_040, 277)
    assert (row.start[1:] - row.start[:-1] == 15).all()


def test_dsmr_reader__hours__have_the_published_count_in_both_directions(formats: Path) -> None:
    file = sound(formats / "NL_dsmrreader_hour.csv", "DSMR-reader hourly CSV")
    assert {len(row.wh) for row in file.registers} == {8754}


@pytest.mark.parametrize(("month", "hours"), [("2024_10", 420), ("2025_03", 450)])
def test_solar_edge__nulls__are_missing_and_not_zero(formats: Path, month: str, hours: int) -> None:
    row = register(sound(formats / f"SolarEdge_{month}_UTC.json", "SolarEdge JSON"), None)
    assert len(row.wh) == hours
    assert (row.start % 60 == 0).all()


def test_eegfaktura__august__has_the_workbooks_own_totals(shared_data: Path) -> None:
    path = shared_data / "eeg_at_2023" / "eegfaktura_export_aug2023_gridN_pseudonymised.xlsx"
    file = sound(path, "eegfaktura workbook")
    totals = {way: sum(row.total_wh for row in file.registers if row.direction is way) for way in Direction}
    assert totals == {OUT: 752_149, IN: 2_668_237}
    assert {len(row.wh) for row in file.registers} == {2976}
    assert not any(row.estimated.any() for row in file.registers)


def test_eegfaktura__readings_without_quality__count_as_estimates(shared_data: Path) -> None:
    path = shared_data / "eeg_at_2023" / "eegfaktura_short_quality_flags_pseudonymised.xlsx"
    file = sound(path, "eegfaktura workbook")
    assert {row.label[-4:]: int(row.estimated.sum()) for row in file.registers}["AC01"] == 1
    assert sum(len(row.wh) for row in file.registers) == 19
